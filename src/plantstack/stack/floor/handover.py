"""What a shift hands over: result against plan, what is open and held, what was noted, whether it is signed.

Asked while the shift runs it says what stands now; asked afterwards, what stood when it ended, as it is known
now. Signing is a `close` event (BOOKS 8): from then on its reported values stay, whatever comes later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from plantstack.engines.duckdb.ahead import ShiftOf
from plantstack.engines.duckdb.beside import put_beside
from plantstack.engines.duckdb.reported import frozen
from plantstack.engines.duckdb.standing import standing_events
from plantstack.errors import Problem, QueryError
from plantstack.intervals import Interval, told_us
from plantstack.stack.floor.board import Unexplained, unexplained
from plantstack.stack.floor.calls import OpenCall
from plantstack.stack.floor.figures import Figure, figure_of
from plantstack.stack.floor.here import CrewHere, ShortOrder, crews_here, short_orders
from plantstack.stack.floor.machine import is_over_limit
from plantstack.stack.floor.pace import Slow
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.rows import Said, told_rows
from plantstack.stack.floor.setups import SetupCheck, setup_checks
from plantstack.stack.floor.shift import ShiftNow, shifts_of_places
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.station import calls_at
from plantstack.stack.floor.stops import Stop
from plantstack.stack.floor.strip import Strip, shift_strip
from plantstack.stack.project import Stack

FIGURES = ("throughput_vs_plan", "schedule_attainment", "scrap_rate", "minutes_lost", "reason_coverage")
"""The KPIs of a hand-over, of each line."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Pieces that were put on hold and not released.

    Attributes:
        place: id of the equipment they were held at; `name` is what people call it.
        held_at: microseconds UTC.
        lot: as it was told, else the key of the event.
        qty: pieces; None where it was not said.
        order: they are of; `product` likewise, '' where it was not said.
    """

    place: str
    name: str
    held_at: int
    lot: str
    qty: Decimal | None
    order: str
    product: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was written down or happened: a note, or a safety event.

    Attributes:
        place: id of the equipment it is about; `name` is what people call it.
        at: microseconds UTC.
        type: '' of a note; of a safety event what it was (`near_miss`, `unsafe`, `first_aid`, `recordable`).
        text: what was written; '' for nothing.
        photo: SHA-256 of its photo, in hex; '' for none.
        source: the tablet or desk it was told at.
        offset: of the event.
    """

    place: str
    name: str
    at: int
    type: str
    text: str
    photo: str
    source: str
    offset: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """A close event that covers a shift.

    Attributes:
        offset: of the event: what values are reported under.
        upto: greatest offset its values had seen.
        at: when it was signed, microseconds UTC; `source` at which tablet or desk, `role` by whom if told.
        grain: `shift`, `day` or `period`.
        is_kept: its values are written down; before that they will be with the next publishing.
        reopened: offset of a later event that lets late events in again; None for none. Reported values stay.
    """

    offset: int
    upto: int
    at: int
    source: str
    role: str
    grain: str
    is_kept: bool
    reopened: int | None


@dataclass(frozen=True, slots=True)
class LineResult:
    """What one line or lone machine made of its shift.

    Attributes:
        shift: hour by hour, with plan and difference.
        figures: KPIs of the shift, in the order of `FIGURES`.
        strips: of its machines, by flow.
    """

    shift: ShiftNow
    figures: tuple[Figure, ...]
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Handover:
    """A shift of a place, to be handed over.

    Attributes:
        place: id; `name` is what people call it, `zone` the clock on its wall.
        day: production day; `shift` its name; `from_at` and `until_at` its borders, microseconds UTC.
        is_over: it has ended.
        results: by line.
        open_stops: over the limit, that stand where the shift ends, or now; the longest first.
        unexplained: stops of the shift that no reason explains.
        holds: pieces that are held, the oldest first.
        calls: that nobody accepted yet, the oldest first.
        notes: of the shift, in order of time; `safety` likewise.
        slow: machines that run slowly where it ends; `setups` checks that are due then.
        crews: heads present and needed; `short` orders without their material.
        frozen: whether it is signed and under which offset; None: it is not.
        taken_over_at: when the next shift said that it takes over; None: it has not.
    """

    place: str
    name: str
    zone: str
    day: str
    shift: str
    from_at: int
    until_at: int
    is_over: bool
    results: tuple[LineResult, ...]
    open_stops: tuple[Stop, ...]
    unexplained: tuple[Unexplained, ...]
    holds: tuple[Hold, ...]
    calls: tuple[OpenCall, ...]
    notes: tuple[Note, ...]
    safety: tuple[Note, ...]
    slow: tuple[Slow, ...]
    setups: tuple[SetupCheck, ...]
    crews: tuple[CrewHere, ...]
    short: tuple[ShortOrder, ...]
    frozen: Frozen | None
    taken_over_at: int | None


