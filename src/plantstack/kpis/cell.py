"""What is known of one scope and period: exact sums, and why some of them are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

from plantstack.kpis.formula import PERIOD, Formula, Undefined, value_of
from plantstack.kpis.grammar import names_of
from plantstack.kpis.kpi import Catalog
from plantstack.measures.catalog import MEASURES

Exact: TypeAlias = int | Decimal | Fraction
Sums: TypeAlias = Mapping[str, Exact | None]

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Cell:
    """The sums of one scope and period.

    Attributes:
        sums: measure -> sum in its unit, exact; None when it has none here. `end(rav)` is the
            level `rav` at the end of the period.
        period_s: length of the period in seconds, for levels and yearly values.
        whole: the same sums before a split by reason; they stand under the fraction line.
        kinds: event kinds, and facts of the plant files, ever recorded; None asks for none.
        reasons: measure -> why it is None.
        named: measure of doubt -> the products or machines behind it.
        modelled: name of a model, or of a KPI that is a change, -> its value here, or why it has none.
    """

    sums: Sums
    period_s: Exact | None = None
    whole: Sums | None = None
    kinds: frozenset[str] | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    modelled: Mapping[str, Fraction | str] = field(default_factory=dict)


class CellValues:
    """Where formulas find their numbers: the cell, and the catalogue for names made of others.

    What was worked out once is kept, so the KPIs of one cell share their sums.
    """

    def __init__(self, catalog: Catalog, profile: str, cell: Cell) -> None:
        self.catalog = catalog
        self.profile = profile
        self.cell = cell
        self._kept: dict[tuple[str, bool], Fraction] = {}

    def value(self, name: str, *, below: bool) -> Fraction:
        """The sum, named sum or KPI called `name`."""
        kept = self._kept.get((name, below))
        if kept is None:
            kept = self._kept[name, below] = self._work_out(name, below)
        return kept

    def end_value(self, name: str, *, below: bool) -> Fraction:
        """A level at the end of the period."""
        return self._known(f"end({name})", below)

    def days(self) -> Fraction:
        """The length of the period in days."""
        if not self.cell.period_s:
            raise Undefined("no denominator: the length of the period is not known")
        return Fraction(self.cell.period_s) / _DAY_SECONDS

    @cached_property
    def typical(self) -> CellValues:
        """The same cell with unknown time taken out."""
        return self._read_as({})

    @cached_property
    def readings(self) -> tuple[CellValues, ...]:
        """The same cell for everything unknown time may have been; none when there is none."""
        if not self.cell.sums.get("time_unknown"):
            return ()
        return tuple(self._read_as(changes) for changes in self.catalog.unknown_read_as.values())

    def _read_as(self, changes: Mapping[str, Formula]) -> CellValues:
        sums, whole = self._changed(self.cell.sums, changes), self.cell.whole
        whole = None if whole is None else self._changed(whole, changes)
        return CellValues(self.catalog, self.profile, replace(self.cell, sums=sums, whole=whole))

    def _changed(self, sums: Sums, changes: Mapping[str, Formula]) -> Sums:
        written = {name for formula in changes.values() for name in names_of(formula.node)}
        # What an engine did not give cannot have changed sides.
        plain = CellValues(self.catalog, self.profile, Cell({name: sums.get(name) or 0 for name in written}))
        changed: dict[str, Exact | None] = {**sums, "time_unknown": 0, "time_unknown_counted": 0}
        for name, formula in changes.items():
            if sums.get(name) is not None:
                changed[name] = value_of(formula.node, plain)
        return changed

    def _work_out(self, name: str, below: bool) -> Fraction:
        if name == PERIOD:
            return self.days() * _DAY_SECONDS
        behind = self.catalog.formula_behind(name, self.profile)
        return self._known(name, below) if behind is None else value_of(behind.node, self, below=below)

    def _known(self, name: str, below: bool) -> Fraction:
        sums = self.cell.whole if below and self.cell.whole is not None else self.cell.sums
        number = sums.get(name)
        if number is None:
            raise Undefined(self.cell.reasons.get(name) or self._missing(name))
        return Fraction(number)

    def _missing(self, name: str) -> str:
        feeds = MEASURES[name].feeds if name in MEASURES else ()
        absent = [feed for feed in feeds if self.cell.kinds is not None and feed not in self.cell.kinds]
        return f"needs {absent[0]}" if absent else f"{name} is not known here"
