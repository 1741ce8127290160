"""A line or a machine over some days: its strips, its stops with reasons, its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plantstack.errors import Problem, QueryError
from plantstack.interfaces.web import charts
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.periods import NAMES, period_of
from plantstack.interfaces.web.strips import ACCOUNTS, STATES, reason_label, strip_of
from plantstack.stack.floor.detail import MOST_DAYS, DayStrips, Detail, detail

_STRIPS = 14  # days that are drawn; the newest
_STOPS = 200


def show(visit: Visit) -> Mapping[str, Any]:
    """One place in a period."""
    scope = visit.scope
    period = period_of(visit, "week")
    if period.days > MOST_DAYS:
        what = f"{period.days} days are more than this page shows at once"
        raise QueryError(Problem("time-unreadable", "period", what, f"Choose at most {MOST_DAYS} days."))
    days = (period.first, period.last)
    found = visit.study(("line", scope, days), lambda stack: detail(stack, scope, days, visit.now)).value
    stops = [one for one in found.stops if not one.is_micro]
    shown = found.days[-_STRIPS:]
    return {
        "title": found.name or visit.name(scope),
        "detail": found,
        "period": period,
        "periods": NAMES,
        "scope": scope,
        "zone": found.zone,
        "stops": stops[:_STOPS],
        "n_stops": len(stops),
        "n_micro": len(found.stops) - len(stops),
        "days": [(day, _strips(visit, found, day)) for day in reversed(shown)],
        "states": STATES,
        "accounts": ACCOUNTS,
        "reason_label": lambda reason, otherwise="": reason_label(visit, reason, otherwise),
    }


def _strips(visit: Visit, found: Detail, day: DayStrips) -> list[tuple[str, charts.Strip]]:
    """The strips of a day: of several days of a line, that of the machine that paces it."""
    is_one = len(found.days) == 1
    machines = [one for one in day.strips if is_one or one.machine == found.paced_by] or day.strips[:1]
    return [
        (one.name, strip_of(visit, one, found.zone, size="s", is_live=is_one, has_micro=is_one))
        for one in machines
    ]


PAGES = (Page("/line/{scope:path}", N_("Line"), show, every_s=60),)
