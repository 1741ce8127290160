"""The maintenance board: what is down, calls with their five times, and what failed how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plantstack.interfaces import questions
from plantstack.interfaces.questions import Kpis, Window
from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.beginning import short_of
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.periods import period_of
from plantstack.interfaces.web.series import run_chart_of
from plantstack.interfaces.web.strips import STATES, reason_label
from plantstack.interfaces.web.whys import why_of
from plantstack.live.study import NotYet
from plantstack.stack.floor.board import board
from plantstack.stack.floor.calls import OpenCall, open_calls
from plantstack.stack.project import Stack

Row = Mapping[str, Any]
KPIS = ("mtbf", "mttr", "pm_compliance", "planned_work_ratio")
_CAUSES = 12
NEXT = {
    "asked": ("taken", N_("Take")),
    "taken": ("arrived", N_("I am here")),
    "arrived": ("fixed", N_("Fixed")),
    "diagnosed": ("fixed", N_("Fixed")),
    "waiting": ("fixed", N_("Fixed")),
    "fixed": ("accepted", N_("Accepted")),
}


@dataclass(frozen=True, slots=True)
class History:
    """What failed over the period, worked out beside the page.

    Attributes:
        rows: KPIs of layer 3 by machine or line.
        causes: time of breakdowns by reason, one KPI row each.
        weeks: MTBF of the whole scope by week.
        names: what people call the KPIs.
    """

    rows: Sequence[Row]
    causes: Sequence[Row]
    weeks: Sequence[Row]
    names: Mapping[str, str]


def show(visit: Visit) -> Mapping[str, Any]:
    """An area, a site or everything."""
    scope = visit.scope
    now = visit.now
    found, calls = visit.ask(lambda stack: (board(stack, scope, now), open_calls(stack, scope, now)))
    down = [row for row in found.rows if row.state == "stopped" or row.others]
    calls = sorted(calls, key=lambda one: one.asked_at)
    longest = max((one.open_us(now) for one in calls if not one.is_ended), default=0)
    place = visit.name(scope)
    n_open = visit.ngettext("%(num)s call open", "%(num)s calls open", len(calls))
    title = f"{n_open} – {place}" if calls else place
    period = period_of(visit, "13w")
    history = _history(visit, scope, period.first, period.last)
    return {
        "title": title,
        "place": place,
        "down": down,
        "calls": calls,
        "longest": longest,
        "next": NEXT,
        "states": STATES,
        "period": period,
        "short_of": short_of(visit, scope, period.first, period.last),
        "history": history,
        "kpis": KPIS,
        "places": _places(history) if history else (),
        "pareto": _pareto(visit, history) if history else None,
        "chart": _chart(visit, history) if history else None,
        "zone_of": lambda call: _zone_of(visit, call),
        "reason_label": lambda reason, otherwise="": reason_label(visit, reason, otherwise),
        "why_of": lambda stop: why_of(visit, stop),
    }


def _zone_of(visit: Visit, call: OpenCall) -> str:
    plant = visit.running.plant
    return plant.site_of(call.equipment).zone if call.equipment in plant.spans else visit.zone


def _history(visit: Visit, scope: str, first: str, last: str) -> History | None:
    """The figures of the period; None while they are worked out."""
    level = visit.running.plant.equipment[scope].level if scope else ""
    axis = {"": "site", "site": "line", "area": "machine", "line": "machine"}.get(level, "")

    def asked(stack: Stack) -> History:
        window = Window(scope, first, last)
        return History(
            questions.kpis(stack, window, Kpis(",".join(KPIS), by=axis)).rows,
            questions.kpis(stack, window, Kpis("downtime_by_category", by="reason")).rows,
            questions.kpis(stack, window, Kpis("mtbf", grain="week")).rows,
            stack.kpi_names(),
        )

    try:
        return visit.study(("maint", scope, first, last), asked).value
    except NotYet:
        return None


def _places(history: History) -> list[tuple[str, Mapping[str, Row]]]:
    """The rows of each place by KPI."""
    places: dict[str, dict[str, Row]] = {}
    for row in history.rows:
        where = next((row["scope"][one] for one in ("machine", "line", "site") if row["scope"].get(one)), "")
        places.setdefault(where, {})[row["kpi"]] = row
    return [(where, rows) for where, rows in places.items() if len(rows) == len(KPIS)]


def _pareto(visit: Visit, history: History) -> charts.Pareto:
    plant = visit.running.plant
    of_fault = [
        row
        for row in history.causes
        if row["value"] and (known := plant.reasons.get(row["scope"].get("reason", "")))
        if known.owner == "maintenance" or known.account == "breakdown"
    ]
    ranked = sorted(of_fault, key=lambda row: -row["value"])[:_CAUSES]
    causes = [
        charts.Cause(
            reason_label(visit, row["scope"]["reason"]),
            row["value"] / 3600,
            formats.number(row["value"] / 3600, visit.language, 1),
        )
        for row in ranked
    ]
    return charts.Pareto(
        sentence=visit.say(N_("Hours lost to faults by what was seen, the greatest first")),
        causes=causes,
        heads=(visit.say(N_("What was seen")), visit.say(N_("Hours")), "", visit.say(N_("Adds up to"))),
        share=lambda part: formats.percent(part, visit.language, 0),
        empty=visit.say(N_("No fault was named in this period.")),
    )


def _chart(visit: Visit, history: History) -> charts.RunChart:
    """MTBF by week, in hours."""
    hours = [None if row["value"] is None else row["value"] / 3600 for row in history.weeks]
    labels = [row["period"]["label"] for row in history.weeks]
    return run_chart_of(visit, visit.say(N_("Mean time between failures")), labels, hours, "h")


PAGES = (
    Page("/maint/{scope:path}", N_("Maintenance"), show),
    Page("/maint", N_("Maintenance"), show, place=40),
)
