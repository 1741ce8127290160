"""A calendar laid on a site's clock: shifts, fixed breaks and floating windows as instants."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from plantstack.intervals import Interval
from plantstack.plant.localtime import production_days, resolve
from plantstack.plant.model import ALWAYS, Calendar, Roster, Shift, Site

ALL_DAY = "all-day"


@dataclass(frozen=True, slots=True)
class FixedBreak:
    """A fixed break inside its shift."""

    span: Interval
    reason: str


@dataclass(frozen=True, slots=True)
class FloatingBreak:
    """A break of `length` somewhere inside a window of its shift."""

    window: Interval
    reason: str
    length: int


@dataclass(frozen=True, slots=True)
class ShiftSpan:
    """One shift of one date, inside one production day."""

    day: date
    shift: str
    crew: str
    span: Interval
    fixed: tuple[FixedBreak, ...] = ()
    floating: tuple[FloatingBreak, ...] = ()


def shift_spans(calendar: Calendar | None, site: Site, window: Interval) -> list[ShiftSpan]:
    """The shifts of all production days that meet a window, in time order, without overlaps.

    Args:
        calendar: whose shifts; None is the built-in `always`, one shift a production day.
        site: gives zone, start of the production day and closed days.
        window: the span that is asked for.
    """
    days = production_days(site.zone, site.day_start, window)
    if calendar is None:
        return [ShiftSpan(day, ALL_DAY, "", span) for day, span in days]
    made: list[ShiftSpan] = []
    for day, span in days:
        cursor = span.start
        for found in sorted(_of_production_day(calendar, site, day), key=lambda one: one[0]):
            # Only local times inside a gap can make neighbours overlap; the later one gives way.
            inside = _laid(site, day, found[1:], Interval(cursor, span.end))
            if inside:
                made.append(inside)
                cursor = inside.span.end
    return made


def _of_production_day(
    calendar: Calendar, site: Site, day: date
) -> Iterator[tuple[tuple[date, int], date, Shift, str]]:
    """Shifts by the date they start: those after the day start on `day`, those before it on the next."""
    for on in (day, day + timedelta(days=1)):
        for shift, crew in shifts_on(calendar, site.closed, on):
            if (shift.start >= site.day_start) == (on == day):
                yield (on, shift.start), on, shift, crew


def shifts_on(calendar: Calendar, closed: Container[date], on: date) -> list[tuple[Shift, str]]:
    """Shifts that start on a date, with their crews and breaks; an exception goes before a closed day."""
    pattern = calendar.patterns[0]
    for later in calendar.patterns[1:]:
        if later.from_day and later.from_day <= on:
            pattern = later
    roster: Roster = pattern.days[(on - pattern.first_day).days % len(pattern.days)]
    if on in calendar.exceptions:
        roster = calendar.exceptions[on]
    elif on in closed:
        roster = ()
    changed = calendar.breaks.get(on, {})
    return [
        (replace(shift, breaks=changed.get(name, shift.breaks)), crew)
        for name, crew in roster
        for shift in (pattern.shifts[name],)
    ]


def _laid(site: Site, day: date, found: tuple[date, Shift, str], room: Interval) -> ShiftSpan | None:
    on, shift, crew = found
    start, end = resolve(site.zone, on, shift.start), resolve(site.zone, on, shift.until)
    span = Interval(start, max(start, end)).clip(room)
    return _with_breaks(ShiftSpan(day, shift.name, crew, span), site.zone, on, shift) if span else None


def _with_breaks(made: ShiftSpan, zone: str, on: date, shift: Shift) -> ShiftSpan:
    fixed: list[FixedBreak] = []
    floating: list[FloatingBreak] = []
    for one in shift.breaks:
        start = resolve(zone, on, one.start)
        # A fixed break keeps its written length from its resolved start, whatever the clock does.
        end = resolve(zone, on, one.end) if one.is_floating else start + one.length
        inside = Interval(start, max(start, end)).clip(made.span)
        if inside and one.is_floating:
            floating.append(FloatingBreak(inside, one.reason, one.length))
        elif inside:
            fixed.append(FixedBreak(inside, one.reason))
    return replace(made, fixed=tuple(fixed), floating=tuple(floating))


def calendar_of(calendars: dict[str, Calendar], name: str) -> Calendar | None:
    """The calendar of a name; None for the built-in `always`."""
    return None if name == ALWAYS else calendars[name]
