"""Do hour plans reach the budget of their month? By line: calendar, rate, planned stops, losses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.calculator import fetch_table
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.errors import Problem
from plantstack.intervals import DAY, SECOND, Interval, rfc3339
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.targets.coherence import Means, Step, steps_of
from plantstack.kpis.targets.targets import Target
from plantstack.plant.fiscal import fiscal_periods
from plantstack.plant.model import Fiscal, value_on
from plantstack.plant.structure import day_bounds
from plantstack.plant.tables_fact import standard_rows
from plantstack.plant.tables_time import calendar_rows, machine_calendar_rows
from plantstack.stack.answers.asking import KpiTable, Question, ask
from plantstack.stack.targets.targeting import production_day, targets_of

_BUDGETS = ("good_parts", "parts_produced")
_GRAINS = ("month", "period", "quarter", "year")
_LOOKED_BACK = 84  # days
_MOST_PERIODS = 4
_US = Fraction(SECOND)


@dataclass(frozen=True, slots=True)
class _Budget:
    """The budget of one place and period; instants are those of its site."""

    scope: str
    label: str
    first: date
    until: date
    span: Interval
    pieces: Fraction
    product: str


@dataclass(frozen=True, slots=True)
class _Slot:
    product: str
    qty: Fraction
    span: Interval


def check_plans(engine: DuckEngine, catalog: Catalog, *, scope: str = "") -> KpiTable:
    """Take every budget of the coming periods through its steps: one row a place, period and step.

    A budget is a target of good or all parts per month, period, quarter or year. Checked are the period in
    which the books end and those after it for which there are plans, at least one.

    Raises:
        QueryError: for a scope that does not exist.
    """
    _, wanted = check_scope(engine.books.plant, scope)
    return _Checking(engine, catalog).table(wanted)


class _Checking:
    def __init__(self, engine: DuckEngine, catalog: Catalog) -> None:
        self.engine = engine
        self.catalog = catalog
        self.plant = engine.books.plant

    def table(self, wanted: str) -> KpiTable:
        books = self.engine.books
        rows: list[dict[str, Any]] = []
        found = self._budgets() if books.as_of else []
        mine = [one for one in found if not wanted or wanted in self._above(one.scope)]
        for budget in mine:
            steps = self._of_line(budget) if self._makes(budget.scope) else self._of_parts(budget, found)
            rows += [_row(budget, step) for step in steps]
        as_of = {site: rfc3339(at) for site, at in sorted(books.as_of.items())}
        what = "no total of good_parts is agreed per month, period, quarter or year"
        none = Problem(
            "budget-none", "targets", what, "Agree one, as in '{kpi: good_parts, per: month, ...}'."
        )
        return KpiTable(rows, books.stamp.offset, as_of, [] if mine else [none])

    # -- budgets ---------------------------------------------------------------------------------

    def _budgets(self) -> list[_Budget]:
        agreed = [
            one for one in targets_of(self.engine, self.catalog) if one.kpi in _BUDGETS and one.per in _GRAINS
        ]
        found: dict[tuple[str, str, str], _Budget] = {}
        for target in sorted(agreed, key=lambda one: (one.days[0] or date.min, one.said)):
            for budget in self._periods(target):
                found[budget.scope, budget.product, budget.label] = budget  # the later word holds
        return sorted(found.values(), key=lambda one: (one.scope, one.product, one.first))

    def _periods(self, target: Target) -> Iterator[_Budget]:
        site = self.plant.site_of(target.scope) if target.scope else next(iter(self.plant.sites.values()))
        as_of = self.engine.books.as_of
        end = as_of.get(site.id, 0) if target.scope else max(as_of.values())
        if not end:
            return
        planned = max((slot.span.end for slot in self._slots(target.scope)), default=end)
        today, last = production_day(site, end - 1), production_day(site, max(planned, end) - 1)
        pieces = target.limits.low if target.limits.low is not None else target.limits.shown
        # the period of today and the next one, and as far as there are plans
        for label, first, until in _periods(target.per, site.fiscal, today, last):
            span = Interval(*day_bounds(site, first, until))
            if target.holds(until - timedelta(days=1), span.end - 1):
                yield _Budget(target.scope, label, first, until, span, pieces, target.product)

    def _of_parts(self, budget: _Budget, all_budgets: list[_Budget]) -> list[Step]:
        """Whether the budgets of the lines of an area, site or group add up to its own."""
        below = [
            one
            for one in all_budgets
            if one.scope != budget.scope
            and (one.first, one.until, one.product) == (budget.first, budget.until, budget.product)
            and budget.scope in self._above(one.scope)
            and self._makes(one.scope)
        ]
        total = sum((one.pieces for one in below), Fraction(0))
        short = max(budget.pieces - total, Fraction(0))
        why = ", ".join(one.scope for one in below) or "no line below has a budget"
        whole = Step("budget", budget.pieces, None, Fraction(0), None)
        return [whole, Step("budgets of lines", total, None, short, None, why)]

    # -- one line --------------------------------------------------------------------------------

    def _of_line(self, budget: _Budget) -> Iterator[Step]:
        machine = self._pacemaker(budget)
        if machine not in self.plant.machines:
            yield Step(
                "budget", budget.pieces, None, None, None, "the line names neither constraint nor exit"
            )
            return
        scheduled, breaks = self._calendar(machine, budget.span)
        slots = [slot for slot in self._slots(budget.scope) if slot.span.clip(budget.span)]
        slots = [slot for slot in slots if not budget.product or slot.product == budget.product]
        inside, outside = self._planned(machine, slots, budget.span)
        cycle = self._cycle(machine, inside, budget)
        planned, planned_from = self._planned_stops(machine, scheduled, breaks)
        oee, oee_from = self._oee(machine)
        yield from steps_of(
            Means(
                budget=budget.pieces,
                scheduled=scheduled,
                planned=planned,
                planned_from=planned_from,
                oee=oee,
                oee_from=oee_from,
                cycle=cycle,
                plans=sum(inside.values(), Fraction(0)) if slots else None,
                unscheduled=outside,
            )
        )

    def _makes(self, scope: str) -> bool:
        """Whether a place is a line or machine; areas and sites only add theirs up."""
        return scope in self.plant.lines or scope in self.plant.machines

    def _pacemaker(self, budget: _Budget) -> str:
        """The machine whose rate and hours decide: the constraint of a line, else its exit."""
        line = self.plant.lines.get(budget.scope)
        if line is None:
            return budget.scope
        day = budget.until - timedelta(days=1)
        return value_on(line.constraint, day) or value_on(line.exit, day) or ""

    def _calendar(self, machine: str, span: Interval) -> tuple[Fraction, Fraction]:
        """Scheduled seconds of a machine in a span, and those of its breaks, taken where or floating."""
        tiles, floating = self._tiles(machine, span)
        working = [(Interval(start, end), is_break) for start, end, is_break in tiles]
        breaks = sum(part.length for part, is_break in working if is_break)
        breaks += sum(length for at, length in floating if span.start <= at < span.end)
        return sum((part.length for part, _ in working), 0) / _US, Fraction(breaks) / _US

    def _tiles(
        self, machine: str, span: Interval
    ) -> tuple[list[tuple[int, int, bool]], list[tuple[int, int]]]:
        """Scheduled stretches (from, until, is a break), and floating breaks (from, length)."""
        site = self.plant.site_of(machine).id
        rows, used = machine_calendar_rows(self.plant, span)
        mine = [
            (str(row[1]), Interval(int(str(row[2])), int(str(row[3])))) for row in rows if row[0] == machine
        ]
        tiles, floating = calendar_rows(self.plant, {pair for pair in used if pair[0] == site}, span)
        found = []
        for calendar, held in mine:
            for tile in tiles:
                if tile.calendar == calendar and tile.scheduled:
                    part = Interval(tile.from_at, tile.until_at).clip(held)
                    if part:
                        found.append((part.start, part.end, bool(tile.break_reason)))
        loose = [
            (one.from_at, one.length_us)
            for calendar, held in mine
            for one in floating
            if one.calendar == calendar and held.start <= one.from_at < held.end
        ]
        return found, loose

    def _slots(self, scope: str) -> list[_Slot]:
        """The standing plans of a line, or of its exit."""
        line = self.plant.lines.get(scope)
        names = {scope, *(exit_ for _, exit_ in line.exit)} if line else {scope}
        return [slot for equipment, slot in self._all_slots if equipment in names]

    @cached_property
    def _all_slots(self) -> list[tuple[str, _Slot]]:
        sql = (
            "select e.equipment, e.product, e.qty, e.from_at, e.until_at from everything as e"
            " anti join gone on gone.log_offset = e.log_offset where e.kind = 'plan' and not e.void"
        )
        rows = fetch_table(self.engine.books.con, sql).to_pylist()
        return [
            (
                row["equipment"],
                _Slot(row["product"], Fraction(row["qty"]), Interval(row["from_at"], row["until_at"])),
            )
            for row in rows
        ]

    def _planned(
        self, machine: str, slots: list[_Slot], span: Interval
    ) -> tuple[dict[str, Fraction], Fraction]:
        """Pieces planned in a span by product, and those of slots without any scheduled time."""
        inside: dict[str, Fraction] = {}
        outside = Fraction(0)
        if not slots:
            return inside, outside
        reach = Interval(min(slot.span.start for slot in slots), max(slot.span.end for slot in slots))
        tiles, _ = self._tiles(machine, reach)
        for slot in slots:
            working = [Interval(start, end).clip(slot.span) for start, end, is_break in tiles if not is_break]
            parts = [part for part in working if part]
            outside += 0 if parts else slot.qty
            parts = parts or [slot.span]
            whole = sum(part.length for part in parts)
            mine = sum(cut.length for part in parts if (cut := part.clip(span)))
            share = Fraction(mine, whole) if whole else Fraction(1)
            inside[slot.product] = inside.get(slot.product, Fraction(0)) + slot.qty * share
        return inside, outside

    # -- what is known of the past ---------------------------------------------------------------

    def _cycle(self, machine: str, planned: dict[str, Fraction], budget: _Budget) -> Fraction | None:
        """Ideal seconds of a piece over what is planned, else of the product, else of what was made."""
        mix = (
            planned
            if sum(planned.values(), Fraction(0))
            else {budget.product: Fraction(1)}
            if budget.product
            else {}
        )
        cycles = {name: self._ideal(machine, name, budget.span.end - 1) for name in mix}
        known = {name: cycle for name, cycle in cycles.items() if cycle is not None}
        total = sum((mix[name] for name in known), Fraction(0))
        if total:
            return sum((mix[name] * cycle for name, cycle in known.items()), Fraction(0)) / total
        sums = self._sums(machine, ("time_ideal_total", "qty_total"))
        return sums["time_ideal_total"] / sums["qty_total"] if sums["qty_total"] else None

    def _ideal(self, machine: str, product: str, at: int) -> Fraction | None:
        rows = [
            row
            for row in self._standards
            if row[0] == machine and row[1] in (product, "") and row[2] <= at < row[3]
        ]
        return max(rows, key=lambda row: row[1] != "")[4] if rows else None

    @cached_property
    def _standards(self) -> list[tuple[str, str, int, int, Fraction]]:
        found = []
        for row in standard_rows(self.plant):
            _, machine, product, start, end, seconds, pieces = row[:7]
            ideal = Fraction(str(seconds)) / Fraction(str(pieces))
            found.append((str(machine), str(product), int(str(start)), int(str(end)), ideal))
        return found

    def _planned_stops(self, machine: str, scheduled: Fraction, breaks: Fraction) -> tuple[Fraction, str]:
        sums = self._sums(machine, ("time_calendar", "time_not_scheduled", "time_planned_down"))
        before = sums["time_calendar"] - sums["time_not_scheduled"]
        share = sums["time_planned_down"] / before if before > 0 else Fraction(0)
        if scheduled * share > breaks:
            return (
                scheduled * share,
                f"{float(share):.1%} of scheduled time, as in the last {_LOOKED_BACK} days",
            )
        return breaks, "breaks of the calendar"

    def _oee(self, machine: str) -> tuple[Fraction | None, str]:
        """The OEE to be expected: that of the last weeks; where it cannot be trusted, the target."""
        query = MeasureQuery((), machine, (), "all", self._days(machine))
        rows = ask(self.engine, self.catalog, Question(("oee",), query, self.plant.profile.name)).rows
        row = rows[0] if rows else None
        if row is not None and row["value"] and row["trust"]["grade"] != "C":
            return Fraction(
                row["value"]
            ), f"OEE of {machine} in the last {_LOOKED_BACK} days, {row['value']:.1%}"
        if row is not None and row["target"]:
            return Fraction(
                row["target"]
            ), f"OEE as agreed for {machine}, {row['target']:.1%}: the past is not trusted"
        return None, f"nothing trusted is known of the OEE of {machine}"

    def _sums(self, machine: str, names: tuple[str, ...]) -> dict[str, Fraction]:
        cells = self.engine.query(MeasureQuery(names, machine, (), "all", self._days(machine))).cells
        return {name: Fraction(cells[0].sums[name] or 0) if cells else Fraction(0) for name in names}

    def _days(self, machine: str) -> tuple[str, str]:
        site = self.plant.site_of(machine)
        end = self.engine.books.as_of.get(site.id, DAY)
        last = production_day(site, end - 1)
        return (last - timedelta(days=_LOOKED_BACK)).isoformat(), last.isoformat()

    def _above(self, scope: str) -> tuple[str, ...]:
        spans = self.plant.spans.get(scope, ())
        return (scope, *(name for span in spans for name in (span.line, span.area, span.site) if name), "")


def _periods(grain: str, fiscal: Fiscal, first: date, last: date) -> list[tuple[str, date, date]]:
    """Label, first day and end of the periods from that of a day to that of another; at least two."""
    kept = fiscal if grain == "period" else Fiscal()
    found: dict[str, tuple[str, date, date]] = {}
    for one in fiscal_periods(kept, first - timedelta(days=370), last + timedelta(days=740)):
        label = {"quarter": one.quarter, "year": one.year}.get(grain, one.period)
        _, start, _ = found.get(label, (label, one.from_day, one.until_day))
        found[label] = (label, start, one.until_day)
    coming = [period for period in sorted(found.values(), key=lambda one: one[1]) if period[2] > first]
    number = max(2, sum(1 for period in coming if period[1] <= last))
    return coming[: min(number, _MOST_PERIODS)]


def _row(budget: _Budget, step: Step) -> dict[str, Any]:
    numbers = {
        "pieces": step.pieces,
        "hours": step.hours,
        "short_pieces": step.short,
        "short_hours": step.short_hours,
    }
    return {
        "scope": budget.scope,
        "product": budget.product,
        "period": {
            "from": rfc3339(budget.span.start),
            "to": rfc3339(budget.span.end),
            "label": budget.label,
        },
        "step": step.name,
        **{name: None if number is None else float(number) for name, number in numbers.items()},
        "why": step.why,
    }
