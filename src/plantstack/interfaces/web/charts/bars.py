"""Bars beside numbers: an hour's plan and made, an order's progress, a value against its limits.

Each is one cell of a table or one row of a card: the numbers stand beside it as text. All begin at 0.
"""

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
    hatched,
    identifier,
    percent,
    tag,
    text,
)


@dataclass(frozen=True, slots=True)
class HourBar:
    """One hour: what was planned and what was made, in the same unit; None is not known.

    Attributes:
        plan: outlined; dashed where the hour has not begun.
        made: solid.
        plan_now: what should be made by this minute, a line; only in the current hour.
        is_missed: made is so far under plan that a reason is asked for.
        is_ahead: the hour has not begun.
    """

    plan: float | None
    made: float | None
    plan_now: float | None = None
    is_missed: bool = False
    is_ahead: bool = False


def hour_bars(hours: Sequence[HourBar]) -> tuple[Markup, ...]:
    """One drawing an hour, all on one scale from 0; ornaments beside the numbers of their row."""
    scale = from_zero(value for one in hours for value in (one.plan, one.made, one.plan_now))
    return tuple(_hour(one, scale) for one in hours)


def _hour(hour: HourBar, scale: Scale) -> Markup:
    zero = scale.share(0)
    marks = []
    if hour.plan is not None:
        class_ = "hb-plan hb-ahead" if hour.is_ahead else "hb-plan"
        marks.append(_bar(class_, zero, scale.share(hour.plan), 0.15, 0.95))
    if hour.made is not None:
        class_ = "hb-made hb-missed" if hour.is_missed else "hb-made"
        marks.append(_bar(class_, zero, scale.share(hour.made), 0.15, 0.95))
        if hour.plan is not None and hour.made > hour.plan:
            marks.append(_line("hb-over", scale.share(hour.plan), 0.15, 1.1))
    if hour.plan_now is not None:
        marks.append(_line("hb-now", scale.share(hour.plan_now), 0.0, 1.25))
    return drawing("hour-bar", "", *marks, height=em(1.25))


@dataclass(frozen=True, slots=True)
class Order:
    """How far an order is.

    Attributes:
        sentence: "2 405 good of 4 540 planned; the plan for now is 2 660".
        whole: what is ordered.
        made: good so far; None is not known.
        plan_now: what should be made by now, a mark; or None.
        low: with `high`, where it will likely end, hatched; or None.
        high: not below `low`.
        id: unique on the page; needed with `low` and `high`.
        empty: what to say without an order.
    """

    sentence: str
    whole: float | None
    made: float | None
    plan_now: float | None = None
    low: float | None = None
    high: float | None = None
    id: str = ""
    empty: str = ""


def order_bar(order: Order) -> Markup:
    """Progress from 0 to the whole; longer than the whole where more was made, with the whole as a line."""
    if order.whole is None or order.whole <= 0:
        return empty(order.empty)
    scale = from_zero([order.whole, order.made, order.plan_now, order.high])
    whole = scale.share(order.whole)
    marks = [_bar("ob-whole", 0, whole, 0.4, 1.25)]
    if order.low is not None and order.high is not None:
        hatch = identifier(order.id, "likely")
        marks.append(hatched(hatch, "ob-likely-ground"))
        ends = (scale.share(order.low), scale.share(order.high))
        marks.append(_bar("ob-likely", *ends, 0.4, 1.25, fill=f"url(#{hatch})"))
    if order.made is not None:
        marks.append(_bar("ob-made", 0, scale.share(order.made), 0.4, 1.25))
        if order.made > order.whole:
            marks.append(_line("ob-over", whole, 0.4, 1.25))
    if order.plan_now is not None:
        marks.append(_line("ob-now", scale.share(order.plan_now), 0.0, 2.05))
    return drawing("order-bar", order.sentence, *marks, height=em(2.05))


