"""The guided tour of the demo group: six clicks, each from a claim down to what was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.exceptions import HTTPException

from plantstack.interfaces import questions
from plantstack.interfaces.questions import Kpis, Window
from plantstack.interfaces.web import formats
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.periods import period_of, today
from plantstack.interfaces.web.strips import reason_label
from plantstack.intervals import HOUR, Interval
from plantstack.stack.floor.detail import stops_in
from plantstack.stack.floor.stops import Stop
from plantstack.stack.project import Stack

_DEMO = "meridian-demo"
_MACHINE, _LINE, _PAPER, _CLOSED = "tul-1-filler", "tul-1", "lei-2", "pune"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One click of the tour.

    Attributes:
        claim: what it shows, marked for translation.
        told: what the books say of it now, in the reader's words; '' where they say nothing yet.
        links: words and addresses, the first is the click.
    """

    claim: str
    told: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the tour asks the books for, in one turn."""

    tap: Stop | None
    cost: Row | None
    reported: Row | None
    savings: Row | None
    paper: Row | None


def show(visit: Visit) -> Mapping[str, Any]:
    """The six steps, with what they show today."""
    plant = visit.running.plant
    if plant.project_id != _DEMO or any(
        one not in plant.equipment for one in (_MACHINE, _LINE, _PAPER, _CLOSED)
    ):
        raise HTTPException(404, "the guided tour is for the demo group: make one with 'plantstack demo'")
    week, quarter = period_of(visit, "week"), period_of(visit, "13w")
    day = (today(visit) - timedelta(days=1)).isoformat()

    def asked(stack: Stack) -> Facts:
        span = Interval(visit.now - 30 * HOUR, visit.now - 2 * HOUR)
        taps = [one for one in stops_in(stack, _MACHINE, span, visit.now) if one.reason and not one.is_micro]
        return Facts(
            max((one for one in taps if not one.is_automatic), key=lambda one: one.own_us, default=None),
            _row(stack, "downtime_cost", _LINE, day, day),
            _restated(stack, week.before.before.first, week.last),
            _row(stack, "saving_realisation", "tulsa", quarter.first, quarter.last),
            _row(stack, "oee", _PAPER, quarter.first, quarter.last),
        )

    facts = visit.study(("tour", day), asked).value
    steps = (
        _tap(visit, facts, day),
        _monday(visit, facts),
        Step(
            N_("Whose loss it is gets settled, not argued."),
            "",
            ((N_("Losses of the line"), f"/losses/{_LINE}"),),
        ),
        _kaizen(visit, facts, quarter.first, quarter.last),
        Step(
            N_("Plants are compared only where they can be; else it says why, and the next step."),
            "",
            ((N_("Portfolio"), "/portfolio"), (N_("Readiness"), "/readiness")),
        ),
        _paper(visit, facts, quarter.first, quarter.last),
    )
    return {"title": visit.say(N_("Six clicks")), "steps": steps}


def _row(stack: Stack, kpi: str, scope: str, first: str, last: str) -> Row | None:
    rows = questions.kpis(stack, Window(scope, first, last), Kpis(kpi)).rows
    return next(iter(rows), None)


def _restated(stack: Stack, first: str, last: str) -> Row | None:
    """The closed day whose number moved most since it was reported."""
    rows = questions.kpis(stack, Window(_CLOSED, first, last), Kpis("oee", grain="day")).rows
    closed = [row for row in rows if row["reported"] and row["reported"]["difference"]]
    return max(closed, key=lambda row: abs(row["reported"]["difference"]), default=None)


def _told(visit: Visit, row: Row | None) -> str:
    """A KPI row as a sentence: its value, or why there is none; nothing where the reader may not see it."""
    if row is None or not visit.may_see(row["kpi"]):
        return ""
    if row["value"] is None:
        return visit.say(N_("Not computable: %(why)s."), why=row["why_plain"] or row["why_none"])
    return " ".join(formats.kpi(row, visit.language))


def _tap(visit: Visit, facts: Facts, day: str) -> Step:
    told = ""
    if facts.tap is not None and "money" in visit.sender.may:
        zone = visit.running.plant.site_of(_MACHINE).zone
        told = visit.say(
            N_("%(reason)s at %(clock)s stood for %(time)s. What standing cost that day: %(cost)s"),
            reason=reason_label(visit, facts.tap.reason, facts.tap.label),
            clock=formats.clock(facts.tap.from_at, visit.language, zone),
            time=formats.duration(facts.tap.own_us),
            cost=_told(visit, facts.cost),
        )
    money = f"/lineage/downtime_cost/{_LINE}/{day}..{day}"
    back = f"/lineage/stop_time/{_MACHINE}/{day}..{day}"
    links = ((N_("The money"), money), (N_("Back to the tap"), back))
    return Step(N_("A tap at the machine becomes money, and the money leads back to the tap."), told, links)


def _monday(visit: Visit, facts: Facts) -> Step:
    told, link, row = "", f"/line/{_CLOSED}?period=4w", facts.reported
    if row is not None:
        day = row["period"]["label"]
        then = " ".join(formats.figure(row["reported"]["value"], row["unit"], visit.language))
        told = visit.say(
            N_("OEE of %(day)s: reported %(then)s, known today %(now)s"),
            day=formats.written(day, visit.language),
            then=then,
            now=_told(visit, row),
        )
        link = f"/lineage/oee/{_CLOSED}/{day}..{day}"
    links = ((N_("Reported beside restated"), link),)
    return Step(N_("Monday's number stays as it was reported, beside what is known now."), told, links)


def _kaizen(visit: Visit, facts: Facts, first: str, last: str) -> Step:
    told = visit.say(N_("Savings realised of those claimed: %(value)s"), value=_told(visit, facts.savings))
    links = (
        (N_("What was saved"), f"/lineage/saving_realisation/tulsa/{first}..{last}"),
        (N_("Improvement"), "/ci?scope=tulsa"),
    )
    return Step(N_("A kaizen is believed as far as the books show it held."), told, links)


def _paper(visit: Visit, facts: Facts, first: str, last: str) -> Step:
    told = visit.say(N_("OEE over both ways of counting: %(value)s"), value=_told(visit, facts.paper))
    links = (
        (N_("Why it changed"), f"/bridge/oee/{_PAPER}/{first}..{last}"),
        (N_("The line"), f"/line/{_PAPER}"),
    )
    return Step(N_("A line that went from paper to a signal is not punished for being seen."), told, links)


PAGE = Page("/tour", N_("Tour"), show, every_s=60)
