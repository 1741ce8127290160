"""A production day of a place: what each line made of it, shift by shift, and where its hours went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plantstack.engines.duckdb.ahead import ShiftOf, shifts_of
from plantstack.errors import Problem, QueryError
from plantstack.intervals import Interval
from plantstack.stack.floor.detail import production_days_of, stops_in
from plantstack.stack.floor.figures import Figure, figures_of
from plantstack.stack.floor.handover import Frozen, Note, frozen_shift, notes_in
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.stops import Stop
from plantstack.stack.floor.strip import Strip, strips
from plantstack.stack.improving.hours import Hours, hours_of
from plantstack.stack.project import Stack

FIGURES = (
    *("throughput_vs_plan", "schedule_attainment", "good_parts"),
    *("scrap_rate", "minutes_lost", "reason_coverage"),
)
"""The KPIs of a day, of each line and each of its shifts; `INDICES` beside them of the whole day."""

INDICES = {True: "line_oee", False: "oee"}
"""By whether it is a line."""


@dataclass(frozen=True, slots=True)
class ShiftOfLine:
    """One shift of a line on the day.

    Attributes:
        shift: its name; `from_at` and `until_at` its borders, microseconds UTC.
        figures: its KPIs; withheld where few people are behind them.
        frozen: whether it is signed or closed and under which offset; None: it is not.
    """

    shift: str
    from_at: int
    until_at: int
    figures: tuple[Figure, ...]
    frozen: Frozen | None


@dataclass(frozen=True, slots=True)
class DayOfLine:
    """One line or lone machine on the day.

    Attributes:
        place: id; `name` is what people call it.
        figures: its KPIs of the whole day.
        shifts: in order of time.
        strips: of its machines over the day, by flow; `paced_by` is the one whose losses count.
        hours: its loss tree.
    """

    place: str
    name: str
    figures: tuple[Figure, ...]
    shifts: tuple[ShiftOfLine, ...]
    strips: tuple[Strip, ...]
    paced_by: str
    hours: Hours


@dataclass(frozen=True, slots=True)
class DayReport:
    """A production day of a place.

    Attributes:
        place: id; `name` is what people call it, `zone` the clock on its wall.
        day: ISO date; `from_at` and `until_at` its borders, microseconds UTC.
        is_over: it has ended.
        lines: in the order of the plant files.
        stops: over the micro-stop limit, the longest first.
        notes: of the day, in order of time; `safety` likewise.
    """

    place: str
    name: str
    zone: str
    day: str
    from_at: int
    until_at: int
    is_over: bool
    lines: tuple[DayOfLine, ...]
    stops: tuple[Stop, ...]
    notes: tuple[Note, ...]
    safety: tuple[Note, ...]


def day_report(stack: Stack, place: str, day: str, now: int, currency: str = "") -> DayReport:
    """A production day of a place of one site.

    Args:
        stack: the opened project.
        place: id or path of a machine, line, area or site.
        day: production day, ISO date.
        now: microseconds UTC.
        currency: what money of losses is converted into; '' leaves that of the site.

    Raises:
        QueryError: for a place that does not exist, a place of several sites, or a day the books do not know.
    """
    sight = look(stack, place, now)
    if not sight.scope and len(sight.plant.sites) > 1:
        sites = ", ".join(sight.plant.sites)
        what = "every site has its own production day"
        raise QueryError(Problem("scope-wide", "scope", what, f"Name a site or a part of one: {sites}."))
    whole = production_days_of(sight, sight.scope, (day, day))
    if not whole or whole[0][1].start >= now:
        what = "the books know no such day of it"
        raise QueryError(Problem("day-none", day, what, "Name a production day that has begun."))
    span = whole[0][1]
    seen = Interval(span.start, min(span.end, now))
    notes = notes_in(sight, span)
    stops = (one for one in stops_in(stack, place, seen, now) if not one.is_micro)
    return DayReport(
        place=sight.scope,
        name=sight.name(sight.scope) if sight.scope else sight.plant.label,
        zone=stack.zone_of(sight.scope),
        day=day,
        from_at=span.start,
        until_at=span.end,
        is_over=span.end <= now,
        lines=tuple(_line(sight, one, (day, span), currency) for one in sight.places),
        stops=tuple(sorted(stops, key=lambda one: (-one.own_us, one.from_at, one.machine))),
        notes=tuple(one for one in notes if not one.type),
        safety=tuple(one for one in notes if one.type),
    )


def _line(sight: Sight, place: str, on: tuple[str, Interval], currency: str) -> DayOfLine:
    stack, (day, span) = sight.stack, on
    catalog, days = stack.catalog(), (day, day)
    asked = [one for one in (*FIGURES, INDICES[place in sight.plant.lines]) if one in catalog.kpis]
    return DayOfLine(
        place=place,
        name=sight.name(place),
        figures=figures_of(stack.kpis(asked, scope=place, days=days).rows, catalog),
        shifts=tuple(_shifts(sight, place, day, span)),
        strips=strips(stack, place, span, sight.now),
        paced_by=sight.paced_by(place),
        hours=hours_of(stack, place, days, currency),
    )


def _shifts(sight: Sight, place: str, day: str, span: Interval) -> Iterator[ShiftOfLine]:
    catalog = sight.stack.catalog()
    asked = [one for one in FIGURES if one in catalog.kpis]
    rows = sight.stack.kpis(asked, scope=place, grain="shift", days=(day, day)).rows
    for shift in _shifts_on(sight, place, day, span):
        label = f"{day} {shift.name}"
        mine = [row for row in rows if row["period"]["label"] == label]
        kept = frozen_shift(look(sight.stack, place, sight.now), shift.span)
        yield ShiftOfLine(shift.name, shift.span.start, shift.span.end, figures_of(mine, catalog), kept)


def _shifts_on(sight: Sight, place: str, day: str, span: Interval) -> list[ShiftOf]:
    """The shifts of a line that belong to a production day and have begun: those of its exit."""
    with_first = Interval(span.start - 1, span.end)
    found = shifts_of(sight.books, sight.exit(place) or sight.places[place][0], with_first)
    return [one for one in found if one.day == day and one.span.start < sight.now]
