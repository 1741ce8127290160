"""Small multiples: the same measure of many places on one scale, against the plan of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import (
    Scale,
    Tick,
    around,
    dot,
    drawing,
    empty,
    number,
    path,
    percent,
    pieces,
    stretched,
    tag,
    text,
)

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Panel:
    """One place.

    Attributes:
        sentence: value, plan and readiness in words.
        values: oldest first, the same periods in every panel; None is not known.
        plan: of the last period, dashed; None without one.
        is_comparable: False draws dotted, without tint and without the last point.
        is_labelled: the axis is written here (first column).
        empty: what to say without values.
    """

    sentence: str
    values: Sequence[float | None]
    plan: float | None = None
    is_comparable: bool = True
    is_labelled: bool = True
    empty: str = ""


def small_multiples(panels: Sequence[Panel], ticks: Sequence[Tick]) -> tuple[Markup, ...]:
    """One drawing a panel, all on one scale; the height comes from the class `small-multiple`.

    Args:
        panels: in the order of the page.
        ticks: of the common axis, for example from `round_values`.
    """
    known = [value for one in panels for value in (*one.values, one.plan)]
    scale = around([*known, *(tick.at for tick in ticks)], margin=0.02)
    return tuple(_panel(one, scale, ticks) for one in panels)


def _panel(panel: Panel, scale: Scale, ticks: Sequence[Tick]) -> Markup:
    if all(one is None for one in panel.values):
        return empty(panel.empty)
    last = max(len(panel.values) - 1, 1)
    points = [
        (100 * place / last, None if value is None else 100 - scale.share(value))
        for place, value in enumerate(panel.values)
    ]
    grid = [
        path([(0, level), (100, level)], "pm-grid") for level in (100 - scale.share(one.at) for one in ticks)
    ]
    marks = [*grid, *_plan(panel, points, scale), *_line(panel, points)]
    labels = [_label(one, scale) for one in ticks] if panel.is_labelled else []
    return drawing("small-multiple", panel.sentence, stretched(*marks), *labels)


def _plan(panel: Panel, points: Sequence[tuple[float, float | None]], scale: Scale) -> list[Markup]:
    if panel.plan is None:
        return []
    level = 100 - scale.share(panel.plan)
    tints = _tints(points, level) if panel.is_comparable else []
    return [*tints, path([(0, level), (100, level)], "pm-plan")]


def _line(panel: Panel, points: Sequence[tuple[float, float | None]]) -> list[Markup]:
    class_ = "pm-line" if panel.is_comparable else "pm-line est"
    marks = [path(run, class_) if len(run) > 1 else dot(*run[0], "pm-end") for run in pieces(points)]
    if panel.is_comparable:
        x, y = next((x, y) for x, y in reversed(points) if y is not None)
        marks += [dot(x, y, "pm-halo"), dot(x, y, "pm-end")]
    return marks


def _label(tick: Tick, scale: Scale) -> Markup:
    place = {"x": "0", "y": percent(100 - scale.share(tick.at)), "dy": "0.36em", "text_anchor": "start"}
    return text(tick.label, class_="axis-tick pm-label", **place)


def _tints(points: Sequence[tuple[float, float | None]], level: float) -> list[Markup]:
    """The areas between line and plan, those above apart from those below: cut where the line crosses."""
    shapes = []
    for run in pieces(points):
        whole = _with_crossings(run, level)
        for class_, side in (("pm-above", min), ("pm-below", max)):
            edge = [(x, side(y, level)) for x, y in whole]
            if any(y != level for _, y in edge):
                corners = [(edge[0][0], level), *edge, (edge[-1][0], level)]
                steps = " ".join(f"{number(x)},{number(y)}" for x, y in corners)
                shapes.append(tag("path", d=f"M{steps}z", class_=class_))
    return shapes


def _with_crossings(run: Sequence[Place], level: float) -> list[Place]:
    found = [run[0]]
    for (x, y), (next_x, next_y) in pairwise(run):
        if (y - level) * (next_y - level) < 0:
            found.append((x + (next_x - x) * (level - y) / (next_y - y), level))
        found.append((next_x, next_y))
    return found
