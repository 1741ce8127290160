"""The agenda of a line: when it works, when it pauses and why, in seconds since the site's first day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from plantstack.demo.habits import LineHabit
from plantstack.intervals import SECOND, Interval
from plantstack.plant.inherit import held_values
from plantstack.plant.model import ALWAYS
from plantstack.plant.plant import Plant
from plantstack.plant.shifts import ShiftSpan, calendar_of, shift_spans

Kind = Literal["work", "break", "task", "off"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One unbroken stretch of the agenda.

    Attributes:
        start: seconds since the origin.
        end: seconds since the origin.
        kind: `work`, a `break` of the calendar, a planned `task`, or `off`.
        reason: leaf of a break or task.
        shift: number of the shift it lies in, -1 for none.
        told: a person says so (a floating break or a task).
    """

    start: float
    end: float
    kind: Kind
    reason: str = ""
    shift: int = -1
    told: bool = False


@dataclass(frozen=True, slots=True)
class Agenda:
    """All stretches of a line in order, without gaps, and its shifts."""

    origin: int
    end: float
    stretches: Sequence[Stretch]
    shifts: Sequence[ShiftSpan]

    def seconds(self, instant: int) -> float:
        """Seconds since the origin of an instant."""
        return (instant - self.origin) / SECOND


def line_agenda(
    plant: Plant, habit: LineHabit, span: Interval, rng: np.random.Generator, quiet: Interval | None = None
) -> Agenda:
    """Lay shifts, breaks, cleaning and planned maintenance of a line over a span.

    Args:
        plant: whose calendars hold.
        habit: of the line.
        span: which span, microseconds UTC.
        rng: all chance.
        quiet: what has no fixed time is not done in it.
    """
    machine = next(iter(habit.machines))
    held = held_values(plant, machine, lambda one: one.calendar, ALWAYS)[0]
    site = plant.site_of(machine)
    shifts = [
        one for one in shift_spans(calendar_of(plant.calendars, held[2]), site, span) if one.span.clip(span)
    ]
    made: list[Stretch] = []
    end = (span.end - span.start) / SECOND
    cursor, last_day = 0.0, 0
    for number, shift in enumerate(shifts):
        start = max((shift.span.start - span.start) / SECOND, 0.0)
        stop = min((shift.span.end - span.start) / SECOND, end)
        if start > cursor:
            made.append(Stretch(cursor, start, "off"))
        is_first = shift.day.toordinal() != last_day
        last_day = shift.day.toordinal()
        pauses = _pauses(habit, shift, number, span.start, rng, quiet, is_first=is_first)
        made += _cut(start, stop, number, pauses)
        cursor = stop
    if cursor < end:
        made.append(Stretch(cursor, end, "off"))
    return Agenda(span.start, end, made, shifts)


def _pauses(
    habit: LineHabit,
    shift: ShiftSpan,
    number: int,
    origin: int,
    rng: np.random.Generator,
    quiet: Interval | None,
    *,
    is_first: bool,
) -> list[Stretch]:
    """Fixed breaks, floating breaks, cleaning and maintenance of one shift, none over another."""

    def seconds(instant: int) -> float:
        return (instant - origin) / SECOND

    taken = [
        Stretch(seconds(one.span.start), seconds(one.span.end), "break", one.reason, number)
        for one in shift.fixed
    ]
    for one in shift.floating:
        length = one.length / SECOND * rng.uniform(0.92, 1.2)
        room = (one.window.end - one.window.start) / SECOND - length
        begin = seconds(one.window.start) + rng.uniform(0.1, 0.9) * max(room, 0)
        if quiet and begin < seconds(quiet.end) and seconds(quiet.start) < begin + length:
            is_early = seconds(one.window.start) + length <= seconds(quiet.start)
            begin = seconds(one.window.start) + (0 if is_early else room)
        taken.append(Stretch(begin, begin + length, "break", one.reason, number, told=True))
    start = seconds(shift.span.start)
    kept = [Stretch(seconds(quiet.start), seconds(quiet.end), "task")] if quiet else []
    if habit.cleaning and is_first:
        length = habit.cleaning * 60 * rng.lognormal(0, 0.22)
        taken.append(_free([*taken, *kept], start + rng.uniform(3.6, 4.2) * 3600, length, "cleaning", number))
    if habit.upkeep_days and is_first and shift.day.toordinal() % habit.upkeep_days == _own_day(habit):
        length = 3600 * rng.uniform(0.9, 2.3)
        taken.append(_free([*taken, *kept], start + 900, length, "maintenance", number))
    return sorted(taken, key=lambda one: one.start)


def _own_day(habit: LineHabit) -> int:
    """Maintenance comes on a weekday of each line's own (ordinal 2 is a Tuesday)."""
    return 2 + sum(habit.id.encode()) % 3


def _free(taken: Sequence[Stretch], start: float, length: float, reason: str, number: int) -> Stretch:
    """The first free room at or after a start."""
    for one in sorted(taken, key=lambda one: one.start):
        if one.start < start + length and start < one.end:
            start = one.end
    return Stretch(start, start + length, "task", reason, number, told=True)


def _cut(start: float, stop: float, number: int, pauses: Sequence[Stretch]) -> Iterator[Stretch]:
    cursor = start
    for one in pauses:
        begin, end = max(one.start, cursor), min(one.end, stop)
        if end <= begin:
            continue
        if begin > cursor:
            yield Stretch(cursor, begin, "work", shift=number)
        yield Stretch(begin, end, one.kind, one.reason, number, one.told)
        cursor = end
    if cursor < stop:
        yield Stretch(cursor, stop, "work", shift=number)
