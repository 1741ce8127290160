"""What one question of the floor sees: some machines at one instant, and the books of them.

Everything is read off the ledger, off sums of measures and off events; what several questions of a page
need is read once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from plantstack.engines.contract import Axis, Grain, MeasureCell, MeasureQuery
from plantstack.engines.duckdb.ahead import PlanVersion, ShiftOf, plans_of, shifts_of
from plantstack.engines.duckdb.books import Books, kept
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.intervals import DAY, Interval
from plantstack.plant.plant import Plant
from plantstack.plant.structure import Span
from plantstack.stack.floor.rows import Entry, Said, entries_of, said_of
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day

_AROUND = 2 * DAY  # shifts are looked for so far before and after now


class Then(NamedTuple):
    """Books as they stood: the events up to an offset, open to an instant; None: as far as they tell."""

    offset: int
    reach: int | None = None


def books_of(stack: Stack, then: Then | None) -> DuckEngine:
    """The books of now, or as they stood."""
    known_at, now = then or (None, None)
    return stack.engine(known_at=known_at, now=now, scope=None)


@dataclass(frozen=True)
class Sight:
    """Some machines at an instant.

    Attributes:
        stack: the opened project.
        engine: of its books, in which nothing of these machines is owed.
        scope: the nearest place they all stand in, or the one that was asked for; '' is the group.
        machines: ids, in the order of their lines and in a line in the order of its flow.
        now: microseconds UTC.
    """

    stack: Stack
    engine: DuckEngine
    scope: str
    machines: tuple[str, ...]
    now: int
    _plans: dict[tuple[str, ...], Sequence[PlanVersion]] = field(default_factory=dict)
    _sums: dict[tuple[Any, ...], Sequence[MeasureCell]] = field(default_factory=dict)

    # -- where -----------------------------------------------------------------------------------

    @property
    def books(self) -> Books:
        """The books that answer."""
        return self.engine.books

    @property
    def plant(self) -> Plant:
        """The plant as these books know it."""
        return self.engine.books.plant

    def upto(self, machine: str) -> int:
        """How far a machine is known, at most now."""
        return min(self.now, self.books.reach(machine))

    def span(self, machine: str) -> Span:
        """Where a machine stands now."""
        return standing_at(self.plant, machine, self.now)

    def place(self, machine: str) -> str:
        """The line a machine stands in, itself where it stands in none."""
        return self.span(machine).line or machine

    @cached_property
    def places(self) -> Mapping[str, tuple[str, ...]]:
        """The lines and lone machines of the machines, each with those of them that stand in it."""
        found: dict[str, list[str]] = {}
        for machine in self.machines:
            found.setdefault(self.place(machine), []).append(machine)
        return {place: tuple(machines) for place, machines in found.items()}

    def above(self, machine: str) -> tuple[str, ...]:
        """The machine and the places it stands in, the nearest first."""
        span = self.span(machine)
        return (machine, *(name for name in (span.line, span.area, span.site) if name))

    def name(self, equipment: str) -> str:
        """What people call equipment."""
        found = self.plant.equipment.get(equipment)
        return (found.label or equipment) if found else equipment

    def path(self, equipment: str) -> str:
        """Where equipment stands now."""
        return standing_at(self.plant, equipment, self.now).path if equipment in self.plant.spans else ""

    def zone(self, equipment: str) -> str:
        """The clock on its wall."""
        return self.plant.site_of(equipment).zone

    def exit(self, place: str) -> str:
        """The machine that counts the pieces of a line; of a lone machine itself; '' when none was named."""
        return self._on_line(place, "exit") if place in self.plant.lines else place

    def paced_by(self, place: str) -> str:
        """The machine whose losses count on a line: its constraint, else its exit, else its last."""
        if place not in self.plant.lines:
            return place
        flow = self.plant.lines[place].flow
        return self._on_line(place, "constraint") or self.exit(place) or (flow[-1] if flow else "")

    def _on_line(self, line: str, what: str) -> str:
        found = self.plant.lines[line]
        dated = found.exit if what == "exit" else found.constraint
        day = production_day(self.plant.site_of(line), self.now)
        held = [name for since, name in dated if since is None or since <= day]
        return held[-1] if held else ""

    # -- when ------------------------------------------------------------------------------------

    def shifts(self, machine: str) -> Sequence[ShiftOf]:
        """The shifts of a machine around now, in order of time."""
        around = Interval(self._today - _AROUND, self._today + DAY + _AROUND)
        key = ("shifts around", self._calendar(machine) or machine, around)
        return kept(self.books.memo, key, lambda: shifts_of(self.books, machine, around))

    @property
    def _today(self) -> int:
        return self.now - self.now % DAY  # of no zone: what is asked for again and again has one key all day

    def _calendar(self, machine: str) -> str:
        """What machines with the same shifts around now have in common; '' where it changes meanwhile."""
        sql = "select equipment, calendar, from_at, until_at from machine_calendar"
        rows = kept(self.books.memo, "calendars", lambda: self.books.con.execute(sql).fetchall())
        start, end = self._today - 2 * _AROUND, self._today + DAY + 2 * _AROUND
        mine = [row for row in rows if row[0] == machine and row[2] < end and row[3] > start]
        return str(mine[0][1]) if len(mine) == 1 else ""

    def plans(self, names: Collection[str], machine: str) -> Sequence[PlanVersion]:
        """What was planned of machines and lines in the shifts of a machine around now, every version."""
        asked = tuple(sorted(names))
        if asked not in self._plans:
            spans = [one.span for one in self.shifts(machine)]
            around = Interval(spans[0].start, max(one.end for one in spans)) if spans else None
            self._plans[asked] = plans_of(self.books, asked, around, self.now) if around else ()
        return self._plans[asked]

    def shift(self, machine: str) -> ShiftOf | None:
        """The shift of a machine that is open now; None between shifts. The instant it ends is its own."""
        return next((one for one in self.shifts(machine) if one.span.start < self.now <= one.span.end), None)

    def shift_span(self, machine: str) -> Interval:
        """From the begin of the open shift to now; between shifts, of the production day that runs."""
        shift = self.shift(machine)
        if shift is not None:
            return Interval(shift.span.start, max(self.upto(machine), shift.span.start))
        site = self.plant.site_of(machine)
        today = production_day(site, self.now)
        rows = self.books.con.execute(
            "select from_at from day where site = $1 and day = $2", [site.id, today.isoformat()]
        ).fetchall()
        start = rows[0][0] if rows else self.now - DAY
        return Interval(start, max(self.upto(machine), start))

    @cached_property
    def days(self) -> tuple[str, str]:
        """The production days that the open shifts of the machines touch, first and last."""
        found = set()
        for machine in self.machines:
            shift = self.shift(machine)
            today = production_day(self.plant.site_of(machine), self.now)
            found |= {shift.day if shift else today.isoformat()}
        return (min(found), max(found)) if found else ("", "")

    # -- what is known ---------------------------------------------------------------------------

    def entries(self, span: Interval, machines: Sequence[str] = ()) -> dict[str, list[Entry]]:
        """The ledger of machines in a span, in order of time; one question for all of them.

        Args:
            span: entries are cut at its borders.
            machines: some of those seen; none names all.
        """
        return entries_of(self.books, tuple(machines) or self.machines, span)

    def sums(
        self, measures: Collection[str], by: tuple[Axis, ...] = (), grain: Grain = "shift", scope: str = ""
    ) -> Sequence[MeasureCell]:
        """Sums of measures on the days of the open shifts, by the same path as every other number."""
        key = (tuple(measures), by, grain, scope or self.scope)
        if key not in self._sums:
            query = MeasureQuery(tuple(measures), scope or self.scope, by, grain, self.days)
            self._sums[key] = self.engine.query(query).cells
        return self._sums[key]

    def said(
        self, kinds: Collection[str], span: Interval, *, is_above: bool = False, where: str = "true"
    ) -> list[Said]:
        """Events about the machines that happened in a span and stand, in order of time.

        Args:
            kinds: of events.
            span: by their `at`.
            is_above: also what was said of the places the machines stand in, and of the whole group.
            where: one more condition, as SQL.
        """
        lanes = [lane for lane, (machine, _) in self.plant.lanes.items() if machine in self.machines]
        names = {*self.machines, *lanes}
        if is_above:
            names |= {place for machine in self.machines for place in self.above(machine)}
            names |= {"", self.scope}
        return said_of(self.books, frozenset(kinds), span, frozenset(names), where)


def look(stack: Stack, places: str | Iterable[str], now: int, then: Then | None = None) -> Sight:
    """Look at what stands in some places at an instant.

    Args:
        stack: the opened project.
        places: ids or paths of machines, lines, areas or sites; '' is everything.
        now: microseconds UTC.
        then: the books as they stood; None: as they stand.

    Raises:
        QueryError: for a place that does not exist.
    """
    asked = [places] if isinstance(places, str) else list(places)
    engine = books_of(stack, then)
    plant = engine.books.plant
    found = [check_scope(plant, place) for place in asked]
    machines = tuple(dict.fromkeys(name for _, place in found for name in standing_in(plant, place, now)))
    scope = found[0][1] if len(found) == 1 else _common(plant, machines, now)
    if len(found) == 1 and found[0][0] == "machine":
        scope = _common(plant, machines, now)
    engine.settled(*(place for _, place in found))
    return Sight(stack, engine, scope, machines, now)


def standing_at(plant: Plant, equipment: str, at: int) -> Span:
    """Where equipment stands at an instant; before its first placement there, after its last there."""
    spans = plant.spans[equipment]
    return next((one for one in spans if one.from_at <= at < one.until_at), spans[-1])


def standing_in(plant: Plant, place: str, at: int) -> list[str]:
    """The machines that stand in a place at an instant: by line, in a line in the order of its flow."""
    found = []
    for machine in plant.machines:
        for one in plant.spans[machine]:
            is_here = place in ("", machine, one.line, one.area, one.site)
            if one.from_at <= at < one.until_at and is_here:
                flow = plant.lines[one.line].flow if one.line else ()
                order = flow.index(machine) if machine in flow else len(flow)
                found.append(((one.site, one.area, not one.line, one.line, order, machine), machine))
    return [machine for _, machine in sorted(found)]


def _common(plant: Plant, machines: Sequence[str], at: int) -> str:
    """The nearest place in which all machines stand; a lone machine is its own, '' is the group."""
    spans = [standing_at(plant, machine, at) for machine in machines]
    for names in ({one.line for one in spans}, {one.area for one in spans}, {one.site for one in spans}):
        if len(machines) == 1 and names == {""}:
            return machines[0]
        if len(names) == 1 and names != {""}:
            return names.pop()
    return ""
