"""The supervisor's board of an area: lines by need, stops without reason, who is here, SQDCP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import get_day_names

from plantstack.interfaces.web import charts, formats
from plantstack.interfaces.web.charts.month import DayState
from plantstack.interfaces.web.fluent import switch_of
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.pages.op import BANNERS
from plantstack.interfaces.web.strips import STATES, reason_label, strip_of
from plantstack.interfaces.web.told import sentences
from plantstack.interfaces.web.whys import unplanned_text, why_of
from plantstack.live.study import NotYet
from plantstack.stack.floor.board import Board, BoardRow, board
from plantstack.stack.floor.sqdcp import LetterDay, LetterRow, letters

LETTERS = {"S": N_("Safety"), "Q": N_("Quality"), "D": N_("Delivery"), "C": N_("Cost"), "P": N_("People")}
_MARKS: dict[str, DayState] = {"met": "met", "missed": "missed", "not measured": "unmeasured"}
_STANDING = ("stopped", "waiting", "micro_stop")
_MOST = 12  # stops without reason on the board; the rest is counted


def show(visit: Visit) -> Mapping[str, Any]:
    """An area, a site or a line."""
    scope = visit.scope
    now = visit.now
    found = visit.ask(lambda stack: board(stack, scope, now))
    switch = switch_of(visit)
    return {
        "title": _title(visit, found),
        "place": visit.name(scope),
        "board": found,
        "states": STATES,
        "banners": BANNERS,
        "standing": _STANDING,
        "strips": {row.place: strip_of(visit, row.strip, _zone(visit, row), size="s") for row in found.rows},
        "zones": {row.place: _zone(visit, row) for row in found.rows},
        "sparks": {row.place: _spark(row) for row in found.rows},
        "months": _months(visit, scope),
        "most": _MOST,
        "said": sentences(visit, scope, retelling=switch.retelling if switch else None),
        "switch": switch,
        "reason_label": lambda reason, otherwise="": reason_label(visit, reason, otherwise),
        "why_of": lambda stop: why_of(visit, stop),
        "unplanned": lambda row: unplanned_text(visit, row.unplanned),
        "is_behind": _is_behind,
        "shifts": list(
            dict.fromkeys((row.shift, row.from_at, row.until_at) for row in found.rows if row.shift)
        ),
    }


def show_andon(visit: Visit) -> Mapping[str, Any]:
    """The same area on a wall: no controls, the state in words; what stands is always on screen."""
    scope = visit.scope
    now = visit.now
    found = visit.ask(lambda stack: board(stack, scope, now))
    alone = found.rows if len(found.rows) == 1 else ()  # a line by itself has room for its shift
    distance = _number(visit.query.get("distance", "5"), 5, 3, 20)
    screen = _number(visit.query.get("screen", "55"), 55, 24, 100)
    return {
        "title": _title(visit, found),
        "place": visit.name(scope),
        "board": found,
        "states": STATES,
        "banners": BANNERS,
        "strips": {row.place: strip_of(visit, row.strip, _zone(visit, row), size="s") for row in alone},
        "standing": _STANDING,
        "distance": min((3, 5, 8, 12), key=lambda one: abs(one - distance)),
        "screen": min((43, 55, 65), key=lambda one: abs(one - screen)),
        "why_of": lambda stop: why_of(visit, stop),
        "unplanned": lambda row: unplanned_text(visit, row.unplanned),
        "is_behind": _is_behind,
    }


def _is_behind(told: Board | BoardRow) -> bool:
    """Whether what is planned is behind by more than one in a hundred; what is in no plan does not help."""
    behind, plan = told.planned_difference, told.plan_now
    return bool(plan and behind is not None and behind < -plan / 100)


def _number(text: str, otherwise: int, least: int, most: int) -> int:
    return min(max(int(text), least), most) if text.isdecimal() and len(text) < 4 else otherwise


def _title(visit: Visit, found: Board) -> str:
    down = [row for row in found.rows if row.state == "stopped"]
    place = visit.name(visit.scope)
    if not down:
        return place
    return visit.say(N_("%(n)s stopped – %(place)s"), n=len(down), place=place)


def _zone(visit: Visit, row: BoardRow) -> str:
    return visit.running.plant.site_of(row.place).zone


def _spark(row: BoardRow) -> charts.Spark:
    return charts.Spark([None if one is None else float(one) for one in row.spark], 0.0)


def _months(visit: Visit, scope: str) -> Sequence[tuple[LetterRow, charts.Month]] | None:
    """The five letters; None while they are worked out."""
    try:
        found = visit.study(("sqdcp", scope), lambda stack: letters(stack, scope, visit.now)).value
    except NotYet:
        return None
    near = [row for row in found if visit.sender.is_near(visit.running.plant, row.scope, visit.now)]
    seen = [row for row in near if visit.may_see(row.kpi)]
    return [(row, _month(visit, row)) for row in seen]


def _month(visit: Visit, row: LetterRow) -> charts.Month:
    counts = {mark: sum(day.mark == mark for day in row.days) for mark in _MARKS}
    sentence = visit.say(
        N_("%(name)s: %(met)s days met, %(missed)s missed, %(open)s not measured"),
        name=visit.say(LETTERS[row.letter]),
        met=counts["met"],
        missed=counts["missed"],
        open=counts["not measured"],
    )
    names = get_day_names("narrow", locale=visit.language)
    first = date.fromisoformat(row.days[0].day) if row.days else None
    return charts.Month(
        sentence,
        [_day(visit, row, day, place == len(row.days) - 1) for place, day in enumerate(row.days)],
        before=first.weekday() if first else 0,
        weekdays=[names[one] for one in range(7)],
        links=visit.say(N_("Missed days")),
        empty=visit.say(N_("No day was measured yet.")),
    )


def _day(visit: Visit, row: LetterRow, day: LetterDay, is_last: bool) -> charts.Day:
    reached = " ".join(formats.figure(day.value, row.unit, visit.language))
    aimed = " ".join(formats.figure(day.target, row.unit, visit.language))
    told = f"{formats.written(day.day, visit.language)}: {reached} / {aimed}"
    if day.mark == "missed":
        silent = visit.say(N_("nobody has answered it yet"))
        told += f". {day.action_text or silent}"
    elif day.why:
        told += f". {visit.told(day.why)}"
    href = f"/lineage/{row.kpi}/{row.scope}/{day.day}..{day.day}" if day.mark == "missed" else ""
    return charts.Day(_MARKS[day.mark], told, str(date.fromisoformat(day.day).day), href, is_last)


PAGES = (
    Page("/board/{scope:path}", N_("Board"), show),
    Page("/board", N_("Board"), show, place=20),
    Page("/andon/{scope:path}", N_("Andon"), show_andon, template="andon.html"),
    Page("/andon", N_("Andon"), show_andon, template="andon.html"),
)
