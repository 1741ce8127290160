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
from plantstack.insights.verifying.lexicon import Lexicon, lexicon
from plantstack.insights.verifying.reading import Known, Token, left_of, read

_ROUGH = 0.02  # of the value: what rounding may take away
_ABOUT = 0.06  # the same where the sentence says that it is about so much
_NEAR = 3  # tokens between a number and the word that says what it is

# What a value of the texts stands for, by its name in them: the senses of words that may stand beside it.
ROLES: Mapping[str, tuple[str, ...]] = {
    "good": ("made", "good"),
    "plan": ("plan", "of", "from", "against"),
    "apart": ("plus", "minus", "by"),
    "scrap": ("scrap",),
    "share": ("all", "part", "pace"),
    "before": ("before", "from", "against"),
    "now": ("to",),
    "low": ("from",),
    "high": ("to",),
    "time": ("lost", "together", "changeover", "stop"),
    "over": ("plus", "by"),
    "pieces": ("piece",),
}
# Words beside a number that say it is another one, whatever numbers there are.
_CONTRARY: Mapping[str, tuple[str, ...]] = {
    "good": ("scrap",),
    "scrap": ("made", "good", "plan"),
    "pieces": ("person", "stop", "changeover"),
}
_PLAIN = ("good", "scrap")  # numbers of what is, not of how much more or less
_RELATIVE = ("plus", "minus", "plan", "target", "lost", "lack")
_SAID = ("apart", "over", "before")  # numbers that words must say to be more, less or earlier
_TIGHT = ("from", "to", "of", "by")  # right before a number these say which one it is
_IS = ("es", "son")
_WITH = ("with", "mit", "con")  # what stands before it is not said of the number behind it
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


def doubted_numbers(told: Sequence[Token], slots: Sequence[Slot], words: Lexicon) -> Iterator[Wrong]:
    """The numbers of a sentence that the facts do not carry, or that stand for something else."""
    matched: list[tuple[int, Slot]] = []
    for at, one in enumerate(told):
        if one.kind != "number":
            continue
        near = _bound(told, at, slots)
        used = {slot.at for _, slot in matched}
        fitting = [slot for slot in slots if _fits(one, slot, told, at)]
        if fitting:
            best = min(
                fitting, key=lambda slot: (_is_another(slot, slots, near) != (), slot.at in used, slot.at)
            )
            matched.append((at, best))
        elif not _is_derived(one, slots, near, told):
            yield Wrong(one.text, any(abs(_bare(one) - _bare_slot(slot)) < 1e-9 for slot in slots))
    yield from _mistaken(told, slots, matched, words)
    yield from _misplaced(told, slots, matched)


def _mistaken(
    told: Sequence[Token], slots: Sequence[Slot], matched: Sequence[tuple[int, Slot]], words: Lexicon
) -> Iterator[Wrong]:
    """Numbers that stand beside a word of another one, or of what they cannot be."""
    for at, slot in matched:
        contrary = frozenset(_CONTRARY.get(slot.name, ()))
        near = _bound(told, at, slots)
        every = {sense for _, senses in _beside(told, at) for sense in senses}
        is_contrary = bool(_bound(told, at, slots, contrary) & contrary) and not _says(slot, frozenset(every))
        is_another = bool(_is_another(slot, slots, near))
        is_dated = at + 1 < len(told) and told[at + 1].text == "("  # the period behind it is held to it
        is_unsaid = slot.name in _SAID and not is_dated and not frozenset(every) & frozenset(slot.senses)
        if is_contrary or is_another or is_unsaid or _is_misread(slot, told, at, words):
            yield Wrong(told[at].text)


