"""How ready lines and sites are, layer by layer, over the period each layer is decided in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.errors import Problem
from plantstack.intervals import rfc3339
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.trusting.readiness import MET, Check, Ready, check_of, required_of, stand
from plantstack.measures.catalog import MEASURES
from plantstack.plant.fiscal import fiscal_periods
from plantstack.plant.model import Site
from plantstack.stack.answers.asking import KpiTable, Question, ask
from plantstack.stack.answers.gathering import Key, name_behind
from plantstack.stack.targets.targeting import production_day

PERIODS = {1: "1 day", 2: "1 week", 3: "3 months", 4: "3 months", 5: "1 period"}
_CLAIMS = ("saving_realisation", "ebitda_loss_impact", "downtime_cost", "scrap_cost")
_WEEK, _QUARTER = 7, 91
_LOOK = "'plantstack readiness' shows what it waits for."
Days = tuple[str, str]
Place = tuple[str, str]  # level and id
Judged = dict[Place, dict[int, list[Check]]]


@dataclass(frozen=True, slots=True)
class Readying:
    """Readiness of the places of some books."""

    engine: DuckEngine
    catalog: Catalog
    judged: dict[tuple[str, str, Days], Judged] = field(default_factory=dict)
    windows: dict[str, dict[int, Days]] = field(default_factory=dict)

    def table(self, scope: str = "") -> KpiTable:
        """One row a line or site and layer; of a line that is asked for also where nothing is in its books.

        Raises:
            QueryError: for a scope that does not exist.
        """
        line = self._line_of(scope)
        silent = {("line", line): stand({})} if line else {}
        rows = [
            row
            for site in self._sites(scope)
            for place, ready in (silent | self._of_site(site)).items()
            if self._is_wanted(place, scope)
            for row in self._rows(place, site, ready)
        ]
        books = self.engine.books
        as_of = {site: rfc3339(at) for site, at in sorted(books.as_of.items())}
        return KpiTable(rows, books.stamp.offset, as_of)

    def why_not(self, scope: str, layer: int) -> str:
        """Why a claim of a layer may not be made in a scope; '' when it may.

        Raises:
            QueryError: for a scope that does not exist.
        """
        note = self.note(scope, layer)
        return note.what if note else ""

    def note(self, scope: str, layer: int) -> Problem | None:
        """Say why a claim of a layer may not be made in a scope, and what is cheapest to do about it.

        Raises:
            QueryError: for a scope that does not exist.
        """
        for (level, place), ready in self._up_to(scope, layer).items():
            one = ready[layer - 1]
            if one.status != MET:
                lower = one.blocked_by
                by = f"layer {lower} is not met" if lower else f"layer {layer} is {one.status}"
                cheapest = ready[(lower or layer) - 1].cheapest
                step = f"{cheapest.step} ({cheapest.minutes} min)" if cheapest else _LOOK
                return Problem("not-ready", scope or "all", f"{by} at {level} {place}", step)
        return None

    def _up_to(self, scope: str, layer: int) -> dict[Place, tuple[Ready, ...]]:
        """How ready the places are that a scope speaks of, up to a layer or the first one that is not met.

        The places are a line, or the sites it is or belongs to. What lies above is not asked for.
        """
        line = self._line_of(scope)
        found: dict[Place, tuple[Ready, ...]] = {}
        for site in self._sites(scope):
            with self.engine.sweeps.kept():
                mine = self._first_unmet(site, ("line", line), layer) if line else ()
                place = ("line", line) if mine else ("site", site.id)
                found[place] = mine or self._first_unmet(site, place, layer)
        return found

    def _first_unmet(self, site: Site, place: Place, layer: int) -> tuple[Ready, ...]:
        """The layers of a place from the lowest up; () for a line that has no books in any window."""
        checks: dict[int, list[Check]] = {}
        windows = self._by_window(site)
        for days, layers in windows.items():
            if layers[0] > layer:
                break
            mine = self._judged(site, place[0], days).get(place, {})
            is_silent = not mine and not checks and place[0] == "line"
            if is_silent and not any(place in self._judged(site, "line", one) for one in windows):
                return ()
            checks |= mine
            if any(stand(checks)[one - 1].status != MET for one in layers if one <= layer):
                break
        return stand(checks)

    def _sites(self, scope: str) -> list[Site]:
        plant = self.engine.books.plant
        _, found = check_scope(plant, scope)
        sites = [plant.site_of(found)] if found else list(plant.sites.values())
        return [site for site in sites if site.id in self.engine.books.as_of]

    def _line_of(self, scope: str) -> str:
        plant = self.engine.books.plant
        level, found = check_scope(plant, scope)
        return {"line": found, "machine": plant.spans[found][-1].line if level == "machine" else ""}.get(
            level, ""
        )

    def _is_wanted(self, place: Place, scope: str) -> bool:
        level, found = check_scope(self.engine.books.plant, scope)
        return level in ("group", "site", "area") or place == ("line", self._line_of(found))

    def _of_site(self, site: Site) -> dict[Place, tuple[Ready, ...]]:
        """All lines of a site and the site itself: two questions a period."""
        checks: Judged = {("site", site.id): {}}
        with self.engine.sweeps.kept():
            for days in self._by_window(site):
                for level in ("site", "line"):
                    for place, mine in self._judged(site, level, days).items():
                        checks.setdefault(place, {}).update(mine)
        return {place: stand(mine) for place, mine in checks.items()}

    def _by_window(self, site: Site) -> dict[Days, list[int]]:
        """The layers that are judged over the same days, from the lowest up."""
        found: dict[Days, list[int]] = {}
        for layer, days in self._windows(site).items():
            found.setdefault(days, []).append(layer)
        return found

    def _judged(self, site: Site, level: str, days: Days) -> Judged:
        """The checks of all places of a level over one window, worked out once."""
        key = (site.id, level, days)
        if key not in self.judged:
            layers = self._by_window(site)[days]
            ids = tuple(one for layer in layers for one in required_of(self.catalog, layer, level))
            found: Judged = {}
            for row in self._asked(site, days, ids, level) if ids else ():
                kpi, place = self.catalog.kpi(row["kpi"]), row["scope"].get("line", site.id)
                if place:
                    mine = found.setdefault((level, place), {})
                    mine.setdefault(kpi.layer, []).append(check_of(kpi, row))
            self.judged[key] = found
        return self.judged[key]

    def _asked(self, site: Site, days: Days, ids: tuple[str, ...], level: str) -> Sequence[Mapping[str, Any]]:
        """Values and grades of all; who is behind a doubt only where one is too great."""
        query = MeasureQuery((), site.id, ("line",) if level == "line" else (), "all", days)
        profile = self.engine.books.plant.profile.name
        question = Question(ids, query, profile, is_layer=True, is_plain=True)
        rows = ask(self.engine, self.catalog, question).rows
        weak = [row for row in rows if row["trust"]["grade"] == "C"]
        worst = dict.fromkeys(row["trust"]["limits"][0]["measure"] for row in weak)
        named = name_behind(self.engine, query, [name for name in worst if name in MEASURES])
        return [_named(row, named, query.by) if row in weak else row for row in rows]

    def _windows(self, site: Site) -> dict[int, Days]:
        """The production days each layer is judged over, worked out once."""
        if site.id not in self.windows:
            self.windows[site.id] = self._windows_of(site)
        return self.windows[site.id]

    def _windows_of(self, site: Site) -> dict[int, Days]:
        """The days of each layer, up to the last whole day that was worked."""
        today = production_day(site, self.engine.books.as_of[site.id])
        last = self._last_worked(site, today - timedelta(days=1))
        period = next(
            (
                one
                for one in reversed(fiscal_periods(site.fiscal, last - timedelta(days=62), last))
                if one.until_day <= today
            ),
            None,
        )
        spans = {
            1: (last, last),
            2: (last - timedelta(days=_WEEK - 1), last),
            3: (last - timedelta(days=_QUARTER - 1), last),
            4: (last - timedelta(days=_QUARTER - 1), last),
            5: (period.from_day, period.until_day - timedelta(days=1))
            if period
            else (last - timedelta(days=30), last),
        }
        return {layer: (start.isoformat(), end.isoformat()) for layer, (start, end) in spans.items()}

    def _last_worked(self, site: Site, last: date) -> date:
        days = ((last - timedelta(days=_WEEK - 1)).isoformat(), last.isoformat())
        cells = self.engine.query(MeasureQuery(("time_run",), site.id, (), "day", days)).cells
        worked = [cell.label for cell in cells if cell.sums["time_run"]]
        return date.fromisoformat(max(worked)) if worked else last

    def _rows(self, place: Place, site: Site, layers: Iterable[Ready]) -> Iterable[Mapping[str, Any]]:
        windows = self._windows(site)
        for one in layers:
            days, cheapest = windows[one.layer], one.cheapest
            yield {
                "level": place[0],
                "scope": place[1],
                "site": site.id,
                "layer": one.layer,
                "period": {"from": days[0], "to": days[1], "label": PERIODS[one.layer]},
                "status": one.status,
                "blocked_by": one.blocked_by or None,
                "n_required": len(one.required),
                "n_fulfilled": one.n_fulfilled,
                "step": cheapest.step if cheapest else "",
                "minutes": cheapest.minutes if cheapest else None,
                "checks": [
                    {name: getattr(check, name) for name in Check.__dataclass_fields__}
                    for check in one.checks
                ],
            }


def may_claim(engine: DuckEngine, catalog: Catalog, scope: str, layer: int) -> str:
    """Why a claim of a layer (ranking, comparing, verified savings, money) may not be made; '' when it may.

    Raises:
        QueryError: for a scope that does not exist.
    """
    return Readying(engine, catalog).why_not(scope, layer)


def claim_notes(engine: DuckEngine, catalog: Catalog, rows: Iterable[Mapping[str, Any]]) -> list[Problem]:
    """Say which of the numbers shown are no claims yet: those of layers 4 and 5 that compare."""
    claims = [row for row in rows if row["value"] is not None and _is_claim(catalog, row["kpi"])]
    places = dict.fromkeys((_place(row["scope"]), row["layer"]) for row in claims)
    notes, readying = [], Readying(engine, catalog)
    for place, layer in places:
        note = readying.note(place, layer)
        if note:
            notes.append(replace(note, what=f"layer {layer} is shown and not claimed: {note.what}"))
    return notes


def _named(
    row: Mapping[str, Any], named: Mapping[Key, Mapping[str, tuple[str, ...]]], by: Sequence[str]
) -> Mapping[str, Any]:
    """A row with the names of who is behind its greatest doubt."""
    worst, *others = row["trust"]["limits"]
    mine = named.get((*(row["scope"][axis] for axis in by), row["period"]["label"]), {})
    limits = [{**worst, "named": mine.get(worst["measure"], worst["named"])}, *others]
    return {**row, "trust": {**row["trust"], "limits": limits}}


def _is_claim(catalog: Catalog, kpi: str) -> bool:
    """Whether a number says that something got better, or is saved."""
    return bool(catalog.kpi(kpi).of) or kpi in _CLAIMS


def _place(scope: Mapping[str, str]) -> str:
    axes = ("machine", "line", "area", "site")
    found = next((scope[axis] for axis in axes if scope.get(axis)), "")
    path = scope["path"].rpartition("/")[2] if scope["level"] != "group" else ""
    return found or path
