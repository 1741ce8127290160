"""Shifts -> tiles: every microsecond of the window in exactly one row per calendar."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

from plantstack.intervals import Interval
from plantstack.plant.localtime import offsets, production_days
from plantstack.plant.model import Site
from plantstack.plant.shifts import ShiftSpan

OUTSIDE_SHIFTS = "outside the shifts"  # what time is called that lies in no shift


class Tile(NamedTuple):
    """One row of the `tile` table."""

    calendar: str
    from_at: int
    until_at: int
    day: str
    shift: str
    crew: str
    scheduled: bool
    break_reason: str
    zone_off_us: int


class Floating(NamedTuple):
    """One row of the `floating` table."""

    calendar: str
    window: int
    from_at: int
    until_at: int
    shift_from: int
    shift_until: int
    reason: str
    length_us: int


def build_tiles(calendar: str, spans: Sequence[ShiftSpan], site: Site, window: Interval) -> Iterator[Tile]:
    """Cut a window at production days, shifts, fixed breaks and changes of the zone's offset."""
    shifts = iter(spans)
    shift = next(shifts, None)
    zone = offsets(site.zone, window)
    starts = [start for start, _ in zone]
    for day, whole in production_days(site.zone, site.day_start, window):
        cursor = whole.start
        while shift and shift.span.start < whole.end:
            yield from _cut(calendar, day, _idle(cursor, shift.span.start), zone, starts, window)
            yield from _cut(calendar, day, _worked(shift), zone, starts, window)
            cursor = shift.span.end
            shift = next(shifts, None)
        yield from _cut(calendar, day, _idle(cursor, whole.end), zone, starts, window)


class _Piece(NamedTuple):
    start: int
    end: int
    shift: str = ""
    crew: str = ""
    scheduled: bool = False
    reason: str = ""


def _idle(start: int, end: int) -> list[_Piece]:
    return [_Piece(start, end)]


def _worked(shift: ShiftSpan) -> Iterator[_Piece]:
    cursor = shift.span.start
    for one in sorted(shift.fixed, key=lambda one: one.span):
        start = max(cursor, one.span.start)
        if one.span.end > start:
            yield _Piece(cursor, start, shift.shift, shift.crew, True)
            yield _Piece(start, one.span.end, shift.shift, shift.crew, True, one.reason)
            cursor = one.span.end
    yield _Piece(cursor, shift.span.end, shift.shift, shift.crew, True)


def _cut(
    calendar: str,
    day: date,
    pieces: Iterable[_Piece],
    zone: Sequence[tuple[int, int]],
    starts: Sequence[int],
    window: Interval,
) -> Iterator[Tile]:
    """Clip pieces to the window and cut them where the offset changes."""
    label = day.isoformat()
    for start, stop_at, shift, crew, scheduled, reason in pieces:
        cursor, end = max(start, window.start), min(stop_at, window.end)
        while cursor < end:
            stretch = bisect_right(starts, cursor)
            stop = min(end, starts[stretch]) if stretch < len(starts) else end
            yield Tile(calendar, cursor, stop, label, shift, crew, scheduled, reason, zone[stretch - 1][1])
            cursor = stop


def build_floating(calendar: str, spans: Iterable[ShiftSpan], window: Interval) -> Iterator[Floating]:
    """The floating windows that meet a window, whole, with an id that no other window asked for changes."""
    for shift in spans:
        for number, one in enumerate(shift.floating):
            span = one.window
            if span.clip(window):
                unique = _window_id(calendar, shift.span.start, number)
                yield Floating(calendar, unique, *_ends(span), *_ends(shift.span), one.reason, one.length)


def _ends(span: Interval) -> tuple[int, int]:
    return span.start, span.end


def _window_id(calendar: str, shift_start: int, number: int) -> int:
    digest = blake2b(f"{calendar}|{shift_start}|{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
