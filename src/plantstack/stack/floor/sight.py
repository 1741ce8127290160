"""What one question of the floor sees: some machines at one instant, and the books of them.

Everything is read off the ledger, off sums of measures and off events; what several questions of a page
need is read once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from plantstack.engines.contract import Axis, Grain, MeasureCell, MeasureQuery
from plantstack.engines.duckdb.ahead import ShiftOf, shifts_of
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.engines.duckdb.standing import standing_events
from plantstack.intervals import DAY, Interval
from plantstack.plant.plant import Plant
from plantstack.plant.structure import Span
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day

_AROUND = 2 * DAY  # shifts are looked for so far before and after now


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger, cut at the window it was asked for.

    Attributes:
        machine: id.
        from_at: microseconds UTC; `until_at` likewise.
        account: where the time went, one of `plantstack.ledger.rules.ACCOUNTS`.
        reason: symptom, a leaf of the plant; '' when nobody and nothing gave one.
        stop_at: where the stop began that it is part of; None outside stops.
        is_open: whether that stop still stands open.
        flags: bits of `plantstack.ledger.rules.FLAGS`.
        state_offset: of the event that told the state; None where none did.
        reason_offset: of what gave the reason: a `reason`, a state, or an alarm a rule speaks of.
    """

    machine: str
    from_at: int
    until_at: int
    day: str
    shift: str
    crew: str
    order: str
    product: str
    state: str
    account: str
    reason: str
    cause: str
    stop_at: int | None
    is_open: bool
    flags: int
    state_offset: int | None
    reason_offset: int | None

    @property
    def length(self) -> int:
        """Microseconds."""
        return self.until_at - self.from_at

    def within(self, start: int, end: int) -> Entry:
        """The same between two instants inside it."""
        return replace(self, from_at=start, until_at=end)


_ENTRIES = """
select
    equipment, greatest(from_at, $start), least(until_at, $end), day, shift, crew, order_id, product,
    state, account, reason, cause, stop_at, is_open, flags, state_offset, reason_offset
from all_ledger
where equipment in (select unnest($machines)) and from_at < $end and until_at > $start
order by equipment, from_at
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One standing event, as it was told.

    Attributes:
        offset: in the log.
        machine: id of the equipment it is about; of a lane, its machine; '' is the whole group.
        at: microseconds UTC, when it happened; `told_at` when it was said.
        row: the columns of `plantstack.events.schema`, by name.
    """

    offset: int
    kind: str
    machine: str
    at: int
    told_at: int
    source: str
    key: str
    order: str
    product: str
    from_at: int | None
    until_at: int | None
    reason: str
    phase: str
    row: Mapping[str, Any]

    @property
    def body(self) -> Mapping[str, Any]:
        """Every field of the kind that has no column of its own."""
        found: Mapping[str, Any] = json.loads(self.row["body"] or "{}")
        return found

    def text(self, name: str) -> str:
        """A field of the body as text; '' when it was not said."""
        told = self.body.get(name)
        return "" if told is None else str(told)


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
    _entries: dict[tuple[tuple[str, ...], Interval], dict[str, list[Entry]]] = field(default_factory=dict)
    _shifts: dict[str, Sequence[ShiftOf]] = field(default_factory=dict)
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
        calendar = self._calendars.get(machine, machine)
        if calendar not in self._shifts:
            around = Interval(self.now - _AROUND, self.now + _AROUND)
            self._shifts[calendar] = shifts_of(self.books, machine, around)
        return self._shifts[calendar]

    @cached_property
    def _calendars(self) -> dict[str, str]:
        rows = self.books.con.execute(
            "select equipment, calendar from machine_calendar where from_at <= $1 and until_at > $1",
            [self.now],
        ).fetchall()
        return dict(rows)

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
        asked = tuple(machines) or self.machines
        if (asked, span) not in self._entries:
            told = {"machines": list(asked), "start": span.start, "end": span.end}
            found: dict[str, list[Entry]] = {machine: [] for machine in asked}
            for row in self.books.con.execute(_ENTRIES, told).fetchall():
                found[row[0]].append(Entry(*row))
            self._entries[asked, span] = found
        return self._entries[asked, span]

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
        lanes = {lane: machine for lane, (machine, _) in self.plant.lanes.items() if machine in self.machines}
        names = {*self.machines, *lanes}
        if is_above:
            names |= {place for machine in self.machines for place in self.above(machine)}
            names |= {"", self.scope}
        sql = (
            f"select * from {standing_events(self.books, kinds, span)} as e"
            f" where e.equipment in (select unnest($names)) and {where} order by e.at, e.log_offset"
        )
        return self.told(sql, {"names": sorted(names)}, lanes)

    def told(self, sql: str, asked: Mapping[str, Any], lanes: Mapping[str, str] | None = None) -> list[Said]:
        """The events of a query that gives every column of them."""
        cursor = self.books.con.execute(sql, dict(asked))
        columns = [column[0] for column in cursor.description or ()]
        return [_said(dict(zip(columns, row, strict=True)), lanes or {}) for row in cursor.fetchall()]


def _said(row: Mapping[str, Any], lanes: Mapping[str, str]) -> Said:
    return Said(
        offset=row["log_offset"],
        kind=row["kind"],
        machine=lanes.get(row["equipment"], row["equipment"] or ""),
        at=row["at"],
        told_at=row["told_at"],
        source=row["source"],
        key=row["key"],
        order=row["order_id"] or "",
        product=row["product"] or "",
        from_at=row["from_at"],
        until_at=row["until_at"],
        reason=row["reason"] or "",
        phase=row["phase"] or "",
        row=row,
    )


def look(stack: Stack, places: str | Iterable[str], now: int) -> Sight:
    """Look at what stands in some places at an instant.

    Args:
        stack: the opened project.
        places: ids or paths of machines, lines, areas or sites; '' is everything.
        now: microseconds UTC.

    Raises:
        QueryError: for a place that does not exist.
    """
    asked = [places] if isinstance(places, str) else list(places)
    engine = stack.engine(scope=None)
    plant = engine.books.plant
    found = [check_scope(plant, place) for place in asked]
    machines = tuple(dict.fromkeys(name for _, place in found for name in standing_in(plant, place, now)))
    scope = found[0][1] if len(found) == 1 else _common(plant, machines, now)
    if len(found) == 1 and found[0][0] == "machine":
        scope = _common(plant, machines, now)
    for _, place in found:
        engine.settled(place)
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
