"""Local wall-clock columns -> UTC, by one expression of few branches.

A local time that does not exist is read with the offset before the gap, one that exists twice is
the first. (DuckDB's own `timezone()` takes the second in autumn, so Python resolves.)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from plantstack.intervals import DAY, SECOND

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  a wall clock has no offset, that is the point
_MICROSECOND = timedelta(microseconds=1)


def offset_of(zone: ZoneInfo, local_us: int) -> int:
    """Local minus UTC at a wall-clock time, in microseconds, by the rule above.

    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> twice = int((datetime(2026, 10, 25, 2, 30) - _EPOCH) / _MICROSECOND)
    >>> offset_of(berlin, twice) // 3_600_000_000
    2
    """
    wall = (_EPOCH + timedelta(microseconds=local_us)).replace(tzinfo=zone)
    return (wall.utcoffset() or timedelta(0)) // _MICROSECOND


def offset_steps(zone_name: str, first: int, last: int) -> list[tuple[int, int]]:
    """Every stretch of one offset between two wall-clock times, as (start, offset)."""
    zone = ZoneInfo(zone_name)
    steps = [(first, offset_of(zone, first))]
    for day in range(first, last + 1, DAY // 2):
        until = min(day + DAY // 2, last)
        # Two changes never lie within half a day, so bisection finds the one there is.
        if offset_of(zone, until) != steps[-1][1]:
            steps.append(_step(zone, day, until))
    return steps


def _step(zone: ZoneInfo, low: int, high: int) -> tuple[int, int]:
    low, high = low // SECOND, -(-high // SECOND)
    after = offset_of(zone, high * SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if offset_of(zone, middle * SECOND) == after else (middle, high)
    return high * SECOND, after


def utc_sql(local: str, steps: list[tuple[int, int]]) -> str:
    """The SQL that turns a local column into UTC microseconds."""
    if len(steps) == 1:
        return f"({local} - {steps[0][1]})"
    branches = " ".join(
        f"WHEN {local} < {steps[place + 1][0]} THEN {offset}" for place, (_, offset) in enumerate(steps[:-1])
    )
    return f"({local} - CASE {branches} ELSE {steps[-1][1]} END)"
