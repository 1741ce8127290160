"""Whether actions worked: each by the weeks of the KPI it names, at the equipment it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from plantstack.engines.contract import MeasureCell, MeasureQuery
from plantstack.engines.duckdb.actions import Closed, closed_actions
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.periods import whole_periods
from plantstack.kpis.cell import Cell
from plantstack.kpis.evaluate import evaluate
from plantstack.kpis.models.judged import (
    BEFORE_AT_MOST,
    SINCE_AT_MOST,
    Verdict,
    Week,
    judged,
    share_that_worked,
)
from plantstack.kpis.models.modelled import Modelled
from plantstack.kpis.needs import measures_needed
from plantstack.stack.answers.using import catalog_of
from plantstack.stack.targets.targeting import capture_changes, is_seen_by_machines, production_day

Gather: TypeAlias = Callable[[DuckEngine, MeasureQuery], list[tuple[MeasureCell, Cell]]]
"""Brings the cells of a question with all that KPIs need."""


@dataclass(frozen=True)
class Judging:
    """Verdicts about the actions of one opening of the books.

    Attributes:
        engine: of the books.
        gather: brings the weeks.
    """

    engine: DuckEngine
    gather: Gather
    _weeks: dict[tuple[str, str], list[Week]] = field(default_factory=dict)

    def of(self, places: Iterable[str], cell: MeasureCell) -> Modelled:
        """The share of the actions of some places, closed in the period of a cell, that worked."""
        inside, span = set(places), cell.span
        mine = [
            one
            for one in closed_actions(self.engine.books)
            if one.equipment in inside and span.start < one.closed_at <= span.end
        ]
        return share_that_worked([self._verdict(one) for one in mine])

    def _verdict(self, action: Closed) -> Verdict:
        plant = self.engine.books.plant
        catalog = catalog_of(plant)
        kpi = catalog.kpis.get(action.kpi)
        if kpi is None:
            said = f"names the unknown KPI '{action.kpi}'" if action.kpi else "names no KPI it is to move"
            return Verdict(action.name, "unknown", said)
        if not kpi.formulas:
            return Verdict(action.name, "unknown", f"'{action.kpi}' cannot be compared week by week")
        weeks = self._weekly(action.kpi, action.equipment)
        if is_seen_by_machines(catalog, kpi.id, plant.profile.name):
            changed = self._captured_anew(action, weeks)
            if changed:
                return Verdict(action.name, "unknown", changed)
        return judged(action.name, weeks, action.opened_at, action.closed_at, kpi.better)

    def _weekly(self, kpi: str, scope: str) -> list[Week]:
        """The whole weeks of a KPI, asked for once a place."""
        key = (kpi, scope)
        if key not in self._weeks:
            plant = self.engine.books.plant
            catalog, profile = catalog_of(plant), plant.profile.name
            query = MeasureQuery(measures_needed(catalog, (kpi,), profile), scope, grain="week")
            cells = self.gather(self.engine, query)
            whole = whole_periods(self.engine.books, query)
            found = [
                Week(
                    one.span.start,
                    one.span.end,
                    evaluate(kpi, cell, profile=profile, catalog=catalog).exact,
                )
                for one, cell in cells
                if whole.get(one.label) == one.span
            ]
            self._weeks[key] = sorted(found, key=lambda week: week.start)
        return self._weeks[key]

    def _captured_anew(self, action: Closed, weeks: Sequence[Week]) -> str:
        """A change in the way machines are read between the weeks compared; '' when there is none."""
        since = [one.end for one in weeks if one.start >= action.closed_at][:SINCE_AT_MOST]
        before = [one.start for one in weeks if one.end <= action.opened_at][-BEFORE_AT_MOST:]
        if not since or not before:
            return ""
        plant = self.engine.books.plant
        for change in capture_changes(plant, action.equipment):
            site = plant.site_of(change.machine)
            if production_day(site, before[0]) < change.day < production_day(site, since[-1]):
                return str(change)
        return ""
