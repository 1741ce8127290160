"""Hand-over of a shift, on the screen to be signed, and as a report on paper."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from starlette.exceptions import HTTPException

from plantstack.insights.telling.shift import unplanned_sentence
from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.fluent import switch_of
from plantstack.interfaces.web.hours import hour_text
from plantstack.interfaces.web.page import N_, Page, Reading
from plantstack.interfaces.web.settling import claims_of, words_of_claims
from plantstack.interfaces.web.strips import reason_label, strip_of
from plantstack.interfaces.web.told import sentences
from plantstack.interfaces.web.versions import Versions, named_versions
from plantstack.intervals import Interval, rfc3339
from plantstack.stack.floor.detail import stops_in
from plantstack.stack.floor.entries import EARLY
from plantstack.stack.floor.followed import Led, led
from plantstack.stack.floor.handover import Handover, LineResult, handover
from plantstack.stack.floor.shift import HourRow, ShiftNow
from plantstack.stack.floor.sight import standing_in
from plantstack.stack.improving.shifts import instant_in, last_over, shift_word
from plantstack.stack.project import Stack
from plantstack.stack.reasons.settling import OwnedStop, stops_to_settle

PHASES = {
    "asked": N_("asked"),
    "taken": N_("taken by"),
    "arrived": N_("arrived"),
    "diagnosed": N_("cause found"),
    "waiting": N_("waits"),
    "fixed": N_("fixed"),
    "accepted": N_("accepted"),
}
_MOST = 15  # stops on paper; the rest is counted
_CLAIMS = 5  # losses without an answer of their owner, on the screen
SAFETY = {
    "near_miss": N_("near miss"),
    "unsafe": N_("unsafe condition"),
    "first_aid": N_("first aid"),
    "recordable": N_("recordable injury"),
}


def show(visit: Reading) -> Mapping[str, Any]:
    """The shift of a place that is open, or the last that ended; `shift=2026-11-25.early` names one."""
    return _told(visit, visit.query.get("shift", ""), is_report=False)


def show_report(visit: Reading) -> Mapping[str, Any]:
    """The same for paper; the shift is in the path: `now`, `last`, or a day and its shift; none is `last`."""
    return _told(visit, visit.params.get("shift") or "last", is_report=True)


def _told(visit: Reading, word: str, *, is_report: bool) -> Mapping[str, Any]:
    scope, now, named = visit.scope, visit.now, shift_word(word)
    if word not in ("", "now", "last") and named is None:
        raise HTTPException(404, f"there is no shift '{word}'; write 'now', 'last' or 2026-11-25.early")

    def asked(stack: Stack) -> tuple[Handover, int, Versions, list[Led], list[OwnedStop]]:
        at = instant_in(stack, scope, *named, now) if named else None
        found = handover(stack, scope, now, last_over(stack, scope, now) if word == "last" else at)
        versions = {kpi.id: (kpi.name, kpi.version) for kpi in stack.catalog().kpis.values()}
        inside = Interval(found.from_at, max(found.from_at, min(found.until_at, now)))
        stops = [one for one in stops_in(stack, scope, inside, now) if not one.is_micro] if is_report else []
        owned = [] if is_report else stops_to_settle(stack, standing_in(stack.plant, scope, now), inside)
        return found, stack.standing()[0], versions, led(stack.plant, stops), owned

    found, offset, versions, stops, owned = visit.ask(asked)
    claims = claims_of(visit, owned, most=_CLAIMS, with_settled=False)
    return {
        "found": found,
        "offset": offset,
        "versions": named_versions(
            visit, (versions[one.kpi] for row in found.results for one in row.figures)
        ),
        "stops": stops[:_MOST],
        "more_stops": max(0, len(stops) - _MOST),
        "has_causes": any(one.stop.cause for one in stops[:_MOST]),
        "is_report": is_report,
        "may_sign": now >= found.until_at - EARLY,
        "signed_from": found.until_at - EARLY,
        **_said(visit, scope, word or "now", is_report=is_report),
        **_shown(visit, found),
        **words_of_claims(visit, claims),
    }


def _said(visit: Reading, scope: str, word: str, *, is_report: bool) -> dict[str, Any]:
    """The shift in sentences, without the results, which stand above them; and the switch to other words."""
    if is_report:
        return {"said": [], "switch": None}
    switch = switch_of(visit)
    rows = sentences(visit, scope, word, switch.retelling if switch else None)
    return {
        "said": None if rows is None else [one for one in rows if one["kind"] != "result"],
        "switch": switch,
    }


def _shown(visit: Reading, found: Handover) -> dict[str, Any]:
    """The words and drawings of a shift."""
    zone, day = found.zone, str(formats.written(found.day, visit.language))
    title, is_live = N_("%(shift)s shift, %(day)s – %(place)s"), not found.is_over
    return {
        "title": visit.say(title, shift=visit.told(found.shift), day=day, place=found.name),
        "zone": zone,
        "day_text": day,
        "sentences": {row.shift.place: sentence(visit, row.shift) for row in found.results},
        "hours": {
            row.shift.place: charts.hour_bars([_bar(one) for one in row.shift.hours]) for row in found.results
        },
        "strips": {
            row.shift.place: [(one.name, strip_of(visit, one, zone, is_live=is_live)) for one in row.strips]
            for row in found.results
        },
        "word": f"{found.day}.{found.shift}",
        "loss_of": lambda hour, machine: hour_text(visit, hour, machine),
        "label": lambda reason, otherwise="": reason_label(visit, reason, otherwise),
        "phases": PHASES,
        "safety_words": SAFETY,
        "span": {"from": rfc3339(found.from_at), "until": rfc3339(found.until_at)},
        "risks": _has_risks(found),
        "is_quiet": _is_quiet(found.results),
    }


def sentence(visit: Reading, shift: ShiftNow) -> str:
    """The result of a line in one sentence."""
    told: dict[str, Any] = {
        "line": visit.name(shift.place),
        "good": formats.number(shift.good, visit.language),
        "plan": formats.number(shift.plan_now, visit.language),
        "apart": formats.number(abs(shift.difference or Decimal(0)), visit.language),
    }
    if shift.good is None:
        return visit.say(N_("%(line)s: pieces are not known."), **told)
    if shift.plan_now is None:
        return visit.say(N_("%(line)s made %(good)s; there was no plan."), **told)
    if shift.unplanned:
        is_all = sum(one.qty for one in shift.unplanned) >= shift.good
        text = unplanned_sentence(len(shift.unplanned), is_all=is_all)
        return visit.say(text, **told, **_unplanned(visit, shift))
    if shift.difference is not None and shift.difference < 0:
        return visit.say(N_("%(line)s made %(good)s of %(plan)s: %(apart)s behind plan."), **told)
    return visit.say(N_("%(line)s made %(good)s of %(plan)s: plan met, %(apart)s more."), **told)


def _unplanned(visit: Reading, shift: ShiftNow) -> dict[str, Any]:
    """What of a result is in no plan, and what was made of what is."""
    without = sum((one.qty for one in shift.unplanned), Decimal(0))
    return {
        "without": formats.number(without, visit.language),
        "product": shift.unplanned[0].name,
        "made": formats.number((shift.good or Decimal(0)) - without, visit.language),
    }


def _bar(hour: HourRow) -> charts.HourBar:
    return charts.HourBar(
        plan=None if hour.plan is None else float(hour.plan),
        made=None if hour.good is None else float(hour.good),
        plan_now=float(hour.plan_now) if hour.is_now and hour.plan_now is not None else None,
        is_missed=hour.is_missed,
        is_ahead=not hour.is_over and not hour.is_now,
    )


def _has_risks(found: Handover) -> bool:
    return bool(found.slow or found.setups or found.short or any((one.short or 0) > 0 for one in found.crews))


def _is_quiet(results: tuple[LineResult, ...]) -> bool:
    """Whether nothing ran in the shift, so that there is nothing hour by hour."""
    return not any(row.shift.hours for row in results)


PAGES = (
    Page("/handover/{scope:path}", N_("Hand-over"), show, every_s=30),
    Page("/handover", N_("Hand-over"), show, every_s=30),
    Page("/report/{scope}/{shift}", N_("Shift report"), show_report, every_s=0),
    Page("/report/{scope}", N_("Shift report"), show_report, every_s=0),
    Page("/report", N_("Shift report"), show_report, every_s=0),
)
