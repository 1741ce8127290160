"""What a sentence may say beside a fact, because it follows from the fact or says it once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from plantstack.insights.verifying.doubts import Kind
from plantstack.insights.verifying.lexicon import Lexicon
from plantstack.insights.verifying.orders import begins, to_do
from plantstack.insights.verifying.reading import Token, senses_of

# Senses that need a reason to be there, and what they are doubted as without one.
ASIDE: Mapping[str, Kind] = {
    "must": "certainty",
    "because": "cause",
    "thus": "cause",
    "exist": "word",
    "passive": "word",
    "concord": "negation",
    "between": "word",
    "reckoned": "word",
    "count": "word",
    "light": "word",
    "already": "time",
    "together": "word",
    "gap": "direction",
    "aimed": "word",
    "spent": "word",
    "taken": "word",
    "wanted": "word",
    "which": "order",
    "nearly": "certainty",
    "or": "quantifier",
    "though": "cause",
    "when": "time",
    "erst": "quantifier",
    "shift": "time",
}
# What may be said beside a sense: "is still waiting since", "no reason was given".
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "still": ("since", "lack"),
    "again": ("restore",),
    "exist": ("not",),
    "passive": ("need", "must", "set", "wait"),
    "need": ("lack",),
    "made": ("changeover",),
    "count": ("known", "scrap", "made", "lack", "hold"),
    "answer": ("safety",),
}
_ENDS = ":;.!?"
_OF_SHIFT = ("made", "lost", "scrap", "changeover", "reason", "known", "safety")
_PRESENT = ("run", "stop", "wait", "hold", "set", "lack")
_PAST = ("was", "made", "lost", "scrap", "will", "may")


@dataclass(frozen=True)
class _Case:
    """A sentence, the generated one, and the senses of both: `here` and `mine`."""

    told: Sequence[Token]
    there: Sequence[Token]
    words: Lexicon

    @cached_property
    def here(self) -> Counter[str]:
        return senses_of(self.told)

    @cached_property
    def mine(self) -> Counter[str]:
        return senses_of(self.there)

    @cached_property
    def is_to_do(self) -> bool:
        return bool(to_do(self.there, self.words))

    def every(self, sense: str, is_so: Callable[[Sequence[Token], int], bool]) -> bool:
        """Whether something is so of each place where a sense is said."""
        return all(is_so(self.told, at) for at in _places(self.told, sense))

    def worded(self, sense: str, is_so: Callable[[Sequence[Token], int, Lexicon], bool]) -> bool:
        """The same, where it takes the words of the language to tell."""
        return all(is_so(self.told, at, self.words) for at in _places(self.told, sense))


def follows(sense: str, told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> bool:
    """Whether a sense may be said once more than it was.

    Args:
        sense: of a word of the sentence.
        told: the sentence.
        there: the generated one.
        words: of their language.
    """
    case = _Case(told, there, words)
    if any(case.mine[one] for one in _BESIDE.get(sense, ())):
        return True
    return sense in _FOLLOWS and _FOLLOWS[sense](case)


def asides(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> Iterator[tuple[Kind, str]]:
    """What is said beside the facts without following from them: what it is doubted as, and its sense."""
    here, mine = senses_of(told), senses_of(there)
    for sense, kind in ASIDE.items():
        if here[sense] > mine[sense] and not follows(sense, told, there, words):
            yield kind, sense


def wholes(tokens: Sequence[Token]) -> Counter[str]:
    """What each "all" of a sentence is about: '' nothing that was counted."""
    found = Counter[str]()
    for at, one in enumerate(tokens):
        if "all" in (one.senses or ()):
            near = (sense for other in tokens[at : at + 4] for sense in other.senses or ())
            found[next((sense for sense in near if sense in ("scrap", "stop", "person", "plan")), "")] += 1
    return found


def _is_explained(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> bool:
    """Whether what is to be done comes first, and then why, as it does in the generated sentence."""
    if not to_do(there, words) or not any(one.text == ":" for one in there):
        return False
    order = begins(told, words)
    because = next((at for at, one in enumerate(told) if "because" in (one.senses or ())), -1)
    return 0 <= order < because and _is_why(told[:because], told[because + 1 :], there)


def _is_why(before: Sequence[Token], after: Sequence[Token], there: Sequence[Token]) -> bool:
    """Whether names and numbers of why stand behind "because" and none before: else it explains itself."""
    colon = next(at for at, one in enumerate(there) if one.text == ":")
    wanted, known = ({one.text for one in side if _is_fact(one)} for side in (there[:colon], there[colon:]))
    end = next((at for at, one in enumerate(after) if one.kind == "mark" and one.text in _ENDS), len(after))
    is_there = any(_is_fact(one) and one.text not in wanted for one in after[:end])
    is_before = any(_is_fact(one) and one.text not in wanted for one in before)
    return not is_before and (is_there or known <= wanted)


def _is_fact(one: Token) -> bool:
    return one.kind in ("name", "number", "clock")


def _stands_before_number(told: Sequence[Token], sense: str) -> bool:
    """Whether a word stands right before a number: "reached 12" was made."""
    places = [at for at, one in enumerate(told) if sense in (one.senses or ())]
    return all(
        any(one.kind == "number" and told[at + 1].kind != "mark" for one in told[at + 1 : at + 3])
        for at in places
    )


def _is_counted(told: Sequence[Token], at: int) -> bool:
    """Whether what is missing is a number: "a gap of 8", "8 pieces are missing"."""
    after = (one for one in told[at + 1 : at + 4] if not _is_passed(one))
    if next((one.kind for one in after), "") == "number":
        marks = [place for place in range(at) if told[place].kind == "mark"]
        clause = told[max(marks, default=-1) + 1 : at]
        return not any("plan" in (one.senses or ()) for one in clause)  # "the plan was missing 8"
    before = (one for one in reversed(told[max(0, at - 4) : at]) if not _is_passed(one))
    return next((one.kind for one in before), "") == "number"


def _is_passed(one: Token) -> bool:
    """Whether a word between a number and what is said of it claims nothing."""
    return one.kind == "name" or (
        one.kind == "word" and set(one.senses or ()) <= {"of", "by", "piece", "good", "approx", "still"}
    )


def _is_of_time(told: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether a length of time comes next: "needed 30 min"."""
    if at > 0 and "standard" in (told[at - 1].senses or ()):
        return False
    rest = [one for one in told[at + 1 :] if one.kind != "word"]
    if words.prepositions.get(told[at + 1].text if at + 1 < len(told) else "") == "for":
        rest = rest[1:]  # "needed for 6 changeovers 30 min"
    return bool(rest) and rest[0].kind == "number" and rest[0].dimension == "time"


