"""What is known of one scope and period: exact sums, and why some of them are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from plantstack.kpis.formula import PERIOD, Undefined, value_of
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
    """

    sums: Sums
    period_s: Exact | None = None
    whole: Sums | None = None
    kinds: frozenset[str] | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellValues:
    """Where formulas find their numbers: the cell, and the catalogue for names made of others."""

    catalog: Catalog
    profile: str
    cell: Cell

    def value(self, name: str, *, below: bool) -> Fraction:
        """The sum, named sum or KPI called `name`."""
        if name == PERIOD:
            return self.days() * _DAY_SECONDS
        behind = self.catalog.formula_behind(name, self.profile)
        return self._known(name, below) if behind is None else value_of(behind.node, self, below=below)

    def end_value(self, name: str, *, below: bool) -> Fraction:
        """A level at the end of the period."""
        return self._known(f"end({name})", below)

    def days(self) -> Fraction:
        """The length of the period in days."""
        if not self.cell.period_s:
            raise Undefined("no denominator: the length of the period is not known")
        return Fraction(self.cell.period_s) / _DAY_SECONDS

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
