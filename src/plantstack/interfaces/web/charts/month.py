"""A month of days for one letter of SQDCP: met grey, missed red with a cross, not measured an outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import NOTHING, drawing, empty, number, tag, text, title

DayState = Literal["met", "missed", "unmeasured", "ahead"]

_CELL = 28.0
_GAP = 4.0
_HEAD = 16.0


@dataclass(frozen=True, slots=True)
class Day:
    """One day.

    Attributes:
        state: "unmeasured" is a day of which nothing is known, "ahead" one that has not come.
        title: date, what was reached and what was aimed at; read out where the day can be focused.
        number: written inside, as the day of the month.
        href: a missed day leads to its action.
        is_today: carries a frame.
    """

    state: DayState
    title: str
    number: str = ""
    href: str = ""
    is_today: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """Days in order, a row a week.

    Attributes:
        sentence: "Safety: 21 days met, 1 missed, 3 not measured".
        days: oldest first.
        before: places of the first week before the first day.
        weekdays: seven short names, or none.
        links: name of the group of days that can be focused.
        empty: what to say without days.
    """

    sentence: str
    days: Sequence[Day]
    before: int = 0
    weekdays: Sequence[str] = ()
    links: str = ""
    empty: str = ""


def month_grid(month: Month) -> Markup:
    """The drawing, and over it the days that lead somewhere."""
    if not month.days:
        return empty(month.empty)
    head = _HEAD if month.weekdays else 0.0
    places = [_place(month.before + number, head) for number in range(len(month.days))]
    bottom = max(y for _, y in places) + _CELL + 2
    box = f"0 0 {number(7 * (_CELL + _GAP) - _GAP + 2)} {number(bottom)}"
    heads = [
        text(name, class_="axis-tick", x=1 + place * (_CELL + _GAP) + _CELL / 2, y=11)
        for place, name in enumerate(month.weekdays)
    ]
    cells = [_cell(day, *place) for day, place in zip(month.days, places, strict=True)]
    whole = drawing("month-days", month.sentence, *heads, *cells, viewBox=box)
    return tag("div", whole, _links(month, places, box), class_="month-grid")


def _place(index: int, head: float) -> tuple[float, float]:
    return 1 + (index % 7) * (_CELL + _GAP), 1 + head + (index // 7) * (_CELL + _GAP)


def _cell(day: Day, x: float, y: float) -> Markup:
    box = {"x": x, "y": y, "width": _CELL, "height": _CELL}
    inside = [title(day.title), tag("rect", class_=f"md md-{day.state}", **box)]
    if day.state == "missed":
        edge, far = 5.0, _CELL - 5
        cross = f"M{number(x + edge)} {number(y + edge)}l{number(far - edge)} {number(far - edge)}"
        cross += f"M{number(x + far)} {number(y + edge)}l{number(edge - far)} {number(far - edge)}"
        inside.append(tag("path", d=cross, class_="md-cross", fill="none"))
    elif day.number:
        inside.append(
            text(
                day.number, class_=f"md-number md-number-{day.state}", x=x + _CELL / 2, y=y + _CELL / 2 + 4.5
            )
        )
    if day.is_today:
        frame = {"x": x - 1, "y": y - 1, "width": _CELL + 2, "height": _CELL + 2}
        inside.append(tag("rect", class_="md-today", fill="none", **frame))
    return tag("g", *inside)


def _links(month: Month, places: Sequence[tuple[float, float]], box: str) -> Markup:
    links = []
    for day, (x, y) in zip(month.days, places, strict=True):
        if day.href:
            hit = tag("rect", class_="stop-hit", x=x, y=y, width=_CELL, height=_CELL)
            links.append(tag("a", title(day.title), hit, href=day.href, aria_label=day.title))
    if not links:
        return NOTHING
    return tag("svg", *links, class_="month-links", viewBox=box, role="group", aria_label=month.links)
