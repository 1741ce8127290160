"""Improvement workspace: waterfall, Pareto, run chart, stops behind it; each choice is in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plantstack.insights.telling.words import CLASSES, LEAVES
from plantstack.interfaces.web.beginning import short_of
from plantstack.interfaces.web.improving import drawing
from plantstack.interfaces.web.improving.tracing import (
    COMPARE,
    GRAINS,
    MEASURES,
    SORTS,
    View,
    all_of,
    asked,
    cause_label,
    query_of,
    rows_key,
    shown_rows,
    view_of,
)
from plantstack.interfaces.web.improving.words import DEMAND, hours, money_range
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.periods import NAMES
from plantstack.stack.improving.hours import Hours, hours_of
from plantstack.stack.improving.tracing import STRETCHES, causes, has_reasons, series
from plantstack.stack.project import Stack

Row = Mapping[str, Any]

GAINS = (
    *("oee_gain", "changeover_reduction", "scrap_reduction", "mtbf_growth"),
    *("saving_realisation", "saving_validation", "project_sustain_rate", "action_effectiveness"),
)
_MOST = 100  # rows on the page; the file has all of them
_LEVELS = ("site", "area", "line", "machine")


@dataclass(frozen=True, slots=True)
class Gain:
    """What improvement brought: the KPI row, and why it is not believed, '' where it is."""

    row: Row
    name: str
    why: str


def show(visit: Visit) -> Mapping[str, Any]:
    """The losses of a scope, traced down as far as the address says."""
    view = view_of(visit)
    scope, days = view.scope, view.days
    first: dict[str, Any] = {
        "hours": (("ci-hours", scope, days), lambda stack: hours_of(stack, scope, days)),
        "gains": (("ci-gains", scope, days), lambda stack: _gains(stack, scope, days)),
    }
    if view.before is not None:
        then = (view.before.first, view.before.last)
        first["before"] = (("ci-hours", scope, then), lambda stack: hours_of(stack, scope, then))
    found = all_of(visit, first)
    now: Hours = found["hours"].value
    leaf = view.loss or max(now.leaves, key=lambda name: (now.leaves[name], name), default="waiting")
    before = found["before"].value if "before" in found else None
    lost = hours(now.leaves.get(leaf, 0.0), visit.language)
    title = N_("%(loss)s %(hours)s h – %(place)s")
    return {
        "title": visit.say(title, loss=visit.say(LEAVES[leaf]), hours=lost, place=visit.name(scope)),
        "view": view,
        "leaf": leaf,
        "leaf_name": LEAVES[leaf],
        "waterfall": drawing.waterfall(visit, view, leaf, now, before),
        "money": _money(visit, now, leaf),
        "demand": [(DEMAND.get(key, key), lost) for key, lost in sorted(now.demand.items()) if lost],
        "gains": [_gain(visit, row, found["gains"].value[1]) for row in found["gains"].value[0]],
        "choices": _choices(visit, view),
        "query": lambda **changed: query_of(visit, **changed),
        "places": _places(visit),
        "days": view.period,
        "short_of": short_of(visit, view.scope, view.period.first, view.period.last),
        "studied": found["hours"],
        **_traced(visit, view, leaf, found["gains"].value[1]),
    }


def _traced(visit: Visit, view: View, leaf: str, names: Mapping[str, str]) -> dict[str, Any]:
    """A loss traced down: its causes, how it goes, and the stretches behind it."""
    scope, days, cause, grain = view.scope, view.days, view.cause, view.grain
    found = all_of(
        visit,
        {
            "causes": (("ci-causes", scope, days, leaf), lambda stack: causes(stack, scope, days, leaf)),
            "rows": (rows_key(view, leaf), asked(view, leaf)),
            "series": (
                ("ci-series", scope, days, leaf, cause, grain),
                lambda stack: series(stack, scope, days, leaf, cause, grain),
            ),
        },
    )
    line, rows = found["series"].value, shown_rows(visit, view, leaf, found["rows"].value)
    name = visit.say(LEAVES[leaf]) if cause is None else cause_label(visit, leaf, cause)
    return {
        "cause_name": name if cause is not None else "",
        "pareto": drawing.pareto(visit, view, leaf, found["causes"].value),
        "by_reason": has_reasons(leaf),
        "run": drawing.run_chart(visit, line, name),
        "run_name": name,
        "run_kpi": names.get(line.kpi, ""),
        "rows": rows[:_MOST],
        "n_rows": len(rows),
        "rows_s": sum(one.seconds for one in rows),
        "has_rows": leaf in STRETCHES,
        "label": lambda key: cause_label(visit, leaf, key),
        "machines": sorted({one.machine for one in found["rows"].value}, key=visit.name),
    }


def _gains(stack: Stack, scope: str, days: tuple[str, str]) -> tuple[Sequence[Row], Mapping[str, str]]:
    ids = [kpi for kpi in GAINS if kpi in stack.catalog().kpis]
    return stack.kpis(ids, scope=scope, days=days).rows, stack.kpi_names()


def _gain(visit: Visit, row: Row, names: Mapping[str, str]) -> Gain:
    return Gain(row, names.get(row["kpi"], row["kpi"]), _doubt(visit, row))


def _doubt(visit: Visit, row: Row) -> str:
    """Why a gain is not believed; '' where nothing speaks against it."""
    if row["value"] is None:
        return visit.told(str(row["why_plain"] or row["why_none"]))
    limits = row["trust"]["limits"]
    if row["trust"]["grade"] in ("C", "U"):
        return str(limits[0]["step"]) if limits else visit.say(N_("there is nothing to judge it by"))
    if row["low"] is not None and row["high"] is not None and row["low"] < 0 < row["high"]:
        return visit.say(N_("by what is not known it may as well be a loss"))
    return visit.say(N_("it did not get better")) if row["value"] <= 0 else ""


def _money(visit: Visit, now: Hours, leaf: str) -> dict[str, Any]:
    """Money of a loss by class; classes are never added."""
    if "money" not in visit.sender.may:
        return {"rows": [], "why": visit.say(N_("money is for others"))}
    mine = [row for row in now.money if row["leaf"] == leaf]
    rows = [
        (
            visit.say(CLASSES.get(str(row["class"]), str(row["class"]))),
            money_range(row, visit.language),
            row["why_none"],
        )
        for row in mine
    ]
    told = [one for one in rows if one[1]]
    why = next((one[2] for one in rows if one[2]), "" if rows else visit.say(N_("nothing of it has a price")))
    return {"rows": told, "why": why}


def _choices(visit: Visit, view: View) -> dict[str, Any]:
    """What the form offers: word -> (names, what is chosen)."""
    periods = {name: told for name, told in NAMES.items() if name != "today"}
    if not view.period.name:
        periods = {"": N_("Chosen days"), **periods}
    return {
        "period": (periods, view.period.name),
        "compare": (COMPARE, view.compare),
        "measure": (MEASURES, view.measure),
        "grain": (GRAINS, view.grain),
        "sort": (SORTS, view.sort),
    }


def _places(visit: Visit) -> list[tuple[str, str, int]]:
    """Equipment the reader is let near, as a tree: id, name, depth."""
    plant = visit.running.plant
    found = []
    for name, one in plant.equipment.items():
        if one.level in _LEVELS and visit.sender.is_near(plant, name, visit.now):
            spans = plant.spans.get(name)
            path = spans[-1].path if spans else name
            found.append((path, name))
    return [(name, visit.name(name), path.count("/")) for path, name in sorted(found)]


PAGE = Page("/ci", N_("Improvement"), show, place=50, every_s=120)
