"""What the ERP says of a line: orders, the plan of each week, material, what was shipped, what would sell."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from plantstack.demo.orders import ChangeTimes
from plantstack.demo.past import LinePast, MachinePast
from plantstack.demo.rows import Rows
from plantstack.demo.signals import pieces_until
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND
from plantstack.plant.shifts import ShiftSpan

_OPTIMISM = 1.04  # planners ask for a little more than was made
_EDITED = 0.06  # of the slots are changed after the plan was frozen


def tell_trade(rows: Rows, line: LinePast, changes: ChangeTimes, rng: np.random.Generator) -> None:
    """Tell orders, plans, material, shipments and demand of a line."""
    for machine in line.machines:
        _orders(rows, line, machine)
    _material(rows, line, rng)
    _shipments(rows, line, rng)
    _plans(rows, line, changes, rng)
    _demand(rows, line)


def _erp(line: LinePast) -> str:
    return f"erp.{line.habit.site}"


def _orders(rows: Rows, line: LinePast, machine: MachinePast) -> None:
    for at, end, number in zip(
        machine.order_at.tolist(), machine.order_end.tolist(), machine.order.tolist(), strict=True
    ):
        order = line.orders[number]
        key = f"{machine.name}-{order.number}"
        due_at = at - at % HOUR + int(line.habit.order_hours * 1.6 + 12) * HOUR
        rows.say(
            "order", machine.name, at, _erp(line), f"{key}-start", order=order.number, phase="start",
            product=order.product, qty=order.qty, due_at=due_at,
        )  # fmt: skip
        if end < line.end:
            rows.say(
                "order", machine.name, end, _erp(line), f"{key}-end", order=order.number, phase="end",
                product=order.product,
            )  # fmt: skip


def _material(rows: Rows, line: LinePast, rng: np.random.Generator) -> None:
    head = line.machines[0]
    for at, number in zip(head.order_at[1:].tolist(), head.order[1:].tolist(), strict=True):
        order = line.orders[number]
        is_late = rng.random() < 0.07 or any(
            start <= at < end for start, end, _ in line.effects.spans("missing", head.name)
        )
        staged_at = at + int(rng.uniform(5, 40) * MINUTE) * (1 if is_late else -1)
        if is_late:
            rows.say(
                "material", head.name, at, _erp(line), f"{order.number}-missing", order=order.number,
                staged=False,
            )  # fmt: skip
        rows.say(
            "material", head.name, staged_at, _erp(line), f"{order.number}-staged", order=order.number,
            staged=True,
        )  # fmt: skip


def _shipments(rows: Rows, line: LinePast, rng: np.random.Generator) -> None:
    """Two customer lines for each finished order; some are short, some late."""
    last = line.machines[-1]
    for end, number in zip(last.order_end.tolist(), last.order.tolist(), strict=True):
        order = line.orders[number]
        for position in ("10", "20"):
            shipped_at = end + int(rng.uniform(5, 30) * HOUR)
            due_at = end - end % DAY + int(rng.choice([1, 2, 2, 3, 3])) * DAY
            if end < line.end and shipped_at < line.end:
                rows.say(
                    "delivery", line.habit.site, shipped_at, _erp(line), f"{order.number}-{position}",
                    order=f"S-{order.number}", line=position, product=order.product, due_at=due_at,
                    shipped_at=shipped_at, on_time=shipped_at <= due_at, in_full=bool(rng.random() < 0.965),
                )  # fmt: skip


def _demand(rows: Rows, line: LinePast) -> None:
    """What sales say of the products of a line, once for all that is simulated and a month more."""
    for product, is_sold_out in line.habit.demand.items():
        rows.say(
            "demand", line.habit.id, line.origin, _erp(line), f"demand-{line.habit.id}-{product}",
            product=product, sold_out=is_sold_out, from_=line.origin, until=line.end + 28 * DAY,
        )  # fmt: skip


@dataclass(slots=True)
class _Position:
    """Where the plan of a week starts: an order, and what is left of it."""

    order: int
    left: float


def _plans(rows: Rows, line: LinePast, changes: ChangeTimes, rng: np.random.Generator) -> None:
    """Every week is planned on the Friday before, shift by shift, at the pace that is usual here."""
    share = _usual_share(line)
    for week, group in groupby(line.agenda.shifts, key=lambda one: one.day.isocalendar()[:2]):
        shifts = [one for one in group if one.span.start >= line.origin]
        if not shifts:
            continue
        made_at = shifts[0].span.start - int(2.7 * DAY)
        for shift, number, qty in _week(line, changes, shifts, share):
            order = line.orders[number]
            name = f"{line.habit.id}-{week[0]}w{week[1]}-{shift.span.start}-{order.number}"
            versions = [(made_at, qty, "")]
            if rng.random() < _EDITED:
                versions.append((shift.span.start + HOUR, round(qty * 0.85), "-b"))
            for told, pieces, suffix in versions:
                rows.say(
                    "plan", line.habit.id, told, _erp(line), name + suffix, order=order.number,
                    product=order.product, qty=pieces, from_=shift.span.start, until=shift.span.end,
                )  # fmt: skip


def _usual_share(line: LinePast) -> float:
    """Pieces made, of the pieces that standard pace in all working time would give."""
    exit_ = line.machines[-1]
    needed = 0.0
    for at, end, number in zip(
        exit_.order_at.tolist(), exit_.order_end.tolist(), exit_.order.tolist(), strict=True
    ):
        made = pieces_until(exit_, line.origin, np.array([at, end]))
        needed += float(made[1] - made[0]) * _standard(line, number)
    worked = sum(one.end - one.start for one in line.agenda.stretches if one.kind == "work")
    return min(needed / max(worked, 1.0) * _OPTIMISM, 1.0)


def _standard(line: LinePast, number: int) -> float:
    return line.conditions.paces.standard(line.machines[-1].name, line.orders[number].product)


def _week(
    line: LinePast, changes: ChangeTimes, shifts: list[ShiftSpan], share: float
) -> Iterator[tuple[ShiftSpan, int, int]]:
    """(shift, order, pieces) of a week, from where the line stands when it begins."""
    place = _standing(line, shifts[0].span.start)
    for shift in shifts:
        breaks = sum(one.span.length for one in shift.fixed) + sum(one.length for one in shift.floating)
        left = (shift.span.length - breaks) / SECOND * share
        while left > 60 and place.order + 1 < len(line.orders):
            pace = _standard(line, place.order)
            made = min(place.left, left / pace)
            if made >= 1:
                yield shift, place.order, int(made)
            left -= made * pace
            place.left -= made
            if place.left < 1:
                before, after = line.orders[place.order], line.orders[place.order + 1]
                left -= changes.seconds(before.product, after.product)
                place = _Position(place.order + 1, float(after.qty))


def _standing(line: LinePast, when: int) -> _Position:
    exit_ = line.machines[-1]
    row = max(bisect_right(exit_.order_at.tolist(), when) - 1, 0)
    number = int(exit_.order[row])
    made = pieces_until(exit_, line.origin, np.array([exit_.order_at[row], max(when, line.origin)]))
    return _Position(number, max(float(line.orders[number].qty - (made[1] - made[0])), 1.0))
