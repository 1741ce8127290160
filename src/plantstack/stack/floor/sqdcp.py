"""Safety, quality, delivery, cost, people: a letter each, thirty-one production days of met and missed.

Each letter is a KPI of the catalogue against the target that was agreed for it; without one no day is met or
missed. Some of them are made of facts beside the machines, so pages ask this now and then, not every second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from plantstack.engines.duckdb.homes import check_scope
from plantstack.intervals import DAY, Interval
from plantstack.kpis.kpi import SCOPES, Catalog
from plantstack.kpis.targets.targets import MET, MISSED, WATCH, Target
from plantstack.stack.floor.rows import Said
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day, targets_of

DAYS = 31
ANSWERED_WITHIN = 14 * DAY  # an action about the KPI that is told so long after a missed day answers it

Letter = Literal["S", "Q", "D", "C", "P"]

CANDIDATES: dict[Letter, tuple[str, ...]] = {
    "S": ("safety_incident_rate", "near_miss_rate"),
    "Q": ("first_pass_yield", "scrap_rate"),
    "D": ("schedule_attainment", "throughput_vs_plan", "otif"),
    "C": ("cost_per_good_unit", "minutes_lost"),
    "P": ("crew_present_ratio",),
}
"""The KPIs a letter may stand for: the first for which a target was agreed here, else the first."""

Mark = Literal["met", "missed", "not measured"]


@dataclass(frozen=True, slots=True)
class LetterDay:
    """One production day of a letter.

    Attributes:
        day: ISO date.
        mark: `met` also within the dead band; `not measured` without a value or a target, or where the value
            is not to be trusted, `why` says so.
        is_chance: missed by no more than chance may do: no day to act on by itself.
        value: of the KPI that day, in its unit; None where it is not known, `why` says so.
        target: that held that day; None without one.
        action: id of the action event that answers a missed day; '' where nobody has answered it.
        action_text: what it says; `action_owner` whose it is, `action_offset` where it stands in the log.
    """

    day: str
    mark: Mark
    value: float | None
    target: float | None
    why: str
    is_chance: bool = False
    action: str = ""
    action_text: str = ""
    action_owner: str = ""
    action_offset: int | None = None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One letter of a place.

    Attributes:
        letter: one of S, Q, D, C, P.
        kpi: it stands for; `name` is what people call it, `unit` its base unit.
        scope: id of the place it is a figure of: the one asked for, or the nearest above that has the KPI.
        days: the last 31 production days, the newest last, which is today.
        n_unanswered: days missed by more than chance may do that no action answers.
    """

    letter: Letter
    kpi: str
    name: str
    unit: str
    scope: str
    days: tuple[LetterDay, ...]
    n_unanswered: int

    @property
    def has_target(self) -> bool:
        """Whether any of the days could be met or missed; without a target none ever is."""
        return any(one.target is not None for one in self.days)

    @property
    def last(self) -> LetterDay | None:
        """The last day of which a value is known; None where none is."""
        return next((one for one in reversed(self.days) if one.value is not None), None)

    @property
    def judged(self) -> LetterDay | None:
        """The last day that was met or missed; None where none was."""
        return next((one for one in reversed(self.days) if one.mark != "not measured"), None)


def letters(stack: Stack, place: str, now: int) -> tuple[LetterRow, ...]:
    """The five letters of a place over 31 production days.

    Args:
        stack: the opened project.
        place: id or path of a line, area or site; '' is everything.
        now: microseconds UTC.

    Raises:
        QueryError: for a place that does not exist.
    """
    sight = look(stack, place, now)
    level, scope = check_scope(sight.plant, place)
    catalog, targets = stack.catalog(), targets_of(sight.engine, stack.catalog())
    chosen = {
        letter: _chosen(sight, catalog, targets, kpis, level, scope) for letter, kpis in CANDIDATES.items()
    }
    days = _days(sight, scope)
    rows: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for where in dict.fromkeys(one[1] for one in chosen.values()):
        kpis = [kpi for kpi, place_of in chosen.values() if place_of == where]
        asked = stack.kpis(kpis, scope=where, grain="day", days=(days[0], days[-1]))
        for row in asked.rows:
            rows.setdefault((row["kpi"], where), {})[row["period"]["label"]] = row
    actions = _actions(sight, days)
    return tuple(
        _letter(sight, catalog, letter, kpi, where, days, rows.get((kpi, where), {}), actions)
        for letter, (kpi, where) in chosen.items()
    )


