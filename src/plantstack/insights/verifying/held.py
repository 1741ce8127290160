"""What stands beside what in a fact, and has to stand there in a sentence of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from plantstack.insights.verifying.claims import is_apart
from plantstack.insights.verifying.lexicon import Lexicon
from plantstack.insights.verifying.orders import BREAKS
from plantstack.insights.verifying.reading import Token, left_of, senses_of

_CLAUSES = ":;.!?"


def unbound(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> Iterator[str]:
    """Words of a sentence that are no longer beside what they were said of."""
    mine, here = senses_of(there), senses_of(told)
    is_bound = not mine["before"] or is_apart(told, there) or not _is_earlier(there, words)
    if not is_bound and not _is_earlier(told, words):
        yield "before"
    if mine["need"] and mine["against"] and not here["against"] and not _is_both(told, ("plus", "need")):
        yield "than"
    if mine["need"] and mine["plus"] and not _is_after(told, "need", "plus"):
        yield "need"
    if mine["standard"] and here["standard"] and _is_measured(told):
        yield "standard"
    if _is_paced(there) and not _is_paced(told):
        yield "pace"
    if mine["after"] and mine["end"] and here["after"] and not _is_in_clause(told, "after", "end"):
        yield "after"
    if mine["made"] and _is_made_by_plan(told, words):
        yield "plan"
    if mine["reason"] and not _has_purpose(there, words) and _has_purpose(told, words):
        yield "reason"


def _is_earlier(told: Sequence[Token], words: Lexicon) -> bool:
    """Whether each "shift before" is what is compared with, and not when it was."""
    for at, one in enumerate(told):
        if "before" not in (one.senses or ()):
            continue
        if one.text == "before" and (at == 0 or "shift" not in (told[at - 1].senses or ())):
            return False
        back = left_of(told, at, 6, words)
        back = [two for two in back if two.senses != ("shift",)]
        is_in = bool(back) and back[-1].text in words.prepositions and not back[-1].senses
        if not _is_compared(back[:-1] if is_in else back, told, is_in, words):
            return False
    return True


def _is_compared(back: Sequence[Token], told: Sequence[Token], is_in: bool, words: Lexicon) -> bool:
    """Whether "against", a verb of more or less, or the earlier number stands right before."""
    if not back:
        return False
    if len(back) > 1 and set(back[-1].senses or ()) == {"from"}:
        back = back[:-1]  # "por debajo del turno anterior"
    last = back[-1]
    if last.kind == "number":
        at = next(at for at, one in enumerate(told) if one is last)
        left = left_of(told, at, 3, words)
        return bool(left) and bool({"from", "against"} & set(left[-1].senses or ()))
    if "before" in (last.senses or ()):
        return _is_compared(back[:-1], told, is_in, words)
    known = {"against"} if is_in else {"against", "plus", "minus"}
    return bool(known & set(last.senses or ()))


def _is_measured(tokens: Sequence[Token]) -> bool:
    """Whether the standard is said to take longer: it comes before "longer" and no "by" behind it."""
    at = next(at for at, one in enumerate(tokens) if "standard" in (one.senses or ()))
    before = {sense for one in tokens[:at] for sense in one.senses or ()}
    behind = any("by" in (one.senses or ()) for one in tokens[at:])
    return not before & {"plus", "minus", "against"} and not behind


def _is_both(tokens: Sequence[Token], senses: tuple[str, ...]) -> bool:
    return any(set(senses) <= set(one.senses or ()) for one in tokens)


def _is_after(tokens: Sequence[Token], sense: str, other: str) -> bool:
    """Whether a sense is said no earlier than another one: "has more than it needs"."""
    places = [
        next((at for at, one in enumerate(tokens) if name in (one.senses or ())), -1)
        for name in (sense, other)
    ]
    return places[0] >= places[1]


def _is_paced(tokens: Sequence[Token]) -> bool:
    """Whether a share is one of the pace: the pace stands close behind it."""
    return any(
        one.kind == "number" and any("pace" in (two.senses or ()) for two in tokens[at + 1 : at + 5])
        for at, one in enumerate(tokens)
        if one.dimension == "share"
    )


def _is_in_clause(tokens: Sequence[Token], sense: str, other: str) -> bool:
    """Whether two senses stand in one clause."""
    clause = set[str]()
    for one in (*tokens, Token("mark", ".")):
        if one.kind == "mark" and one.text in _CLAUSES:
            if sense in clause and other not in clause:
                return False
            clause = set()
        clause |= set(one.senses or ())
    return True


def _is_made_by_plan(told: Sequence[Token], words: Lexicon) -> bool:
    """Whether a plan, and not a line, is said to have made something."""
    for at, one in enumerate(told):
        if one.senses != ("plan",) or at == 0:
            continue
        is_noun = told[at - 1].text in words.articles or told[at - 1].text == "'s"
        rest = list(told[at + 1 : at + 4])
        if len(rest) > 1 and rest[1].kind == "name" and words.prepositions.get(rest[0].text) == "of":
            rest = rest[2:]
        if is_noun and rest and "made" in (rest[0].senses or ()) and rest[0].text not in BREAKS:
            return True
    return False


def _has_purpose(tokens: Sequence[Token], words: Lexicon) -> bool:
    """Whether a reason is one to do something: "no reason to stand"."""
    reason = next((at for at, one in enumerate(tokens) if "reason" in (one.senses or ())), len(tokens))
    rest = tokens[reason + 1 :]
    if words.addressed:
        pairs = pairwise(rest)
        return any(one.text == "zu" and {"stop", "run"} & set(two.senses or ()) for one, two in pairs)
    is_followed = len(rest) > 1 and rest[1].text not in words.articles and rest[1].kind == "word"
    return is_followed and rest[0].text in ("to", "para")
