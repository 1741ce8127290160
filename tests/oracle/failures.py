"""Failure episodes: a track of their own beside the accounts (BOOKS 3 end; R20, R21).

> the account says which loss a second is, it never ends an episode. A failure overlapped by a break or
> changeover stays one failure
> R20: starts at a segment that *fails*: its covering symptom's leaf has account breakdown, or it has no
> symptom and its state is fault; and its state is not planned_stop. Symptoms count here over the whole
> halt, suspended seconds too. It ends at the next segment in which the machine is known to be able to run:
> producing, idle, starved or blocked and not itself failing. Every other state, and unknown, leaves it open.
> R21: a failure is a closed episode of wall length at or above the failure limit.

A failure's own seconds are its wall seconds. An open episode is listed whatever its length.
"""

from __future__ import annotations

from tests.oracle.accounts import leaves
from tests.oracle.model import BREAKDOWN, Row, Segment
from tests.oracle.spans import span_row
from tests.oracle.stops import most
from tests.oracle.window import Machine

ABLE = ("producing", "idle", "starved", "blocked")


def failure_spans(machine: Machine, segments: list[Segment]) -> list[Row]:
    known = leaves(machine)
    out = []
    start: int | None = None
    for segment in segments:
        failing = _fails(segment, known)
        if start is None and failing and segment.state != "planned_stop":
            start = segment.from_at
        elif start is not None and not failing and segment.state in ABLE:
            if segment.from_at - start >= int(machine.row["failure_us"]):
                out.append(_row(machine, segments, start, segment.from_at, closed=True))
            start = None
    if start is not None:
        out.append(_row(machine, segments, start, machine.as_of, closed=False))
    return out


def _fails(segment: Segment, known: dict[str, Row]) -> bool:
    if segment.failure_symptom is None:
        return segment.state == "fault"
    leaf = known.get(segment.failure_symptom["reason"])
    return leaf is not None and leaf["account"] == BREAKDOWN


def _row(machine: Machine, segments: list[Segment], start: int, end: int, *, closed: bool) -> Row:
    named: dict[str, int] = {}
    for part in segments:
        if start <= part.from_at < end and part.failure_symptom is not None:
            leaf = part.failure_symptom["reason"]
            named[leaf] = named.get(leaf, 0) + part.length
    row = span_row(machine, "failure", segments, start, end, counted_at=end - 1)
    return {**row, "closed": closed, "reason": most(named)}
