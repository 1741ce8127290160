"""A production day of a place, for the morning meeting: on the screen, and as a report on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from plantstack.interfaces.web import formats
from plantstack.interfaces.web.improving.words import KINDS, money_range
from plantstack.interfaces.web.page import N_, Page, Reading
from plantstack.interfaces.web.pages.handover import SAFETY
from plantstack.interfaces.web.periods import one_day, today
from plantstack.interfaces.web.strips import reason_label, strip_of
from plantstack.interfaces.web.versions import Versions, named_versions
from plantstack.measures.catalog import MEASURES
from plantstack.stack.floor.figures import Figure
from plantstack.stack.improving.day import DayOfLine, DayReport, day_report
from plantstack.stack.improving.hours import kind_s
from plantstack.stack.project import Stack

_EVIDENCE = MEASURES["qty_without_plan"].evidence
_WITHOUT_PLAN = _EVIDENCE.step if _EVIDENCE else ""
YESTERDAY, TODAY = "yesterday", "today"
_MOST = 15  # stops on paper; the rest is counted


def show(visit: Reading) -> Mapping[str, Any]:
    """The day in the path: `yesterday`, `today` or a date."""
    scope, day = visit.scope, day_of(visit)
    currency = visit.query.get("currency", "").upper()

    def asked(stack: Stack) -> tuple[DayReport, Versions]:
        versions = {kpi.id: (kpi.name, kpi.version) for kpi in stack.catalog().kpis.values()}
        return day_report(stack, scope, day, visit.now, currency), versions

    studied = visit.study(("day", scope, day, currency), asked)
    found, versions = studied.value
    told = str(formats.written(found.day, visit.language))
    is_one = len(found.lines) == 1
    return {
        "title": visit.say(N_("%(day)s – %(place)s"), day=told, place=found.name or visit.name(scope)),
        "found": found,
        "day_text": told,
        "zone": found.zone,
        "versions": named_versions(
            visit, (versions[one.kpi] for line in found.lines for one in line.figures)
        ),
        "sentences": {line.place: sentence(visit, line) for line in found.lines},
        "strips": {line.place: _strips(visit, found, line, is_one) for line in found.lines},
        "kinds": [
            (kind, text)
            for kind, text in KINDS.items()
            if any(kind_s(line.hours, kind) for line in found.lines)
        ],
        "hours_of": lambda line, kind: kind_s(line.hours, kind),
        "money": [
            (line, row, amount)
            for line in found.lines
            for row in line.hours.money
            if (amount := money_range(row, visit.language))
        ]
        if "money" in visit.sender.may
        else [],
        "stops": found.stops[:_MOST],
        "more_stops": max(0, len(found.stops) - _MOST),
        "label": lambda reason, otherwise="": reason_label(visit, reason, otherwise),
        "safety_words": SAFETY,
        "studied": studied,
    }


def day_of(visit: Reading) -> str:
    """The day of the address, ISO date.

    Raises:
        QueryError: for a word that is no day.
    """
    word = visit.params.get("day", YESTERDAY)
    if word in (YESTERDAY, TODAY):
        return (today(visit) - timedelta(days=word == YESTERDAY)).isoformat()
    return one_day(word).isoformat()


def sentence(visit: Reading, line: DayOfLine) -> str:
    """The result of a line in one sentence."""
    by: Mapping[str, Figure] = {one.kpi: one for one in line.figures}
    good, plan = by.get("good_parts"), by.get("throughput_vs_plan")
    told = {"line": visit.name(line.place)}
    if good is None or good.value is None:
        return visit.say(N_("%(line)s: pieces are not known."), **told)
    told["good"] = formats.number(good.value, visit.language)
    if plan is None or plan.value is None:
        return visit.say(N_("%(line)s made %(good)s; there was no plan."), **told)
    told["share"] = formats.percent(plan.value, visit.language)
    if plan.step == _WITHOUT_PLAN:
        unplanned = N_(
            "%(line)s made %(good)s: %(share)s of plan, with pieces of products that are in no plan."
        )
        return visit.say(unplanned, **told)
    return visit.say(N_("%(line)s made %(good)s: %(share)s of plan."), **told)


def _strips(visit: Reading, found: DayReport, line: DayOfLine, is_one: bool) -> list[tuple[str, Any]]:
    """The strips of a line's machines; of several lines, of the machine that paces each."""
    drawn = [one for one in line.strips if is_one or one.machine == line.paced_by] or line.strips[:1]
    return [
        (one.name, strip_of(visit, one, found.zone, size="s", is_live=not found.is_over)) for one in drawn
    ]


_NAME = N_("Day report")
PAGES = (
    Page("/day/{scope}/{day}", _NAME, show, every_s=300),
    Page("/day/{scope}", _NAME, show, every_s=300),
)
