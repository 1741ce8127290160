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
    LineOfShift,
    Material,
    SafetyEvent,
    ShiftFacts,
    SlowRun,
    Standing,
)
from plantstack.intervals import DAY, SECOND, Interval
from plantstack.stack.finding.asking import findings
from plantstack.stack.floor.calls import OpenCall
from plantstack.stack.floor.handover import Handover, Hold, Note, handover
from plantstack.stack.floor.here import ShortOrder
from plantstack.stack.floor.output import Output, outputs
from plantstack.stack.floor.planner import PlanCheck, check_plan
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.stops import lost_in
from plantstack.stack.floor.working import working_time
from plantstack.stack.project import Stack
from plantstack.stack.telling.before import slow_rests, stop_rests, waits
from plantstack.stack.telling.behind import late_of, rate_of
from plantstack.stack.telling.losses import hour_worth, losses_of
from plantstack.stack.telling.records import came_late, silences

_RECENT = 2 * DAY  # a shift that ended no longer ago is told by what is found now


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
    plans = () if over.is_over else check_plan(stack, place, now)
    found = findings(stack, place, _studied(stack, over, now)).shown if has_findings else []
    return ShiftFacts(
        place=sight.scope,
        shift=over.shift,
        start=over.from_at,
        end=over.until_at,
        now=seen,
        currency=currency_of(sight),
        lines=tuple(_line(sight, one, before.get(place), plans) for place, one in made.items()),
        losses=tuple(one for place in made for one in losses_of(present, made[place])),
        unexplained=_unexplained(over),
        standing=tuple(_standing(sight, over)),
        calls=tuple(called(sight, over.calls)),
        holds=held(over.holds),
        safety=told_of_safety(over.safety),
        crews=tuple(_crews(sight, over)),
        material=tuple(material(sight, over.short)),
        late=tuple(late_of(sight, plans)),
        slow=tuple(_slow(sight, over)),
        changes=tuple(_changes(present)),
        findings=tuple(one.finding for one in found if _is_open(one.finding, over)),
        silences=tuple(silences(sight, Interval(over.from_at, seen))),
        came_late=tuple(came_late(sight, Interval(over.from_at, seen))),
        homes=homes_of(sight),
    )


def _studied(stack: Stack, over: Handover, now: int) -> int:
    """The instant findings are asked at: the end of the books, so that all who ask share one study.

    Of a shift of days ago it is the end of the shift.
    """
    seen = now if now - over.until_at < _RECENT else over.until_at
    return min(seen, reached(stack, seen))


def reached(stack: Stack, default: int) -> int:
    """How far the books of any site reach."""
    return max(stack.engine(scope=None).books.as_of.values(), default=default)


def currency_of(sight: Sight) -> str:
    """The one currency of the machines; '' where they have several."""
    currencies = {sight.plant.site_of(one).currency for one in sight.machines}
    return currencies.pop() if len(currencies) == 1 else ""


def homes_of(sight: Sight) -> dict[str, str]:
    """The line each machine stands in; itself where it stands in none."""
    return {machine: sight.place(machine) for machine in sight.machines}


def _is_open(finding: Finding, over: Handover) -> bool:
    return finding.expires_at > over.from_at and finding.window.start < over.until_at


def _float(told: Decimal | None) -> float | None:
    return None if told is None else float(told)


def _line_of(sight: Sight, place: str) -> str:
    return sight.place(place) if place in sight.machines else place


def _line(sight: Sight, made: Output, before: Output | None, plans: Sequence[PlanCheck]) -> LineOfShift:
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
        per_hour=rate_of(plans, made.place),
        work=_work_left(sight, made),
    )


def _work_left(sight: Sight, made: Output) -> float:
    """Seconds of planned working time from now to the end of the shift of a line."""
    machine, shift = sight.paced_by(made.place), made.shift
    if shift is None or not machine or shift.span.end <= sight.now:
        return 0.0
    return sum(one.capacity_s for one in working_time(sight, machine, Interval(sight.now, shift.span.end)))


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
    stops = () if over.is_over else over.open_stops
    rests = stop_rests(sight, stops)
    own = {_line_of(sight, one.machine) for one in stops if not waits(one)}
    for one in stops:
        line = _line_of(sight, one.machine)
        is_after = waits(one) and line in own
        rest = rests.get(one.machine)
        yield Standing(one.machine, line, one.from_at, one.reason, one.account, rest, is_after)


def _slow(sight: Sight, over: Handover) -> Iterator[SlowRun]:
    rests = {} if over.is_over else slow_rests(sight, [one.machine for one in over.slow])
    for one in over.slow:
        rest = rests.get(one.machine)
        yield SlowRun(one.machine, _line_of(sight, one.machine), one.from_at, one.share, rest)


def called(sight: Sight, calls: Iterable[OpenCall]) -> Iterator[Called]:
    """Calls to which nobody came yet."""
    for one in calls:
        if not one.is_ended and one.arrived_at is None:
            line = _line_of(sight, one.equipment)
            yield Called(one.equipment, line, one.whom, one.asked_at, one.phase)


def material(sight: Sight, short: Iterable[ShortOrder]) -> Iterator[Material]:
    """Orders without their material, by line."""
    for one in short:
        yield Material(one.order, _line_of(sight, one.place), one.starts_at, one.is_running)


def held(holds: Iterable[Hold]) -> tuple[Held, ...]:
    """Pieces on hold."""
    return tuple(Held(one.place, one.product, _float(one.qty), one.held_at) for one in holds)


def told_of_safety(notes: Iterable[Note]) -> tuple[SafetyEvent, ...]:
    """What was told of safety."""
    return tuple(SafetyEvent(one.place, one.type, one.at, one.offset) for one in notes)


def _crews(sight: Sight, over: Handover) -> Iterable[Crew]:
    """Heads by line: what is told of its machines is added up."""
    heads: dict[str, list[Decimal]] = {}
    for one in over.crews:
        if one.present is not None and one.needed is not None:
            told = heads.setdefault(_line_of(sight, one.place), [Decimal(0), Decimal(0)])
            told[0] += one.present
            told[1] += one.needed
    return (Crew(line, float(here), float(needed)) for line, (here, needed) in sorted(heads.items()))


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
