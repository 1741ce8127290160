"""Orders and implied set-up (BOOKS 3 rule 1; R9, R10, R11).

> Segments take order and product from order events only.
> An order or product change is also set-up until its first good piece or the order's end (an order without
> good counts: its first producing; with a spread count: the first producing inside it)
> A machine's first order, and the same order resumed, are no change.
> R9: `order start` makes that order current until its own `end` or the next `start`. `end` of another
> order than the current one changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from tests.oracle.counts import is_spread, judged_good
from tests.oracle.model import FAR_FUTURE, Row
from tests.oracle.states import Told
from tests.oracle.window import Machine


@dataclass(frozen=True)
class OrderRun:
    """One order current on a machine without a break; until_at FAR_FUTURE while it is."""

    from_at: int
    until_at: int
    order_id: str
    product: str

    def same_as(self, other: OrderRun) -> bool:
        return (self.order_id, self.product) == (other.order_id, other.product)


def order_runs(machine: Machine) -> list[OrderRun]:
    """R9, in time order; a run of no length never was."""
    runs: list[OrderRun] = []
    for row in machine.said("order"):
        current = runs[-1] if runs and runs[-1].until_at == FAR_FUTURE else None
        if row["phase"] == "end":
            if current and current.order_id == row["order_id"]:
                runs[-1] = replace(current, until_at=row["at"])
            continue
        new = OrderRun(row["at"], FAR_FUTURE, row["order_id"], row["product"])
        if current and current.same_as(new):
            continue
        if current:
            runs[-1] = replace(current, until_at=row["at"])
        runs = [run for run in runs if run.from_at < run.until_at]
        runs.append(new)
    return [run for run in runs if run.from_at < run.until_at]


def implied_setups(machine: Machine, runs: list[OrderRun], told: list[Told]) -> list[tuple[int, int]]:
    """R10 and R11: the spans from each change to the first good piece, or to the order's end."""
    out = []
    for before, run in pairwise(runs):
        if not before.same_as(run):
            out.append((run.from_at, min(_set_up_until(machine, run, told), machine.as_of)))
    return [(start, end) for start, end in out if start < end]


def first_good(machine: Machine, run: OrderRun, told: list[Told]) -> int | None:
    """R11: where the first good piece of an order is placed; None without one."""
    pieces = [at for row in machine.said("count") for at in _first_good(machine, run, row, told)]
    return min(pieces, default=None)


def _set_up_until(machine: Machine, run: OrderRun, told: list[Told]) -> int:
    good = first_good(machine, run, told)
    if good is not None:
        return good
    producing = _first_producing(told, run.from_at, run.until_at)
    return run.until_at if producing is None else producing


def _first_good(machine: Machine, run: OrderRun, count: Row, told: list[Told]) -> list[int]:
    """Where a count places its first good piece inside an order: one instant or none."""
    if count["order_id"] not in ("", run.order_id) or not judged_good(machine, count):
        return []
    if is_spread(machine, count):
        start, end = max(count["from_at"], run.from_at), min(count["at"], run.until_at)
        at = _first_producing(told, start, end)
        return [] if at is None else [at]
    at = count["at"] if count["from_at"] is None else count["at"] - 1
    return [at] if run.from_at <= at < run.until_at else []


def _first_producing(told: list[Told], start: int, end: int) -> int | None:
    for since, until, statement in told:
        if statement is not None and statement["state"] == "producing":
            at = max(since, start)
            if at < min(until, end):
                return at
    return None
