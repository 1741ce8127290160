"""Rows of the tables in which time passes: days, tiles, calendars, placements, dated choices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from plantstack.intervals import Interval
from plantstack.plant.fiscal import fiscal_periods
from plantstack.plant.inherit import held_values
from plantstack.plant.localtime import local_day, production_days
from plantstack.plant.model import ALWAYS, Dated, Site
from plantstack.plant.plant import Plant
from plantstack.plant.shifts import calendar_of, shift_spans
from plantstack.plant.structure import FAR_FUTURE, FAR_PAST, day_bounds
from plantstack.plant.tiles import Floating, Tile, build_floating, build_tiles


def day_rows(plant: Plant, window: Interval) -> Iterator[tuple[object, ...]]:
    """Production days of every site, clipped to the window."""
    for site in plant.sites.values():
        for day, span in production_days(site.zone, site.day_start, window):
            inside = span.clip(window)
            if inside:
                yield site.id, day.isoformat(), inside.start, inside.end


def period_rows(plant: Plant, window: Interval) -> Iterator[tuple[object, ...]]:
    """Fiscal periods of every site that meet the window."""
    for site in plant.sites.values():
        first = local_day(site.zone, window.start) - timedelta(days=1)
        for one in fiscal_periods(site.fiscal, first, local_day(site.zone, window.end)):
            yield (
                site.id,
                one.from_day.isoformat(),
                one.until_day.isoformat(),
                one.period,
                one.quarter,
                one.year,
            )


def machine_calendar_rows(
    plant: Plant, window: Interval
) -> tuple[list[tuple[object, ...]], set[tuple[str, str]]]:
    """The calendar of every machine, tiling the window, and the (site, calendar) pairs in use."""
    rows: list[tuple[object, ...]] = []
    used: set[tuple[str, str]] = set()
    for machine in plant.machines:
        site = plant.site_of(machine).id
        for start, end, calendar in held_values(plant, machine, lambda one: one.calendar, ALWAYS):
            inside = Interval(start, end).clip(window)
            if inside:
                used.add((site, calendar))
                rows.append((machine, calendar_id(site, calendar), inside.start, inside.end))
    return rows, used


def calendar_id(site: str, calendar: str) -> str:
    """A calendar on the clock of a site."""
    return f"{site}/{calendar}"


def calendar_rows(
    plant: Plant, used: set[tuple[str, str]], window: Interval
) -> tuple[list[Tile], list[Floating]]:
    """Tiles and floating windows of every calendar in use."""
    tiles: list[Tile] = []
    floating: list[Floating] = []
    for site_id, name in sorted(used):
        site, calendar = plant.sites[site_id], calendar_of(plant.calendars, name)
        spans = shift_spans(calendar, site, window)
        tiles += build_tiles(calendar_id(site_id, name), spans, site, window)
        floating += build_floating(calendar_id(site_id, name), spans, window)
    return tiles, floating


def placement_rows(plant: Plant) -> Iterator[tuple[object, ...]]:
    """Where every equipment stands; neighbours that differ only by what moved above them stay apart."""
    for spans in plant.spans.values():
        for one in spans:
            yield (
                *(one.equipment, one.from_at, one.until_at, one.path),
                *(one.parent, one.line, one.area, one.site),
            )


def line_rows(plant: Plant) -> Iterator[tuple[object, ...]]:
    """Exit and constraint of every line, each stretch in which neither changes."""
    for line in plant.lines.values():
        site = plant.site_of(line.id)
        exits, constraints = _laid(line.exit, site), _laid(line.constraint, site)
        cuts = sorted({FAR_PAST, *(at for at, _, _ in (*exits, *constraints))})
        for start, end in zip(cuts, [*cuts[1:], FAR_FUTURE], strict=True):
            yield line.id, start, end, _held(exits, start), _held(constraints, start)


def orders_rows(plant: Plant) -> Iterator[tuple[object, ...]]:
    """When a machine without an order has no order, rather than no news of one."""
    for machine in plant.machines:
        for start, end, use in held_values(plant, machine, lambda one: one.orders, plant.profile.orders):
            if use == "used":
                yield machine, start, end


def capture_rows(plant: Plant) -> Iterator[tuple[object, ...]]:
    """How the signals of a machine are captured, by date."""
    for machine in plant.machines.values():
        for start, end, method in _laid(machine.capture, plant.site_of(machine.id)):
            yield machine.id, start, end, method


def ownership_rows(plant: Plant) -> Iterator[tuple[object, ...]]:
    """Legal owner and reporting unit of every site, by date."""
    for site in plant.sites.values():
        for role, dated in (("owner", site.owner), ("reporting_unit", site.reporting_unit)):
            for start, end, name in _laid(dated, site):
                yield site.id, role, start, end, name


def _laid(dated: Dated[str], site: Site) -> list[tuple[int, int, str]]:
    ends: list[date | None] = [start for start, _ in dated[1:]]
    days = zip(dated, [*ends, None], strict=True) if dated else ()
    return [(*day_bounds(site, start, end), value) for (start, value), end in days]


def _held(laid: list[tuple[int, int, str]], at: int) -> str:
    return next((value for start, end, value in laid if start <= at < end), "")
