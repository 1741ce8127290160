"""The factors of every part of a number: its weight, how it was captured, and what it made of its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from plantstack.kpis.bridges.bridge import Bridge, Factor, build
from plantstack.kpis.bridges.shape import Shape
from plantstack.kpis.cell import CellValues

MIX, CAPTURE, CALENDAR = "mix", "capture method", "calendar"

PartKey: TypeAlias = tuple[str, str]
"""A part, and how its signals were captured."""

_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Sums:
    """A number at one end of a bridge: the sums of the whole, and of the parts that make it up."""

    whole: CellValues
    parts: Mapping[PartKey, CellValues]


def bridged(shape: Shape, then: Sums, now: Sums, values: tuple[Fraction, Fraction]) -> Bridge:
    """Build the bridge between two ends.

    Args:
        shape: of the KPI.
        then: where it comes from.
        now: where it goes to.
        values: the KPI then and now, in the unit its formula works out to.
    """
    cells = [one for side in (then, now) for one in (side.whole, *side.parts.values())]
    if not all(map(shape.holds, cells)):
        shape = replace(shape, chain=())  # such as pieces in a time without a run
    mixes = shape.lower is not None and all(_weighs(shape, one) for one in cells)
    if not mixes:
        shape = replace(shape, chain=())
    methods = len({method for side in (then, now) for _, method in side.parts}) > 1
    used = dict.fromkeys([*then.parts, *now.parts])
    sides = [_Parts(shape, side, mixes, methods).factors(used) for side in (then, now)]
    return build(sides[0], sides[1], values)


def part_of(name: str) -> str:
    """The part in the name of a part and its method."""
    return name.partition("\0")[0]


def _weighs(shape: Shape, values: CellValues) -> bool:
    """Whether a part has a weight wherever it has a share of the value."""
    below = shape.amount(shape.lower or {}, values)
    return below > 0 or (not below and not shape.amount(shape.upper, values))


@dataclass(frozen=True, slots=True)
class _Parts:
    shape: Shape
    side: Sums
    mixes: bool
    methods: bool

    def factors(self, used: Iterable[PartKey]) -> dict[str, dict[str, Factor]]:
        """Part -> factor -> what it was.

        Args:
            used: parts and methods of both ends: a method not used here is a share of nothing in its part.
        """
        weights = {key: self._weight(values) for key, values in self.side.parts.items()}
        whole = _added(weights.values())
        found: dict[str, dict[str, Factor]] = {}
        for (part, method), values in self.side.parts.items():
            mine = _added(weight for (name, _), weight in weights.items() if name == part)
            inner = (weights[part, method] / mine if mine else Fraction(0)) if self.methods else Fraction(1)
            share = (mine / whole if whole else Fraction(0)) if self.mixes else Fraction(1)
            made = self._weighing(share, inner)
            found[f"{part}\0{method}"] = made | self._own(values, inner)
        here = {part for part, _ in self.side.parts}
        for part, method in used:
            if (part, method) not in self.side.parts:
                told = next((found[f"{name}\0{one}"] for name, one in self.side.parts if name == part), {})
                found[f"{part}\0{method}"] = self._unused(told) if part in here else self._absent()
        return found

    def _unused(self, like: Mapping[str, Factor]) -> dict[str, Factor]:
        """The factors of a part under a method that was not used: its share of the part is nothing."""
        unused = {name: Factor(None) for name in like}
        weight = {name: like[name] for name in (MIX, CALENDAR) if name in like}
        has_share = MIX not in weight or bool(weight[MIX].value)
        return unused | weight | {CAPTURE: Factor(Fraction(0) if has_share else None)}

    def _absent(self) -> dict[str, Factor]:
        """The factors of a part that is not here: it weighs nothing, or made nothing of its time."""
        names = list(self._own(self.side.whole, Fraction(1)))
        own = {name: Factor(None) for name in names}
        if self.mixes:
            return self._weighing(Fraction(0), Fraction(0)) | own
        return self._weighing(Fraction(1), Fraction(1)) | own | {names[0]: Factor(Fraction(0))}

    def _weighing(self, share: Fraction, inner: Fraction) -> dict[str, Factor]:
        made: dict[str, Factor] = {}
        if self.mixes:
            made[MIX] = Factor(share)
        elif self._has_calendar:
            made[CALENDAR] = Factor(self._clock)
        if self.methods:
            made[CAPTURE] = Factor(inner if share else None)
        return made

    def _own(self, values: CellValues, inner: Fraction) -> dict[str, Factor]:
        """What the KPI itself is a product of; sums are those of the time in which a method was used."""
        if self.mixes:
            return self.shape.factors(values, self._clock)
        clock = self._clock * inner
        over = replace(self.shape, chain=(), lower=None).factors(values, clock) if clock else {}
        amount = over.get("amount", Factor(None))
        if self.shape.lower is None:
            return {"amount": amount}
        whole = replace(self.shape, chain=()).factors(self.side.whole, self._clock)
        # the fraction line stands under the whole: no part has one of its own
        return {"numerator": amount, "denominator": whole["denominator"]}

    def _weight(self, values: CellValues) -> Fraction:
        if self.mixes:
            return self.shape.amount(self.shape.lower or {}, values)
        return values.value("time_calendar", below=False)

    @property
    def _is_flow(self) -> bool:
        measures = self.shape.measures
        return bool(measures) and all(one.kind != "level" for one in measures)

    @property
    def _has_calendar(self) -> bool:
        return self._is_flow and self.shape.lower is None

    @property
    def _clock(self) -> Fraction:
        """Planned busy hours of the whole, so that periods of unlike length compare; else their length."""
        if not self._is_flow:
            return Fraction(1)
        planned = self.side.whole.value("PBT", below=False)
        return (planned or Fraction(self.side.whole.cell.period_s or _SECONDS)) / _SECONDS


def _added(numbers: Iterable[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0))
