"""Numbers of a sentence against those of the facts: value, rounding, unit, and which of them it is.

A number may be written in another unit or rounded as it is written; a difference, a sum or a ratio of two
numbers of the facts may be said where it is exact and where the words say that it is one. Two numbers of one
kind must not change places: each stands where it stood, or beside a word that says which one it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from plantstack.insights.saying import Figure
from plantstack.insights.telling.render import Reader, value_of
from plantstack.insights.verifying.lexicon import lexicon
from plantstack.insights.verifying.reading import Known, Token, read

_ROUGH = 0.02  # of the value: what rounding may take away
_ABOUT = 0.06  # the same where the sentence says that it is about so much
_NEAR = 3  # tokens between a number and the word that says what it is

# What a value of the texts stands for, by its name in them: the senses of words that may stand beside it.
ROLES: Mapping[str, tuple[str, ...]] = {
    "good": ("made", "good"),
    "plan": ("plan", "of", "from"),
    "apart": ("plus", "minus", "by"),
    "scrap": ("scrap",),
    "share": ("all", "part", "pace"),
    "before": ("before", "from"),
    "now": ("to",),
    "low": ("from",),
    "high": ("to",),
    "time": ("lost", "together", "changeover", "stop"),
    "over": ("plus", "by"),
    "pieces": ("piece",),
}
_REFERENCES = ("plan", "before", "standard", "usual")


@dataclass(frozen=True, slots=True)
class Slot:
    """A number of the facts.

    Attributes:
        name: in the text; '' for one that stands in the text itself.
        value: exactly, in the base of its dimension; `shown` as it is written in the generated sentence.
        at: place among the numbers of the generated sentence.
    """

    name: str
    value: float
    shown: float
    dimension: str
    at: int

    @property
    def senses(self) -> tuple[str, ...]:
        """Senses of words that may stand beside it."""
        return ROLES.get(self.name, ())


@dataclass(frozen=True, slots=True)
class Wrong:
    """A number that is doubted; `is_unit`: only its unit is wrong."""

    what: str
    is_unit: bool = False


def slots_of(
    figures: Mapping[str, Figure], text: str, tokens: Sequence[Token], reader: Reader, known: Known
) -> tuple[Slot, ...]:
    """The numbers of a generated sentence, in its order, with the exact values behind them."""
    words = lexicon(reader.language)
    order = re.findall(r"%\((\w+)\)s", reader.translate(text))
    waiting = [name for name in order if name in figures and figures[name].form not in ("moment", "day")]
    alone = {name: read(value_of(figures[name], reader), known, words) for name in waiting}
    found = []
    for at, token in enumerate(one for one in tokens if one.kind == "number"):
        slot = Slot("", token.value, token.value, token.dimension, at)
        for name in waiting:
            read_alone = [one for one in alone[name] if one.kind == "number"]
            if [(one.value, one.dimension) for one in read_alone] == [(token.value, token.dimension)]:
                slot = replace(slot, name=name, value=_exact(figures[name], token))
                waiting.remove(name)
                break
        found.append(slot)
    return tuple(found)


def _exact(figure: Figure, token: Token) -> float:
    return figure.value if figure.form != "times" else token.value


def doubted_numbers(told: Sequence[Token], slots: Sequence[Slot]) -> Iterator[Wrong]:
    """The numbers of a sentence that the facts do not carry, or that stand for something else."""
    matched: list[tuple[int, Slot]] = []
    for at, one in enumerate(told):
        if one.kind != "number":
            continue
        near = _bound(told, at)
        used = {slot.at for _, slot in matched}
        fitting = [slot for slot in slots if _fits(one, slot, told, at)]
        if fitting:
            best = min(
                fitting, key=lambda slot: (_is_another(slot, slots, near) != (), slot.at in used, slot.at)
            )
            matched.append((at, best))
        elif not _is_derived(one, slots, near, told):
            yield Wrong(one.text, any(abs(_bare(one) - _bare_slot(slot)) < 1e-9 for slot in slots))
    yield from _mistaken(told, slots, matched)
    yield from _misplaced(told, matched)


def _mistaken(
    told: Sequence[Token], slots: Sequence[Slot], matched: Sequence[tuple[int, Slot]]
) -> Iterator[Wrong]:
    """Numbers that stand beside a word of another one: two of them, or one in the place of that other."""
    there = {slot.at for _, slot in matched}
    others = [(at, _is_another(slot, slots, _bound(told, at))) for at, slot in matched]
    others = [(at, found) for at, found in others if found]
    for at, found in others:
        if len(others) > 1 or not any(slot.at in there for slot in found):
            yield Wrong(told[at].text)


def _misplaced(told: Sequence[Token], matched: Sequence[tuple[int, Slot]]) -> Iterator[Wrong]:
    """Numbers of one kind that changed places, and no word says which is which."""
    for (at, first), (later, second) in combinations(matched, 2):
        if first.dimension == second.dimension and first.at > second.at and first.shown != second.shown:
            both = (_says(first, _bound(told, at)), _says(second, _bound(told, later)))
            if not all(both):
                yield Wrong(f"{told[at].text} / {told[later].text}")


def _says(slot: Slot, near: frozenset[str]) -> bool:
    return bool(near & frozenset(slot.senses))


def _fits(one: Token, slot: Slot, told: Sequence[Token], at: int) -> bool:
    if one.dimension != slot.dimension and (one.dimension, slot.name) != ("times", "n"):
        return False
    if abs(one.value - slot.shown) < 1e-9:
        return True
    is_about = any("approx" in (word.senses or ()) for word in told[max(0, at - 2) : at])
    step, off = one.step, abs(one.value - slot.value)
    if (is_about and one.text.isdigit()) or (is_about and one.step >= 0.5):
        digits = f"{abs(one.value):.0f}"
        zeros = len(digits) - len(digits.rstrip("0"))
        step = max(step, 0.5 * 10.0**zeros) if one.dimension == "count" else step
    allowed = (_ABOUT if is_about else _ROUGH) * abs(slot.value)
    return off <= step * (1 + 1e-9) and off <= allowed


def _bare(one: Token) -> float:
    """A number without its unit."""
    return one.value if one.dimension == "count" else (one.step and round(one.value / (2 * one.step))) or 0.0


def _bare_slot(slot: Slot) -> float:
    if slot.dimension == "time":
        return round(slot.shown / 60)
    return slot.shown * 100 if slot.dimension == "share" else slot.shown


def _bound(told: Sequence[Token], at: int) -> frozenset[str]:
    """Senses of the nearest words of a number that say which one it is, up to the next number or break."""
    every = {sense for senses in ROLES.values() for sense in senses}
    best, found = _NEAR + 1, set[str]()
    for step in (-1, 1):
        for distance in range(1, _NEAR + 1):
            place = at + step * distance
            if not 0 <= place < len(told) or told[place].kind in ("number", "clock"):
                break
            one = told[place]
            if one.kind == "mark" and one.text in ":;.":
                break
            senses = {sense for sense in one.senses or () if sense in every}
            if distance > 1 or step > 0:
                senses -= {"from", "to", "of", "by"}
            if senses:
                if distance < best:
                    best, found = distance, senses
                elif distance == best:
                    found |= senses
                break
    return frozenset(found)


def _is_another(slot: Slot, slots: Sequence[Slot], near: frozenset[str]) -> tuple[Slot, ...]:
    """Other numbers of the same kind that the words beside a number are about; none: its own."""
    if not near or not slot.senses or near & frozenset(slot.senses):
        return ()
    others = (one for one in slots if one is not slot and one.dimension == slot.dimension)
    return tuple(one for one in others if near & frozenset(one.senses))


def _is_derived(one: Token, slots: Sequence[Slot], near: frozenset[str], told: Sequence[Token]) -> bool:
    senses = {sense for token in told for sense in token.senses or ()}
    pairs = [
        (a, b) for a, b in combinations(slots, 2) if a.dimension == b.dimension and a.dimension != "share"
    ]
    for a, b in pairs:
        is_plan = any(sense in _REFERENCES for sense in (*a.senses, *b.senses))
        if one.dimension == "share" and is_plan and senses & {"plan", "standard", "before"}:
            top, low = (a, b) if "plan" not in a.senses else (b, a)
            if low.value and abs(one.value - top.value / low.value) <= one.step * (1 + 1e-9):
                return True
        if one.dimension != a.dimension:
            continue
        if is_plan and near & {"plus", "minus"} and abs(one.value - abs(a.value - b.value)) < 1e-9:
            return True
        if not is_plan and "together" in senses and abs(one.value - a.value - b.value) < 1e-9:
            return True
    return False
