"""Portfolio: the finding in a sentence, plants on one scale, where the hours went, the largest levers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from babel.dates import format_interval

from plantstack.errors import Problem, QueryError
from plantstack.insights.telling.words import CLASSES
from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.beginning import short_of
from plantstack.interfaces.web.improving.headline import headline
from plantstack.interfaces.web.improving.words import KINDS, hours, money_range, points
from plantstack.interfaces.web.page import N_, Page, Reading
from plantstack.interfaces.web.periods import as_day, today
from plantstack.stack.improving.hours import KINDS as LEAVES_OF
from plantstack.stack.improving.hours import Hours, kind_s
from plantstack.stack.improving.portfolio import (
    DEAD_BAND,
    TREND_WEEKS,
    Lever,
    Plant,
    Portfolio,
    Weeks,
    levers,
    portfolio,
    total,
)

Row = Mapping[str, Any]

PERIODS = {"1": N_("Last week"), "4": N_("Last 4 weeks"), "13": N_("Last 13 weeks")}
_GRID = 4  # lines of the common scale
_WITHIN = 0.02  # of what was lost before: a smaller change of a loss is none


@dataclass(frozen=True, slots=True)
class Panel:
    """One plant as it is drawn: its drawing, value, difference and what the difference is against."""

    plant: Plant
    drawing: Any
    value: str
    apart: float | None
    apart_text: str


@dataclass(frozen=True, slots=True)
class Told:
    """One lever in words: its money by class, and why there is none."""

    lever: Lever
    kind: str
    week: str
    money: Sequence[tuple[str, str]] = field(default_factory=tuple)
    why: str = ""


def show(visit: Reading) -> Mapping[str, Any]:
    """The plants of what the reader is let near."""
    weeks, currency = weeks_of(visit), visit.query.get("currency", "").upper()
    scope = visit.scope
    key = ("portfolio", scope, weeks, currency)
    studied = visit.study(key, lambda stack: portfolio(stack, scope, weeks, currency))
    found = studied.value
    chosen = visit.query.get("plant", "")
    basis = found.basis(chosen if chosen in {one.id for one in found.plants} else "")
    now, before = total(basis)
    sentence = headline(visit, found)
    return {
        "title": sentence,
        "sentence": sentence,
        "found": found,
        "weeks": weeks,
        "short_of": short_of(visit, scope, *Weeks(weeks.last, TREND_WEEKS).days),
        "week_text": week_text(visit, weeks),
        "days_text": _days_text(visit, weeks),
        "periods": PERIODS,
        "panels": panels(visit, found),
        "head": _head(visit, found),
        "basis": basis,
        "alone": basis[0].id if basis and (chosen or not found.compared) else "",
        "waterfall": waterfall(visit, now, before),
        "levers": [_told(visit, one, weeks) for one in levers(basis)],
        "reported": [one for one in found.plants if one.row is not None and one.row["reported"]],
        "studied": studied,
    }


def weeks_of(visit: Reading) -> Weeks:
    """The whole weeks of the address: those up to the last one that is over, or up to `week=2026-W42`.

    Raises:
        QueryError: for a count or a week that is none.
    """
    count = visit.query.get("weeks", "1")
    if count not in PERIODS:
        fix = "Choose 1, 4 or 13 weeks."
        raise QueryError(Problem("time-unreadable", count, "there is no such period", fix))
    return weeks_between(int(count), visit.query.get("week", ""), today(visit))


def weeks_between(count: int, named: str, on: date) -> Weeks:
    """Whole weeks up to a named one, else up to the last one that is over on a production day.

    Raises:
        QueryError: for a week that is none.
    """
    return Weeks(_sunday(named) if named else on - timedelta(days=on.isoweekday()), count)


def _sunday(week: str) -> date:
    try:
        return as_day(f"{week}-7" if "W" in week else "")
    except ValueError:
        fix = "Write a week such as 2026-W42."
        raise QueryError(Problem("time-unreadable", week, "there is no such week", fix)) from None


def week_text(visit: Reading, weeks: Weeks) -> str:
    """Which weeks they are, in words."""
    year, week, _ = weeks.last.isocalendar()
    if weeks.count == 1:
        return visit.say(N_("Week %(week)s, %(year)s"), week=week, year=year)
    first = weeks.first.isocalendar().week
    return visit.say(N_("Weeks %(first)s to %(last)s, %(year)s"), first=first, last=week, year=year)


def _days_text(visit: Reading, weeks: Weeks) -> str:
    return str(format_interval(weeks.first, weeks.last, "MMMd", locale=visit.language))


def panels(visit: Reading, found: Portfolio) -> list[Panel]:
    """A panel each, all on one scale."""
    drawn = [_drawn(visit, one, found.weeks, place) for place, one in enumerate(found.plants)]
    known = [value for one in drawn for value in (*one.values, one.plan) if value is not None]
    places = charts.round_values(min(known), max(known), _GRID) if known else ()
    ticks = [charts.Tick(one, formats.number(one * 100, visit.language)) for one in places]
    pictures = charts.small_multiples(drawn, ticks)
    return [_panel(visit, one, picture) for one, picture in zip(found.plants, pictures, strict=True)]


def _drawn(visit: Reading, plant: Plant, weeks: Weeks, place: int) -> charts.Panel:
    value = plant.row["value"] if plant.row else None
    told = {"plant": visit.name(plant.id), "ready": plant.ready}
    if value is None:
        sentence = visit.say(N_("%(plant)s: nothing is known of OEE, stack readiness %(ready)s of 5"), **told)
    else:
        told["oee"] = formats.percent(value, visit.language)
        sentence = visit.say(N_("%(plant)s: OEE %(oee)s, stack readiness %(ready)s of 5"), **told)
    return charts.Panel(
        sentence=sentence,
        values=plant.trend,
        plan=plant.target,
        is_comparable=plant.is_comparable,
        is_labelled=place % 3 == 0,
        empty=visit.say(N_("Nothing is in the books of these weeks.")),
    )


def _panel(visit: Reading, plant: Plant, picture: Any) -> Panel:
    value = plant.row["value"] if plant.row else None
    other = plant.target
    if other is None:
        other = plant.before["value"] if plant.before else None
    apart = None if value is None or other is None else value - other
    return Panel(
        plant=plant,
        drawing=picture,
        value=formats.number(
            None if value is None else value * 100, visit.language, 1 if plant.is_comparable else 0
        ),
        apart=apart,
        apart_text="" if apart is None else points(apart, visit.language),
    )


def _head(visit: Reading, found: Portfolio) -> dict[str, Any]:
    """The few numbers beside the sentence; of plants that compare only."""
    compared = found.compared
    now, before = total(compared)
    behind = [one.behind_s for one in compared]
    gap_s = sum(one or 0.0 for one in behind) if behind and None not in behind else None
    gap = None if gap_s is None or not now.planned_s else -gap_s / now.planned_s
    since = None if now.oee is None or before.oee is None else now.oee - before.oee
    return {
        "oee": None if now.oee is None else formats.number(now.oee * 100, visit.language, 1),
        "n": len(compared),
        "all": len(found.plants),
        "gap": gap,
        "gap_text": "" if gap is None else points(gap, visit.language),
        "since": since,
        "since_text": "" if since is None else points(since, visit.language),
        "behind_text": "" if gap_s is None else hours(gap_s, visit.language),
        "is_behind": gap is not None and gap < -DEAD_BAND,
    }


def waterfall(visit: Reading, now: Hours, before: Hours) -> charts.Waterfall:
    """From planned busy time to good pieces; each step against as many weeks before."""
    say, language = visit.say, visit.language
    has_before = bool(before.planned_s)
    scale = now.planned_s / before.planned_s if has_before else 0.0

    def step(name: str, value: float, was: float, *, is_total: bool = False) -> charts.Step:
        delta = value - was if has_before else None
        is_within = delta is not None and abs(delta) <= max(_WITHIN * abs(was), 360.0)
        told = "" if delta is None else hours(delta, language, is_signed=True)
        return charts.Step(name, value, hours(value, language), delta, told, is_total, is_within)

    steps = [
        charts.Step(say(N_("Planned hours")), now.planned_s, hours(now.planned_s, language), is_total=True)
    ]
    kinds = [kind for kind in LEAVES_OF if kind_s(now, kind) or kind_s(before, kind)]
    steps += [step(say(KINDS[kind]), -kind_s(now, kind), -kind_s(before, kind) * scale) for kind in kinds]
    steps.append(step(say(N_("Fully productive")), now.good_s, before.good_s * scale, is_total=True))
    sentence = say(
        N_("Of %(planned)s planned hours %(good)s were fully productive"),
        planned=hours(now.planned_s, language),
        good=hours(now.good_s, language),
    )
    heads = (
        say(N_("Step")),
        say(N_("Hours")),
        say(N_("of %(hours)s h"), hours=hours(now.planned_s, language)),
        say(N_("Δ before, h")),
    )
    empty = say(N_("Nothing is in the books of these weeks."))
    return charts.Waterfall(sentence, steps if now.planned_s else [], heads, empty)


def _told(visit: Reading, lever: Lever, weeks: Weeks) -> Told:
    week = hours(lever.seconds / weeks.count, visit.language)
    if "money" not in visit.sender.may:
        return Told(lever, KINDS[lever.kind], week, why=visit.say(N_("money is for others")))
    found: dict[str, list[str]] = {}
    for row in lever.money:
        if told := money_range(row, visit.language, "run_rate_"):
            found.setdefault(row["class"], []).append(told)
    why = next((row["why_none"] for row in lever.money if row["why_none"]), "")
    if not lever.money:
        why = visit.say(N_("nothing of it has a price"))
    money = [(visit.say(CLASSES.get(kind, kind)), "; ".join(told)) for kind, told in found.items()]
    return Told(lever, KINDS[lever.kind], week, money, "" if money else why)


PAGE = Page("/portfolio", N_("Portfolio"), show, right="portfolio", place=60, every_s=120)
