"""What is known of one scope and period: exact sums, and why some of them are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from typing import Protocol, TypeAlias

from plantstack.kpis.formulas.formula import PERIOD, Formula, Pair, Undefined, Values
from plantstack.kpis.formulas.grammar import Node, names_of
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.models.modelled import Modelled
from plantstack.measures.catalog import MEASURES

Exact: TypeAlias = int | Decimal | Fraction
Sums: TypeAlias = Mapping[str, Exact | None]

# What a reading of unknown time takes away.
UNKNOWN = ("time_unknown", "time_unknown_counted")

_DAY_SECONDS = 86_400
_TAKEN_OUT = ""


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
    modelled: Mapping[str, Modelled] = field(default_factory=dict)


class CellValues:
    """Where formulas find their numbers: the cell, and the catalogue for names made of others.

    What was worked out once is kept, so the KPIs of one cell share their sums. All sums of a cell are whole
    numbers over one denominator, so that adding them adds whole numbers.
    """

    def __init__(self, catalog: Catalog, profile: str, cell: Cell) -> None:
        self.catalog = catalog
        self.profile = profile
        self.cell = cell
        over: dict[str, Pair] = {}
        self._kept = (over, over if cell.whole is None else {})  # by whether it stands under a fraction line
        self._days: Fraction | None = None

    def value(self, name: str, *, below: bool) -> Fraction:
        """The sum, named sum or KPI called `name`."""
        return Fraction(*self.pair(name, below=below))

    def pair(self, name: str, *, below: bool) -> Pair:
        """The same as a numerator over a denominator."""
        kept = self._kept[below].get(name)
        if kept is None:
            kept = self._kept[below][name] = self._work_out(name, below)
        return kept

    def end_pair(self, name: str, *, below: bool) -> Pair:
        """A level at the end of the period."""
        return self._known(f"end({name})", below)

    def days(self) -> Fraction:
        """The length of the period in days."""
        if self._days is None:
            if not self.cell.period_s:
                raise Undefined("no denominator: the length of the period is not known")
            self._days = Fraction(self.cell.period_s) / _DAY_SECONDS
        return self._days

    @cached_property
    def typical(self) -> Values:
        """The same cell with unknown time taken out."""
        return _Read(self, {}, _touched(self.catalog, self.profile)[_TAKEN_OUT])

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The same cell for everything unknown time may have been; none when there is none."""
        if not self.cell.sums.get("time_unknown"):
            return ()
        touched = _touched(self.catalog, self.profile)
        return tuple(
            _Read(self, changes, touched[read_as])
            for read_as, changes in self.catalog.unknown_read_as.items()
        )

    def known(self, below: bool) -> Mapping[str, Pair]:
        """The sums that are known, all over one denominator."""
        return self._whole if below and self.cell.whole is not None else self._above

    @cached_property
    def _above(self) -> Mapping[str, Pair]:
        return _over_one(self.cell.sums)

    @cached_property
    def _whole(self) -> Mapping[str, Pair]:
        return _over_one(self.cell.whole or {})

    def _work_out(self, name: str, below: bool) -> Pair:
        if name == PERIOD:
            return (self.days() * _DAY_SECONDS).as_integer_ratio()
        behind = _formula_behind(self.catalog, name, self.profile)
        return self._known(name, below) if behind is None else behind.work(self, below)

    def _known(self, name: str, below: bool) -> Pair:
        found = self.known(below).get(name)
        if found is None:
            raise Undefined(self.cell.reasons.get(name) or self._missing(name))
        return found

    def _missing(self, name: str) -> str:
        feeds = MEASURES[name].feeds if name in MEASURES else ()
        absent = [feed for feed in feeds if self.cell.kinds is not None and feed not in self.cell.kinds]
        return f"needs {absent[0]}" if absent else f"{name} is not known here"


class Reading(Values, Protocol):
    """A cell with its unknown time read as something.

    Attributes:
        touched: the names whose numbers may differ from those of the cell.
    """

    touched: frozenset[str]


class _Read:
    """The values of a cell, but for the names that one reading of its unknown time touches."""

    def __init__(self, cell: CellValues, changes: Mapping[str, Formula], touched: frozenset[str]) -> None:
        self.touched = touched
        self._cell = cell
        over = self._changed(changes, below=False)
        self._kept = (over, over if cell.cell.whole is None else self._changed(changes, below=True))

    def pair(self, name: str, *, below: bool) -> Pair:
        if name not in self.touched:
            return self._cell.pair(name, below=below)
        kept = self._kept[below].get(name)
        if kept is None:
            behind = _formula_behind(self._cell.catalog, name, self._cell.profile)
            if behind is None:  # a measure nobody told
                return self._cell.pair(name, below=below)
            kept = self._kept[below][name] = behind.work(self, below)
        return kept

    def end_pair(self, name: str, *, below: bool) -> Pair:
        return self._cell.end_pair(name, below=below)

    def days(self) -> Fraction:
        return self._cell.days()

    def _changed(self, changes: Mapping[str, Formula], *, below: bool) -> dict[str, Pair]:
        known = self._cell.known(below)
        told = _Told(known)
        changed = dict.fromkeys(UNKNOWN, (0, 1))
        return changed | {
            name: formula.work(told, below) for name, formula in changes.items() if name in known
        }


@dataclass(frozen=True, slots=True)
class _Told:
    """Sums of a cell as they were told; what an engine did not give cannot have changed sides."""

    known: Mapping[str, Pair]

    def pair(self, name: str, *, below: bool) -> Pair:
        return self.known.get(name, (0, 1))

    def end_pair(self, name: str, *, below: bool) -> Pair:
        return self.pair(f"end({name})", below=below)

    def days(self) -> Fraction:
        raise Undefined("no denominator: a sum has no period")


def _over_one(sums: Sums) -> dict[str, Pair]:
    """Known sums over their least common denominator."""
    ratios = {name: number.as_integer_ratio() for name, number in sums.items() if number is not None}
    one = lcm(*{under for _, under in ratios.values()})
    return {name: (over * (one // under), one) for name, (over, under) in ratios.items()}


@lru_cache(maxsize=4096)
def _formula_behind(catalog: Catalog, name: str, profile: str) -> Formula | None:
    return catalog.formula_behind(name, profile)


@lru_cache(maxsize=64)
def _touched(catalog: Catalog, profile: str) -> Mapping[str, frozenset[str]]:
    """Which names another reading of unknown time touches, by reading; under '' that which takes it out."""
    behind = {
        name: formula.node
        for name in (*catalog.sums, *catalog.kpis)
        if (formula := catalog.formula_behind(name, profile)) is not None
    }
    return {
        read_as: _resting_on(behind, {*UNKNOWN, *changes})
        for read_as, changes in {**catalog.unknown_read_as, _TAKEN_OUT: {}}.items()
    }


def _resting_on(behind: Mapping[str, Node], names: set[str]) -> frozenset[str]:
    """These names, and all whose formula shows one of them."""
    found, size = set(names), 0
    while size != len(found):
        size = len(found)
        found |= {name for name, node in behind.items() if not found.isdisjoint(names_of(node))}
    return frozenset(found)
