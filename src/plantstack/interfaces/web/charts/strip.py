"""The state strip: what a machine did, minute by minute, in colours that each have a second sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import (
    NOTHING,
    Scale,
    Tick,
    drawing,
    em,
    empty,
    fit,
    hatched,
    identifier,
    origin,
    percent,
    spread,
    tag,
    text,
    tick_fits,
    title,
    width_of,
    words,
)

State = Literal["run", "slow", "micro", "down", "wait", "setup", "planned", "nodata", "future"]

_THIN = 0.6
"""Percent of the width under which a stop may come out thinner than 2 px; it then gets a line of 2 px."""

_NARROW = 3.0
"""Percent of the width under which a stop is hard to hit; it then gets a wider place to press."""

_STOPS = ("down", "wait", "setup", "planned", "nodata")


@dataclass(frozen=True, slots=True)
class Segment:
    """One state without a break.

    Attributes:
        state: decides colour and second sign.
        start: any unit, the same along the strip (for example microseconds).
        end: not before start.
        title: "Film splice, 08:18–08:29"; shown when pointed at, read out when focused.
        label: short words over the strip where there is room for them.
        is_unexplained: carries a `?` flag.
        href: where Enter or a tap leads; only segments with it can be focused.
        key: written as data-stop, for scripts.
    """

    state: State
    start: float
    end: float
    title: str
    label: str = ""
    is_unexplained: bool = False
    href: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """A strip over a time axis.

    Attributes:
        id: unique on the page.
        sentence: what the strip shows, in one sentence.
        start: first instant of the axis, in the unit of the segments.
        end: last instant.
        segments: in order of time.
        ticks: labels in the site's local time.
        now: the instant and the word of the "now" line, where it lies on the axis.
        stops: name of the list of stops; needed where segments have href, and for the list that stands
            below on narrow screens (size "l").
        empty: what to say where there are no segments.
        size: "l" has labels and ticks, "s" only the strip and its flags (rows of a board).
    """

    id: str
    sentence: str
    start: float
    end: float
    segments: Sequence[Segment]
    ticks: Sequence[Tick] = ()
    now: Tick | None = None
    stops: str = ""
    empty: str = ""
    size: Literal["l", "s"] = "l"


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where the rows of a strip lie, in em."""

    top: float
    height: float
    ticks: float
    whole: float


_SIZES = {"l": _Rows(1.45, 2.1, 4.75, 4.95), "s": _Rows(1.3, 1.6, 0.0, 3.05)}


def state_strip(strip: Strip) -> Markup:
    """The drawing, over it the stops that can be focused, below it a list where it is narrow."""
    shown = [one for one in strip.segments if one.end > strip.start and one.start < strip.end]
    if not shown or not strip.end > strip.start:
        return empty(strip.empty)
    axis, rows = Scale(strip.start, strip.end), _SIZES[strip.size]
    hatch = identifier(strip.id, "wait")
    marks = [_mark(one, axis, rows, hatch) for one in shown]
    frame = tag("rect", class_="st-frame", x=0, y=em(rows.top), width="100%", height=em(rows.height))
    states = tag("g", *marks, shape_rendering="crispEdges")
    inside = [hatched(hatch, "st-wait-ground", "st-wait-line"), states, frame, *_flags(shown, axis, rows)]
    if strip.size == "l":
        inside += [*_labels(shown, axis), *_axis(strip, axis, rows)]
    inside += _now(strip, axis, rows)
    whole = drawing("strip-drawing", strip.sentence, *inside, height=em(rows.whole))
    return tag(
        "div",
        whole,
        _focusable(strip, shown, axis, rows),
        _list(strip, shown),
        class_=f"strip strip-{strip.size}",
    )


def _span(segment: Segment, axis: Scale) -> tuple[float, float]:
    """Left edge and width in percent."""
    left, right = axis.share(segment.start), axis.share(segment.end)
    return left, max(right - left, 0.0)


def _mark(segment: Segment, axis: Scale, rows: _Rows, hatch: str) -> Markup:
    left, width = _span(segment, axis)
    top, height = rows.top, rows.height
    state = segment.state
    box = {"x": percent(left), "width": percent(width)}
    full = {**box, "y": em(top), "height": em(height)}
    if state == "slow":
        inside = [
            tag("rect", class_="st-run", **{**full, "y": em(top + height / 4), "height": em(height * 0.75)})
        ]
    elif state == "micro":
        half = {"y": em(top + height / 2), "height": em(height / 2)}
        inside = [tag("rect", class_="st-run", **full), tag("rect", class_="st-micro", **box, **half)]
    elif state == "wait":
        # a hatch finer than its lines is not seen, and a printer draws each one as a picture
        is_seen = width >= _THIN
        fill = {"class_": "st-wait", "fill": f"url(#{hatch})"} if is_seen else {"class_": "st-wait-ground"}
        inside = [tag("rect", **fill, **full)]
    else:
        inside = [tag("rect", class_=f"st-{state}", **full)]
    if width < _THIN and state not in ("run", "slow", "future"):
        start = top + height / 2 if state == "micro" else top
        middle = percent(left + width / 2)
        ends = {"x1": middle, "x2": middle, "y1": em(start), "y2": em(top + height)}
        inside += [
            tag("line", class_=name, **ends) for name in ("st-thin-ground", f"st-thin st-thin-{state}")
        ]
    if state == "nodata" and segment.label:
        need = fit(100 * width_of(segment.label) / width) if width else None
        y = em(top + height / 2 + 0.36)
        if need:
            inside.append(text(segment.label, class_=f"st-word {need}", x=percent(left + width / 2), y=y))
    return tag("g", title(segment.title), *inside)


