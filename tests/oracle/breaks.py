"""Floating breaks: who claims them and how their length is used (BOOKS 3 rule 4; R17).

> A state `planned_stop` gives nothing by itself: it or the break's reason claims a floating break when it
> begins in the window; a floating break not taken is not planned_down.
> R17: its seconds outside fixed breaks and inside planned operation are planned_down until the break's
> length is used, the rest planned_overrun. A reason whose leaf is the break's own and whose covered part of
> a halt begins in the window does the same. All claims of one window share the length.

A planned stop begins where its unbroken run of `planned_stop` begins, whoever repeats it. Who begins in
several windows claims them all; they are used up one after the other, the one that closes first going first.
"""

from __future__ import annotations

from tests.oracle.model import PLANNED_DOWN, PLANNED_OVERRUN, Row, Segment
from tests.oracle.window import Machine


def claim_by_statements(machine: Machine, segments: list[Segment]) -> None:
    windows: tuple[Row, ...] = ()
    before = ""
    for segment in segments:
        begins = segment.state == "planned_stop" != before
        before = segment.state
        if segment.state != "planned_stop":
            continue
        if begins:
            windows = _windows(machine, segment.from_at, None)
        if segment.in_planned_operation and not segment.in_fixed_break:
            segment.claims = windows


def claim_by_reasons(machine: Machine, segments: list[Segment]) -> None:
    """After reasons are attached: `symptoms` of a segment are those that cover its own seconds."""
    begun: dict[tuple[int, int | None], tuple[Row, ...]] = {}
    for segment in segments:
        for row in segment.symptoms:
            key = (id(row), segment.halt)
            if key not in begun:
                begun[key] = _windows(machine, segment.from_at, row["reason"])
        if segment.symptom is not None:
            segment.claims = begun[(id(segment.symptom), segment.halt)]


def _windows(machine: Machine, begins: int, leaf: str | None) -> tuple[Row, ...]:
    """The windows of the shift at an instant that lie around it, soonest closing first."""
    around = [
        row
        for row in machine.calendar.floating
        if row["from_at"] <= begins < row["until_at"] and row["shift_from"] <= begins < row["shift_until"]
    ]
    mine = [row for row in around if leaf is None or row["reason"] == leaf]
    return tuple(sorted(mine, key=lambda row: (row["until_at"], row["from_at"], row["window"])))


def use_lengths(segments: list[Segment]) -> list[Segment]:
    """Give claimed seconds their account, in time order."""
    left = {row["window"]: row["length_us"] for segment in segments for row in segment.claims}
    out: list[Segment] = []
    for segment in segments:
        if not segment.claims:
            out.append(segment)
            continue
        available = sum(left[row["window"]] for row in segment.claims)
        for part in segment.split(segment.from_at + available):
            inside = part.from_at < segment.from_at + available
            part.account = PLANNED_DOWN if inside else PLANNED_OVERRUN
            out.append(part)
        _use(left, segment.claims, min(available, segment.length))
    return out


def _use(left: dict[int, int], claims: tuple[Row, ...], amount: int) -> None:
    for row in claims:
        taken = min(left[row["window"]], amount)
        left[row["window"]] -= taken
        amount -= taken
