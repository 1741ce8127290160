"""What deserves attention: findings with cost, cause and owner, one tap to say what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from plantstack.insights.finding import Cannot, Cost
from plantstack.insights.running import monthly, monthly_range
from plantstack.insights.telling.words import PER
from plantstack.interfaces.folding import folded
from plantstack.interfaces.web.control import control_chart_of, heading, limits_said
from plantstack.interfaces.web.found import asked_of, told
from plantstack.interfaces.web.page import N_, Page, Reading, Visit
from plantstack.intervals import rfc3339
from plantstack.stack.finding.asking import Findings

WORDS = {
    "useful": N_("Useful"),
    "expected": N_("Expected"),
    "wrong": N_("Wrong"),
    "fixed": N_("Fixed"),
    "later": N_("Later"),
}
KINDS = {
    "drift": N_("Drift"),
    "drift_speed": N_("Losing speed"),
    "relation": N_("Out of step"),
    "scrap_pattern": N_("Scrap pattern"),
    "setup_error": N_("Set-up error"),
    "wrong_nominal": N_("Wrong nominal"),
    "starved_constraint": N_("Starved constraint"),
    "blocked_chain": N_("Blocked chain"),
    "ideal_rate": N_("Ideal pace too low"),
    "reduced_capacity": N_("Lane or cavity shut"),
    "flow": N_("Flow of the line"),
    "rates": N_("Paces"),
}
_OPEN_ROWS = 10


def show(visit: Visit) -> Mapping[str, Any]:
    """Every finding of a scope, what could not be judged, and what an answer keeps quiet."""
    scope = visit.scope
    studied = visit.study(*asked_of(scope))
    found = studied.value
    may_enter = "enter" in visit.sender.may
    return {
        "title": title_of(visit, found),
        "place": visit.name(scope),
        "studied": studied,
        "found": found,
        "kinds": KINDS,
        "words": WORDS,
        "per": PER,
        "may_enter": may_enter,
        "sees_money": "money" in visit.sender.may,
        "tell": lambda say, equipment="": told(visit, say, equipment),
        "told_at": rfc3339,
        "monthly": lambda finding: month_of(finding.cost),
        "rows": lambda finding: finding.evidence[-_OPEN_ROWS:],
        "has_cost": has_cost,
        "control_chart": lambda chart: control_chart_of(visit, chart),
        "heading": lambda chart: heading(visit, chart),
        "limits_said": lambda chart: limits_said(visit, chart),
        "is_nothing": is_nothing,
        "cannot": alike(visit, found.cannot),
    }


@dataclass(frozen=True, slots=True)
class Alike:
    """What could not be judged for one and the same reason at several places.

    Attributes:
        kind: of the findings.
        why, fix: what is missing and what to do about it, in the language of the reader.
        places: names of the machines; empty where none is meant.
        more: of the same kind at the same places, behind the first ones.
    """

    kind: str
    why: str
    fix: str
    places: tuple[str, ...]
    more: tuple[Alike, ...] = ()


def alike(visit: Reading, cannot: Sequence[Cannot]) -> list[Alike]:
    """Each sentence once, with the places it is said of; of many of a kind at a place the first ones lead.

    A machine with sixty parameters that were read too seldom has sixty such sentences.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in cannot:
        where = one.subject.equipment if one.subject else ""
        why, fix = (f"{told(visit, say, where).rstrip('.')}." for say in (one.why, one.fix))
        places = found.setdefault((one.kind, why, fix), [])
        if where and visit.name(where) not in places:
            places.append(visit.name(where))
    said_once = [Alike(*said, tuple(places)) for said, places in found.items()]
    return [
        replace(one, more=tuple(more)) for one, more in folded(said_once, lambda one: (one.kind, one.places))
    ]


def title_of(visit: Reading, found: Findings) -> str:
    """The most urgent fact first."""
    if not found.shown:
        return visit.say(N_("Nothing stands out"))
    first = found.shown[0].finding
    return told(visit, first.says, first.subject.equipment)


def has_cost(cost: Cost) -> bool:
    """Whether anything is known of what it costs."""
    return any(one is not None for one in (cost.likely, cost.pieces, cost.minutes))


def month_of(cost: Cost) -> tuple[float, float, float] | None:
    """What it costs in a month: likely, low, high; None where there is no price."""
    likely, ends = monthly(cost), monthly_range(cost)
    return None if likely is None or ends is None else (likely, *ends)


def is_nothing(cost: Cost) -> bool:
    """Whether it is known to cost nothing, or less than anybody would notice."""
    known = [one for one in (cost.high, cost.pieces, cost.minutes) if one is not None]
    return bool(known) and max(known) < _LEAST


_LEAST = 0.5  # pieces, minutes or units of a currency: what is rounded to nothing
_NAME = N_("Findings")
PAGES = (
    Page("/findings", _NAME, show, place=52, every_s=60),
    Page("/findings/{scope:path}", _NAME, show, every_s=60),
)
