"""The facts of a shift of a place: result, losses, what stands, who and what is missing.

They come from the questions of the pages, so that a sentence and a page say the same numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from plantstack.engines.duckdb.ahead import ShiftOf
from plantstack.insights.finding import Finding
from plantstack.insights.telling.facts_of_shift import (
    Called,
    Changes,
    Crew,
    Held,
    Late,
    LineOfShift,
    Material,
    SafetyEvent,
    ShiftFacts,
    SlowRun,
    Standing,
)
from plantstack.intervals import SECOND, Interval
from plantstack.stack.finding.asking import findings
from plantstack.stack.floor.handover import Handover, handover
from plantstack.stack.floor.output import Output, outputs
from plantstack.stack.floor.planner import check_plan
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.stops import lost_in
from plantstack.stack.project import Stack
from plantstack.stack.telling.losses import hour_worth, losses_of
from plantstack.stack.telling.records import came_late, silences


def shift_facts(
    stack: Stack, place: str, now: int, at: int | None = None, *, has_findings: bool = True
) -> ShiftFacts:
    """What is known of a shift.

    Args:
        stack: the opened project.
        place: id or path of a machine, line, area or site; '' is everything.
        now: microseconds UTC.
        at: an instant of the shift; None: the one that is open, else the last one that ended.
        has_findings: also what analyses find; it takes longer.

    Raises:
        QueryError: for a place that does not exist, or an instant in no shift of it.
    """
    over = handover(stack, place, now, at)
    seen = min(now, over.until_at)
    sight = look(stack, place, seen)
    present, made = Present(sight), outputs(sight)
    before = _before(sight) if over.is_over else {}
    currencies = {sight.plant.site_of(one).currency for one in sight.machines}
    found = findings(stack, place, _studied(stack, seen)).shown if has_findings else []
    return ShiftFacts(
        place=sight.scope,
        shift=over.shift,
        start=over.from_at,
        end=over.until_at,
        now=seen,
        currency=currencies.pop() if len(currencies) == 1 else "",
        lines=tuple(_line(sight, one, before.get(place)) for place, one in made.items()),
        losses=tuple(one for place in made for one in losses_of(present, made[place])),
        unexplained=_unexplained(over),
        standing=tuple(_standing(sight, over)),
        calls=tuple(_calls(sight, over)),
        holds=tuple(Held(one.place, one.product, _float(one.qty), one.held_at) for one in over.holds),
        safety=tuple(SafetyEvent(one.place, one.type, one.at, one.offset) for one in over.safety),
        crews=tuple(_crews(sight, over)),
        material=tuple(_material(sight, over)),
        late=() if over.is_over else tuple(_late(stack, place, now)),
        slow=tuple(_slow(sight, over)),
        changes=tuple(_changes(present)),
        findings=tuple(one.finding for one in found if _is_open(one.finding, over)),
        silences=tuple(silences(sight, Interval(over.from_at, seen))),
        came_late=tuple(came_late(sight, Interval(over.from_at, seen))),
    )


def _studied(stack: Stack, seen: int) -> int:
    """The instant findings are asked at: the end of the books, so that all who ask share one study."""
    return min(seen, max(stack.engine(scope=None).books.as_of.values(), default=seen))


def _is_open(finding: Finding, over: Handover) -> bool:
    return finding.expires_at > over.from_at


def _float(told: Decimal | None) -> float | None:
    return None if told is None else float(told)


def _line_of(sight: Sight, place: str) -> str:
    return sight.place(place) if place in sight.machines else place


def _line(sight: Sight, made: Output, before: Output | None) -> LineOfShift:
    return LineOfShift(
        line=made.place,
        pacing=sight.paced_by(made.place),
        good=_float(made.good),
        plan=_float(made.plan_now),
        scrap=_float(made.scrap),
        good_before=_float(before.good) if before else None,
        scrap_before=_float(before.scrap) if before else None,
        hour=hour_worth(sight, made.place),
        end=made.shift.span.end if made.shift else None,
        without_plan=sum(float(one.qty) for one in made.unplanned),
        unplanned=tuple(one.product for one in made.unplanned),
    )


def _before(sight: Sight) -> Mapping[str, Output]:
    """What the lines made in the shift before."""
    found: dict[str, Output] = {}
    for place, machines in sight.places.items():
        shift = sight.shift(sight.exit(place) or machines[0])
        earlier = _shift_before(sight.shifts(sight.exit(place) or machines[0]), shift)
        if earlier is not None:
            found |= outputs(look(sight.stack, place, earlier.span.end))
    return found


def _shift_before(shifts: Sequence[ShiftOf], shift: ShiftOf | None) -> ShiftOf | None:
    over = [one for one in shifts if shift is not None and one.span.end <= shift.span.start]
    return max(over, key=lambda one: one.span.end, default=None)


def _unexplained(over: Handover) -> dict[str, tuple[int, float]]:
    found: dict[str, list[int]] = defaultdict(list)
    for one in over.unexplained:
        found[one.stop.machine].append(one.stop.own_us)
    return {machine: (len(lost), sum(lost) / SECOND) for machine, lost in sorted(found.items())}


def _standing(sight: Sight, over: Handover) -> Iterator[Standing]:
    for one in over.open_stops if not over.is_over else ():
        yield Standing(one.machine, _line_of(sight, one.machine), one.from_at, one.reason, one.account)


def _calls(sight: Sight, over: Handover) -> Iterator[Called]:
    for one in over.calls:
        if not one.is_ended and one.arrived_at is None:
            line = _line_of(sight, one.equipment)
            yield Called(one.equipment, line, one.whom, one.asked_at, one.phase)


def _material(sight: Sight, over: Handover) -> Iterator[Material]:
    for one in over.short:
        yield Material(one.order, _line_of(sight, one.place), one.starts_at, one.is_running)


def _slow(sight: Sight, over: Handover) -> Iterator[SlowRun]:
    for one in over.slow:
        yield SlowRun(one.machine, _line_of(sight, one.machine), one.from_at, one.share)


def _crews(sight: Sight, over: Handover) -> Iterable[Crew]:
    """Heads by line: what is told of its machines is added up."""
    heads: dict[str, list[Decimal]] = {}
    for one in over.crews:
        if one.present is not None and one.needed is not None:
            told = heads.setdefault(_line_of(sight, one.place), [Decimal(0), Decimal(0)])
            told[0] += one.present
            told[1] += one.needed
    return (Crew(line, float(here), float(needed)) for line, (here, needed) in sorted(heads.items()))


def _late(stack: Stack, place: str, now: int) -> Iterator[Late]:
    for plan in check_plan(stack, place, now):
        for order in plan.orders:
            if order.order and order.due_at is not None and order.misses in ("yes", "maybe"):
                yield Late(order.order, plan.place, order.due_at, order.misses == "yes")


def _changes(present: Present) -> Iterator[Changes]:
    sight = present.sight
    for place in sight.places:
        machine = sight.paced_by(place)
        if machine not in sight.machines:
            continue
        found = lost_in(sight.plant, present.entries(machine), ("setup",))
        if found:
            us, n = sum(one.us for one in found), sum(one.n for one in found)
            yield Changes(place, n, us / SECOND, None)
