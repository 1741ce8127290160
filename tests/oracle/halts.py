"""Halts, and the reasons that attach to them (BOOKS 5; R8, R14, R15).

> Reasons attach to the *halt*: the longest run, before reasons, of segments that are not run, setup or
> unknown, across not_scheduled and planned_down. With one instant a reason covers the own seconds of the
> halt that contains it, whatever its borders become; with from and until it covers that part of every halt
> it meets; otherwise it is kept as unattached.
> a cause never overwrites a symptom; the symptom gives the account, a cause never does
> R8: `reason` on a state covers exactly the time in which that statement is effective, and competes there
> as a symptom with the statement's own (rank, told_at, at, source, key).
> R15: a reason covers seconds of the halt whose pre-account is not not_scheduled, planned_down or (a claimed
> break's) planned_overrun.
"""

from __future__ import annotations

from tests.oracle.model import (
    NOT_SCHEDULED,
    PLANNED_DOWN,
    PLANNED_OVERRUN,
    RUN,
    SETUP,
    UNKNOWN,
    Identity,
    Row,
    Segment,
    identity,
)
from tests.oracle.rules import rule_of_halt
from tests.oracle.window import Machine

NO_HALT = (RUN, SETUP, UNKNOWN)
NOT_OWN = (NOT_SCHEDULED, PLANNED_DOWN, PLANNED_OVERRUN)


def number_halts(segments: list[Segment]) -> dict[int, tuple[int, int]]:
    """R14: give every segment its halt; returns the halts' spans."""
    spans: dict[int, tuple[int, int]] = {}
    inside = False
    for segment in segments:
        if segment.pre in NO_HALT:
            inside = False
            continue
        if not inside:
            spans[len(spans)] = (segment.from_at, segment.until_at)
        inside = True
        segment.halt = len(spans) - 1
        spans[segment.halt] = (spans[segment.halt][0], segment.until_at)
    return spans


def attach(machine: Machine, segments: list[Segment]) -> set[Identity]:
    """Find who covers each segment of a halt; returns the reasons that met a halt."""
    halts = number_halts(segments)
    reasons = machine.said("reason")
    met = {
        identity(row)
        for row in reasons
        if any(_meets(machine, row, start, end) for start, end in halts.values())
    }
    rules = {number: rule_of_halt(machine, start) for number, (start, _) in halts.items()}
    for segment in segments:
        if segment.halt is not None:
            halt = halts[segment.halt]
            segment.rule = rules[segment.halt]
            _cover(machine, segment, [row for row in reasons if _covers(machine, row, halt, segment)])
    return met


def _cover(machine: Machine, segment: Segment, reasons: list[Row]) -> None:
    symptoms = [row for row in reasons if row["role"] == "symptom"]
    if segment.statement is not None and segment.statement["reason"]:
        symptoms.append(segment.statement)
    strongest = max(symptoms, key=machine.sources.strength, default=segment.rule)
    symptoms += [segment.rule] if segment.rule is not None else []
    segment.failure_symptom = strongest
    if segment.pre in NOT_OWN:
        return
    segment.symptoms = tuple(symptoms)
    segment.symptom = strongest
    causes = [row for row in reasons if row["role"] == "cause"]
    segment.cause = max(causes, key=machine.sources.strength, default=None)


def _of_a_part(row: Row) -> bool:
    return row["from_at"] is not None and row["until_at"] is not None


def _meets(machine: Machine, row: Row, start: int, end: int) -> bool:
    if _of_a_part(row):
        return bool(row["from_at"] < end and row["until_at"] > start)
    at_the_end = row["at"] == machine.as_of == end  # R3
    return bool(start <= row["at"] < end) or at_the_end


def _covers(machine: Machine, row: Row, halt: tuple[int, int], segment: Segment) -> bool:
    if _of_a_part(row):
        return _meets(machine, row, segment.from_at, segment.until_at)
    return _meets(machine, row, *halt)
