"""Run chart and control chart: points joined, a middle line, limits with their values, signals by name.

The statistics are not here: centre, limits and signals come in ready. Under twenty known points limits are
refused, whoever computed them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import (
    NOTHING,
    Scale,
    Tick,
    around,
    dot,
    em,
    empty,
    fit,
    origin,
    path,
    percent,
    pieces,
    spread,
    stretched,
    table,
    tag,
    text,
    tick_fits,
    title,
    width_of,
    words,
)

MIN_POINTS = 20
_LANES = 3
_LANE = 1.5
_PLOT = 11.0


@dataclass(frozen=True, slots=True)
class Point:
    """One point: its value, how it is read ("62.4 h") and what it is of ("week 34")."""

    value: float | None
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class PhaseLines:
    """The lines of one phase, from the first to the last index, and how their values are read.

    Attributes:
        first: index of its first point.
        last: index of its last point.
        centre: median of a run chart, mean of a control chart.
        centre_text: "median 52.1".
        low: None where there is none.
        high: None where there is none.
        low_text: "lower limit 31.0".
        high_text: "upper limit 64.2".
    """

    first: int
    last: int
    centre: float
    centre_text: str
    low: float | None = None
    high: float | None = None
    low_text: str = ""
    high_text: str = ""


@dataclass(frozen=True, slots=True)
class NamedSignal:
    """Points that together are more than chance.

    Attributes:
        first: index of the first of them.
        last: index of the last.
        name: of the rule: "8 on one side".
        text: the whole sentence for the list below: "weeks 12 to 19 lie on one side of the median".
    """

    first: int
    last: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """What people know about a point: a numbered flag, and its words below."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class RunChart:
    """A series with what is known about it.

    Attributes:
        sentence: what the chart shows.
        points: oldest first.
        phases: lines that stay as they were found.
        signals: named; the list below says them in full.
        calm: what to say where there is no signal.
        notes: in order.
        y_ticks: of the axis of values, for example from `round_values`.
        x_ticks: at indexes of points.
        summary: opens the table of all points; no table without it.
        heads: of that table: period, value, signal.
        empty: what to say where no value is known.
    """

    sentence: str
    points: Sequence[Point]
    phases: Sequence[PhaseLines] = ()
    signals: Sequence[NamedSignal] = ()
    calm: str = ""
    notes: Sequence[Note] = ()
    y_ticks: Sequence[Tick] = ()
    x_ticks: Sequence[Tick] = ()
    summary: str = ""
    heads: tuple[str, str, str] = ("", "", "")
    empty: str = ""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things lie: rows in em, values and indexes in percent."""

    scale: Scale
    count: int
    lanes: int
    has_notes: bool

    @property
    def top(self) -> float:
        """Upper edge of the plot."""
        return (1.5 if self.has_notes else 0.0) + _LANE * self.lanes + 0.6

    @property
    def whole(self) -> float:
        """Height of everything."""
        return self.top + _PLOT + 1.7

    def x(self, index: float) -> float:
        """Middle of a point; points have room to the left and right, so that phases meet between them."""
        return 100 * (index + 0.5) / self.count

    def y(self, value: float) -> float:
        """Height of a value in the stretched plot."""
        return 100 - self.scale.share(value)

    def row(self, value: float) -> float:
        """The same in em from the top of the drawing."""
        return self.top + _PLOT * self.y(value) / 100


def run_chart(chart: RunChart) -> Markup:
    """The drawing, the signals and notes in words, and the table.

    Raises:
        ValueError: limits on fewer than twenty known points.
    """
    known = [one.value for one in chart.points if one.value is not None]
    if not known:
        return empty(chart.empty)
    lines = [value for one in chart.phases for value in (one.centre, one.low, one.high)]
    if len(known) < MIN_POINTS and any(one.low is not None or one.high is not None for one in chart.phases):
        raise ValueError(f"{len(known)} points have no limits; {MIN_POINTS} are needed: draw the median")
    lanes = _lanes(chart.signals)
    frame = _Frame(
        around([*known, *lines, *(tick.at for tick in chart.y_ticks)], margin=0.05),
        len(chart.points),
        max((lane + 1 for lane, _ in lanes), default=0),
        bool(chart.notes),
    )
    picture = tag(
        "div",
        _y_axis(chart.y_ticks, frame),
        tag("div", _drawn(chart, lanes, frame), class_="run-chart-plot"),
        _values(chart.phases, frame),
        class_="run-chart",
        role="img",
        aria_label=chart.sentence,
    )
    return tag("div", picture, _said(chart), _all_points(chart), class_="run-chart-whole")


def _drawn(chart: RunChart, lanes: Sequence[tuple[int, NamedSignal]], frame: _Frame) -> Markup:
    """Notes and names of signals above, the plot, periods below."""
    rows = [
        *_notes(chart.notes, frame),
        *_brackets(lanes, frame),
        _plot(chart, frame),
        *_early(chart.phases, frame),
        *_x_axis(chart.x_ticks, frame),
    ]
    return tag("svg", *rows, class_="rc-drawing", width="100%", height=em(frame.whole))


def _plot(chart: RunChart, frame: _Frame) -> Markup:
    """Everything that is stretched: grid, lines of phases, the series and its points."""
    grid = [path([(0, frame.y(one.at)), (100, frame.y(one.at))], "rc-grid") for one in chart.y_ticks]
    flags = [path([(frame.x(one.at), 0), (frame.x(one.at), 100)], "rc-flag-line") for one in chart.notes]
    edges = [one.first for one in chart.phases if one.first > 0]
    cuts = [path([(frame.x(at - 0.5), 0), (frame.x(at - 0.5), 100)], "rc-cut") for at in edges]
    lines = [line for phase in chart.phases for line in _phase(phase, frame)]
    series: list[tuple[float, float | None]] = []
    for index, point in enumerate(chart.points):
        if index in edges:
            series.append((frame.x(index), None))
        series.append((frame.x(index), None if point.value is None else frame.y(point.value)))
    joined = [path(run, "rc-line") for run in pieces(series) if len(run) > 1]
    marked = {index for one in chart.signals for index in range(one.first, one.last + 1)}
    points = [
        dot(
            frame.x(index),
            frame.y(one.value),
            "rc-signal" if index in marked else "rc-point",
            f"{one.label}: {one.text}",
        )
        for index, one in enumerate(chart.points)
        if one.value is not None
    ]
    base = path([(0, 100), (100, 100)], "rc-base")
    box = {"y": em(frame.top), "height": em(_PLOT)}
    return stretched(*grid, base, *flags, *cuts, *lines, *joined, *points, **box)


def _phase(phase: PhaseLines, frame: _Frame) -> list[Markup]:
    ends = frame.x(phase.first - 0.5), frame.x(phase.last + 0.5)
    levels = (
        (phase.centre, "rc-centre", phase.centre_text),
        (phase.high, "rc-limit", phase.high_text),
        (phase.low, "rc-limit", phase.low_text),
    )
    return [
        path([(x, frame.y(level)) for x in ends], class_, said)
        for level, class_, said in levels
        if level is not None
    ]


def _lanes(signals: Sequence[NamedSignal]) -> list[tuple[int, NamedSignal]]:
    """Signals in rows in which none lies over another; those that need a fourth row are only in the list."""
    ends: list[int] = []
    found = []
    for one in sorted(signals, key=lambda one: (one.first, -one.last)):
        lane = next((place for place, end in enumerate(ends) if end < one.first), len(ends))
        if lane == _LANES:
            continue
        ends[lane:] = [one.last, *ends[lane + 1 :]]
        found.append((lane, one))
    return found


def _brackets(lanes: Sequence[tuple[int, NamedSignal]], frame: _Frame) -> list[Markup]:
    """A line over the points of a signal, and its name where there is room."""
    start = 1.5 if frame.has_notes else 0.0
    found = []
    for lane in range(frame.lanes):
        row = [one for place, one in lanes if place == lane]
        y = start + _LANE * lane + 1.35
        wanted = [(frame.x((one.first + one.last) / 2), one.name) for one in row]
        for one, place in zip(row, spread(wanted), strict=True):
            left, right = percent(frame.x(one.first - 0.3)), percent(frame.x(one.last + 0.3))
            line = tag("line", class_="rc-bracket", x1=left, x2=right, y1=em(y), y2=em(y))
            name = NOTHING
            if place:
                at = {"x": percent(place.at), "y": em(y - 0.35), "text_anchor": place.anchor}
                name = text(one.name, class_=f"rc-name {place.fits}", **at)
            found.append(tag("g", title(one.text), line, name))
    return found


def _notes(notes: Sequence[Note], frame: _Frame) -> list[Markup]:
    found = []
    for place, one in enumerate(notes, start=1):
        box = tag("rect", class_="note-box", x=em(-0.65), y=em(0), width=em(1.3), height=em(1.3), rx=2)
        pole = tag("line", class_="note-pole", x1=0, x2=0, y1=em(1.3), y2=em(frame.top))
        sign = text(str(place), class_="note-sign", x=0, y=em(1.0))
        found.append(origin(percent(frame.x(one.at)), em(0), pole, box, sign, title(one.text)))
    return found


def _early(phases: Sequence[PhaseLines], frame: _Frame) -> list[Markup]:
    """Limits of all phases but the last, at the start of their lines; the last has its own column."""
    found = []
    for phase in phases[:-1]:
        room = frame.x(phase.last + 0.5) - frame.x(phase.first - 0.5)
        for level, label in ((phase.high, phase.high_text), (phase.low, phase.low_text)):
            fits = fit(100 * width_of(label) / room) if label else None
            if level is not None and fits:
                place = {"x": percent(frame.x(phase.first - 0.5)), "y": em(frame.row(level) - 0.3)}
                found.append(text(label, class_=f"rc-early {fits}", dx=em(0.2), **place))
    return found


def _x_axis(ticks: Sequence[Tick], frame: _Frame) -> list[Markup]:
    places = [(frame.x(one.at), one.label) for one in ticks]
    found = []
    for (share, label), fits in zip(places, tick_fits(places), strict=True):
        if fits:
            place = {"x": percent(share), "y": em(frame.top + _PLOT + 1.3)}
            found.append(text(label, class_=f"axis-tick {fits}", **place))
    return found


def _y_axis(ticks: Sequence[Tick], frame: _Frame) -> Markup:
    if not ticks:
        return NOTHING
    wide = max(width_of(one.label) for one in ticks) / 0.75
    labels = [
        text(
            one.label, class_="axis-tick", x=em(wide - 0.5), y=em(frame.row(one.at) + 0.36), text_anchor="end"
        )
        for one in ticks
    ]
    return tag("svg", *labels, class_="rc-side", width=em(wide), height=em(frame.whole))


def _values(phases: Sequence[PhaseLines], frame: _Frame) -> Markup:
    """Values of the last phase beside its lines, apart where lines are close."""
    if not phases:
        return NOTHING
    last = phases[-1]
    levels = ((last.high, last.high_text), (last.centre, last.centre_text), (last.low, last.low_text))
    shown = [(frame.row(level), label) for level, label in levels if level is not None and label]
    if not shown:
        return NOTHING
    wide = max(width_of(label) for _, label in shown) / 0.75
    found, below = [], 0.0
    for row, label in shown:
        row = max(row, below)
        below = row + 1.2
        found.append(text(label, class_="rc-value", x=em(0.4), y=em(row + 0.36)))
    return tag("svg", *found, class_="rc-side", width=em(wide), height=em(frame.whole))


def _said(chart: RunChart) -> Markup:
    """Signals and notes in words."""
    signals = [tag("li", words(one.text)) for one in chart.signals]
    told = tag("ul", *signals, class_="rc-signals") if signals else NOTHING
    if not signals and chart.calm:
        told = tag("p", words(chart.calm), class_="rc-calm")
    notes = [tag("li", words(one.text)) for one in chart.notes]
    return told + (tag("ol", *notes, class_="rc-notes") if notes else NOTHING)


def _all_points(chart: RunChart) -> Markup:
    rows = []
    for index, one in enumerate(chart.points):
        names = [signal.name for signal in chart.signals if signal.first <= index <= signal.last]
        rows.append((one.label, one.text, ", ".join(names)))
    return table(chart.summary, chart.heads, rows)