def _chosen(
    sight: Sight,
    catalog: Catalog,
    targets: Sequence[Target],
    kpis: Sequence[str],
    level: str,
    scope: str,
) -> tuple[str, str]:
    """Which KPI a letter stands for, and at which place."""
    known = [kpi for kpi in kpis if kpi in catalog.kpis]
    placed = {kpi: _place(sight, catalog.kpis[kpi].lowest, level, scope) for kpi in known}
    for kpi in known:
        above = {"", *_above(sight, placed[kpi])}
        if any(one.kpi == kpi and one.scope in above for one in targets):
            return kpi, placed[kpi]
    return known[0], placed[known[0]]


def _above(sight: Sight, scope: str) -> tuple[str, ...]:
    if not scope:
        return ()
    spans = sight.plant.spans[scope]
    return (scope, *(name for one in spans for name in (one.line, one.area, one.site) if name))


def _place(sight: Sight, lowest: str, level: str, scope: str) -> str:
    """The place itself, or the nearest it stands in at which a KPI exists."""
    if not scope or SCOPES.index(level) >= SCOPES.index(lowest):
        return scope
    span = sight.plant.spans[scope][-1]
    places = {"line": span.line, "area": span.area, "site": span.site, "group": ""}
    order = SCOPES[SCOPES.index(lowest) :]
    return next((places[one] for one in order if places.get(one)), "")


def _days(sight: Sight, scope: str) -> list[str]:
    site = sight.plant.site_of(scope) if scope else next(iter(sight.plant.sites.values()))
    today = production_day(site, sight.now)
    return [(today - timedelta(days=DAYS - 1 - n)).isoformat() for n in range(DAYS)]


def _actions(sight: Sight, days: Sequence[str]) -> list[Said]:
    """The actions about KPIs, in order of time."""
    start = sight.now - (DAYS + 1) * DAY
    told = sight.said({"action"}, Interval(start, sight.now + 1), is_above=True)
    return [one for one in told if one.text("kpi") and one.at >= _begin(days[0])]


def _begin(day: str) -> int:
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY - DAY  # wherever on earth it begins


def _letter(
    sight: Sight,
    catalog: Catalog,
    letter: Letter,
    kpi: str,
    where: str,
    days: Sequence[str],
    rows: Mapping[str, Mapping[str, Any]],
    actions: Iterable[Said],
) -> LetterRow:
    mine = [one for one in actions if one.text("kpi") == kpi]
    made = tuple(_day(day, rows.get(day), mine) for day in days)
    return LetterRow(
        letter=letter,
        kpi=kpi,
        name=catalog.kpis[kpi].name,
        unit=catalog.kpis[kpi].unit,
        scope=where,
        days=made,
        n_unanswered=sum(1 for one in made if one.mark == "missed" and not one.is_chance and not one.action),
    )


def _day(day: str, row: Mapping[str, Any] | None, actions: Sequence[Said]) -> LetterDay:
    if row is None:
        return LetterDay(day, "not measured", None, None, "nothing was heard that day")
    status = row["status"]
    mark: Mark = "met" if status == MET else "missed" if status in (MISSED, WATCH) else "not measured"
    why = row["why_none"] or ("" if mark != "not measured" else str(status or "the day is not over"))
    told = LetterDay(day, mark, row["value"], row["target"], why, status == WATCH)
    if mark != "missed":
        return told
    begin = _begin(day) + DAY
    found = [one for one in actions if begin <= one.at < begin + DAY + ANSWERED_WITHIN]
    if not found:
        return told
    last = found[-1]
    return replace(
        told,
        action=last.text("action"),
        action_text=last.text("text"),
        action_owner=last.text("owner"),
        action_offset=last.offset,
    )
