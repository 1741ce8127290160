"""Planned working time ahead: stretches of shifts with their breaks taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plantstack.engines.duckdb.ahead import shifts_of
from plantstack.intervals import DAY, SECOND, Interval
from plantstack.stack.floor.sight import Sight


@dataclass(frozen=True, slots=True)
class Work:
    """A stretch of planned working time; a break that floats in it is taken off its capacity.

    Attributes:
        day: production day.
        span: of the stretch; breaks at fixed times are no part of it.
        share: of it that is worked.
    """

    day: str
    span: Interval
    share: float

    @property
    def capacity_s(self) -> float:
        """Seconds that are worked in it."""
        return self.span.length * self.share / SECOND


_FLOATING = """
select f.from_at, f.until_at, f.length_us
from floating as f
join machine_calendar as c
    on c.calendar = f.calendar and f.shift_from >= c.from_at and f.shift_from < c.until_at
where c.equipment = $machine and f.until_at > $now and f.from_at < $upto
"""


def working_time(sight: Sight, machine: str, span: Interval) -> list[Work]:
    """The planned working time of a machine in a span, in order of time."""
    shifts = shifts_of(sight.books, machine, Interval(span.start - 2 * DAY, span.end))
    asked = {"machine": machine, "now": span.start, "upto": span.end}
    breaks = sight.books.con.execute(_FLOATING, asked).fetchall()
    found = []
    for shift in shifts:
        for work in shift.works:
            inside = work.clip(span)
            if inside is not None:
                parts = (
                    (Interval(start, end).clip(inside), start, end, length) for start, end, length in breaks
                )
                off = sum(length * part.length / (end - start) for part, start, end, length in parts if part)
                found.append(Work(shift.day, inside, max(1 - off / inside.length, 0.0)))
    return found


def end_after(room: Sequence[Work], seconds: float) -> int | None:
    """When so much working time has gone by; None where there is not so much."""
    left = seconds
    for one in room:
        if left <= one.capacity_s:
            return one.span.start + round(left * SECOND / one.share) if one.share else one.span.end
        left -= one.capacity_s
    return None
