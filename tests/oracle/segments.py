"""Elementary segments: the books' span of a machine cut wherever any fact changes (BOOKS 3).

> Segments take order and product from order events only; [...] Zero-length segments vanish.
"""

from __future__ import annotations

from itertools import pairwise

from tests.oracle.model import Row, Segment
from tests.oracle.orders import OrderRun, implied_setups, order_runs
from tests.oracle.ramps import ramps
from tests.oracle.states import Told, effective
from tests.oracle.window import Machine


def elementary(machine: Machine) -> list[Segment]:
    """Every fact but the account is known of each segment."""
    told = effective(machine)
    runs = order_runs(machine)
    implied = implied_setups(machine, runs, told)
    rising = ramps(machine, runs, told)
    used = [row for row in machine.plant.get("orders_used", []) if row["equipment"] == machine.name]
    out = []
    for start, end in pairwise(_borders(machine, told, runs, [*implied, *rising], used)):
        run = next((run for run in runs if run.from_at <= start < run.until_at), None)
        segment = Segment(
            start,
            end,
            tile=machine.calendar.tile(start),
            statement=next(row for since, until, row in told if since <= start < until),
            order_id=run.order_id if run else "",
            product=run.product if run else "",
            implied=next((n for n, (since, until) in enumerate(implied) if since <= start < until), None),
            in_ramp=any(since <= start < until for since, until in rising),
            orders_used=any(row["from_at"] <= start < row["until_at"] for row in used),
        )
        out.append(segment)
    return out


def _borders(
    machine: Machine, told: list[Told], runs: list[OrderRun], changes: list[tuple[int, int]], used: list[Row]
) -> list[int]:
    borders = {machine.begin, machine.as_of}
    for since, until, _ in told:
        borders |= {since, until}
    for run in runs:
        borders |= {run.from_at, run.until_at}
    for pair in changes:
        borders |= set(pair)
    for row in used + machine.calendar.tiles:
        borders |= {row["from_at"], row["until_at"]}
    for reason in machine.said("reason"):
        borders |= {reason["from_at"] or machine.begin, reason["until_at"] or machine.begin}
    return sorted(at for at in borders if machine.begin <= at <= machine.as_of)
