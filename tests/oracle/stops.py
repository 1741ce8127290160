"""What one stop is (BOOKS 4; R19, R28).

> The longest run of one machine's segments in breakdown, waiting, other_stop or planned_overrun; changes of
> state or reason do not end it; run, setup, no_order and unknown do; not_scheduled and planned_down suspend
> it. Its length is the sum of its own seconds; it is counted at its last own microsecond.
> class by account after the micro-stop move, ties breakdown, other_stop, micro_stop, waiting,
> planned_overrun. While open its seconds stand in the account of their state or reason, flagged open, never
> in micro_stop; closed under the limit, all its seconds (breakdown, other_stop) move to micro_stop
> R19: `under the limit` means strictly less.
"""

from __future__ import annotations

from tests.oracle.model import (
    BREAKDOWN,
    MICRO_STOP,
    NOT_SCHEDULED,
    OTHER_STOP,
    PLANNED_DOWN,
    PLANNED_OVERRUN,
    WAITING,
    Row,
    Segment,
    Stop,
)
from tests.oracle.spans import span_row
from tests.oracle.window import Machine

OF_A_STOP = (BREAKDOWN, OTHER_STOP, MICRO_STOP, WAITING, PLANNED_OVERRUN)  # in the order of ties
SUSPENDS = (NOT_SCHEDULED, PLANNED_DOWN)


def form_stops(machine: Machine, segments: list[Segment]) -> list[Stop]:
    """Give every own segment its stop, then make the micro-stop move."""
    stops: list[Stop] = []
    current: Stop | None = None
    for segment in segments:
        if segment.account in OF_A_STOP:
            if current is None:
                current = Stop(segment.from_at)
                stops.append(current)
            segment.stop = current
            current.until_at = segment.until_at
            current.own_us += segment.length
        elif segment.account not in SUSPENDS and current is not None:
            current.closed = True
            current = None
    for segment in segments:
        if segment.stop and _moves(machine, segment.stop) and segment.account in (BREAKDOWN, OTHER_STOP):
            segment.account = MICRO_STOP
    return stops


def _moves(machine: Machine, stop: Stop) -> bool:
    return stop.closed and stop.own_us < int(machine.row["micro_us"])


def stop_spans(machine: Machine, segments: list[Segment], stops: list[Stop]) -> list[Row]:
    return [_stop_span(machine, segments, stop) for stop in stops]


def _stop_span(machine: Machine, segments: list[Segment], stop: Stop) -> Row:
    own = [segment for segment in segments if segment.stop is stop]
    length = {account: sum(part.length for part in own if part.account == account) for account in OF_A_STOP}
    kind = max(OF_A_STOP, key=lambda account: length[account])  # max keeps the first of equals
    leaves: dict[str, int] = {}
    for part in own:
        if part.symptom is not None:
            leaves[part.symptom["reason"]] = leaves.get(part.symptom["reason"], 0) + part.length
    row = span_row(machine, "stop", segments, stop.from_at, stop.until_at, counted_at=stop.until_at - 1)
    return {**row, "class": kind, "closed": stop.closed, "own_us": stop.own_us, "reason": most(leaves)}


def most(leaves: dict[str, int]) -> str:
    """The leaf with most seconds, ties by name; '' without any."""
    return min(leaves, key=lambda leaf: (-leaves[leaf], leaf), default="")
