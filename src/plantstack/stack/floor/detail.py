"""A line or a machine over any days: its strips day by day, every stop with symptom and cause, its KPIs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from plantstack.engines.duckdb.homes import check_scope
from plantstack.errors import Problem, QueryError
from plantstack.intervals import Interval
from plantstack.stack.floor.figures import Figure, figures_of
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.shift import cut
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.states import LOST
from plantstack.stack.floor.stops import Lost, Stop, lost_in, stops_of
from plantstack.stack.floor.strip import Strip, segments
from plantstack.stack.project import Stack

TILES = {
    "machine": (
        *("oee", "availability", "performance", "quality", "good_parts"),
        *("stop_time", "micro_stop_count", "mtbf", "mttr"),
    ),
    "line": (
        *("throughput_vs_plan", "schedule_attainment", "line_oee", "good_parts"),
        *("scrap_rate", "first_pass_yield", "constraint_starved_blocked", "changeover_vs_standard"),
    ),
}
"""The KPIs of a detail page, by level; a wider place is shown as a line is."""

MOST_DAYS = 92  # of one question


@dataclass(frozen=True, slots=True)
class DayStrips:
    """One production day: the strip of each machine, by flow."""

    day: str
    from_at: int
    until_at: int
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """A place over some production days.

    Attributes:
        place: id; `name` is what people call it, `path` where it stands, `level` what it is.
        zone: the clock on its wall.
        from_at: where the first day begins, microseconds UTC; `until_at` where the last ends, at most now.
        figures: KPIs of all the days together.
        days: the newest last.
        stops: of all machines that began or stood in these days, the newest first; micro-stops among them.
        lost: time lost by leaf, of the machine that paces the line, the greatest first.
        paced_by: that machine.
    """

    place: str
    name: str
    path: str
    level: str
    zone: str
    from_at: int
    until_at: int
    figures: tuple[Figure, ...]
    days: tuple[DayStrips, ...]
    stops: tuple[Stop, ...]
    lost: tuple[Lost, ...]
    paced_by: str


def detail(stack: Stack, place: str, days: tuple[str, str], now: int) -> Detail:
    """A machine, a line, or what stands in a wider place, over production days.

    Args:
        stack: the opened project.
        place: id or path.
        days: first and last production day, ISO dates, the last one included.
        now: microseconds UTC.

    Raises:
        QueryError: for a place that does not exist, or more than 92 days.
    """
    sight = look(stack, place, now)
    level, scope = check_scope(sight.plant, place)
    _check(place, days)
    whole = production_days_of(sight, scope, days)
    present = Present(sight)
    start = whole[0][1].start if whole else now
    end = max(min(whole[-1][1].end, now), start) if whole else now
    entries = sight.entries(Interval(start, end))
    pacing = sight.paced_by(sight.place(sight.machines[0])) if sight.machines else ""
    kpis = [kpi for kpi in TILES["machine" if level == "machine" else "line"] if kpi in stack.catalog().kpis]
    rows = stack.kpis(kpis, scope=scope, days=days).rows if whole else []
    stops = [one for machine in sight.machines for one in stops_of(sight.plant, entries[machine])]
    return Detail(
        place=scope,
        name=sight.name(scope) if scope else sight.plant.label,
        path=sight.path(scope),
        level=level,
        zone=stack.zone_of(scope),
        from_at=start,
        until_at=end,
        figures=figures_of(rows, stack.catalog()),
        days=tuple(_day(present, day, span) for day, span in whole if span.start < now),
        stops=tuple(sorted(stops, key=lambda one: (-one.from_at, one.machine))),
        lost=lost_in(sight.plant, entries.get(pacing, ()), LOST),
        paced_by=pacing,
    )


def _check(place: str, days: tuple[str, str]) -> None:
    n_days = (date.fromisoformat(days[1]) - date.fromisoformat(days[0])).days + 1
    if n_days > MOST_DAYS:
        what = f"{n_days} days are more than the {MOST_DAYS} of one question"
        raise QueryError(Problem("window-long", place, what, "Ask for fewer days."))


def stops_in(stack: Stack, place: str, span: Interval, now: int) -> tuple[Stop, ...]:
    """The stops of the machines of a place that stood in a span, cut at its borders, the newest first.

    Raises:
        QueryError: for a place that does not exist.
    """
    sight = look(stack, place, now)
    found = (one for entries in sight.entries(span).values() for one in stops_of(sight.plant, entries))
    return tuple(sorted(found, key=lambda one: (-one.from_at, one.machine)))


def production_days_of(sight: Sight, scope: str, days: tuple[str, str]) -> list[tuple[str, Interval]]:
    """The production days of a place that the books know, with their spans; of several sites, the first's."""
    site = sight.plant.site_of(scope).id if scope else next(iter(sight.plant.sites))
    rows = sight.books.con.execute(
        "select day, min(from_at), max(until_at) from day where site = $1 and day >= $2 and day <= $3"
        " group by day order by day",
        [site, *days],
    ).fetchall()
    return [(day, Interval(start, end)) for day, start, end in rows]


def _day(present: Present, day: str, span: Interval) -> DayStrips:
    sight = present.sight
    known = Interval(span.start, max(span.start, min(span.end, sight.now)))
    found = sight.entries(known)

    def strips() -> Iterable[Strip]:
        for machine in sight.machines:
            inside = list(cut(found[machine], known))
            drawn = tuple(segments(sight, inside, present.limits[machine][0]))
            yield Strip(machine, sight.name(machine), span.start, span.end, drawn)

    return DayStrips(day, span.start, span.end, tuple(strips()))
