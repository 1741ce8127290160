"""Does the plan fit? Planned orders of a line against rates, yields and changeovers as they were run.

Orders are worked off one after another, the one that runs first and the others as they are planned, from
now, in the planned working time of the calendar; where each is likely to end, and the least and most of eight
in ten, decides whether it will miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Literal

from plantstack.intervals import SECOND, Interval
from plantstack.stack.floor.as_run import ChangesAsRun, RateAsRun, changes_as_run, rates_as_run
from plantstack.stack.floor.order_on import order_at
from plantstack.stack.floor.planned import (
    AHEAD,
    On,
    Slot,
    due_of,
    last_on,
    made_of,
    planned_until,
    running_on,
    slots_of,
)
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.working import Work, end_after, working_time
from plantstack.stack.project import Stack

Miss = Literal["yes", "maybe", "no", ""]
"""Whether an order ends after it is due: even at best, at worst, or not; '' cannot be said."""


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One order of the plan, or what is left of it.

    Attributes:
        order: its number, '' where the plan names none; `product` and `product_name` of it.
        from_at: where its first slot begins, microseconds UTC; `until_at` where its last ends.
        due_at: when it is due: as its order says, else the end of its last slot; None where nobody said.
        qty: pieces planned from now on: of a slot that runs, all of it; `made` of the order so far. Of one
            that runs and is in no slot from now on, the pieces of the order; None where nobody said.
        left: pieces still to make; None where it is not known.
        changes: whether a changeover comes before it.
        required_s: working seconds it takes with that, likely; `low_s` and `high_s` of eight in ten; None
            where it cannot be said, `why_none` says why.
        end_at: when it is likely to end; `end_low_at` at best, `end_high_at` at worst. None likewise, and
            where it ends after the two weeks that are looked at.
        misses: whether it ends after it is due.
        is_running: whether it is on at the machine that paces the line; `is_planned` in a slot from now on.
        left_since: of an order that was on and is not, with pieces still to make: when it was last on.
    """

    order: str
    product: str
    product_name: str
    from_at: int
    until_at: int
    due_at: int | None
    qty: Decimal | None
    made: Decimal | None
    left: Decimal | None
    changes: bool
    required_s: float | None
    low_s: float | None
    high_s: float | None
    why_none: str
    end_at: int | None = None
    end_low_at: int | None = None
    end_high_at: int | None = None
    misses: Miss = ""
    is_running: bool = False
    is_planned: bool = True
    left_since: int | None = None


@dataclass(frozen=True, slots=True)
class PlanDay:
    """One production day of the plan: today counts from now.

    Attributes:
        available_s: planned working time of the calendar, breaks left out.
        required_s: what its orders take, by the part of them that is planned on it, likely; `low_s` and
            `high_s` of eight in ten. None where one of its orders cannot be said, `why_none` says which.
        orders: numbers of its orders; `missing` those that will miss even at best, `at_risk` that may. Of a
            day that needs more than it has and has none of them, those of the days behind it.
    """

    day: str
    available_s: float
    required_s: float | None
    low_s: float | None
    high_s: float | None
    orders: tuple[str, ...]
    why_none: str
    missing: tuple[str, ...] = ()
    at_risk: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """The plan of a line, checked.

    Attributes:
        place: id of the line or lone machine; `name` is what people call it; `zone` the clock on its wall.
        machine: whose time counts: the one that paces the line.
        days: with a plan, in order of time.
        orders: the one that runs, planned from now on or not, then the others as they are planned.
        rates: as run, of the products that are planned.
        changeovers: as run.
        missing: numbers of the orders that will miss even at best; `at_risk` of those that may.
    """

    place: str
    name: str
    zone: str
    machine: str
    days: tuple[PlanDay, ...]
    orders: tuple[PlannedOrder, ...]
    rates: tuple[RateAsRun, ...]
    changeovers: ChangesAsRun
    missing: tuple[str, ...]
    at_risk: tuple[str, ...]


def check_plan(stack: Stack, place: str, now: int) -> tuple[PlanCheck, ...]:
    """Check the plans of the lines and lone machines of a place from now on; those without one are left out.

    Raises:
        QueryError: for a place that does not exist.
    """
    sight = look(stack, place, now)
    if len(sight.machines) == 1 and sight.scope != sight.machines[0]:
        sight = look(stack, sight.scope, now)
    found = (_check(sight, one) for one in sight.places)
    return tuple(one for one in found if one is not None)


