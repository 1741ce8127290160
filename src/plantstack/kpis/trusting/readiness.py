"""How ready a layer is: what its core KPIs need, what of it is there, and the cheapest thing to do next.

Readiness blocks claims (ranking, comparing, verified savings, money per loss), never sight: every number is
shown as far as it goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plantstack.kpis.kpi import SCOPES, Catalog, Kpi, alternatives
from plantstack.kpis.trusting.signals import MEANINGS
from plantstack.kpis.wording import RECORD, named_figure
from plantstack.measures.catalog import MEASURES

MET, PARTLY, BLOCKED = "met", "partly", "blocked"
FULFILLED, WEAK, MISSING, FROM_FINANCE, SILENT = "fulfilled", "weak", "missing", "from finance", "silent"
LAYERS = (1, 2, 3, 4, 5)

# What it takes to get a kind of event for the first time, minutes; everything else an hour.
_MINUTES = {
    **dict.fromkeys(("reason", "setup_check", "inspection", "safety", "action", "project"), 15),
    **dict.fromkeys(("attendance", "material", "call", "quality_event", "demand", "finance"), 30),
    **dict.fromkeys(("state", "count", "alive"), 120),
}
_MINUTES |= {kind: 5 for kind in RECORD if ":" in kind}
_HOUR = 60
_FLOOR = ("state", "count", "order", "reason", "labour", "attendance", "inspection", "energy", "work_order")
_SAYS_NOTHING = ("no denominator", "exists ", "model ", "no product was made", "no failure")


@dataclass(frozen=True, slots=True)
class Check:
    """One core KPI of a layer at one scope.

    Attributes:
        status: fulfilled (grade B or better, or told and nothing to doubt it by), weak (C), missing (no
            value), `from finance` (money that is not built from the floor), silent (nothing happened that it
            could be told of; it is not required).
        why: what limits or misses it.
        step: the cheapest thing to do about it; '' where there is nothing but to wait.
        explained: of its inputs, the share that the floor fills; None where none is from finance.
    """

    kpi: str
    status: str
    grade: str
    why: str = ""
    step: str = ""
    minutes: int = 0
    explained: float | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """How ready one layer is at one scope.

    Attributes:
        status: met, partly or blocked.
        blocked_by: the lower layer that is not met; 0 where none, or its own checks are in the way.
    """

    layer: int
    status: str
    blocked_by: int
    checks: tuple[Check, ...]

    @property
    def required(self) -> tuple[Check, ...]:
        """The checks that count."""
        return tuple(check for check in self.checks if check.status != SILENT)

    @property
    def n_fulfilled(self) -> int:
        """How many of them are fulfilled."""
        return sum(check.status == FULFILLED for check in self.required)

    @property
    def cheapest(self) -> Check | None:
        """The check that takes least to mend."""
        open_ones = [check for check in self.required if check.status != FULFILLED and check.step]
        return min(open_ones, key=lambda check: (check.minutes, check.kpi), default=None)


def required_of(catalog: Catalog, layer: int, level: str) -> tuple[str, ...]:
    """The core KPIs of a layer that exist at a level of equipment.

    >>> from plantstack.kpis.load import shipped_catalog
    >>> "oee" in required_of(shipped_catalog(), 1, "line")
    True
    """
    return tuple(
        kpi.id
        for kpi in catalog.kpis.values()
        if kpi.is_core
        and kpi.layer == layer
        and SCOPES.index(kpi.lowest) <= SCOPES.index(level) <= SCOPES.index(kpi.highest)
        and (level != "line" or "line" in kpi.by)
    )


def check_of(kpi: Kpi, row: Mapping[str, Any]) -> Check:
    """Judge one KPI by its value, its grade and where its inputs come from.

    Args:
        kpi: as declared.
        row: as the command contract lists it: value, why_none, trust, inputs.
    """
    trust = row["trust"]
    grade, limits = str(trust["grade"]), trust["limits"]
    if row["value"] is None:
        return _without_value(kpi, str(row["why_none"]), grade, limits)
    explained = _explained(kpi, row)
    if explained is not None and grade == "U":
        step = "Let the tie-out compare it with what the floor made."
        return Check(kpi.id, FROM_FINANCE, grade, "not built from the floor", step, 30, explained)
    if grade != "C":
        return Check(kpi.id, FULFILLED, grade, explained=explained)
    worst = limits[0]
    at = f" at {', '.join(worst['named'])}" if worst["named"] else ""
    measure = MEASURES.get(worst["measure"])
    told = measure.meaning if measure else MEANINGS.get(worst["measure"], "its capture method changed")
    why = f"{worst['share']:.0%} {told}{at}"
    return Check(kpi.id, WEAK, grade, why, worst["step"], worst["minutes"], explained)


def _without_value(kpi: Kpi, why: str, grade: str, limits: Sequence[Mapping[str, Any]]) -> Check:
    if why.startswith(_SAYS_NOTHING) or why.endswith("by this version"):
        return Check(kpi.id, SILENT, grade, why)
    if why.startswith("needs "):
        kind = why.removeprefix("needs ").split(" or ")[0].split(" '")[0].rstrip(":")
        kind = kind if kind in RECORD else kind.split(":")[0].split(" ")[0]
        told = named_figure(why) or RECORD.get(kind, why)
        _, _, step = told.partition(": ")
        step = (step or told).partition(";")[0]
        return Check(kpi.id, MISSING, grade, why, f"{step[0].upper()}{step[1:]}.", _MINUTES.get(kind, _HOUR))
    # a doubt too great for any value names its own step
    for limit in limits:
        measure = MEASURES.get(limit["measure"])
        if measure and why.startswith(measure.meaning):
            return Check(kpi.id, MISSING, grade, why, limit["step"], limit["minutes"])
    return Check(kpi.id, MISSING, grade, why)


def _explained(kpi: Kpi, row: Mapping[str, Any]) -> float | None:
    """Of the inputs of a KPI that stands on money of finance, the share that the floor fills."""
    names = list(row["inputs"])
    if not {"cost", "finance"} & {one for need in kpi.needs for one in alternatives(need)}:
        return None
    floor = [name for name in names if set(_kinds(name)) & set(_FLOOR)]
    return len(floor) / len(names) if names else 0.0


def _kinds(measure: str) -> Sequence[str]:
    return [feed.partition(":")[0] for feed in MEASURES[measure].feeds]


def stand(checks: Mapping[int, Sequence[Check]]) -> tuple[Ready, ...]:
    """How ready each layer is, from the lowest up: a layer is blocked while one below it is not met."""
    found: list[Ready] = []
    for layer in LAYERS:
        mine = tuple(checks.get(layer, ()))
        below = next((one.layer for one in found if one.status != MET), 0)
        ready = Ready(layer, BLOCKED, below, mine)
        if not below:
            ready = Ready(layer, _own(ready), 0, mine)
        found.append(ready)
    return tuple(found)


def _own(ready: Ready) -> str:
    """Met: all fulfilled; partly: at least half; else its own checks block it."""
    wanted = len(ready.required)
    if ready.n_fulfilled == wanted:
        return MET if wanted else BLOCKED
    return PARTLY if 2 * ready.n_fulfilled >= wanted else BLOCKED