def handover(stack: Stack, place: str, now: int, at: int | None = None) -> Handover:
    """What the shift of a place hands over. It reads facts beside the machines: pages ask it when opened.

    Args:
        stack: the opened project.
        place: id or path of a machine, line, area or site.
        now: microseconds UTC.
        at: an instant of the shift; None: the one that is open, else the last one that ended.

    Raises:
        QueryError: for a place that does not exist, or an instant in no shift of it.
    """
    shift = _asked(stack, place, now, at)
    sight = look(stack, place, min(now, shift.span.end))
    present = Present(sight)
    notes = notes_in(sight, shift.span)
    return Handover(
        place=sight.scope,
        name=sight.name(sight.scope) if sight.scope else sight.plant.label,
        zone=stack.zone_of(sight.scope),
        day=shift.day,
        shift=shift.name,
        from_at=shift.span.start,
        until_at=shift.span.end,
        is_over=shift.span.end <= now,
        results=tuple(_results(present)),
        open_stops=_open_stops(present),
        unexplained=tuple(unexplained(present)),
        holds=holds_at(sight),
        calls=calls_at(sight),
        notes=tuple(one for one in notes if not one.type),
        safety=tuple(one for one in notes if one.type),
        slow=tuple(slow for machine in sight.machines if (slow := present.slow(machine))),
        setups=tuple(one for one in setup_checks(present).values() if one.is_due),
        crews=crews_here(sight),
        short=short_orders(sight),
        frozen=frozen_shift(sight, shift.span),
        taken_over_at=_taken_over(sight, shift, now),
    )


def _asked(stack: Stack, place: str, now: int, at: int | None) -> ShiftOf:
    shift = shift_at(look(stack, place, now if at is None else at), is_last=at is None)
    if shift is None:
        what = "no shift of it is open then, and none ended in the two days before"
        raise QueryError(Problem("shift-none", place, what, "Name an instant inside a shift."))
    return shift


def shift_at(sight: Sight, *, is_last: bool = False) -> ShiftOf | None:
    """The open shift of the first line or machine that has one; else, if wanted, the last that ended."""
    machines = [sight.exit(place) or found[0] for place, found in sight.places.items()]
    shifts = [shift for machine in machines if (shift := sight.shift(machine)) is not None]
    if shifts or not is_last:
        return shifts[0] if shifts else None
    over = [one for machine in machines for one in sight.shifts(machine) if one.span.end <= sight.now]
    return max(over, key=lambda one: one.span.end, default=None)


def is_shift(stack: Stack, place: str, span: Interval) -> bool:
    """Whether a span is a shift of a place: what a signature may freeze, no more and no less.

    Args:
        stack: the opened project.
        place: id of a machine, line, area or site.
        span: as it is signed.
    """
    sight = look(stack, place, span.end)
    machines = [sight.exit(one) or found[0] for one, found in sight.places.items()]
    return any(one.span == span for machine in machines for one in sight.shifts(machine))


def _results(present: Present) -> Iterable[LineResult]:
    sight = present.sight
    shifts = {one.place: one for one in shifts_of_places(present)}
    for place, machines in sight.places.items():
        label = f"{shifts[place].day} {shifts[place].shift}"
        kpis = [kpi for kpi in FIGURES if kpi in sight.stack.catalog().kpis]
        rows = sight.stack.kpis(kpis, scope=place, grain="shift", days=sight.days).rows
        mine = [row for row in rows if row["period"]["label"] == label]
        yield LineResult(
            shift=shifts[place],
            figures=tuple(figure_of(row, sight.stack.catalog()) for row in mine),
            strips=tuple(shift_strip(present, machine) for machine in machines),
        )


