"""The open shift of a line, hour by hour: plan and made, what held it up, and how it is likely to end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from plantstack.engines.duckdb.ahead import ShiftOf
from plantstack.intervals import MINUTE, Interval
from plantstack.stack.floor.hour_loss import HourLoss, HourLosses
from plantstack.stack.floor.output import Hour, Output, Unplanned, outputs
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.rows import Entry
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.stops import lost_in
from plantstack.stack.project import Stack

MISSED_BELOW = Decimal("0.93")  # of its plan: an hour that made less is red and asks why
JUDGED_FROM = 10 * MINUTE  # into an hour: before that little is planned and every piece flips the colour


@dataclass(frozen=True, slots=True)
class HourRow:
    """One row of the hour-by-hour board; hours are those of the wall clock, cut at the shift.

    Attributes:
        from_at: microseconds UTC; `until_at` likewise.
        plan: pieces planned of the hour; None without a plan.
        plan_now: of these, until now; all of them once it is over, None before it begins.
        good: pieces made; None where nobody counts, or before it begins. `scrap` likewise.
        difference: good less plan until now; None where either is not known.
        total_difference: the same from the begin of the shift to here.
        is_now: whether it runs; `is_over` whether it is past.
        is_missed: under 93 % of its plan, pieces of products in no plan left out: red.
        loss: what cost most of it, see `HourLosses`; None where nothing did.
        without_plan: of the good pieces, those of products that no plan of the shift names.
        planned_us: planned stops and breaks in it, microseconds; `planned_label` names the longest, '' for a
            break of the calendar.
    """

    from_at: int
    until_at: int
    plan: Decimal | None
    plan_now: Decimal | None
    good: Decimal | None
    scrap: Decimal | None
    difference: Decimal | None
    total_difference: Decimal | None
    is_now: bool
    is_over: bool
    is_missed: bool
    loss: HourLoss | None
    planned_us: int
    planned_label: str
    without_plan: Decimal = Decimal(0)

    @property
    def is_kept_without_plan(self) -> bool:
        """Whether only what is in no plan of the shift stands where its planned pieces are missing."""
        enough = (self.plan_now or Decimal(0)) * MISSED_BELOW
        return bool(self.without_plan) and (self.good or Decimal(0)) >= enough


@dataclass(frozen=True, slots=True)
class ShiftNow:
    """The open shift of a line or a lone machine.

    Attributes:
        place: id; `name` is what people call it, `path` where it stands.
        zone: the clock its hours are those of.
        day: production day; '' between shifts.
        shift: name; '' between shifts: then there are no hours.
        crew: that is rostered; '' where none is.
        from_at: microseconds UTC; None between shifts. `until_at` likewise.
        next_at: when the next shift begins; None where none is known.
        machine: whose losses are named: constraint, else exit.
        good: pieces this shift, at the exit; None where nobody counts. `scrap`: of all its machines.
        why_none: why pieces are not known.
        plan_now: pieces planned until now, as frozen before the shift; None without a plan.
        plan: pieces planned of the whole shift; None without a plan.
        difference: good less plan until now.
        planned_difference: the same of what is planned only: whether the plan is kept. None likewise.
        unplanned: of the good pieces, those of products that no plan of the shift names, the most first.
        hours: in order of time, those to come too.
    """

    place: str
    name: str
    path: str
    zone: str
    day: str
    shift: str
    crew: str
    from_at: int | None
    until_at: int | None
    next_at: int | None
    machine: str
    good: Decimal | None
    scrap: Decimal | None
    why_none: str
    plan_now: Decimal | None
    plan: Decimal | None
    difference: Decimal | None
    planned_difference: Decimal | None
    unplanned: tuple[Unplanned, ...]
    hours: tuple[HourRow, ...]


def shift_now(stack: Stack, place: str, now: int) -> tuple[ShiftNow, ...]:
    """The open shifts of the lines and lone machines in a place; of a machine in a line, that of its line.

    Args:
        stack: the opened project.
        place: id or path of a machine, line, area or site.
        now: microseconds UTC.

    Raises:
        QueryError: for a place that does not exist.
    """
    sight = look(stack, place, now)
    if len(sight.machines) == 1 and sight.scope != sight.machines[0]:
        sight = look(stack, sight.scope, now)
    return shifts_of_places(Present(sight))


def shifts_of_places(present: Present) -> tuple[ShiftNow, ...]:
    """The same of places that are looked at already."""
    made = outputs(present.sight, is_ahead=True)
    return tuple(_shift(present, made[place]) for place in present.sight.places)


def _shift(present: Present, made: Output) -> ShiftNow:
    sight, place, shift = present.sight, made.place, made.shift
    machine = sight.paced_by(place) or sight.places[place][0]
    exit_machine = sight.exit(place) or sight.places[place][0]
    coming = [one.span.start for one in sight.shifts(exit_machine) if one.span.start > sight.now]
    entries = _entries(present, machine)
    return ShiftNow(
        place=place,
        name=sight.name(place),
        path=sight.path(place),
        zone=sight.zone(place),
        day=shift.day if shift else "",
        shift=shift.name if shift else "",
        crew=next((one.crew for one in reversed(entries) if one.crew), ""),
        from_at=shift.span.start if shift else None,
        until_at=shift.span.end if shift else None,
        next_at=min(coming, default=None),
        machine=machine,
        good=made.good,
        scrap=made.scrap,
        why_none=made.why_none,
        plan_now=made.plan_now,
        plan=made.plan,
        difference=made.behind,
        planned_difference=made.behind_plan,
        unplanned=made.unplanned,
        hours=tuple(_rows(sight, made.hours, HourLosses(sight, place, machine, entries, _works(shift)))),
    )


def _entries(present: Present, machine: str) -> Sequence[Entry]:
    """The ledger of a machine in its open shift, also of one that is not seen."""
    sight = present.sight
    if machine in sight.machines:
        return present.entries(machine)
    return sight.entries(sight.shift_span(machine), (machine,))[machine]


def _works(shift: ShiftOf | None) -> Sequence[Interval]:
    return shift.works if shift else ()


def _rows(sight: Sight, hours: Sequence[Hour], losses: HourLosses) -> Iterator[HourRow]:
    total: Decimal | None = Decimal(0)
    for hour in hours:
        begun = hour.from_at < sight.now
        difference = (
            hour.good - hour.plan_now if hour.good is not None and hour.plan_now is not None else None
        )
        if begun:
            total = None if total is None or difference is None else total + difference
        inside = list(cut(losses.entries, Interval(hour.from_at, hour.until_at)))
        is_missed = _is_missed(hour, sight.now)
        planned = lost_in(sight.plant, inside, ("planned_down",))
        yield HourRow(
            from_at=hour.from_at,
            until_at=hour.until_at,
            plan=hour.plan,
            plan_now=hour.plan_now,
            good=hour.good,
            scrap=hour.scrap,
            difference=difference,
            total_difference=total if begun else None,
            is_now=begun and hour.until_at > sight.now,
            is_over=hour.until_at <= sight.now,
            is_missed=is_missed,
            loss=losses.loss(hour, is_missed=is_missed) if begun else None,
            planned_us=sum(one.us for one in planned),
            planned_label=planned[0].label if planned else "",
            without_plan=hour.without_plan,
        )


def _is_missed(hour: Hour, now: int) -> bool:
    if hour.good is None or not hour.plan_now or now - hour.from_at < JUDGED_FROM:
        return False
    return hour.good - hour.without_plan < hour.plan_now * MISSED_BELOW


def cut(entries: Sequence[Entry], span: Interval) -> Iterator[Entry]:
    """The parts of ledger entries that lie in a span."""
    for one in entries:
        start, end = max(one.from_at, span.start), min(one.until_at, span.end)
        if start < end:
            yield one.within(start, end)


@dataclass(frozen=True, slots=True)
class Forecast:
    """How an open shift is likely to end, by `likely_shift_end`.

    Attributes:
        place: id of the line, or of a lone machine.
        value: pieces; None where too few shifts are comparable, `why_none` says so.
        low: of the range in which it ends about eight times in ten; `high` likewise.
        plan: pieces planned of the shift; None without a plan.
        basis: which shifts it was drawn from, in words.
    """

    place: str
    value: float | None
    low: float | None
    high: float | None
    plan: Decimal | None
    why_none: str
    basis: str


def forecast(stack: Stack, place: str, now: int) -> Forecast:
    """How the open shift of a line or a lone machine is likely to end.

    It reads the shifts of three months: pages ask for it once a minute, not with every beat.

    Raises:
        QueryError: for a place that does not exist.
    """
    sight = look(stack, place, now)
    home = next(iter(sight.places), sight.scope)
    made = outputs(sight).get(home)
    rows = stack.kpis(["likely_shift_end"], scope=home, days=(None, sight.days[1] or None)).rows
    row = rows[0] if rows else {}
    return Forecast(
        place=home,
        value=row.get("value"),
        low=row.get("low"),
        high=row.get("high"),
        plan=made.plan if made else None,
        why_none=row.get("why_none") or "",
        basis=row.get("basis") or "",
    )