def _check(sight: Sight, place: str) -> PlanCheck | None:
    slots, machine = slots_of(sight, place), sight.paced_by(place)
    if not machine:
        return None
    running = _running(sight, place, slots)
    if not slots and running is None:
        return None
    first = [running.product] if running else []
    rates = rates_as_run(sight, place, [*first, *(one.product for one in slots)])
    changes = changes_as_run(sight, place)
    room = working_time(sight, machine, Interval(sight.now, sight.now + AHEAD))
    begun = [_taken(running, rates[running.product])] if running else []
    planned = list(_orders(sight, place, slots, rates, changes))
    orders = _worked_off([*begun, *planned], room)
    return PlanCheck(
        place=place,
        name=sight.name(place),
        zone=sight.zone(place),
        machine=machine,
        days=tuple(_days(slots, orders, room, n_begun=len(begun))),
        orders=tuple(orders),
        rates=tuple(rates.values()),
        changeovers=changes,
        missing=_late(orders, "yes"),
        at_risk=_late(orders, "maybe"),
    )


# -- what it takes -----------------------------------------------------------------------------------


def _running(sight: Sight, place: str, slots: Sequence[Slot]) -> PlannedOrder | None:
    """The order that runs and is in no slot from now on: it comes before all that is planned."""
    order = running_on(sight, place).order
    if not order or any(one.order == order for one in slots):
        return None
    on = order_at(sight, place)
    if on is None:
        return None
    until = planned_until(sight, place, order)
    return PlannedOrder(
        order=order,
        product=on.product,
        product_name=on.product_name,
        from_at=on.since_at,
        until_at=until or sight.now,
        due_at=due_of(sight).get(order, until),
        qty=on.qty,
        made=on.good,
        left=None if on.left is None else max(on.left, Decimal(0)),
        changes=False,
        required_s=None,
        low_s=None,
        high_s=None,
        why_none="",
        is_running=True,
        is_planned=False,
    )


def _taken(one: PlannedOrder, rate: RateAsRun) -> PlannedOrder:
    """What an order that runs already takes, if anybody knows how much is left of it."""
    if one.left is None:
        why = f"how much is left of order {one.order} is not known"
        return replace(one, why_none=f"not computable because {why}")
    takes = rate.seconds(float(one.left))
    if takes is None:
        return replace(one, why_none=f"not computable because {rate.why_none}")
    return replace(one, required_s=takes[0], low_s=takes[1], high_s=takes[2])


def _orders(
    sight: Sight,
    place: str,
    slots: Sequence[Slot],
    rates: dict[str, RateAsRun],
    changes: ChangesAsRun,
) -> Iterator[PlannedOrder]:
    """The slots put together by order, with what each takes."""
    on = running_on(sight, place)
    groups: dict[tuple[str, str], list[Slot]] = {}
    for one in slots:
        key = (one.order, one.product) if one.order else (f"#{one.from_at}", one.product)
        groups.setdefault(key, []).append(one)
    made, due, left_at = made_of(sight, place, slots, on), due_of(sight), last_on(sight, place, slots)
    before = on.product
    # only the order that runs is moved: what is left of another stays where it was planned
    for parts in sorted(groups.values(), key=lambda parts: not on.is_of(parts[0], sight.now)):
        found = _planned(sight, parts, rates[parts[0].product].name, on, made)
        is_change = found.product != before
        takes, why = _takes(float(found.left or 0), rates[found.product], changes, is_change=is_change)
        before = found.product if found.left else before
        likely, low, high = takes or (None, None, None)
        is_left = found.left and not found.is_running and found.from_at <= sight.now
        yield replace(
            found,
            due_at=due.get(found.order, found.due_at),
            changes=is_change,
            required_s=likely,
            low_s=low,
            high_s=high,
            why_none=why,
            left_since=left_at.get(found.order) if is_left else None,
        )


def _planned(
    sight: Sight, parts: Sequence[Slot], name: str, on: On, made: Mapping[tuple[str, str], Fraction]
) -> PlannedOrder:
    """The slots of one order, and what is left to make of them."""
    first, last = parts[0], max(one.until_at for one in parts)
    qty = sum((one.qty for one in parts), Fraction(0))
    is_running = on.is_of(first, sight.now)
    is_begun = is_running or first.from_at <= sight.now
    so_far = made.get((first.order, first.product), Fraction(0)) if is_begun else Fraction(0)
    return PlannedOrder(
        order=first.order,
        product=first.product,
        product_name=name,
        from_at=first.from_at,
        until_at=last,
        due_at=last,
        qty=_decimal(qty),
        made=_decimal(so_far),
        left=_decimal(max(qty - so_far, Fraction(0))),
        changes=False,
        required_s=None,
        low_s=None,
        high_s=None,
        why_none="",
        is_running=is_running,
    )


def _takes(
    left: float, rate: RateAsRun, changes: ChangesAsRun, *, is_change: bool
) -> tuple[tuple[float, float, float] | None, str]:
    """Seconds that pieces and the changeover before them take, with the range; or why nobody can say."""
    runs = rate.seconds(left)
    if runs is None:
        return None, f"not computable because {rate.why_none}"
    if not is_change or left <= 0:
        return runs, ""
    if changes.mean_s is None or changes.low_s is None or changes.high_s is None:
        if changes.standard_s is None:
            return None, f"not computable because {changes.why_none}"
        return (runs[0] + changes.standard_s, runs[1] + changes.standard_s, runs[2] + changes.standard_s), ""
    likely = runs[0] + changes.mean_s
    # the two vary each by itself
    low = sqrt((runs[0] - runs[1]) ** 2 + (changes.mean_s - changes.low_s) ** 2)
    high = sqrt((runs[2] - runs[0]) ** 2 + (changes.high_s - changes.mean_s) ** 2)
    return (likely, max(likely - low, 0.0), likely + high), ""


