"""How the five layers of a place stand: the KPIs of each over its own days, what is off first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plantstack.interfaces import questions
from plantstack.interfaces.questions import Kpis, Window
from plantstack.stack import Stack

Row = Mapping[str, Any]
Days = tuple[str, str]

PERIODS = {1: "day", 2: "week", 3: "13w", 4: "13w", 5: "13w"}
"""By layer: the name of the days that it is judged over."""

_BELOW = {"": "site", "site": "line", "area": "line"}
_URGENT = {"missed": 0, "watch": 1, "not trusted": 2, "met": 3}


def axis_below(level: str) -> str:
    """What a place is split into, by its level; '' for nothing."""
    return _BELOW.get(level, "")


def layers(
    stack: Stack, scope: str, days: Mapping[int, Days], axis: str
) -> tuple[dict[int, Sequence[Row]], list[Row]]:
    """The KPIs of each layer, and those of its parts that are off.

    Args:
        stack: the opened project.
        scope: id; '' is everything.
        days: by layer, its first and last production day.
        axis: what the place is split into; '' for nothing.

    Raises:
        QueryError: for a scope that does not exist.
    """
    found, parts = targeted_layers(stack, scope, days, axis)
    return found, [row for row in parts if row["status"] == "missed"]


def targeted_layers(
    stack: Stack, scope: str, days: Mapping[int, Days], axis: str
) -> tuple[dict[int, Sequence[Row]], list[Row]]:
    """The same with all KPIs of the parts that have a target, met or not."""
    found = {layer: _layer(stack, scope, layer, days[layer]) for layer in days}
    return found, [row for layer in days for row in _targeted(stack, scope, layer, days[layer], axis)]


def _layer(stack: Stack, scope: str, layer: int, days: Days) -> Sequence[Row]:
    """The KPIs of a layer, what is off first and what cannot be computed last."""
    rows = questions.kpis(stack, Window(scope, *days), Kpis(layer=layer)).rows
    return sorted(rows, key=lambda row: (row["value"] is None, _URGENT.get(row["status"], 4)))


def _targeted(stack: Stack, scope: str, layer: int, days: Days, axis: str) -> list[Row]:
    """What has a target in the parts of a scope, where targets mostly are."""
    if not axis:
        return []
    rows = questions.kpis(stack, Window(scope, *days), Kpis(layer=layer, by=axis)).rows
    return [row for row in rows if row["target"] is not None]
