"""A shift by the name people give it: a production day and its shift, as an instant inside it."""

from __future__ import annotations

from datetime import date

from plantstack.engines.duckdb.ahead import shifts_of
from plantstack.errors import Problem, QueryError
from plantstack.intervals import Interval
from plantstack.stack.floor.detail import production_days_of
from plantstack.stack.floor.sight import look
from plantstack.stack.project import Stack


def instant_in(stack: Stack, place: str, day: str, shift: str, now: int) -> int:
    """An instant inside a shift of a place, microseconds UTC.

    Args:
        stack: the opened project.
        place: id or path of a machine, line, area or site.
        day: production day, ISO date.
        shift: name of the shift.
        now: microseconds UTC; a shift that has not begun is none.

    Raises:
        QueryError: for a place or a shift that does not exist.
    """
    sight = look(stack, place, now)
    for _, span in production_days_of(sight, sight.scope, (day, day)):
        for machine in sight.machines:
            for one in shifts_of(sight.books, machine, Interval(span.start - 1, span.end)):
                if one.day == day and one.name == shift and one.span.start < now:
                    return one.span.start + 1
    fix = "Name a day and a shift, such as 2026-11-25.early."
    raise QueryError(Problem("shift-none", f"{day}.{shift}", "there is no such shift here", fix))


def last_over(stack: Stack, place: str, now: int) -> int:
    """An instant inside the last shift of a place that is over, microseconds UTC.

    Raises:
        QueryError: for a place that does not exist, or where none ended in the two days before.
    """
    sight = look(stack, place, now)
    ends = [
        one.span.end for machine in sight.machines for one in sight.shifts(machine) if one.span.end <= now
    ]
    if not ends:
        what = "no shift of it ended in the two days before"
        raise QueryError(
            Problem("shift-none", place, what, "Name a day and a shift, such as 2026-11-25.early.")
        )
    return max(ends)


def shift_word(text: str) -> tuple[str, str] | None:
    """Day and shift of a word such as `2026-11-25.early`; None where it names none.

    >>> shift_word("2026-11-25.early"), shift_word("last")
    (('2026-11-25', 'early'), None)
    """
    day, dot, shift = text.partition(".")
    try:
        date.fromisoformat(day)
    except ValueError:
        return None
    return (day, shift) if dot and shift else None