def _is_taken(told: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether what costs time is a reason or a word of the texts, and no machine, but for where it was."""
    places = [place for place in range(at) if told[place].kind != "word"]
    is_where = len(places) > 1 and words.prepositions.get(told[places[-1] - 1].text) in ("at", "of")
    before = told[places[-2 if is_where else -1]] if places else None
    return before is not None and before.kind == "name" and before.axis in ("reason", "word")


def _names_reason(told: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether a reason that people gave, said once, is called one: "reason: jam"; it is no cause."""
    rest = (_first(told[at + 1 : at + 4], words), _first(told[max(0, at - 3) : at][::-1], words))
    named = next((one for one in rest if one is not None and one.axis == "reason"), None)
    return sum(one.kind == "name" and named is not None and one.text == named.text for one in told) == 1


def _first(some: Sequence[Token], words: Lexicon) -> Token | None:
    """The first token that claims something."""
    passed = words.articles | words.being | {":", "as", "como", "por"}
    ends = {"of", "to", "from", "was", "against"}
    return next((one for one in some if one.text not in passed and not set(one.senses or ()) & ends), None)


def _limits(told: Sequence[Token], at: int) -> bool:
    """Whether "only" is said of a share: no name and no other number stands between them."""
    after = next((one for one in told[at + 1 :] if one.kind not in ("word",)), None)
    return after is not None and after.kind == "number" and after.dimension == "share"


def _is_of_kpi(told: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether a KPI comes next: "recorded an OEE of 60 %"."""
    after = _first(told[at + 1 : at + 4], words)
    return after is not None and after.axis == "kpi" and not senses_of(told)["target"]


def _is_summed(told: Sequence[Token], there: Sequence[Token]) -> bool:
    """Whether "so" stands before what follows from the numbers of one name."""
    at = max(at for at, one in enumerate(told) if "thus" in (one.senses or ()))
    rest, many = senses_of(told[at:]), sum(one.kind == "number" for one in there) > 1
    is_made = rest["made"] > 0 and not rest["all"]
    return many and not is_made and not rest["plan"] and (_names(there) < 2 or _is_equal(told))


def _is_equal(told: Sequence[Token]) -> bool:
    """Whether "so" stands between two numbers and no name: it says one of them otherwise."""
    at = next(at for at, one in enumerate(told) if "thus" in (one.senses or ()))
    before = next((one.kind for one in reversed(told[:at]) if one.kind in ("number", "name")), "")
    after = next((one.kind for one in told[at + 1 : at + 4] if one.kind in ("number", "name")), "")
    return before == after == "number"


def _places(tokens: Sequence[Token], sense: str) -> list[int]:
    return [at for at, one in enumerate(tokens) if sense in (one.senses or ())]


def _is_first(told: Sequence[Token], at: int) -> bool:
    return at == 0 or told[at - 1].kind == "mark" or "must" in (told[at - 1].senses or ())


def _is_range(told: Sequence[Token]) -> bool:
    """Whether "between" stands before two numbers of one kind."""
    return all(
        len({one.dimension for one in [one for one in told[at:] if one.kind == "number"][:2]}) == 1
        for at in _places(told, "between")
    )


def _is_concord(told: Sequence[Token]) -> bool:
    """Whether a second word of a negation comes after the first: "no había ningún plan"."""
    first = next((at for at, one in enumerate(told) if one.senses == ("not",)), len(told))
    return all(at > first for at, one in enumerate(told) if "concord" in (one.senses or ()))


def _names(tokens: Sequence[Token]) -> int:
    return len({one.text for one in tokens if one.kind == "name"})


def _is_present(case: _Case) -> bool:
    """Whether the generated sentence says what is so now."""
    return any(case.mine[one] for one in _PRESENT)


def _is_still(case: _Case) -> bool:
    """Whether what is not there yet is meant: "not staged yet", "8 pieces are still missing"."""
    is_missing = case.here["gap"] > 0 and case.mine["minus"] > 0 and not case.mine["made"]
    return is_missing or (case.mine["staged"] > 0 and case.mine["not"] > 0)


def _is_made(case: _Case) -> bool:
    """Whether what is known or scrapped, and counted, was made."""
    is_counted = case.here["count"] > 0 or not case.here["piece"]
    return (case.mine["known"] > 0 and is_counted) or (case.mine["scrap"] > 0 and case.mine["all"] > 0)


def _is_reckoned(case: _Case) -> bool:
    return _stands_before_number(case.told, "reckoned") or case.worded("reckoned", _is_of_kpi)


def _is_between(case: _Case) -> bool:
    is_many = sum(one.kind == "number" for one in case.there) > 1
    return _is_range(case.told) and not case.mine["plus"] + case.mine["minus"] and is_many


def _is_below(case: _Case) -> bool:
    """Whether each "nearly" stands before a number that was rounded up: nearly so many are fewer."""
    known = [one for one in case.there if one.kind == "number"]
    for at in _places(case.told, "nearly"):
        after = next((one for one in case.told[at + 1 : at + 3] if one.kind == "number"), None)
        if after is None or all(abs(one.value - after.value) <= 1e-9 for one in _nearest(after, known)):
            return False
        if any(one.value > after.value for one in _nearest(after, known)):
            return False
    return True


def _nearest(number: Token, known: Sequence[Token]) -> list[Token]:
    """The number of the facts that is nearest to one; none: there is none of its kind."""
    alike = [one for one in known if one.dimension == number.dimension]
    return sorted(alike, key=lambda one: abs(one.value - number.value))[:1]


def _is_that_is(told: Sequence[Token], at: int) -> bool:
    """Whether "or" says one number in another way, and gives no choice: "472 pieces or 23 %"."""
    sides = [
        [one for one in side if one.kind != "word" and one.text not in ",."]
        for side in (told[:at][::-1], told[at:])
    ]
    pair = [side[0] for side in sides if side]
    is_pair = len(pair) == 2 and all(one.kind == "number" for one in pair)
    return is_pair and pair[0].dimension != pair[1].dimension


def _opens(told: Sequence[Token], at: int) -> bool:
    """Whether a word opens a clause: "but 12 pieces" is only so many."""
    return (at == 0 or told[at - 1].kind == "mark") and at + 1 < len(told) and told[at + 1].kind != "number"


def _comes(rest: Sequence[Token], sense: str) -> bool:
    return senses_of(rest)[sense] > 0


def _is_of_shift(case: _Case) -> bool:
    """Whether the generated sentence tells of a shift: of what was, and of no day and no order."""
    is_told = any(case.mine[one] for one in _OF_SHIFT)
    is_other = any(case.mine[one] for one in ("since", "will", "may", "begin")) or case.is_to_do
    return is_told and not is_other and not any(one.axis in ("context", "day") for one in case.there)


# When a sense may be said that the generated sentence does not say.
_FOLLOWS: Mapping[str, Callable[[_Case], bool]] = {
    "passive": lambda case: case.here["must"] > 0,
    "still": _is_still,
    "only": lambda case: case.mine["pace"] > 0 and case.every("only", _limits),
    "will": lambda case: case.mine["begin"] > 0 and case.here["begin"] > 0,
    "now": lambda case: _is_present(case) and not any(case.mine[one] for one in _PAST),
    "must": lambda case: case.is_to_do,
    "made": _is_made,
    "told": lambda case: case.mine["reason"] > 0 and case.mine["not"] > 0,
    "because": lambda case: _is_explained(case.told, case.there, case.words),
    "thus": lambda case: _is_summed(case.told, case.there),
    "concord": lambda case: _is_concord(case.told),
    "reckoned": _is_reckoned,
    "gap": lambda case: case.mine["minus"] > 0 and case.every("gap", _is_counted),
    "aimed": lambda case: case.mine["minus"] > 0 and case.mine["plan"] > 0 and case.here["gap"] > 0,
    "lack": lambda case: case.mine["need"] > 0 and not case.mine["plus"],
    "spent": lambda case: case.mine["changeover"] > 0 and case.worded("spent", _is_of_time),
    "taken": lambda case: case.mine["lost"] > 0 and case.worded("taken", _is_taken),
    "reason": lambda case: not case.mine["reason"] and case.worded("reason", _names_reason),
    "wanted": lambda case: case.is_to_do,
    "which": lambda case: not case.here["plus"] + case.here["minus"],
    "already": lambda case: (case.mine["since"] > 0 or _is_present(case)) and not case.is_to_do,
    "together": lambda case: any(one.kind == "number" for one in case.there),
    "light": lambda case: case.every("light", _is_first),
    "between": _is_between,
    "nearly": _is_below,
    "or": lambda case: case.every("or", _is_that_is),
    "though": lambda case: case.mine["not"] > 0 and not case.is_to_do and case.every("though", _opens),
    "when": lambda case: case.every("when", lambda told, at: _comes(told[at + 1 : at + 4], "due")),
    "erst": lambda case: case.every("erst", lambda told, at: _comes(told[at + 1 : at + 3], "after")),
    "shift": _is_of_shift,
}
