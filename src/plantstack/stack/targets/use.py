"""Which targets led to actions: statuses of the last 90 days beside the actions that name their KPI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.calculator import fetch_table
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.homes import check_scope
from plantstack.engines.duckdb.periods import whole_periods
from plantstack.intervals import DAY, rfc3339
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.targets.targets import Target
from plantstack.kpis.targets.usage import LOOKED_BACK, TIGHTEN, use_of
from plantstack.stack.answers.asking import KpiTable, Question, ask, check_words
from plantstack.stack.targets.proposing import Proposing
from plantstack.stack.targets.targeting import production_day, targets_of

_ORDER = ("retire", "tighten", "keep", "too early")
_ACTIONS = (
    'select e.equipment, e."at", e.body from everything as e anti join gone on gone.log_offset = e.log_offset'
    " where e.kind = 'action' and not e.void"
)


@dataclass(frozen=True, slots=True)
class _Action:
    action: str
    kpi: str
    equipment: str
    at: int


def review(engine: DuckEngine, catalog: Catalog, *, scope: str = "") -> KpiTable:
    """Propose targets for retirement or tightening: one row a standing target of a scope and below.

    Raises:
        QueryError: for a scope that does not exist.
    """
    _, found = check_scope(engine.books.plant, scope)
    return _Review(engine, catalog).table(found)


class _Review:
    def __init__(self, engine: DuckEngine, catalog: Catalog) -> None:
        self.engine = engine
        self.catalog = catalog
        self.plant = engine.books.plant

    def table(self, scope: str) -> KpiTable:
        books = self.engine.books
        rows: list[dict[str, Any]] = []
        if books.as_of:
            wanted = [one for one in self._standing() if not scope or scope in self._above(one.scope)]
            rows = [self._row(target) for target in wanted]
        rows.sort(key=lambda row: (_ORDER.index(row["proposal"]), row["kpi"], row["scope"], row["product"]))
        as_of = {site: rfc3339(at) for site, at in sorted(books.as_of.items())}
        return KpiTable(rows, books.stamp.offset, as_of)

    def _standing(self) -> list[Target]:
        """One target of each KPI, place, product and grain: the one that holds now and was said last."""
        found: dict[tuple[str, str, str, str], Target] = {}
        for one in targets_of(self.engine, self.catalog):
            at = self._reach(one.scope) - 1
            if at > 0 and one.holds(self._day(one.scope, at), at):
                found[one.kpi, one.scope, one.product, one.per] = one
        return list(found.values())

    def _row(self, target: Target) -> dict[str, Any]:
        kpi = self.catalog.kpi(target.kpi)
        end = self._reach(target.scope)
        first = self._day(target.scope, end - 1) - timedelta(days=LOOKED_BACK)
        statuses = self._statuses(target, first.isoformat())
        actions = [
            one for one in self.actions if self._is_about(one, target) and one.at >= end - LOOKED_BACK * DAY
        ]
        begun = min(self._begun(target.scope), default=end)
        found = use_of(
            statuses,
            len({one.action for one in actions}),
            target.per or "week",
            is_long_enough=begun <= end - (LOOKED_BACK - 1) * DAY,  # the last day is not over
        )
        limits = target.limits
        return {
            "kpi": kpi.id,
            "version": kpi.version,
            "unit": kpi.unit,
            "scope": target.scope,
            "product": target.product,
            "per": target.per,
            "owner": target.owner or kpi.owner,
            "target": float(limits.shown),
            "told_by": target.told_by,
            "proposal": found.proposal,
            "why": found.why,
            "periods": dict(sorted(found.counts.items())),
            "n_actions": found.n_actions,
            "last_action": rfc3339(max(one.at for one in actions)) if actions else None,
            "yaml": self._tighter(target) if found.proposal == TIGHTEN else "",
        }

    def _statuses(self, target: Target, first: str) -> list[str]:
        """The statuses of the whole periods since a day."""
        by = ["product"] if target.product else []
        axes, grain = check_words(by, target.per or "week")
        query = MeasureQuery((), target.scope, axes, grain, (first, None))
        question = Question((target.kpi,), query, self.plant.profile.name)
        rows = ask(self.engine, self.catalog, question).rows
        whole = {
            rfc3339(span.start) + rfc3339(span.end)
            for span in whole_periods(self.engine.books, query).values()
        }
        return [
            row["status"]
            for row in rows
            if row["status"]
            and row["scope"].get("product", "") == target.product
            and (not whole or row["period"]["from"] + row["period"]["to"] in whole)
        ]

    def _tighter(self, target: Target) -> str:
        """What own best weeks propose in its place; '' where that is no tighter."""
        if target.per not in ("", "week") or target.product:
            return ""
        query = MeasureQuery((), target.scope, (), "week")
        question = Question((target.kpi,), query, self.plant.profile.name)
        found = Proposing(self.engine, self.catalog, question).table().rows
        row = found[0] if found else None
        if row is None or row["value"] is None:
            return ""
        is_up = self.catalog.kpi(target.kpi).better == "up"
        is_tighter = row["value"] > target.limits.shown if is_up else row["value"] < target.limits.shown
        return str(row["yaml"]) if is_tighter else ""

    # -- places, days, actions -------------------------------------------------------------------

    def _above(self, scope: str) -> Sequence[str]:
        spans = self.plant.spans.get(scope, ())
        return (scope, *(name for span in spans for name in (span.line, span.area, span.site) if name), "")

    def _reach(self, scope: str) -> int:
        """How far the books of a place reach; 0 where nothing was heard."""
        as_of = self.engine.books.as_of
        return as_of.get(self.plant.site_of(scope).id, 0) if scope else max(as_of.values())

    def _begun(self, scope: str) -> list[int]:
        begun = self.engine.books.begun()
        return [
            at
            for machine, at in begun.items()
            if machine in self.plant.machines and scope in self._above(machine)
        ]

    def _day(self, scope: str, at: int) -> Any:
        sites = [self.plant.site_of(scope)] if scope else list(self.plant.sites.values())
        return min(production_day(site, at) for site in sites)

    @cached_property
    def actions(self) -> list[_Action]:
        """The standing actions that name a KPI."""
        found = []
        for row in fetch_table(self.engine.books.con, _ACTIONS).to_pylist():
            body = json.loads(row["body"] or "{}")
            if body.get("kpi"):
                found.append(_Action(body.get("action", ""), body["kpi"], row["equipment"] or "", row["at"]))
        return found

    def _is_about(self, action: _Action, target: Target) -> bool:
        """Whether an action is about the KPI at the place of a target, above or below it."""
        if action.kpi != target.kpi:
            return False
        return action.equipment in self._above(target.scope) or target.scope in self._above(action.equipment)
