"""What words of a sentence are about: the same words, tied to others, say another thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from plantstack.insights.verifying.doubts import Kind
from plantstack.insights.verifying.held import unbound
from plantstack.insights.verifying.lexicon import Lexicon
from plantstack.insights.verifying.orders import BREAKS, to_do
from plantstack.insights.verifying.reading import Token, clauses, left_of, senses_of

_REFERENCES = ("before", "plan", "standard", "need", "shift", "pace", "usual")
_HEDGES = ("most", "approx")
_MORE = ("more", "less", "fewer", "mehr", "weniger", "más", "menos")
_REACH = 3  # tokens between a hedge and its number


def loosened(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> Iterator[tuple[Kind, str]]:
    """What is tied to something else than it was: what it is doubted as, and the words."""
    if told and told[0].text == "als" and "against" in (told[0].senses or ()):
        yield "order", "als"  # compares nothing where it comes first
    if any(not _is_reference(told, at, there, words) for at in _places(told, "against")):
        yield "order", "than"
    yield from (("order", one) for one in sorted({*_related(told, words)} - {*_related(there, words)}))
    yield from (("order", one) for one in unbound(told, there, words))
    yield from (("certainty", one) for one in _hedges(told, there))
    yield from (("certainty", one) for one in _bounded(told, there, words))
    yield from (("number", one) for one in _ranges(told, there))
    is_of_all = any(one.dimension == "share" for one in there) and bool(_places(there, "all"))
    whole = [at for at in _places(told, "all") if is_of_all and not _is_of(told[:at], words)]
    if whole or any(_next(told, at).kind == "number" for at in _places(told, "all")):
        yield "quantifier", "all"
    if _is_running_at(there) and not _is_dated(told):
        yield "number", "share"  # who runs at a share of its pace does not just run
    if _after(there) == "due" and _after(told) not in ("due", ""):
        yield "time", "after"
    if _is_aimed(told, there, words):
        yield "order", "target"
    if _is_shared(told, there, words):
        yield "order", "to do"
    if words.is_first and told and _last(told) in words.being and _last(told) != _last(there):
        yield "word", _last(told)


def _places(tokens: Sequence[Token], sense: str) -> list[int]:
    return [at for at, one in enumerate(tokens) if sense in (one.senses or ())]


def _next(tokens: Sequence[Token], at: int) -> Token:
    """The next token."""
    return tokens[at + 1] if at + 1 < len(tokens) else Token("mark", ".")


def _is_of(before: Sequence[Token], words: Lexicon) -> bool:
    """Whether a share or "of" stands before what is all of it: "scrapped 12 pieces, all it made" is not."""
    last = next((one for one in reversed(before) if one.text not in words.articles), None)
    return last is not None and (last.dimension == "share" or last.text in words.prepositions)


def _is_dated(told: Sequence[Token]) -> bool:
    """Whether a share stands in one clause with the instant since when it is so."""
    parts = clauses(told, lambda one: one.kind == "mark" and one.text in ":;.!?")
    kinds = ({one.kind for one in some} | {one.dimension for one in some} for some in parts)
    return any({"clock", "share"} <= some for some in kinds)


def _is_running_at(there: Sequence[Token]) -> bool:
    mine = senses_of(there)
    is_so = mine["since"] > 0 and mine["run"] > 0
    return is_so and any(one.dimension == "share" for one in there)


def _is_reference(told: Sequence[Token], at: int, there: Sequence[Token], words: Lexicon) -> bool:
    """Whether "than" and the like stand before what the facts compare with, or before a number."""
    mine = senses_of(there)
    for one in told[at + 1 :]:
        if one.kind in ("number", "clock"):
            return True
        if one.kind == "name":
            return one.text in _compared(there, words)
        if one.kind == "mark" and one.text in BREAKS:
            return True
        senses = set(one.senses or ())
        if senses & set(_REFERENCES):
            return any(mine[sense] for sense in senses)
        if one.text in words.having:
            return False  # "needs more than it has"
    return True


def _compared(there: Sequence[Token], words: Lexicon) -> set[str]:
    """Names that the generated sentence itself compares with."""
    found = set[str]()
    for at in _places(there, "against"):
        rest = [one for one in there[at + 1 : at + 3] if one.text not in words.articles]
        found |= {one.text for one in rest[:1] if one.kind == "name"}
    return found


def _related(told: Sequence[Token], words: Lexicon) -> Iterator[str]:
    """Names behind "behind" and its like: the plan is behind nobody."""
    for at, one in enumerate(told):
        if one.text not in words.relating:
            continue
        rest = [two for two in told[at + 1 : at + 4] if two.text not in words.articles]
        rest = rest[1:] if rest and words.prepositions.get(rest[0].text) == "of" else rest
        if rest and rest[0].kind == "name":
            yield f"{one.text} {rest[0].text}"


def _hedges(told: Sequence[Token], there: Sequence[Token]) -> Iterator[str]:
    """Numbers that were about so much, or at most so much, and are not; and at most so much that were not."""
    for sense in _HEDGES:
        were, are = _hedged(there, sense), _hedged(told, sense)
        known = [one for one in told if one.kind == "number"]
        for one in were:
            same = [two for two in known if _is_same(one, two)]
            if same and not any(_is_same(one, two) for two in are):
                yield sense
        if sense == "most" and any(not any(_is_same(one, two) for one in were) for two in are):
            yield sense


def _hedged(tokens: Sequence[Token], sense: str) -> list[Token]:
    found = []
    for at in _places(tokens, sense):
        near = (one for one in tokens[at + 1 : at + 1 + _REACH] if one.kind in ("number", "mark"))
        found += [one for one in near if one.kind == "number"][:1]
    return found


def _is_same(one: Token, other: Token) -> bool:
    off = max(one.step + other.step, 0.06 * abs(one.value))
    return one.dimension == other.dimension and abs(one.value - other.value) <= off


def _bounded(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> Iterator[str]:
    """Numbers with "over" or "more than" before them that nothing is compared with: they are exact."""
    relations = {"of", "against", "from"}
    known = [
        two for one, two in pairwise(there) if two.kind == "number" and relations & set(one.senses or ())
    ]
    for at, one in enumerate(told):
        left = left_of(told, at, 4, words)
        left = [two for two in left if two.senses != ("approx",)]
        if one.kind != "number" or not left:
            continue
        last, before = set(left[-1].senses or ()), left[-2].text if len(left) > 1 else ""
        is_over = left[-1].text in words.relating and bool(last & {"plus", "minus"})
        is_more = bool(last & relations) and before in _MORE
        if (is_over or is_more) and not any(abs(one.value - two.value) <= two.step for two in known):
            yield f"{left[-1].text} {one.text}"


def _ranges(told: Sequence[Token], there: Sequence[Token]) -> Iterator[str]:
    """Two ends of a range of money that are said as one amount, or as two."""
    for low, word, high in zip(there, there[1:], there[2:], strict=False):
        is_range = low.kind == high.kind == "number" and low.dimension == high.dimension
        if not is_range or "to" not in (word.senses or ()) or not low.dimension.isupper():
            continue
        money = [at for at, one in enumerate(told) if one.kind == "number" and one.dimension == low.dimension]
        if not money:
            continue
        between = told[money[0] + 1 : money[-1]]
        is_joined = any("to" in (one.senses or ()) for one in between)
        before = told[max(0, money[0] - 3) : money[0]]
        is_between = any("between" in (one.senses or ()) for one in before) and len(between) == 1
        if len(money) != 2 or not (is_joined or is_between):
            yield low.text


def _after(tokens: Sequence[Token]) -> str:
    """What "after" stands before: a sense, or '' nothing that claims anything."""
    for at in _places(tokens, "after"):
        rest = (sense for one in tokens[at:] for sense in one.senses or () if sense in ("due", "end", "will"))
        return next(rest, "")
    return ""


def _is_aimed(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> bool:
    """Whether something is said to be at its target, where only the target is known."""
    places = _places(told, "target")
    if not places or not _places(there, "target"):
        return False
    before = [one for one in told[: places[0]] if one.text not in words.articles]
    if before and words.prepositions.get(before[-1].text) == "at":
        return True
    number = next((at for at, one in enumerate(told) if one.kind == "number"), len(told))
    return number < places[0] and _next(told, number).text not in words.being


def _is_shared(told: Sequence[Token], there: Sequence[Token], words: Lexicon) -> bool:
    """Whether a share of what is so is said in what is to be done."""
    return to_do(there, words) != set() and _shares(told, words) > _shares(there, words)


def _shares(tokens: Sequence[Token], words: Lexicon) -> int:
    """Shares in clauses that say what is to be done."""
    found = 0
    for clause in clauses(tokens, _ends):
        n = sum(one.kind == "number" and one.dimension == "share" for one in clause)
        found += n if n and to_do(clause, words) else 0
    return found


def _ends(one: Token) -> bool:
    return (one.kind == "mark" and one.text in BREAKS) or "because" in (one.senses or ())


def _last(tokens: Sequence[Token]) -> str:
    return next((one.text for one in reversed(tokens) if one.kind != "mark"), "")
