"""Ramps: how long a machine may take to come up to rate after a changeover (BOOKS 3 "Changeover"; R36).

> `ramp` from there [the first good piece] to N pieces at standard rate is its own leaf of speed loss
> R36: from the first good piece of a change until N pieces (total) have been placed on the machine after
> that instant, or the order ends, whichever comes first.

For this a count over a long span brings its pieces where it ends.
"""

from __future__ import annotations

from itertools import pairwise

from tests.oracle.counts import ZERO, classes, in_pieces
from tests.oracle.orders import OrderRun, first_good
from tests.oracle.states import Told
from tests.oracle.window import Machine


def ramps(machine: Machine, runs: list[OrderRun], told: list[Told]) -> list[tuple[int, int]]:
    """The spans of all ramps of a machine, in time order."""
    wanted = int(machine.row["ramp_pieces"])
    changes = [run for before, run in pairwise(runs) if not before.same_as(run)]
    out = []
    for run in changes if wanted else []:
        start = first_good(machine, run, told)
        if start is not None:
            out.append((start, min(_at_rate(machine, run, start, wanted), machine.as_of)))
    return [(start, end) for start, end in out if start < end]


def _at_rate(machine: Machine, run: OrderRun, start: int, wanted: int) -> int:
    """Where the pieces placed after the first good one reach the number wanted, else the order's end."""
    placed = []
    for count in machine.said("count"):
        at = count["at"] if count["from_at"] is None else count["at"] - 1
        if start < at < run.until_at:
            factor = in_pieces(machine, count, count["product"] or run.product)
            said = {} if factor is None else classes(machine, count, factor)
            placed.append((at, said.get("total", ZERO)))
    instants: list[int] = sorted({at for at, _ in placed})
    for at in instants:
        if sum((pieces for when, pieces in placed if when <= at), ZERO) >= wanted:
            return at
    return run.until_at
