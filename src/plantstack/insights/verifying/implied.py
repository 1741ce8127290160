"""What a sentence may say beside a fact, because it follows from the fact or says it once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

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
}
# What may be said beside a sense: "is still waiting since", "no reason was given".
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "still": ("since",),
    "again": ("restore",),
    "exist": ("not",),
    "passive": ("need", "must", "set", "wait"),
    "need": ("lack",),
    "made": ("changeover",),
    "count": ("known", "scrap", "made", "lack", "hold"),
    "answer": ("safety",),
}
_ENDS = ":;.!?"
_PRESENT = ("run", "stop", "wait", "hold", "set", "lack")
_PAST = ("was", "made", "lost", "scrap", "will", "may")


def follows(sense: str, told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> bool:
    """Whether a sense may be said once more than it was.

    Args:
        sense: of a word of the sentence.
        told: the sentence.
        there: the generated one.
        words: of their language.
    """
    mine = senses_of(there)
    if any(mine[one] for one in _BESIDE.get(sense, ())):
        return True
    match sense:
        case "passive":
            return senses_of(told)["must"] > 0
        case "still":
            return mine["staged"] > 0 and mine["not"] > 0
        case "only":
            return mine["pace"] > 0 and all(_limits(told, at) for at in _places(told, "only"))
        case "will":
            return mine["begin"] > 0 and senses_of(told)["begin"] > 0
        case "now":
            return any(mine[one] for one in _PRESENT) and not any(mine[one] for one in _PAST)
        case "must":
            return bool(to_do(there, words))
        case "made":
            here = senses_of(told)
            return (mine["known"] > 0 and (here["count"] > 0 or not here["piece"])) or (
                mine["scrap"] > 0 and mine["all"] > 0
            )
        case "told":
            return mine["reason"] > 0 and mine["not"] > 0
        case "because":
            return _is_explained(told, there, words)
        case "thus":
            return _is_summed(told, there)
        case "concord":
            return _is_concord(told)
        case "reckoned":
            places = _places(told, "reckoned")
            return _stands_before_number(told, "reckoned") or all(
                _is_of_kpi(told, at, words) for at in places
            )
        case "gap":
            return mine["minus"] > 0 and all(_is_counted(told, at) for at in _places(told, "gap"))
        case "aimed":
            return mine["minus"] > 0 and mine["plan"] > 0 and senses_of(told)["gap"] > 0
        case "lack":
            return mine["need"] > 0 and not mine["plus"]
        case "spent":
            return mine["changeover"] > 0 and all(
                _is_of_time(told, at, words) for at in _places(told, "spent")
            )
        case "taken":
            return mine["lost"] > 0 and all(_is_taken(told, at) for at in _places(told, "taken"))
        case "reason":
            return not mine["reason"] and all(_names_reason(told, at, words) for at in _places(told, sense))
        case "wanted":
            return bool(to_do(there, words))
        case "which":
            return not senses_of(told)["plus"] + senses_of(told)["minus"]
        case "already":
            return (mine["since"] > 0 or any(mine[one] for one in _PRESENT)) and not to_do(there, words)
        case "together":
            return any(one.kind == "number" for one in there)
        case "light":
            return all(_is_first(told, at) for at in _places(told, "light"))
        case "between":
            return (
                _is_range(told)
                and not mine["plus"] + mine["minus"]
                and sum(one.kind == "number" for one in there) > 1
            )
    return False


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
        one.kind == "word" and set(one.senses or ()) <= {"of", "by", "piece", "good", "approx"}
    )


def _is_of_time(told: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether a length of time comes next: "needed 30 min"."""
    if at > 0 and "standard" in (told[at - 1].senses or ()):
        return False
    rest = [one for one in told[at + 1 :] if one.kind != "word"]
    if words.prepositions.get(told[at + 1].text if at + 1 < len(told) else "") == "for":
        rest = rest[1:]  # "needed for 6 changeovers 30 min"
    return bool(rest) and rest[0].kind == "number" and rest[0].dimension == "time"


def _is_taken(told: Sequence[Token], at: int) -> bool:
    """Whether what costs time is a reason or a word of the texts, and no machine."""
    before = next((one for one in reversed(told[:at]) if one.kind != "word"), None)
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
