"""Sums by key become the cells of an answer: named, bounded, and honest about what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from plantstack.engines.contract import Exact, MeasureCell, MeasureQuery
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.homes import condition
from plantstack.engines.duckdb.periods import PLACES, Period, open_at, periods_of, placed_cells
from plantstack.engines.duckdb.remaining import BY_SHIFT, MEASURE, left_in, remaining
from plantstack.engines.duckdb.settling import Settling
from plantstack.engines.duckdb.sums import is_machine_level
from plantstack.measures.catalog import MEASURES

CellKey: TypeAlias = tuple[str, ...]
"""The values of the axes of `by`, and the label of the period."""

Place: TypeAlias = tuple[tuple[str, str], ...]
"""The axes of a cell that are places, with their values."""


_BY_SYMPTOM = "a cause is kept of stops, failures and the time of a shift or longer: split by reason"
_PLACED = "stops were recorded without a clock time: ask by shift, day or longer"


@dataclass(frozen=True, slots=True)
class Cells:
    """Turns sums by key into cells: named, bounded, and honest about what is missing."""

    books: Books
    query: MeasureQuery
    level: str
    scope: str
    machines: Sequence[str]
    settling: Settling
    kinds: Callable[[str, str], frozenset[str]] | None = None

    def of(self, found: Mapping[CellKey, Mapping[str, Exact]], recorded: frozenset[str]) -> list[MeasureCell]:
        """The cells of an answer, in order of keys and period."""
        query = self.query
        periods = periods_of(self.books, query, self.machines, {key[-1] for key in found})
        ends = [period.span.end for period in periods.values()] if query.counts_open else []
        open_ends = open_at(self.books, ends, by_machine="machine" in query.by)
        lineless = self._lineless()
        left = remaining(self.books, self.level, self.scope) if MEASURE in query.measures else []
        self.settling.prepare(period.span.end for period in periods.values())
        placed = placed_cells(self.books, query, self.level, self.scope)
        recorded_of, silent_of = cache(self._recorded_of), cache(self._silent_exits)  # many cells, few places
        cells: list[MeasureCell] = []
        for key, sums in sorted(found.items(), key=lambda item: _in_order(item[0], query, periods)):
            keys: dict[str, str] = dict(zip(query.by, key[:-1], strict=True))
            period = periods[key[-1]]
            place = tuple((axis, keys[axis]) for axis in query.by if axis in PLACES)
            mine = recorded_of(place, recorded)
            is_placed = (*(name for _, name in place), key[-1]) in placed
            told, reasons = self._told(sums, mine, lineless or silent_of(place), is_placed=is_placed)
            if query.grain == "shift" and reasons.pop(MEASURE, ""):
                told[MEASURE] = left_in(left, query, keys, key[-1])
            currency = self.settling.settle(told, reasons, key, keys, period)
            n_open = open_ends.get((period.span.end, keys.get("machine", "")), 0)
            beside = (n_open, mine, currency, period.length)
            cells.append(MeasureCell(keys, period.name, period.span, told, reasons, *beside))
        return cells

    def _told(
        self, sums: Mapping[str, Exact], recorded: frozenset[str], lineless: str, *, is_placed: bool
    ) -> tuple[dict[str, Exact | None], dict[str, str]]:
        told: dict[str, Exact | None] = {}
        reasons: dict[str, str] = {}
        is_fine = self.query.grain == "hour" or self.query.span is not None
        for name in self.query.measures:
            measure = MEASURES[name]
            is_cut = is_fine and measure.sum is not None and measure.sum.table == "time"
            if "cause" in self.query.by and (is_cut or not measure.has_cause):
                told[name], reasons[name] = None, _BY_SYMPTOM
            elif name == MEASURE:
                told[name], reasons[name] = None, BY_SHIFT
            elif measure.sum is None and recorded.intersection(measure.feeds):
                told[name], reasons[name] = None, f"{measure.feeds[0]} events are kept, but not added up yet"
            elif not recorded.intersection(measure.feeds):
                told[name], reasons[name] = None, f"needs {measure.feeds[0]}"
            elif is_placed and "state" in measure.feeds:
                told[name], reasons[name] = None, _PLACED
            elif measure.adds == "output" and lineless and not set(measure.feeds) <= {"plan", "order"}:
                told[name], reasons[name] = None, lineless
            else:
                told[name] = sums.get(name, 0)
        return told, reasons

    def _recorded_of(self, place: Place, whole: frozenset[str]) -> frozenset[str]:
        """The kinds ever recorded of the place a cell is about; of one machine, not of its neighbours.

        Parts of a whole are all its time and pieces, also those of a machine that only counts.
        """
        keys = dict(place)
        axis = next((axis for axis in ("machine", "line", "area", "site") if keys.get(axis)), "")
        if not axis or self.kinds is None or self.query.names_places:
            return whole
        return self.kinds(axis, keys[axis])

    def _silent_exits(self, place: Place) -> str:
        """Which exit machine of the lines of a cell never counted anything; '' when all did."""
        if is_machine_level(self.query, self.level):
            return ""
        places = " and ".join(f"h.{axis} = '{name}'" for axis, name in place if axis != "machine")
        sql = (
            "select distinct h.line, h.exit_machine from home as h where h.exit_machine = h.equipment"
            f" and {condition(self.level, self.scope)} and {places or 'true'}"
            " and h.equipment not in (select equipment from seen where kind = 'count') order by all"
        )
        silent = [
            f"{machine} at the exit of {line}" for line, machine in self.books.con.execute(sql).fetchall()
        ]
        return f"needs count: {', '.join(silent)} never told any" if silent else ""

    def _lineless(self) -> str:
        """Why pieces of lines cannot be told in this scope; '' when they can."""
        if is_machine_level(self.query, self.level):
            return ""
        sql = (
            "select distinct h.line from home as h where h.line != '' and h.exit_machine = ''"
            f" and {condition(self.level, self.scope)} order by all"
        )
        lines = [row[0] for row in self.books.con.execute(sql).fetchall()]
        return f"no exit machine declared for {', '.join(lines)}" if lines else ""


def _in_order(key: CellKey, query: MeasureQuery, periods: Mapping[str, Period]) -> tuple[object, ...]:
    """Hours are labelled with instants, which sort as numbers; shifts come as they end.

    What lies outside the shifts of a day, before and after them, is over when they are.
    """
    if query.grain == "shift":
        span = periods[key[-1]].span
        return (*key[:-1], span.end, -span.start, key[-1])
    return (*key[:-1], int(key[-1])) if query.grain == "hour" else key