def _open_stops(present: Present) -> tuple[Stop, ...]:
    """The stops that reach the end of what is looked at."""
    found = []
    for machine in present.sight.machines:
        stops = present.stops(machine)
        last = stops[-1] if stops else None
        if last is None or last.until_at < present.sight.upto(machine):
            continue
        if not last.is_micro and is_over_limit(present, last):
            found.append(last)
    return tuple(sorted(found, key=lambda one: (one.from_at, one.machine)))


_HOLDS = """
select h.equipment, h.from_at, any_value(q.lot), h.qty, h.order_id, h.product
from beside_span as h
left join quality_told as q on q.equipment = h.equipment and q."at" = h.from_at and q.type = 'hold'
where
    h.kind = 'hold'
    and h.equipment in (select unnest($names))
    and h.from_at <= $now
    and (not h.is_closed or h.until_at > $now)
group by all
order by h.from_at, h.equipment
"""


def holds_at(sight: Sight) -> tuple[Hold, ...]:
    """The pieces that are on hold at the machines that are seen, the oldest first."""
    put_beside(sight.books, {"said"})
    names = {place for machine in sight.machines for place in sight.above(machine)}
    rows = sight.books.con.execute(_HOLDS, {"names": sorted(names), "now": sight.now}).fetchall()
    return tuple(Hold(row[0], sight.name(row[0]), *row[1:]) for row in rows)


def notes_in(sight: Sight, span: Interval) -> list[Note]:
    """Notes and safety events of a span, in order of time; what the system tells itself is none."""
    inside = Interval(span.start, min(span.end, sight.now) + 1)
    found = []
    for one in sight.said({"note", "safety"}, inside, is_above=True):
        more = one.body.get("x") or {}
        if one.source == "plantstack" or more.get("phase"):
            continue
        text = one.text("note") or one.text("text")
        beside = (one.text("type"), text, str(more.get("photo") or ""), one.source, one.offset)
        found.append(Note(one.machine, sight.name(one.machine), one.at, *beside))
    return found


def frozen_shift(sight: Sight, span: Interval) -> Frozen | None:
    """Whether the pages of a shift are frozen, and under which offset; None: they are not.

    Args:
        sight: at machines of one place.
        span: of the shift.
    """
    names = set.intersection(*({*sight.above(machine), ""} for machine in sight.machines))
    sql = (
        f"select * from {standing_events(sight.books, {'close', 'reopen'})} as e"
        " where e.equipment in (select unnest($names)) order by e.log_offset"
    )
    closes, reopens = [], []
    for one in told_rows(sight.books, sql, {"names": sorted(names)}):
        covers = (one.from_at or 0) <= span.start and (one.until_at or 0) >= span.end
        if one.kind == "close" and covers:
            closes.append(one)
        elif one.kind == "reopen" and (one.from_at or 0) < span.end and (one.until_at or 0) > span.start:
            reopens.append(one.offset)
    return _frozen(sight, closes, reopens) if closes else None


def _frozen(sight: Sight, closes: Sequence[Said], reopens: Sequence[int]) -> Frozen:
    last = closes[-1]
    return Frozen(
        offset=last.offset,
        upto=min(int(last.body.get("upto", last.offset)), last.offset),
        at=last.at,
        source=last.source,
        role=str((last.body.get("x") or {}).get("role") or ""),
        grain=last.text("grain"),
        is_kept=last.offset in frozen(sight.stack.folder),
        reopened=max((one for one in reopens if one > last.offset), default=None),
    )


def _taken_over(sight: Sight, shift: ShiftOf, now: int) -> int | None:
    """When somebody said that he takes a shift over."""
    told = sight.said({"note"}, Interval(shift.span.start, now + 1), is_above=True)
    found = [one.at for one in told if _is_of(one, shift)]
    return min(found, default=None)


def _is_of(note: Said, shift: ShiftOf) -> bool:
    more = note.body.get("x") or {}
    return more.get("phase") == "taken_over" and told_us(more.get("until")) == shift.span.end
