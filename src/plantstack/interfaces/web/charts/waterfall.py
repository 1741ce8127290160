"""The loss waterfall: from what was scheduled to what was fully productive, and each step against plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import (
    Scale,
    drawing,
    em,
    empty,
    from_zero,
    origin,
    percent,
    tag,
    text,
    words,
)

_ROOM = 34.0
"""Percent of the column of differences that their figures need on each side where there are any."""

_THIN = 1.0
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Step:
    """One row: a total, or what is lost (below 0) or won on the way.

    Attributes:
        name: as people call it.
        value: a total stands from 0; any other step adds to what is reached.
        text: the value as it is read, signed.
        delta: difference to plan in the same unit; more is better; None where there is no plan.
        delta_text: the difference as it is read, signed.
        is_total: checked against the sum of what came before.
        is_within: the difference is too small to count; drawn grey.
        href: where a tap leads.
        is_chosen: what the rest of the page is filtered by.
    """

    name: str
    value: float
    text: str
    delta: float | None = None
    delta_text: str = ""
    is_total: bool = False
    is_within: bool = False
    href: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Steps from top to bottom; the first is a total.

    Attributes:
        sentence: what the chart says.
        steps: totals and what lies between them.
        heads: of the columns name, value, bars ("of 4 862 h"), difference to plan ("Δ plan, h").
        empty: what to say without steps.
    """

    sentence: str
    steps: Sequence[Step]
    heads: tuple[str, str, str, str]
    empty: str = ""


def waterfall(chart: Waterfall) -> Markup:
    """The table; the axis begins at 0.

    Raises:
        ValueError: a total is not the sum of the steps above it, or the first step is none.
    """
    if not chart.steps:
        return empty(chart.empty)
    spans = spans_of(chart.steps)
    scale = from_zero(end for span in spans for end in span)
    deltas = [one.delta for one in chart.steps if one.delta is not None]
    versus = _axis(deltas)
    rows = [_row(one, _bar(one, span, scale), versus) for one, span in zip(chart.steps, spans, strict=True)]
    name, value, bars, delta = chart.heads
    head = tag(
        "tr",
        tag("th", tag("span", words(name), class_="sr"), scope="col"),
        tag("th", words(value), scope="col", class_="n"),
        tag("th", words(bars), scope="col", class_="bars"),
        *([tag("th", words(delta), scope="col", class_="n")] if deltas else []),
    )
    caption = tag("caption", words(chart.sentence), class_="sr")
    return tag("table", caption, tag("thead", head), tag("tbody", *rows), class_="waterfall")


def spans_of(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """Where each bar begins and ends.

    Raises:
        ValueError: a total is not the sum of the steps above it, or the first step is none.
    """
    if not steps[0].is_total:
        raise ValueError("a waterfall begins with a total")
    reached, spans = steps[0].value, [(0.0, steps[0].value)]
    size = max(abs(one.value) for one in steps)
    for one in steps[1:]:
        if one.is_total:
            if abs(one.value - reached) > _CLOSE * size:
                raise ValueError(f"{one.name} is {one.value}, but the steps above it leave {reached}")
            reached = one.value
            spans.append((0.0, one.value))
        else:
            spans.append((reached, reached + one.value))
            reached += one.value
    return spans


def _row(step: Step, bar: Markup, versus: Scale | None) -> Markup:
    name = tag("a", words(step.name), href=step.href) if step.href else words(step.name)
    class_ = "total" if step.is_total else "step"
    return tag(
        "tr",
        tag("th", name, scope="row", aria_current="true" if step.is_chosen else None),
        tag("td", words(step.text), class_="n"),
        tag("td", bar, class_="bars"),
        *([tag("td", _versus(step, versus), class_="bars versus")] if versus else []),
        class_=f"{class_} chosen" if step.is_chosen else class_,
    )


def _bar(step: Step, span: tuple[float, float], scale: Scale) -> Markup:
    left, right = sorted(scale.share(end) for end in span)
    class_ = "wf-total" if step.is_total else "wf-loss" if step.value <= 0 else "wf-gain"
    box = {"x": percent(left), "width": percent(right - left), "y": em(-0.8), "height": em(1.6)}
    marks = [tag("rect", class_=class_, **box)]
    if right - left < _THIN and step.value:
        middle = percent((left + right) / 2)
        ends = {"x1": middle, "x2": middle, "y1": em(-0.8), "y2": em(0.8)}
        marks.append(tag("line", class_=f"wf-thin {class_}-thin", **ends))
    return drawing("waterfall-bar", "", origin("0%", "50%", *marks), height="100%")


def _axis(deltas: Sequence[float]) -> Scale | None:
    """The scale of the differences, wider than they are by the room their figures need."""
    if not deltas:
        return None
    low, high = min(0.0, *deltas), max(0.0, *deltas)
    if low == high:
        return Scale(-1.0, 1.0)
    left, right = (_ROOM if low < 0 else 4.0), (_ROOM if high > 0 else 4.0)
    one = (high - low) / (100 - left - right)
    return Scale(low - left * one, high + right * one)


def _versus(step: Step, scale: Scale | None) -> Markup:
    """The difference as a bar from the zero line, its figure at the end of it."""
    if scale is None:
        return Markup("")
    zero = scale.share(0)
    marks = [tag("line", class_="wf-zero", x1=percent(zero), x2=percent(zero), y1=0, y2="100%")]
    if step.delta is None:
        return drawing("waterfall-bar", "", *marks, height="100%")
    end = scale.share(step.delta)
    look = "within" if step.is_within or not step.delta else "worse" if step.delta < 0 else "better"
    left, right = sorted((zero, end))
    box = {"x": percent(left), "width": percent(right - left), "y": em(-0.6), "height": em(1.2)}
    bar = tag("rect", class_=f"wf-{look}", **box)
    is_left = step.delta < 0 or (step.delta == 0 and zero > 50)  # where there is room for the figure
    anchor, away = ("end", em(-0.35)) if is_left else ("start", em(0.35))
    place = {"x": percent(end), "y": em(0.36), "dx": away, "text_anchor": anchor}
    figure = text(step.delta_text, class_=f"wf-text wf-{look}", **place)
    return tag(
        "svg", *marks, origin("0%", "50%", bar, figure), class_="waterfall-bar", width="100%", height="100%"
    )
