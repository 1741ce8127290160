"""The planner's page of a line: what is planned against rates, yields and changeovers as run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.stack.floor.planner import PlanCheck, PlanDay, check_plan

MISSES = {
    "no": N_("in time"),
    "maybe": N_("may miss"),
    "yes": N_("will miss"),
    "": N_("cannot be said"),
}

_BOTH = N_("This plan needs %(need)s h of a %(have)s h day: %(missing)s will miss, %(risky)s may miss.")
_MISSING = N_("The hours fit, but these orders will miss: %(orders)s.")
_AT_RISK = N_("The hours fit, but these orders may miss: %(orders)s.")


def show(visit: Visit) -> Mapping[str, Any]:
    """Every line of a scope: hours needed against hours there are, and the orders that will miss."""
    scope = visit.scope
    found = visit.study(("plan", scope), lambda stack: check_plan(stack, scope, visit.now))
    checks = found.value
    late = sum(len(one.at_risk) for one in checks)
    name = visit.name(scope)
    n_late = visit.ngettext("%(num)s order at risk", "%(num)s orders at risk", late)
    return {
        "title": f"{n_late} – {name}" if late else name,
        "place": name,
        "checks": checks,
        "studied": found,
        "misses": MISSES,
        "means": lambda day: _means(visit, day),
        "listed": lambda orders: formats.listed(orders, visit.language),
        "days": {one.place: [(day, _needed(visit, day, one)) for day in one.days] for one in checks},
    }


def _means(visit: Visit, day: PlanDay) -> str:
    """What the hours of a day mean, in one sentence that names the orders."""
    if day.required_s is None or day.high_s is None:
        return visit.say(N_("Not computable: %(why)s."), why=day.why_none)
    if day.required_s <= day.available_s and (day.missing or day.at_risk):
        late, orders = (_MISSING, day.missing) if day.missing else (_AT_RISK, day.at_risk)
        return visit.say(late, orders=formats.listed(orders, visit.language))
    if day.required_s <= day.available_s:
        fits = (
            N_("It fits.")
            if day.high_s <= day.available_s
            else N_("It fits if nothing goes worse than usual.")
        )
        return visit.say(fits)
    need, have = _apart(day.required_s / 3600, day.available_s / 3600, visit.language)
    told = {
        "need": need,
        "have": have,
        "missing": formats.listed(day.missing, visit.language),
        "risky": formats.listed(day.at_risk, visit.language),
    }
    if day.missing and day.at_risk:
        both = N_(
            "This plan needs %(need)s h of a %(have)s h day: %(missing)s will miss, %(risky)s may miss."
        )
        return visit.say(both, **told)
    if day.missing:
        return visit.say(N_("This plan needs %(need)s h of a %(have)s h day: %(missing)s will miss."), **told)
    if day.at_risk:
        return visit.say(N_("This plan needs %(need)s h of a %(have)s h day: %(risky)s may miss."), **told)
    return visit.say(N_("This plan needs %(need)s h of a %(have)s h day."), **told)


def _apart(need: float, have: float, language: str) -> tuple[str, str]:
    """Two amounts of hours, as exactly as it takes to tell one from the other.

    >>> _apart(26.2, 21.0, "en"), _apart(7.4, 7.2, "en"), _apart(7.21, 7.2, "en")
    (('26', '21'), ('7.4', '7.2'), ('7.21', '7.20'))
    """
    told = [(formats.number(need, language, n), formats.number(have, language, n)) for n in range(3)]
    return next((one for one in told if one[0] != one[1]), told[-1])


def _needed(visit: Visit, day: PlanDay, check: PlanCheck) -> charts.Whisker | None:
    """The hours a day needs, with their range, on the scale of the most that any day has or needs."""
    if day.required_s is None or day.low_s is None or day.high_s is None:
        return None
    most = max(max(one.available_s, one.high_s or 0.0) for one in check.days)
    sentence = visit.say(
        N_("needs %(likely)s h, between %(low)s and %(high)s"),
        likely=formats.number(day.required_s / 3600, visit.language, 1),
        low=formats.number(day.low_s / 3600, visit.language, 1),
        high=formats.number(day.high_s / 3600, visit.language, 1),
    )
    scale = charts.Scale(0.0, most / 3600)
    return charts.Whisker(sentence, day.required_s / 3600, day.low_s / 3600, day.high_s / 3600, scale)


PAGES = (
    Page("/plan/{scope:path}", N_("Plan"), show, every_s=60),
    Page("/plan", N_("Plan"), show, place=30, every_s=60),
)
