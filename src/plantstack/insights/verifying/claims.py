"""What a sentence claims besides numbers and names: what is kept, what is negated, when, if at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from plantstack.insights.verifying.lexicon import Lexicon
from plantstack.insights.verifying.orders import BREAKS, begins, to_do
from plantstack.insights.verifying.reading import Token, clauses, senses_of

# Senses that may not be left out: without them another thing is said.
_KEPT = (
    *("lost", "stop", "run", "wait", "hold", "scrap", "lack", "call", "changeover", "move", "decide"),
    *("answer", "find", "restore", "safety", "target", "staged", "cost", "need", "reason", "told", "known"),
    *(
        "pace",
        "due",
        "good",
        "material",
        "end",
        "begin",
        "set",
        "open",
        "standard",
        "super",
        "before",
        "person",
        "money",
    ),
    *("will", "some", "only"),
)
_STATES = ("run", "stop", "wait", "hold")
_EMPTY = (
    "approx",
    "nearly",
    "from",
    "to",
    "of",
    "by",
    "against",
    "shift",
    "not",
    "was",
    "still",
    "again",
    "told",
    "exist",
    "concord",
    "passive",
)  # nothing to negate


def left_out(told: Sequence[Token], there: Sequence[Token]) -> Iterator[str]:
    """Senses of the generated sentence, and words of it that no list knows, that a sentence leaves out."""
    here, mine = senses_of(told), senses_of(there)
    if mine["all"] and not here["all"] + here["together"] + here["made"]:
        yield "all"
    gone = (sense for sense in _KEPT if mine[sense] and not here[sense])
    is_counted = mine["known"] and here["count"] and here["exist"] and here["not"]
    is_share = any(one.dimension == "share" for one in told)
    is_paced = (
        mine["pace"] and here["pace"] and ((is_share and not here["reckoned"]) or not mine["restore"])
    )  # who has a pace runs
    is_ordered = here["must"] + here["wanted"] > 0
    yield from (
        sense
        for sense in gone
        if not (
            (sense == "lack" and here["find"])
            or (sense == "run" and is_paced)
            or (sense == "known" and is_counted)
            or (sense == "open" and here["call"] and here["since"])  # nobody answered it since
            or (sense == "restore" and is_ordered and here["run"] and here["again"])
            or (sense == "find" and here["wanted"] and here["person"] and here["lack"])
        )
    )  # who is looked for is missing
    texts = {one.text for one in told}
    strange = (one.text for one in there if one.kind == "word" and one.senses is None)
    yield from (text for text in strange if text not in texts)


def negated(tokens: Sequence[Token]) -> Counter[str]:
    """What each "not" of a sentence is about: a sense, a name or a word."""
    found = Counter[str]()
    for at, one in enumerate(tokens):
        senses = one.senses or ()
        if "not" not in senses:
            continue
        own = [sense for sense in senses if sense != "not"]
        found[own[0] if own else _negated(tokens, at)] += 1
    return found


def same_negated(told: Sequence[Token], there: Sequence[Token]) -> bool:
    """Whether the same is negated: no count there is none that is known."""
    here, mine = senses_of(told), senses_of(there)
    alike: dict[str, str] = {}
    if mine["known"] and not here["known"] and here["count"] and here["exist"]:
        alike = {"count": "known", "exist": "known"}
    if mine["material"] and _is_unstaged(told):
        alike["material"] = "staged"
    sides = [
        Counter({alike.get(one, one): n for one, n in side.items()})
        for side in (negated(told), negated(there))
    ]
    return here["not"] == mine["not"] and sides[0] == sides[1]


def _is_unstaged(told: Sequence[Token]) -> bool:
    """Whether "staged" stands right behind the material: "has no material staged"."""
    return any(
        "material" in (one.senses or ()) and "staged" in (two.senses or ()) for one, two in pairwise(told)
    )


def _negated(tokens: Sequence[Token], at: int) -> str:
    for step in (1, -1):
        place = at + step
        while 0 <= place < len(tokens) and tokens[place].text not in BREAKS:
            one = tokens[place]
            if one.kind != "word" or one.senses is None:
                return one.text
            content = [sense for sense in one.senses if sense not in _EMPTY]
            if content:
                return content[0]
            place += step
    return ""


def states(tokens: Sequence[Token]) -> list[str]:
    """Standing, running, waiting, and the instants, in their order; empty where there is one state only."""
    found = [
        one.text if one.kind == "clock" else sense
        for one in tokens
        for sense in (one.senses or ()) + (("",) if one.kind == "clock" else ())
        if one.kind == "clock" or sense in _STATES
    ]
    return found if len(set(found) & set(_STATES)) > 1 else []


def is_restated(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> bool:
    """Whether states and instants stand together as they did, in clauses of another order."""
    return _clauses(told, words) == _clauses(there, words)


def _clauses(tokens: Sequence[Token], words: Lexicon) -> Counter[tuple[str, ...]]:
    """What is said in each clause: states, instants, and whether it is to be done."""
    found = Counter[tuple[str, ...]]()
    clause: list[Token] = []
    for one in (*tokens, Token("mark", ".")):
        if one.kind != "mark" or one.text not in BREAKS:
            clause.append(one)
            continue
        told = [two.text if two.kind == "clock" else sense for two in clause for sense in two.senses or ("",)]
        kept = [two for two in told if two in _STATES or ":" in two]
        kept += ["to do"] if kept and to_do(clause, words) else []
        found[tuple(sorted(kept))] += bool(kept)
        clause = []
    return +found


def is_from_to(told: Sequence[Token], there: Sequence[Token]) -> bool:
    """Whether a change is said by its two ends alone: "went from 50 % to 60 %"."""
    here = senses_of(told)
    sides = [
        [_side(some, at) for at, one in enumerate(some) if one.kind == "number"] for some in (told, there)
    ]
    return not here["plus"] + here["minus"] and sides[0] == sides[1] == ["from", "to"]


def is_apart(told: Sequence[Token], there: Sequence[Token]) -> bool:
    """Whether the earlier end of a change has a clause of its own: "12 %; in the shift before it was 6 %"."""
    ends = [one for one in there if one.kind == "number"]
    sides = [_side(there, at) for at, one in enumerate(there) if one.kind == "number"]
    if sides != ["from", "to"] or not senses_of(there)["before"]:
        return False
    parts = clauses(told, lambda one: one.kind == "mark" and one.text in ",;:.")
    before = [some for some in parts if senses_of(some)["before"]]
    if len(before) != 1 or senses_of(before[0])["plus"] + senses_of(before[0])["minus"]:
        return False
    numbers = [one.value for one in before[0] if one.kind == "number"]
    others = [one.value for one in told if one.kind == "number" and one.value not in numbers]
    return numbers == [ends[0].value] and others == [ends[1].value]


def _side(tokens: Sequence[Token], at: int) -> str:
    """Whether a number has "from" or "to" right before it, or but for an article."""
    near = (sense for one in tokens[max(0, at - 2) : at][::-1] for sense in one.senses or ())
    return next((sense for sense in near if sense in ("from", "to")), "")


def is_told_past(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> bool:
    """Whether what holds now is said as if it were over."""
    if not senses_of(told)["was"] or senses_of(there)["was"]:
        return False
    pairs = [(one.text, two) for one, two in pairwise(told) if two.kind == "number"]
    is_had = any(one in words.having and two.dimension == "count" for one, two in pairs)
    is_so_yet = senses_of(there)["still"] and not senses_of(told)["told"]  # "no reason was given yet"
    is_so_yet = is_so_yet and not is_had  # "had 4 stops without a reason"
    return bool(senses_of(there)["since"] or is_so_yet) or any(one.text in words.being for one in there)


def is_asked(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> bool:
    """Whether a fact is put as a question."""
    if any(one.text == "?" for one in told) and not any(one.text == "?" for one in there):
        return True
    if to_do(there, words) and begins(told, words) == 0:
        return False  # "have one person move"
    return bool(told) and told[0].text in words.asking and told[0].text != there[0].text


def is_turned(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> bool:
    """Whether what is to be done is said as if it were so, or the other way round."""
    wanted, found = to_do(there, words), to_do(told, words)
    if not wanted:
        is_safety = senses_of(there)["safety"] > 0 and senses_of(there)["super"] > 0
        return bool(found - ({"answer"} if is_safety else set()))
    if "hold" in found - wanted:
        return True
    if wanted == {"watch"}:  # why is said in the same sentence
        return bool(found) and "watch" not in found
    if "find" in wanted and "person" in found:
        found = {*found, "find"}  # "needs people"
    if "restore" in wanted and "run" in found and senses_of(told)["again"]:
        found = {*found, "restore"}  # "needs to run again"
    return not wanted & found or any(one.text in words.done for one in told)


def strange_digits(sentence: str, generated: str) -> str:
    """Digits that are none of ASCII and not in the generated sentence."""
    return "".join(one for one in sentence if one.isnumeric() and not one.isascii() and one not in generated)


def is_nearly(told: Sequence[Token], there: Sequence[Token]) -> bool:
    """Whether something is said to be nearly so: "about" stands before a number."""
    return _loose(told) > _loose(there)


def _loose(tokens: Sequence[Token]) -> int:
    return sum(
        "approx" in (one.senses or ()) and not _counts(tokens[at + 1 :]) for at, one in enumerate(tokens)
    )


def _counts(rest: Sequence[Token]) -> bool:
    """Whether a number comes before any word that claims something."""
    for one in rest:
        if one.kind in ("number", "clock"):
            return True
        if one.kind != "word" or any(sense not in _EMPTY for sense in one.senses or ()):
            return False
    return False