# -- whether it fits ---------------------------------------------------------------------------------


def _worked_off(orders: Iterable[PlannedOrder], room: Sequence[Work]) -> list[PlannedOrder]:
    """The orders one after another; behind one that cannot be said nothing can."""
    found: list[PlannedOrder] = []
    likely, low2, high2, why = 0.0, 0.0, 0.0, ""
    for one in orders:
        if one.required_s is None or one.low_s is None or one.high_s is None:
            why = why or f"not computable because order {one.order or one.product_name} before it is not"
            found.append(one)
            continue
        likely += one.required_s
        # ranges of what varies by itself add as squares
        low2 += (one.required_s - one.low_s) ** 2
        high2 += (one.high_s - one.required_s) ** 2
        if why:
            found.append(replace(one, why_none=why))
            continue
        best, worst = max(likely - sqrt(low2), 0.0), likely + sqrt(high2)
        end, first, last = (end_after(room, seconds) for seconds in (likely, best, worst))
        misses = _misses(one.due_at, first, last)
        found.append(replace(one, end_at=end, end_low_at=first, end_high_at=last, misses=misses))
    return found


def _misses(due_at: int | None, best: int | None, worst: int | None) -> Miss:
    if due_at is None:
        return ""
    if best is None or best > due_at:
        return "yes"
    return "maybe" if worst is None or worst > due_at else "no"


def _days(
    slots: Sequence[Slot], orders: Sequence[PlannedOrder], room: Sequence[Work], *, n_begun: int
) -> Iterator[PlanDay]:
    """What each day has and needs: of an order the part of its working time that is planned on the day.

    What runs without a slot, the first `n_begun` orders, is needed on the first day.
    """
    begun = {id(one): (one, 1.0) for one in orders[:n_begun]}
    by_order = {(one.order, one.product, one.from_at): one for one in orders}
    firsts = {(one.order, one.product): one for one in reversed(orders)}
    for day in dict.fromkeys(one.day for one in room):
        works = [one for one in room if one.day == day]
        parts: dict[int, tuple[PlannedOrder, float]] = begun
        begun = {}
        for slot in slots:
            inside, whole = _planned_s(works, slot), _planned_s(room, slot)
            one = by_order.get((slot.order, slot.product, slot.from_at)) or firsts[slot.order, slot.product]
            if inside > 0:
                share = inside / whole * float(slot.qty / Fraction(one.qty or 1))
                parts[id(one)] = (one, parts.get(id(one), (one, 0.0))[1] + share)
        if parts:
            found = _day(day, works, list(parts.values()))
            is_over = found.required_s is not None and found.required_s > found.available_s
            if is_over and not found.missing and not found.at_risk:
                found = replace(found, missing=_late(orders, "yes"), at_risk=_late(orders, "maybe"))
            yield found


def _late(orders: Sequence[PlannedOrder], misses: Miss) -> tuple[str, ...]:
    return tuple(one.order for one in orders if one.misses == misses)


def _planned_s(works: Sequence[Work], slot: Slot) -> float:
    """Working time of a slot inside some stretches, seconds."""
    span = Interval(slot.from_at, slot.until_at)
    return sum(part.length * one.share / SECOND for one in works if (part := one.span.clip(span)))


def _day(day: str, works: Sequence[Work], parts: Sequence[tuple[PlannedOrder, float]]) -> PlanDay:
    known = [(one, share) for one, share in parts if one.required_s is not None]
    why = next((one.why_none for one, _ in parts if one.required_s is None), "")
    likely = sum((one.required_s or 0.0) * share for one, share in known)
    low = sqrt(sum((((one.required_s or 0) - (one.low_s or 0)) * share) ** 2 for one, share in known))
    high = sqrt(sum((((one.high_s or 0) - (one.required_s or 0)) * share) ** 2 for one, share in known))
    return PlanDay(
        day=day,
        available_s=sum(one.capacity_s for one in works),
        required_s=None if why else likely,
        low_s=None if why else max(likely - low, 0.0),
        high_s=None if why else likely + high,
        orders=tuple(dict.fromkeys(one.order for one, _ in parts)),
        why_none=why,
        missing=tuple(dict.fromkeys(one.order for one, _ in parts if one.misses == "yes")),
        at_risk=tuple(dict.fromkeys(one.order for one, _ in parts if one.misses == "maybe")),
    )


def _decimal(pieces: Fraction) -> Decimal:
    return Decimal(pieces.numerator) / Decimal(pieces.denominator)
