"""Rows of the tables that facts beside the ledger need: settings, crews, calendars of lines, areas, sites."""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.intervals import Interval
from plantstack.plant.inherit import held_values
from plantstack.plant.plant import Plant
from plantstack.plant.tables_fact import standards_by_pair
from plantstack.plant.tables_time import calendar_id

Row = tuple[object, ...]


def setting_rows(plant: Plant) -> Iterator[Row]:
    """The one row of settings that decide what is counted."""
    profile = plant.profile
    yield (
        *(profile.call_target, profile.repeat_window, profile.pm_tolerance),
        *(profile.order_promise, profile.attainment_tolerance),
    )


def crew_role_rows(plant: Plant) -> Iterator[Row]:
    """Crews whose hours are craft hours, or hours given to improvement."""
    for role, crews in (
        ("craft", plant.profile.craft_crews),
        ("improvement", plant.profile.improvement_crews),
    ):
        for crew in dict.fromkeys(crews):
            yield crew, role


def standard_crew_rows(plant: Plant) -> Iterator[Row]:
    """How many people a standard stands on, numbered as in the table `standard`."""
    pairs = sorted(standards_by_pair(plant).items())
    standards = (one for _, found in pairs for one in found)
    for number, one in enumerate(standards, 1):
        if one.crew:
            yield number, one.crew


def place_calendar_rows(plant: Plant, used: set[tuple[str, str]], window: Interval) -> Iterator[Row]:
    """The calendar of every site, area and line, where it has one that machines use too."""
    for place in (*plant.sites, *plant.areas, *plant.lines):
        if not plant.spans[place]:
            continue
        site = plant.site_of(place).id
        for start, end, calendar in held_values(plant, place, lambda one: one.calendar, ""):
            inside = Interval(start, end).clip(window)
            if inside and (site, calendar) in used:
                yield place, calendar_id(site, calendar), inside.start, inside.end
