"""The Pareto: what costs most comes first, and how far the first few lead.

A table with a bar in each row: words stay words, and it is its own text equivalent. Bars and the cumulative
line share one scale from 0 to the whole: the line ends at the right edge, the 80 % mark is a place on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import drawing, em, empty, origin, percent, tag, words

_MARK = 80.0


@dataclass(frozen=True, slots=True)
class Cause:
    """One row.

    Attributes:
        name: as people call it.
        value: hours, pieces or money, not below 0; only its share is drawn.
        text: the value as it is read.
        is_other: what is not told apart; last, however large.
        href: where a tap leads: the same page, filtered.
        is_chosen: what the rest of the page is filtered by.
    """

    name: str
    value: float
    text: str
    is_other: bool = False
    href: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Pareto:
    """Causes in any order; they are sorted here.

    Attributes:
        sentence: what the chart says: "Infeed B14 and film are 61 % of 42 h".
        causes: each with a value not below 0.
        heads: of the columns name, value, (bars), cumulated share.
        share: writes a share of one in the reader's language.
        empty: what to say where nothing was lost, or nothing is known.
    """

    sentence: str
    causes: Sequence[Cause]
    heads: tuple[str, str, str, str]
    share: Callable[[float], str]
    empty: str = ""


def pareto(chart: Pareto) -> Markup:
    """The table, largest first.

    Raises:
        ValueError: a value below 0 has no share.
    """
    if any(one.value < 0 for one in chart.causes):
        raise ValueError("a share of a whole needs values not below 0")
    rows = ranked(chart.causes)
    whole = sum(one.value for one in rows)
    if not whole > 0:
        return empty(chart.empty)
    reached = [0.0]
    for one in rows:
        reached.append(min(reached[-1] + 100 * one.value / whole, 100.0))
    ends = [reached[1], *reached[1:], reached[-1]]  # of the row before, the row itself, the row after
    body = [
        _row(one, _bar(one, whole, ends[place : place + 3], (place > 0, place < len(rows) - 1)), said)
        for place, (one, said) in enumerate(
            zip(rows, map(chart.share, [at / 100 for at in reached[1:]]), strict=True)
        )
    ]
    return tag(
        "table",
        tag("caption", words(chart.sentence), class_="sr"),
        tag("thead", _head(chart)),
        tag("tbody", *body),
        class_="pareto",
    )


def ranked(causes: Sequence[Cause]) -> list[Cause]:
    """Largest first, by name where equal; what is not told apart last."""
    return sorted(causes, key=lambda one: (one.is_other, -one.value, one.name))


def _head(chart: Pareto) -> Markup:
    name, value, bars, reached = chart.heads
    label = tag("text", words(chart.share(_MARK / 100)), class_="axis-tick", x=percent(_MARK), y=em(1.0))
    mark = drawing("pareto-head", "", label, height=em(1.3))
    return tag(
        "tr",
        tag("th", words(name), scope="col"),
        tag("th", words(value), scope="col", class_="n"),
        tag("th", tag("span", words(bars), class_="sr"), mark, scope="col", class_="bars"),
        tag("th", words(reached), scope="col", class_="n"),
    )


def _row(cause: Cause, bar: Markup, reached: str) -> Markup:
    name = tag("a", words(cause.name), href=cause.href) if cause.href else words(cause.name)
    current = "true" if cause.is_chosen else None
    class_ = " ".join(
        said for said, holds in (("other", cause.is_other), ("chosen", cause.is_chosen)) if holds
    )
    return tag(
        "tr",
        tag("th", name, scope="row", aria_current=current),
        tag("td", words(cause.text), class_="n"),
        tag("td", bar, class_="bars"),
        tag("td", words(reached), class_="n reached"),
        class_=class_ or None,
    )


def _bar(cause: Cause, whole: float, ends: Sequence[float], goes_on: tuple[bool, bool]) -> Markup:
    """Bar, 80 % mark and the piece of the cumulative line inside this row.

    The line joins the middles of the rows; at the edges of a row it is half way between two of them.
    """
    before, here, after = ends
    long = percent(min(100 * cause.value / whole, 100.0))
    class_ = "pa-bar pa-other" if cause.is_other else "pa-bar"
    bar = tag("rect", class_=class_, x="0%", width=long, y=em(-0.75), height=em(1.5))
    edges = ((percent((before + here) / 2), "0%"), (percent((here + after) / 2), "100%"))
    middle = {"x1": percent(here), "y1": "50%"}
    lines = [
        tag("line", class_="pa-line", x2=x, y2=y, **middle)
        for (x, y), is_drawn in zip(edges, goes_on, strict=True)
        if is_drawn
    ]
    mark = tag("line", class_="pa-mark", x1=percent(_MARK), x2=percent(_MARK), y1=0, y2="100%")
    point = tag("circle", class_="pa-dot", cx=percent(here), cy="50%", r=em(0.22))
    return drawing("pareto-bar", "", mark, origin("0%", "50%", bar), *lines, point, height="100%")
