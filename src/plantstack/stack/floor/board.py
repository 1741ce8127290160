"""The supervisor's board: the lines of a place with what they do, sorted by need, and what holds them up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from plantstack.stack.floor.calls import OpenCall, places_of
from plantstack.stack.floor.evidence import Suggestion, suggestion
from plantstack.stack.floor.here import CrewHere, ShortOrder, crews_here, short_orders
from plantstack.stack.floor.machine import is_over_limit, product_name
from plantstack.stack.floor.output import Hour, Output, Unplanned, outputs
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.states import LOOKS, Look, State
from plantstack.stack.floor.station import calls_at
from plantstack.stack.floor.stops import Stop
from plantstack.stack.floor.strip import Strip, shift_strip
from plantstack.stack.project import Stack


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line, or one machine that stands in none.

    Attributes:
        place: id; `name` is what people call it, `path` where it stands.
        machine: the one that paces it: its state is the state of the line, its strip the strip.
        state: what that does; `look` is how it is drawn, `since_at` since when (None: never known).
        stop: its open stop; None where it stands in none.
        others: further machines of the line that stand in an open stop over the limit, by flow.
        shift: name of the open shift, '' between shifts; `from_at` and `until_at` its borders.
        order: that is on; `product` and `product_name` likewise, '' for none.
        good: pieces this shift, at the exit; None where nobody counts, `why_none` says why.
        plan_now: planned until now; None without a plan. `plan` of the whole shift.
        difference: good less plan until now; None where either is not known.
        planned_difference: the same of what is planned only: whether the plan is kept. None likewise.
        unplanned: of the good pieces, those of products that no plan of the shift names, the most first.
        spark: the running difference at the end of each hour that has begun; None where it is not known.
        strip: of the open shift, to its end.
        calls: about the line or a machine of it, the oldest first.
        n_unexplained: stops over the limit this shift that no reason explains.
        known_until: how far its books reach, microseconds UTC.
    """

    place: str
    name: str
    path: str
    machine: str
    state: State
    look: Look
    since_at: int | None
    stop: Stop | None
    others: tuple[Stop, ...]
    shift: str
    from_at: int | None
    until_at: int | None
    order: str
    product: str
    product_name: str
    good: Decimal | None
    plan_now: Decimal | None
    plan: Decimal | None
    difference: Decimal | None
    planned_difference: Decimal | None
    unplanned: tuple[Unplanned, ...]
    why_none: str
    spark: tuple[Decimal | None, ...]
    strip: Strip
    calls: tuple[OpenCall, ...]
    n_unexplained: int
    known_until: int

    @property
    def is_asking(self) -> bool:
        """Whether help was asked for and nobody waits there as taken, arrived or done."""
        return any(one.phase == "asked" for one in self.calls)


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A stop over the limit that no reason explains, with what may be pre-selected."""

    stop: Stop
    name: str
    place: str
    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class Board:
    """A place now.

    Attributes:
        place: id; `name` is what people call it, '' the group.
        rows: its lines and lone machines by need: help asked, stopped longest, behind most, then by name.
        good: pieces of all of them this shift; None where no line has any.
        plan_now: of the lines of which plan and pieces are known, as what follows is of them: `made` their
            good pieces, `difference` these less plans, `planned_difference` the same of what is planned only.
        n_planned: those lines; `n_no_plan` those with pieces and no plan.
        n_not_known: lines whose pieces are not known, which `good` therefore lacks.
        unexplained: stops that no reason explains, open ones first, then most lost.
        crews: heads present and needed, by place and crew.
        short: orders whose material is missing, the next first.
        known_until: how far the books of all of them reach, microseconds UTC.
    """

    place: str
    name: str
    rows: tuple[BoardRow, ...]
    good: Decimal | None
    plan_now: Decimal | None
    made: Decimal | None
    difference: Decimal | None
    planned_difference: Decimal | None
    n_planned: int
    n_no_plan: int
    n_not_known: int
    unexplained: tuple[Unexplained, ...]
    crews: tuple[CrewHere, ...]
    short: tuple[ShortOrder, ...]
    known_until: int


def board(stack: Stack, place: str, now: int) -> Board:
    """What the lines of a place do and need now.

    Args:
        stack: the opened project.
        place: id or path of a site, area or line; '' is everything.
        now: microseconds UTC.

    Raises:
        QueryError: for a place that does not exist.
    """
    sight = look(stack, place, now)
    present = Present(sight)
    made, calls = outputs(sight), _calls(sight)
    rows = [_row(present, made[one], calls.get(one, ())) for one in sight.places]
    both = [one for one in rows if one.difference is not None]
    return Board(
        place=sight.scope,
        name=sight.name(sight.scope) if sight.scope else sight.plant.label,
        rows=tuple(sorted(rows, key=_need)),
        good=_sum(one.good for one in rows),
        plan_now=_sum(one.plan_now for one in both),
        made=_sum(one.good for one in both),
        difference=_sum(one.difference for one in both),
        planned_difference=_sum(one.planned_difference for one in both),
        n_planned=len(both),
        n_no_plan=sum(1 for one in rows if one.good is not None and one.plan_now is None),
        n_not_known=sum(1 for one in rows if one.good is None),
        unexplained=tuple(unexplained(present)),
        crews=crews_here(sight),
        short=short_orders(sight),
        known_until=min((one.known_until for one in rows), default=now),
    )


def _need(row: BoardRow) -> tuple[bool, int, int, Decimal, str]:
    """Help asked first, then what stands longest, then what is behind most, then by name."""
    stops = [one.from_at for one in (row.stop, *row.others) if one is not None]
    stands = row.state in ("stopped", "waiting") and bool(stops)
    behind = min(row.planned_difference or Decimal(0), Decimal(0))
    return not row.is_asking, not stands, min(stops) if stands else 0, behind, row.name


def _sum(told: Iterable[Decimal | None]) -> Decimal | None:
    known = [one for one in told if one is not None]
    return sum(known, Decimal(0)) if known else None


def _calls(sight: Sight) -> Mapping[str, Sequence[OpenCall]]:
    """The calls by line or lone machine; one about an area stands at all of its lines."""
    found: dict[str, list[OpenCall]] = {}
    for call in calls_at(sight):
        about = places_of(sight.plant, call.equipment, sight.now)
        for place, machines in sight.places.items():
            above = {one for machine in machines for one in sight.above(machine)}
            if call.equipment in above or place in about:
                found.setdefault(place, []).append(call)
    return found


def _row(present: Present, made: Output, calls: Sequence[OpenCall]) -> BoardRow:
    sight, place = present.sight, made.place
    machine = sight.paced_by(place) or sight.places[place][0]
    exit_machine = sight.exit(place) or machine
    machine = machine if machine in sight.machines else sight.places[place][0]
    current, slow = present.current(machine), present.slow(machine)
    state: State = current.state if current is not None else "no_data"
    state = "running_slow" if slow is not None else state
    stops = {one: _open(present, one) for one in sight.places[place]}
    on = present.current(exit_machine) if exit_machine in sight.machines else current
    shift = made.shift
    return BoardRow(
        place=place,
        name=sight.name(place),
        path=sight.path(place),
        machine=machine,
        state=state,
        look=LOOKS[state],
        since_at=max(current.from_at, slow.from_at if slow else current.from_at) if current else None,
        stop=stops[machine],
        others=tuple(one for name, one in stops.items() if one and name != machine),
        shift=shift.name if shift else "",
        from_at=shift.span.start if shift else None,
        until_at=shift.span.end if shift else None,
        order=on.last.order if on else "",
        product=on.last.product if on else "",
        product_name=product_name(sight, on.last.product) if on else "",
        good=made.good,
        plan_now=made.plan_now,
        plan=made.plan,
        difference=made.behind,
        planned_difference=made.behind_plan,
        unplanned=made.unplanned,
        why_none=made.why_none,
        spark=_spark(made.hours, sight.now),
        strip=shift_strip(present, machine),
        calls=tuple(calls),
        n_unexplained=sum(len(_silent(present, one)) for one in sight.places[place]),
        known_until=min(sight.upto(one) for one in sight.places[place]),
    )


def _open(present: Present, machine: str) -> Stop | None:
    """The open stop of a machine, once it is longer than the micro-stop limit; waiting counts at once."""
    stops = present.stops(machine)
    if not stops or not stops[-1].is_open:
        return None
    return stops[-1] if is_over_limit(present, stops[-1]) else None


def _spark(hours: Sequence[Hour], now: int) -> tuple[Decimal | None, ...]:
    found: list[Decimal | None] = []
    total: Decimal | None = Decimal(0)
    for hour in hours:
        if hour.from_at >= now:
            break
        is_known = total is not None and hour.good is not None and hour.plan_now is not None
        total = (total or Decimal(0)) + (hour.good or 0) - (hour.plan_now or 0) if is_known else None
        found.append(total)
    return tuple(found)


def _silent(present: Present, machine: str) -> list[Stop]:
    stops = present.stops(machine)
    return [one for one in stops if one.is_unexplained and is_over_limit(present, one)]


def unexplained(present: Present) -> list[Unexplained]:
    """The stops of the open shifts over the limit that no reason explains: open first, then most lost."""
    sight = present.sight
    found = [
        Unexplained(one, sight.name(machine), sight.place(machine), suggestion(one))
        for machine in sight.machines
        for one in _silent(present, machine)
    ]
    return sorted(found, key=lambda one: (not one.stop.is_open, -one.stop.own_us, one.stop.machine))
