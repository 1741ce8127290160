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
from plantstack.interfaces.web.pages.portfolio import weeks_between
from plantstack.interfaces.web.periods import Period, period_of, today
from plantstack.interfaces.web.strips import reason_label
from plantstack.intervals import HOUR, SECOND, Interval, rfc3339
from plantstack.live.entering import TABLET
from plantstack.live.study import NotYet
from plantstack.stack.answers.asking import KpiTable
from plantstack.stack.floor.rows import Entry
from plantstack.stack.floor.sight import look
from plantstack.stack.improving.portfolio import portfolio
from plantstack.stack.project import Stack
from plantstack.stack.reasons.blaming import blame
from plantstack.stack.reasons.one_event import EventTold, one_event
from plantstack.stack.reasons.settling import OwnedStop, line_stops_to_settle

_DEMO = "meridian-demo"
_MACHINE, _LINE, _PAPER, _CLOSED = "tul-1-filler", "tul-1", "lei-2", "pune"
_LOST = ("breakdown", "other_stop", "waiting")  # planned stops cost nothing
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
class Tap:
    """What somebody tapped at a machine, and the time that is laid to it.

    Attributes:
        event: as it was told.
        reason: that was tapped.
        span: from the first second that has its reason to the last; `us` all of them.
    """

    event: EventTold
    reason: str
    span: Interval
    us: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the tour asks the books for, in one turn."""

    tap: Tap | None
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
        tap = longest_tap(stack, _MACHINE, Interval(visit.now - 30 * HOUR, visit.now - 2 * HOUR), visit.now)
        window = (rfc3339(tap.span.start), rfc3339(tap.span.end)) if tap else (day, day)
        return Facts(
            tap,
            _row(stack, "downtime_cost", _LINE, *window) if tap else None,
            _restated(stack, week.before.before.first, week.last),
            _row(stack, "saving_realisation", "tulsa", quarter.first, quarter.last),
            _row(stack, "oee", _PAPER, quarter.first, quarter.last),
        )

    facts = visit.study(("tour", day), asked).value
    steps = (
        _tap(visit, facts),
        _monday(visit, facts),
        Step(
            N_("Whose loss it is gets settled, not argued."),
            _settled(visit, week),
            ((N_("Losses of the line"), f"/losses/{_LINE}"),),
        ),
        _kaizen(visit, facts, quarter.first, quarter.last),
        Step(
            N_("Plants are compared only where they can be; else it says why, and the next step."),
            _compared(visit),
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


def longest_tap(stack: Stack, machine: str, span: Interval, now: int) -> Tap | None:
    """The reason tapped at a tablet that most lost time of a machine is laid to; None where none was.

    Args:
        stack: the opened project.
        machine: by id.
        span: in which it stood.
        now: microseconds UTC.
    """
    laid: dict[int, list[Entry]] = {}
    for entry in look(stack, machine, now).entries(span)[machine]:
        if entry.reason and entry.reason_offset is not None and entry.account in _LOST:
            laid.setdefault(entry.reason_offset, []).append(entry)
    for offset, parts in sorted(laid.items(), key=lambda one: -sum(part.length for part in one[1])):
        event = one_event(stack.log, offset)
        if event is not None and event.kind == "reason" and event.source.startswith(TABLET):
            whole = Interval(parts[0].from_at, parts[-1].until_at)
            return Tap(event, parts[0].reason, whole, sum(part.length for part in parts))
    return None


def _tap(visit: Visit, facts: Facts) -> Step:
    claim = N_("A tap at the machine becomes money, and the money leads back to the tap.")
    tap = facts.tap
    if tap is None:
        return Step(claim, "", ((N_("The line"), f"/line/{_LINE}"),))
    zone, at = visit.running.plant.site_of(_MACHINE).zone, tap.event.told_at
    day, clock = formats.day(at, visit.language, zone), formats.clock(at, visit.language, zone)
    told: dict[str, Any] = {
        "reason": reason_label(visit, tap.reason),
        "machine": visit.name(_MACHINE),
        "clock": f"{day}, {clock} {formats.zone_of(at, zone)}",
        "time": formats.duration(tap.us),
    }
    cost = _told(visit, facts.cost) if "money" in visit.sender.may else ""
    if cost:
        text = N_("%(reason)s, tapped for %(machine)s at %(clock)s: it stood for %(time)s and cost %(cost)s.")
    else:
        text = N_("%(reason)s, tapped for %(machine)s at %(clock)s: it stood for %(time)s.")
    since = f"since={rfc3339(tap.span.start)}&until={rfc3339(tap.span.end)}"
    money = f"/lineage/downtime_cost/{_LINE}?{since}"
    links = ((N_("The money"), money), (N_("Back to the tap"), f"/event/{tap.event.offset}"))
    return Step(claim, visit.say(text, **told, **({"cost": cost} if cost else {})), links)


def _settled(visit: Visit, week: Period) -> str:
    """How much of a week's stops of the line is answered; '' while it is worked out."""

    def asked(stack: Stack) -> tuple[KpiTable, list[OwnedStop]]:
        days = (week.first, week.last)
        return blame(stack.engine(), _LINE, "constraint", days, None), line_stops_to_settle(
            stack, _LINE, days
        )

    try:
        total = visit.study(("whose", _LINE, week), asked).value[0].rows[0]
    except NotYet:
        return ""
    names = ("seconds", "accepted", "contested")
    seconds, accepted, contested = (round(total[name] * SECOND) for name in names)
    return visit.say(
        N_(
            "In seven days it stood for %(time)s: %(accepted)s are accepted by their owners, %(contested)s"
            " contested, %(open)s not answered."
        ),
        time=formats.duration(seconds),
        accepted=formats.duration(accepted),
        contested=formats.duration(contested),
        open=formats.duration(seconds - accepted - contested),
    )


def _compared(visit: Visit) -> str:
    """How many plants are compared, and why one is not; '' while it is worked out, or for others."""
    if "portfolio" not in visit.sender.may:
        return ""
    weeks, scope = weeks_between(1, "", today(visit)), visit.scope
    try:
        key = ("portfolio", scope, weeks, "")
        plants = visit.study(key, lambda stack: portfolio(stack, scope, weeks, "")).value.plants
    except NotYet:
        return ""
    left = [one for one in plants if not one.is_comparable]
    counts = {"n": len(plants) - len(left), "all": len(plants)}
    if not left or not left[0].why:
        return visit.say(N_("%(n)s of %(all)s plants are compared."), **counts)
    return visit.say(
        N_("%(n)s of %(all)s plants are compared. %(plant)s is not, because: %(why)s."),
        **counts,
        plant=visit.name(left[0].id),
        why=left[0].why,
    )


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
    value = _told(visit, facts.savings)
    value = f"{value} ({visit.say(N_('nothing to judge it by'))})" if value.strip() == formats.NONE else value
    told = visit.say(N_("Savings realised of those claimed: %(value)s"), value=value)
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
