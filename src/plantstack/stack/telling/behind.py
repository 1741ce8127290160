"""Orders that end after they are due: which pieces will be missing, and how long they take as it was run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from plantstack.insights.telling.facts_of_shift import Late
from plantstack.intervals import Interval
from plantstack.stack.floor.planner import PlanCheck, PlannedOrder
from plantstack.stack.floor.sight import Sight
from plantstack.stack.floor.working import working_time


def rate_of(plans: Iterable[PlanCheck], place: str) -> float | None:
    """Good pieces an hour of what is on at a line, as run; None where too few shifts show it."""
    plan = next((one for one in plans if one.place == place), None)
    if plan is None:
        return None
    on = next((one.product for one in plan.orders if one.is_running), None)
    return next((one.per_hour for one in plan.rates if one.product == on), None)


def late_of(sight: Sight, plans: Sequence[PlanCheck]) -> Iterator[Late]:
    """The orders of some plans that miss their date, or may."""
    for plan in plans:
        for order in plan.orders:
            if order.order and order.due_at is not None and order.misses in ("yes", "maybe"):
                missing, seconds = _missing(sight, plan, order, order.due_at)
                is_sure = order.misses == "yes"
                yield Late(
                    *(order.order, plan.place, order.due_at, is_sure, missing, seconds, order.is_running)
                )


def _missing(
    sight: Sight, plan: PlanCheck, order: PlannedOrder, due_at: int
) -> tuple[float | None, float | None]:
    """Pieces that will be missing when it is due, and the busy seconds that they take; None: not known."""
    rate = next((one for one in plan.rates if one.product == order.product), None)
    if rate is None or order.left is None:
        return None, None
    left, runs = float(order.left), rate.seconds(float(order.left))
    if runs is None or due_at <= sight.now:
        return left, None if runs is None else runs[0]
    if order.end_at is None or not runs[0]:
        return None, None
    after = Interval(due_at, max(order.end_at, due_at))
    over = min(sum(one.capacity_s for one in working_time(sight, plan.machine, after)), runs[0])
    return left * over / runs[0], over