@dataclass(frozen=True, slots=True)
class Band:
    """One range of a bullet bar, in the unit of its value; `level` 0 is darkest (worst), 2 is lightest."""

    low: float
    high: float
    level: int


@dataclass(frozen=True, slots=True)
class Bullet:
    """A value against its target, on bands of grey.

    Attributes:
        sentence: value, target and band in words.
        value: solid bar from 0; None is not known.
        target: a line, or None.
        bands: ranges behind the bar; their limits as they are agreed.
        labels: words under the axis, at their values.
        is_off: the value is beyond its limit.
        empty: what to say without a value.
    """

    sentence: str
    value: float | None
    target: float | None = None
    bands: Sequence[Band] = ()
    labels: Sequence[tuple[float, str]] = ()
    is_off: bool = False
    empty: str = ""


def bullet(bar: Bullet) -> Markup:
    """The drawing; never a gauge."""
    if bar.value is None:
        return empty(bar.empty)
    edges = [edge for band in bar.bands for edge in (band.low, band.high)]
    scale = from_zero([bar.value, bar.target, *edges])
    marks = [
        _bar(
            f"bl-band bl-band-{min(max(band.level, 0), 2)}",
            scale.share(band.low),
            scale.share(band.high),
            0,
            1.9,
        )
        for band in bar.bands
    ]
    zero, end = sorted((scale.share(0), scale.share(bar.value)))
    marks.append(_bar("bl-value bl-off" if bar.is_off else "bl-value", zero, end, 0.55, 0.8))
    if bar.target is not None:
        marks.append(_line("bl-target", scale.share(bar.target), 0.25, 1.4))
    for at, label in bar.labels:
        share = scale.share(at)
        anchor = "start" if share < 5 else "end" if share > 95 else "middle"
        marks.append(text(label, class_="axis-tick", x=percent(share), y=em(3.0), text_anchor=anchor))
    return drawing("bullet", bar.sentence, *marks, height=em(3.3 if bar.labels else 1.9))


@dataclass(frozen=True, slots=True)
class Whisker:
    """A value and the interval it lies in.

    Attributes:
        sentence: value and interval in words.
        value: a dot; None where only the interval is known.
        low: left end of the interval.
        high: right end.
        scale: ends of the axis that compared whiskers share; from the interval itself where None.
        is_trusted: False draws dotted.
        empty: what to say without an interval.
    """

    sentence: str
    value: float | None
    low: float | None
    high: float | None
    scale: Scale | None = None
    is_trusted: bool = True
    empty: str = ""


def whisker(interval: Whisker) -> Markup:
    """The drawing: a line from low to high with ends, a dot at the value."""
    if interval.low is None or interval.high is None:
        return empty(interval.empty)
    scale = interval.scale or from_zero([interval.value, interval.low, interval.high])
    low, high = sorted((scale.share(interval.low), scale.share(interval.high)))
    est = "" if interval.is_trusted else " est"
    middle = {"y1": em(0.6), "y2": em(0.6)}
    marks = [tag("line", class_=f"wk-line{est}", x1=percent(low), x2=percent(high), **middle)]
    marks += [_line("wk-end", end, 0.25, 0.7) for end in (low, high)]
    if interval.value is not None:
        marks.append(tag("circle", class_="wk-dot", cx=scale.percent(interval.value), cy=em(0.6), r=em(0.34)))
    return drawing("whisker", interval.sentence, *marks, height=em(1.2))


def _bar(
    class_: str, left: float, right: float, top: float, height: float, fill: str | None = None
) -> Markup:
    left, right = min(left, right), max(left, right)
    box = {"x": percent(left), "y": em(top), "width": percent(right - left), "height": em(height)}
    return tag("rect", class_=class_, fill=fill, **box)


def _line(class_: str, at: float, top: float, height: float) -> Markup:
    return tag("line", class_=class_, x1=percent(at), x2=percent(at), y1=em(top), y2=em(top + height))
