"""Home: the five layers as a stack, the few numbers of the reader's own layer, what is off and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from plantstack.insights.telling.words import PER
from plantstack.interfaces import questions
from plantstack.interfaces.layered import PERIODS, axis_below, targeted_layers
from plantstack.interfaces.questions import Kpis, Window
from plantstack.interfaces.web.beginning import short_of
from plantstack.interfaces.web.layers import DECISIONS, LAYERS, WHO
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.periods import Period, period_of
from plantstack.interfaces.web.starts import starts_of
from plantstack.interfaces.web.told import OWNERS, first_things, no_shift
from plantstack.kpis.kpi import Catalog
from plantstack.live.seeing import may_see
from plantstack.stack.project import Stack

Row = Mapping[str, Any]
MOST = 7
_OF_ROLE = {"operator": 1, "station": 1, "supervisor": 2, "planner": 2, "maintenance": 3, "ci": 4, "exec": 5}
_TREND = {1: "day", 2: "day", 3: "week", 4: "week", 5: "week"}
_TREND_DAYS = 28
_JUDGED = ("met", "watch", "missed")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the stack as it stands.

    Attributes:
        number: 1 to 5.
        rows: one KPI row each, what is off first.
        period: that it is judged over.
        targeted: how many of its KPIs have a target, here or in a part of it.
        judged: how many of those are trusted enough to be held against it.
    """

    number: int
    rows: Sequence[Row]
    period: Period
    targeted: int
    judged: int

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
    periods = {layer: period_of(visit, PERIODS[layer]) for layer in LAYERS}
    seen = [layer for layer in LAYERS if layer < 5 or "portfolio" in visit.sender.may]

    level = visit.running.plant.equipment[scope].level if scope else ""
    axis = axis_below(level)
    days = {layer: (periods[layer].first, periods[layer].last) for layer in seen}

    def asked(stack: Stack) -> tuple[dict[int, Sequence[Row]], list[Row], Catalog]:
        return *targeted_layers(stack, scope, days, axis), stack.catalog()

    studied = visit.study(("home", scope, tuple(seen), tuple(periods.values())), asked)
    found, below, catalog = studied.value
    below = _seen(visit, catalog, below)
    layers = {
        number: _told(_seen(visit, catalog, rows), below, periods[number], number)
        for number, rows in found.items()
    }
    own = own if own in layers else max(layers)
    few = layers[own].rows[:MOST]
    trends = visit.study(
        ("trends", scope, own, tuple(row["kpi"] for row in few), periods[own]),
        lambda stack: _trends(stack, scope, few, own, periods[own]),
    ).value
    off = [row for layer in layers.values() for row in layer.rows if row["status"] == "missed"]
    off += [row for row in below if row["status"] == "missed"]
    doubted = [row["kpi"] for layer in layers.values() for row in layer.rows if _is_doubted(row)]
    return {
        "title": visit.name(scope),
        "layers": layers,
        "own": own,
        "few": few,
        "trends": trends,
        "off": off,
        "doubted": list(dict.fromkeys(doubted)),
        "catalog": catalog,
        "names": LAYERS,
        "who": WHO,
        "decisions": DECISIONS,
        "studied": studied,
        "scope": scope,
        "short_of": short_of(visit, scope, periods[own].first, periods[own].last),
        "starts": starts_of(visit),
        "first": first_things(visit, scope) if visit.sender.role in OWNERS or own == 2 else [],
        "no_shift": no_shift(visit, scope) if visit.sender.role in OWNERS or own == 2 else "",
        "per": PER,
        "has_first": visit.sender.role in OWNERS or own == 2,
        "axis": axis,
    }


def _seen(visit: Visit, catalog: Catalog, rows: Sequence[Row]) -> list[Row]:
    """Without the money that is not for every role."""
    counted = visit.running.plant.profile.name
    return [row for row in rows if may_see(visit.sender, catalog, row["kpi"], counted)]


def _told(rows: Sequence[Row], below: Sequence[Row], period: Period, number: int) -> Layer:
    targeted = {row["kpi"] for row in rows if row["target"] is not None}
    mine = [*rows, *(row for row in below if row["layer"] == number)]
    targeted |= {row["kpi"] for row in below if row["layer"] == number}
    judged = {row["kpi"] for row in mine if row["status"] in _JUDGED and not _is_doubted(row)}
    return Layer(number, rows, period, len(targeted), len(judged))


def _is_doubted(row: Row) -> bool:
    """Whether it is shown grey beside a target: nobody should take it for met."""
    is_held = row["value"] is not None and row["target"] is not None
    return is_held and row["status"] != "missed" and row["trust"]["grade"] in ("C", "U")


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
