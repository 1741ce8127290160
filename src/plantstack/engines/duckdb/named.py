"""What was ever told of accounts, figures and levels by name, place by place: what nobody told is not zero.

A sum over several sites needs every one of them: two sites' cost over three sites' pieces is no unit cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.homes import condition
from plantstack.engines.duckdb.sums import below
from plantstack.intervals import DAY
from plantstack.measures.measure import Measure
from plantstack.plant.localtime import local_day

_PLACES = ("site", "area", "line", "machine")
_PART = 10  # one part in so many may lack: the last days are rarely booked when somebody asks
_COLUMNS = {"machine": "equipment"}

Place: TypeAlias = tuple[str, ...]
Told: TypeAlias = tuple[int, int | None]  # since when, and up to when; None: there is no end to it
Since: TypeAlias = Mapping[str, Told]  # by site


@dataclass(frozen=True, slots=True)
class Named:
    """Of each place of an answer: its sites, and for which time each name was told at each of them."""

    books: Books
    axes: tuple[str, ...]
    sites: Mapping[Place, frozenset[str]]
    since: Mapping[Place, Mapping[tuple[str, str], Since]]

    def place(self, keys: Mapping[str, str]) -> Place:
        """The place a cell speaks of."""
        return tuple(keys[axis] for axis in self.axes)

    def why_not(self, measure: Measure, keys: Mapping[str, str], start: int, end: int) -> str:
        """Why a measure of names is not known in a cell from `start` to `end`; '' when it is."""
        if not measure.said:
            return ""
        place, kind = self.place(keys), _kind_of(measure)
        told = self.since.get(place, {})
        silent, late = [], []
        for site in sorted(self.sites.get(place, ())):
            spans = [told[(kind, name)][site] for name in measure.said if site in told.get((kind, name), {})]
            since = min((one for one, _ in spans), default=0)
            if not spans:
                silent.append(site)
            elif kind == "level" and since > start:
                late.append(f"{self._day(site, since + DAY // 2)} at {site}")
            elif all(_is_beyond(told_of, start, end) for told_of in spans):
                reach = max(reach or 0 for _, reach in spans)
                days = f"{self._day(site, since + DAY // 2)} to {self._day(site, reach - DAY // 2)}"
                silent.append(f"{site}, told of {days} only")
        if silent:
            return f"needs {kind} '{measure.said[0]}' of {', '.join(silent)}"
        return f"{measure.said[0]} is told since {', '.join(late)} only" if late else ""

    def _day(self, site: str, at: int) -> date:
        return local_day(self.books.plant.sites[site].zone, at)


def _is_beyond(told: Told, start: int, end: int) -> bool:
    """Whether a figure of finance says nothing of too much of a cell: it speaks of its periods only."""
    since, reach = told
    if reach is None:
        return False
    outside = max(min(since, end) - start, 0) + max(end - max(reach, start), 0)
    return outside * _PART > end - start


def named_in(books: Books, query: MeasureQuery, level: str, scope: str) -> Named:
    """Read what was told of the places of a query; the facts beside the pages must have been made."""
    axes = tuple(axis for axis in query.by if axis in _PLACES)
    columns = "".join(f"h.{_COLUMNS.get(axis, axis)}, " for axis in axes)
    where = condition(level, scope)
    sites: dict[Place, set[str]] = {}
    sql = f"select distinct {columns}h.site from home as h where {where}"
    for row in books.con.execute(sql).fetchall():
        sites.setdefault(tuple(row[:-1]), set()).add(row[-1])
    since: dict[Place, dict[tuple[str, str], dict[str, Told]]] = {}
    sql = (
        f"select {columns}h.clock, t.kind, t.name, min(t.since_at),"
        " case when count(*) = count(t.reach_at) then max(t.reach_at) end from told_name as t"
        f" join place_home as h on h.equipment = t.equipment where {where} and {below(query)} group by all"
    )
    for row in books.con.execute(sql).fetchall():
        site, kind, name, at, reach = row[len(axes) :]
        since.setdefault(tuple(row[: len(axes)]), {}).setdefault((kind, name), {})[site] = at, reach
    return Named(books, axes, {place: frozenset(found) for place, found in sites.items()}, since)


def _kind_of(measure: Measure) -> str:
    """The kind of word that fills a measure of names."""
    if measure.kind == "level" or measure.sum is None:
        return "level"
    return dict(measure.sum.where)["kind"][0]