def _flags(shown: Sequence[Segment], axis: Scale, rows: _Rows) -> list[Markup]:
    found = []
    for one in shown:
        if not one.is_unexplained:
            continue
        left, width = _span(one, axis)
        box = tag("rect", class_="flag-box", x=em(-0.6), y=em(0), width=em(1.2), height=em(1.2), rx=2)
        pole = tag("line", class_="flag-pole", x1=0, x2=0, y1=em(1.2), y2=em(rows.top))
        sign = text("?", class_="flag-sign", x=0, y=em(0.98))
        found.append(origin(percent(left + width / 2), em(0), pole, box, sign, title(one.title)))
    return found


def _labels(shown: Sequence[Segment], axis: Scale) -> list[Markup]:
    """Words over the strip, the longest stops first; each from the width at which it has room."""
    flags = [(_middle(one, axis), 1.4) for one in shown if one.is_unexplained]
    worded = [one for one in shown if one.label and not one.is_unexplained and one.state != "nodata"]
    worded.sort(key=lambda one: (one.start - one.end, one.start))
    return [
        text(
            one.label,
            class_=f"strip-label {place.fits}",
            x=percent(place.at),
            y=em(1.0),
            text_anchor=place.anchor,
        )
        for one, place in zip(
            worded, spread([(_middle(one, axis), one.label) for one in worded], flags), strict=True
        )
        if place
    ]


def _middle(segment: Segment, axis: Scale) -> float:
    left, width = _span(segment, axis)
    return left + width / 2


def _axis(strip: Strip, axis: Scale, rows: _Rows) -> list[Markup]:
    taken = [(axis.share(strip.now.at), strip.now.label)] if _has_now(strip) and strip.now else []
    places = [(axis.share(one.at), one.label) for one in strip.ticks]
    found = []
    for (share, label), class_ in zip(places, tick_fits(places, taken), strict=True):
        if class_ is None:
            continue
        anchor = "start" if share <= 0 else "end" if share >= 100 else "middle"
        place = {"x": percent(share), "y": em(rows.ticks), "text_anchor": anchor}
        found.append(text(label, class_=f"axis-tick {class_}", **place))
    return found


def _has_now(strip: Strip) -> bool:
    return strip.now is not None and strip.start <= strip.now.at <= strip.end


def _now(strip: Strip, axis: Scale, rows: _Rows) -> list[Markup]:
    if strip.now is None or not _has_now(strip):
        return []
    at = axis.percent(strip.now.at)
    ends = {"x1": at, "x2": at, "y1": em(rows.top - 0.35), "y2": em(rows.top + rows.height + 0.2)}
    line = tag("line", class_="now-line", **ends)
    if strip.size == "s" or not strip.now.label:
        return [line]
    share = axis.share(strip.now.at)
    wide = len(strip.now.label) * 0.72 + 0.7
    left = 0.0 if share < 3 else -wide if share > 97 else -wide / 2
    box = tag("rect", class_="now-box", x=em(left), y=em(0), width=em(wide), height=em(1.3), rx=2)
    said = text(strip.now.label, class_="now-word", x=em(left + wide / 2), y=em(1.0))
    return [line, origin(at, em(rows.top + rows.height + 0.2), box, said)]


def _focusable(strip: Strip, shown: Sequence[Segment], axis: Scale, rows: _Rows) -> Markup:
    """Stops as links over the drawing: an image has no parts to focus, so they lie beside it."""
    links = []
    for one in shown:
        if not one.href:
            continue
        left, width = _span(one, axis)
        box = {"x": percent(left), "width": percent(width), "y": em(rows.top), "height": em(rows.height)}
        inside = [title(one.title), tag("rect", class_="stop-hit", **box)]
        if width < _NARROW:
            middle = percent(left + width / 2)
            ends = {"x1": middle, "x2": middle, "y1": em(rows.top), "y2": em(rows.top + rows.height)}
            inside.append(tag("line", class_="stop-wide", **ends))
        links.append(tag("a", *inside, href=one.href, aria_label=one.title, data_stop=one.key or None))
    if not links:
        return NOTHING
    return tag(
        "svg",
        *links,
        class_="strip-stops",
        role="group",
        aria_label=strip.stops,
        width="100%",
        height=em(rows.whole),
    )


def _list(strip: Strip, shown: Sequence[Segment]) -> Markup:
    """The stops in words, for where the strip is too narrow to be read."""
    if not strip.stops or strip.size == "s":
        return NOTHING
    lines = []
    for one in shown:
        if one.state not in _STOPS:
            continue
        told = words(one.title) + (" ?" if one.is_unexplained else "")
        line = tag("a", told, href=one.href) if one.href else told
        lines.append(tag("li", tag("i", words(""), class_=f"k-{one.state}", aria_hidden="true"), line))
    return tag("ol", *lines, class_="strip-list", aria_label=strip.stops) if lines else NOTHING