def _is_misread(slot: Slot, told: Sequence[Token], at: int, words: Lexicon) -> bool:
    """Whether words right beside a number say that it is something else."""
    left = left_of(told, at, 4, words)
    right = [told[at + 1]] if at + 1 < len(told) else []
    last = set(left[-1].senses or ()) if left else set[str]()
    if slot.name in _PLAIN:
        beside = left[-1:] + right + (left[-2:-1] if last & {"of", "from"} else [])
        return any(sense in _RELATIVE for one in beside for sense in one.senses or ())
    if slot.name in ("before", "now"):  # "rose 6 %", "rose by 6 %"
        return last == {"by"} or (bool(last & {"plus", "minus"}) and not last & {"from", "to"})
    if slot.name == "apart" and "plan" in last and _is_bare(left[:-1], words):
        return True  # "leaves the plan 6 behind"
    is_told = bool(left) and (left[-1].text in words.being or "was" in last)
    if slot.name in ("apart", "over") and len(left) > 1 and is_told:
        return bool(set(left[-2].senses or ()) & {"plan", "standard", "before"})  # "the plan is 6 behind"
    return False


def _is_bare(before: Sequence[Token], words: Lexicon) -> bool:
    """Whether nothing stands before a plan that says what it is to the number behind it."""
    if not before or before[-1].kind == "mark":
        return True
    senses = set(before[-1].senses or ())
    return before[-1].text not in words.prepositions and not senses & {
        "of",
        "from",
        "against",
        "plus",
        "minus",
    }


def _misplaced(
    told: Sequence[Token], slots: Sequence[Slot], matched: Sequence[tuple[int, Slot]]
) -> Iterator[Wrong]:
    """Numbers of one kind that changed places, and no word says of one of them which it is."""
    for (at, first), (later, second) in combinations(matched, 2):
        if first.dimension == second.dimension and first.at > second.at and first.shown != second.shown:
            near = (_bound(told, at, slots), _bound(told, later, slots))
            are_said = (_says(first, near[0]), _says(second, near[1]))
            is_other = any(
                not is_said and _is_another(slot, slots, words)
                for slot, words, is_said in zip((first, second), near, are_said, strict=True)
            )
            if not any(are_said) or is_other:
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


def _bound(
    told: Sequence[Token], at: int, slots: Sequence[Slot], more: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Senses of the nearest words of a number that say which one it is, up to the next number or break."""
    every = {sense for slot in slots for sense in slot.senses} | more
    tight = {sense for one in told[max(0, at - 1) : at] for sense in one.senses or () if sense in _TIGHT}
    if at > 1 and (told[at - 2].text in _IS or "was" in (told[at - 2].senses or ())):
        tight, every = tight - {"from", "of"}, every - {"from", "of"}  # "era del 6 %" is "was 6 %"
    if at > 1 and {"plus", "minus"} & set(told[at - 2].senses or ()):
        tight, every = tight - {"of"}, every - {"of"}  # "a gap of 8"
    if tight & every:
        return frozenset(tight & every)  # "hat 8 von 10 gefertigt": 10 is not what was made
    nearest = _NEAR + 1
    found = set[str]()
    for distance, senses in sorted(_beside(told, at), key=lambda one: one[0]):
        if senses & every and distance <= nearest:
            nearest = distance
            found |= senses & every
    return frozenset(found)


def _beside(told: Sequence[Token], at: int) -> Iterator[tuple[int, set[str]]]:
    """Words on both sides of a number that are nearer to it than to another one, and how near they are."""
    for step in (-1, 1):
        row = [told[place] for place in _places(at, step, len(told))]
        for distance, one in enumerate(row[:_NEAR], 1):
            if one.kind == "mark" and one.text in ":;.,":
                break
            if one.kind in ("number", "clock") or (
                step < 0 and distance > 1 and row[distance - 2].text in _WITH
            ):
                break
            other = next((n for n, two in enumerate(row, 1) if two.kind == "number"), 99) - distance
            if other >= distance:
                loose = set(_TIGHT) if distance > 1 or step > 0 else set[str]()
                loose |= {"against"} if step > 0 else set()  # "8 against 10": 8 is not compared with
                yield distance, set(one.senses or ()) - loose


def _places(at: int, step: int, length: int) -> range:
    return range(at + step, length if step > 0 else -1, step)


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
