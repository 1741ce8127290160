"""Checks of calendars against the production days of the sites that use them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from plantstack.plant.inherit import held_values
from plantstack.plant.model import ALWAYS, DAY_MINUTES, Calendar, Shift, Site
from plantstack.plant.plant import Plant
from plantstack.plant.read_calendars import WEEKDAYS
from plantstack.plant.report import Report
from plantstack.plant.shifts import shifts_on
from plantstack.plant.structure import FAR_FUTURE


def check_calendars(plant: Plant, report: Report) -> None:
    """Every machine has a calendar, shifts do not overlap, and none crosses a production day."""
    for calendar in plant.calendars.values():
        _check_overlaps(calendar, report)
        _check_break_reasons(calendar, plant, report)
    for site, name in sorted(_used(plant, report)):
        if name in plant.calendars:
            _check_day_start(plant.calendars[name], plant.sites[site], report)


def _used(plant: Plant, report: Report) -> set[tuple[str, str]]:
    """The (site, calendar) pairs in use; a machine without a calendar is a problem."""
    used: set[tuple[str, str]] = set()
    for name in plant.machines:
        if not plant.spans[name]:
            continue
        for _, end, calendar in held_values(plant, name, lambda one: one.calendar, ""):
            used.add((plant.site_of(name).id, calendar))
            if not calendar and not _has_blank(plant, name):
                until = " before the first one that is dated" if end < FAR_FUTURE else ""
                what = f"machine '{name}' has no calendar{until}"
                fix = f"Write 'calendar: {ALWAYS}' (day and night) or a calendar of yours at its site."
                report.add("calendar-missing", report.place_of("machine", name), what, fix)
    return used


def _has_blank(plant: Plant, machine: str) -> bool:
    """Whether a calendar is written but could not be read, which is a problem already."""
    span = plant.spans[machine][0]
    chain = [plant.equipment[name] for name in (machine, span.line, span.area, span.site) if name]
    return any(value == "" for one in chain for _, value in one.calendar)


def _check_overlaps(calendar: Calendar, report: Report) -> None:
    for on in sorted(_days_to_check(calendar)):
        laid = [
            (offset * DAY_MINUTES + shift.start, offset * DAY_MINUTES + shift.until, shift.name)
            for offset in (0, 1)
            for shift, _ in shifts_on(calendar, (), on + timedelta(days=offset))
        ]
        for before, after in pairwise(sorted(laid)):
            if after[0] < before[1]:
                when = f"{on} ({WEEKDAYS[on.weekday()]})"
                what = f"shifts '{before[2]}' and '{after[2]}' of calendar '{calendar.id}' overlap on {when}"
                fix = "Change their times, or give the second crew a calendar of its own."
                report.add("shift-overlap", report.place_of("calendar", calendar.id), what, fix)
                return


def _days_to_check(calendar: Calendar) -> Iterator[date]:
    for pattern in calendar.patterns:
        start = pattern.from_day or pattern.first_day
        before = 1 if pattern.from_day else 0  # the last day of the pattern before this one
        yield from (start + timedelta(days=number) for number in range(-before, len(pattern.days)))
    for on in calendar.exceptions:
        yield from (on - timedelta(days=1), on)


def _check_break_reasons(calendar: Calendar, plant: Plant, report: Report) -> None:
    usual = [one for shift in _shifts(calendar) for one in shift.breaks]
    changed = [one for shifts in calendar.breaks.values() for breaks in shifts.values() for one in breaks]
    for name in sorted({one.reason for one in (*usual, *changed) if one.reason in plant.reasons}):
        account = plant.reasons[name].account
        if account != "planned_down":
            what = f"a break of calendar '{calendar.id}' has reason '{name}', which is no planned stop"
            fix = "Give the reason 'account: planned_down' and an allowance, or name another one."
            report.add("break-reason", report.place_of("calendar", calendar.id), what, fix)


def _check_day_start(calendar: Calendar, site: Site, report: Report) -> None:
    for shift in _shifts(calendar):
        since = (shift.start - site.day_start) % DAY_MINUTES
        if since + shift.until - shift.start > DAY_MINUTES:
            what = (
                f"shift '{shift.name}' ({_clock(shift.start)} to {_clock(shift.until)}) of calendar "
                f"'{calendar.id}' crosses the start of the production day of site '{site.id}' at "
                f"{_clock(site.day_start)}"
            )
            fix = f"Write 'day_start: {_clock(shift.until)}' at the site, or split the shift there."
            report.add("shift-crosses-day", report.place_of("calendar", calendar.id), what, fix)


def _shifts(calendar: Calendar) -> list[Shift]:
    return list({id(one): one for pattern in calendar.patterns for one in pattern.shifts.values()}.values())


def _clock(minute: int) -> str:
    return f"{minute % DAY_MINUTES // 60:02}:{minute % 60:02}"
