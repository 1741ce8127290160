"""What is known where no shift runs: of the next one that begins."""

from __future__ import annotations

from plantstack.engines.duckdb.ahead import ShiftOf, shifts_of
from plantstack.errors import QueryError
from plantstack.insights.telling.facts_of_shift import LineOfShift, SafetyEvent, ShiftFacts
from plantstack.intervals import DAY, Interval
from plantstack.stack.finding.asking import findings
from plantstack.stack.floor.handover import handover, holds_at, shift_at
from plantstack.stack.floor.here import short_orders
from plantstack.stack.floor.planner import check_plan
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.station import calls_at
from plantstack.stack.project import Stack
from plantstack.stack.telling.behind import late_of, rate_of
from plantstack.stack.telling.losses import hour_worth
from plantstack.stack.telling.shift import (
    called,
    currency_of,
    held,
    homes_of,
    material,
    reached,
    told_of_safety,
)

_AHEAD = 7 * DAY  # so far is a shift looked for that begins


def facts_ahead(stack: Stack, place: str, now: int) -> ShiftFacts:
    """What is to be known of a place in which no shift runs, before the next one begins.

    Nothing that happened is of it; what is open, held, late or found waits for it. Its borders are `now`
    where none begins in the next seven days.

    Args:
        stack: the opened project.
        place: id or path of a machine, line, area or site.
        now: microseconds UTC.

    Raises:
        QueryError: for a place that does not exist.
    """
    sight = look(stack, place, now)
    coming, plans = next_shift(sight), check_plan(stack, place, now)
    found = findings(stack, place, min(now, reached(stack, now))).shown
    lines = (
        LineOfShift(one, sight.paced_by(one), hour=hour_worth(sight, one), per_hour=rate_of(plans, one))
        for one in sight.places
    )
    return ShiftFacts(
        place=sight.scope,
        shift=coming.name if coming else "",
        start=coming.span.start if coming else now,
        end=coming.span.end if coming else now,
        now=now,
        currency=currency_of(sight),
        lines=tuple(lines),
        calls=tuple(called(sight, calls_at(sight))),
        holds=held(holds_at(sight)),
        safety=_safety(stack, place, now),
        material=tuple(material(sight, short_orders(sight))),
        late=tuple(late_of(sight, plans)),
        findings=tuple(one.finding for one in found if one.finding.expires_at > now),
        homes=homes_of(sight),
    )


def runs(stack: Stack, place: str, now: int) -> bool:
    """Whether a shift of a place is open.

    Raises:
        QueryError: for a place that does not exist.
    """
    return shift_at(look(stack, place, now)) is not None


def next_shift(sight: Sight) -> ShiftOf | None:
    """The first shift of any of the machines that begins from now on; None: none does within seven days."""
    ahead = Interval(sight.now, sight.now + _AHEAD)
    machines = [sight.exit(place) or found[0] for place, found in sight.places.items()]
    shifts = [one for machine in machines for one in shifts_of(sight.books, machine, ahead)]
    coming = [one for one in shifts if one.span.start >= sight.now]
    return min(coming, key=lambda one: (one.span.start, one.span.end), default=None)


def _safety(stack: Stack, place: str, now: int) -> tuple[SafetyEvent, ...]:
    """What was told of safety in the last shift: whoever comes next is to know it."""
    try:
        return told_of_safety(handover(stack, place, now).safety)
    except QueryError:  # none was worked in the days before
        return ()
