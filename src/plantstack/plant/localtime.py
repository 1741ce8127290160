"""Local wall-clock time -> instants, in one place.

A local time that does not exist is read with the offset before the gap; one that exists twice is
the first (Python's `fold=0`, PEP 495). Nothing else in the package resolves local times.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from plantstack.intervals import DAY, HOUR, SECOND, Interval, from_us, to_us

_EPOCH_DAY = date(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def resolve(zone: str, day: date, minute: int = 0) -> int:
    """The instant of a local minute counted from midnight of `day`; it may lie on the next day.

    >>> resolve("Europe/Berlin", date(2026, 3, 29), 150) == resolve("Europe/Berlin", date(2026, 3, 29), 210)
    True
    """
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(minutes=minute)
    return to_us(local)


def offset_at(zone: str, instant: int) -> int:
    """Local time minus UTC, in microseconds, at an instant."""
    offset = from_us(instant).astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    return offset // _MICROSECOND


def local_day(zone: str, instant: int) -> date:
    """The local date at an instant."""
    return _EPOCH_DAY + timedelta(days=(instant + offset_at(zone, instant)) // DAY)


@cache
def offsets(zone: str, window: Interval) -> tuple[tuple[int, int], ...]:
    """Every stretch of one offset in a window, as (start, offset); the first starts with it.

    >>> year = Interval(1767225600 * SECOND, 1798761600 * SECOND)
    >>> [offset // HOUR for _, offset in offsets("Europe/Berlin", year)]
    [1, 2, 1]
    """
    found = [(window.start, offset_at(zone, window.start))]
    # Looking twice a day finds every change that lasts at least half a day; no zone has a shorter one.
    for probe in range(window.start, window.end, 12 * HOUR):
        after = min(probe + 12 * HOUR, window.end - 1)
        if offset_at(zone, after) != found[-1][1]:
            found.append(_change(zone, probe, after))
    return tuple(found)


def _change(zone: str, before: int, after: int) -> tuple[int, int]:
    """The first second of the offset that holds at `after`; zones change at whole seconds."""
    low, high, offset = before // SECOND, after // SECOND, offset_at(zone, after)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if offset_at(zone, middle * SECOND) == offset else (middle, high)
    return high * SECOND, offset


def production_days(zone: str, day_start: int, window: Interval) -> list[tuple[date, Interval]]:
    """The production days that meet a window, whole; a day the zone skips is left out.

    Units: `day_start` in local minutes after midnight.
    """
    day = local_day(zone, window.start) - timedelta(days=2)
    made: list[tuple[date, Interval]] = []
    start = resolve(zone, day, day_start)
    while start < window.end:
        end = max(start, resolve(zone, day + timedelta(days=1), day_start))
        if start < end and end > window.start:
            made.append((day, Interval(start, end)))
        day, start = day + timedelta(days=1), end
    return made
