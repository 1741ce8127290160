"""Home: the five layers as a stack, the few numbers of the reader's own layer, what is off and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from plantstack.interfaces import questions
from plantstack.interfaces.questions import Kpis, Window
from plantstack.interfaces.web.layers import DECISIONS, LAYERS, WHO
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.periods import Period, period_of
from plantstack.interfaces.web.starts import starts_of
from plantstack.kpis.kpi import Catalog
from plantstack.live.seeing import may_see
from plantstack.stack.project import Stack

Row = Mapping[str, Any]
MOST = 7
_OF_ROLE = {"operator": 1, "station": 1, "supervisor": 2, "planner": 2, "maintenance": 3, "ci": 4, "exec": 5}
_PERIODS = {1: "day", 2: "week", 3: "13w", 4: "13w", 5: "13w"}
_TREND = {1: "day", 2: "day", 3: "week", 4: "week", 5: "week"}
_TREND_DAYS = 28
_BELOW = {"": "site", "site": "line", "area": "line"}
_URGENT = {"missed": 0, "watch": 1, "not trusted": 2, "met": 3}


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the stack as it stands.

    Attributes:
        number: 1 to 5.
        rows: one KPI row each, what is off first.
        period: that it is judged over.
    """

    number: int
    rows: Sequence[Row]
    period: Period

    @property
    def known(self) -> int:
        """How many KPIs have a value."""
        return sum(row["value"] is not None for row in self.rows)


def show(visit: Visit) -> Mapping[str, Any]:
    """The stack of what the reader is let near."""
    scope = visit.scope
    asked_for = visit.query.get("layer", "")
    own = int(asked_for) if asked_for in {"1", "2", "3", "4", "5"} else 0
    own = own or _OF_ROLE.get(visit.sender.role, 1)
    periods = {layer: period_of(visit, _PERIODS[layer]) for layer in LAYERS}
    seen = [layer for layer in LAYERS if layer < 5 or "portfolio" in visit.sender.may]

    level = visit.running.plant.equipment[scope].level if scope else ""
    axis = _BELOW.get(level, "")

    def asked(stack: Stack) -> tuple[dict[int, Sequence[Row]], list[Row], Catalog]:
        found = {layer: _layer(stack, scope, layer, periods[layer]) for layer in seen}
        below = [row for layer in seen for row in _missed(stack, scope, layer, periods[layer], axis)]
        return found, below, stack.catalog()

    studied = visit.study(("home", scope, tuple(seen), tuple(periods.values())), asked)
    found, below, catalog = studied.value
    below = _seen(visit, catalog, below)
    layers = {
        number: Layer(number, _seen(visit, catalog, rows), periods[number]) for number, rows in found.items()
    }
    own = own if own in layers else max(layers)
    few = layers[own].rows[:MOST]
    trends = visit.study(
        ("trends", scope, own, tuple(row["kpi"] for row in few), periods[own]),
        lambda stack: _trends(stack, scope, few, own, periods[own]),
    ).value
    off = [row for layer in layers.values() for row in layer.rows if row["status"] == "missed"]
    off += below
    return {
        "title": visit.name(scope),
        "layers": layers,
        "own": own,
        "few": few,
        "trends": trends,
        "off": off,
        "catalog": catalog,
        "names": LAYERS,
        "who": WHO,
        "decisions": DECISIONS,
        "studied": studied,
        "scope": scope,
        "starts": starts_of(visit),
        "axis": axis,
    }


def _seen(visit: Visit, catalog: Catalog, rows: Sequence[Row]) -> list[Row]:
    """Without the money that is not for every role."""
    counted = visit.running.plant.profile.name
    return [row for row in rows if may_see(visit.sender, catalog, row["kpi"], counted)]


def _layer(stack: Stack, scope: str, layer: int, period: Period) -> Sequence[Row]:
    """The KPIs of a layer, what is off first and what cannot be computed last."""
    rows = questions.kpis(stack, Window(scope, period.first, period.last), Kpis(layer=layer)).rows
    return sorted(rows, key=lambda row: (row["value"] is None, _URGENT.get(row["status"], 4)))


def _missed(stack: Stack, scope: str, layer: int, period: Period, axis: str) -> list[Row]:
    """What is off in the parts of a scope, where targets mostly are."""
    if not axis:
        return []
    rows = questions.kpis(stack, Window(scope, period.first, period.last), Kpis(layer=layer, by=axis)).rows
    return [row for row in rows if row["status"] == "missed"]


def _trends(
    stack: Stack, scope: str, few: Sequence[Row], layer: int, period: Period
) -> Mapping[str, Sequence[float | None]]:
    """A short series of each KPI: the values of days or weeks, oldest first."""
    ids = ",".join(row["kpi"] for row in few if row["value"] is not None)
    if not ids:
        return {}
    days = max(_TREND_DAYS, period.days)
    first = date.fromisoformat(period.last) - timedelta(days=days - 1)
    window = Window(scope, first.isoformat(), period.last)
    trends: dict[str, list[float | None]] = {}
    for row in questions.kpis(stack, window, Kpis(ids, grain=_TREND[layer])).rows:
        trends.setdefault(row["kpi"], []).append(row["value"])
    return trends


PAGE = Page("/", N_("Home"), show, place=1, every_s=30)
