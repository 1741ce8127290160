"""The small trend inside a tile: sixty points at most, the target dashed, dotted where it is not trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from plantstack.interfaces.web.charts.svg import (
    NOTHING,
    Scale,
    around,
    dot,
    drawing,
    empty,
    path,
    pieces,
    stretched,
)

POINTS = 60


@dataclass(frozen=True, slots=True)
class Spark:
    """A short series at even distances.

    Attributes:
        values: oldest first; None is not known and leaves a gap.
        target: drawn dashed, or None.
        is_trusted: False draws the line dotted (trust C or worse).
        sentence: what it shows; without one the spark is an ornament beside a number that says it all.
        empty: what to say where there is nothing; without one nothing is drawn.
    """

    values: Sequence[float | None]
    target: float | None = None
    is_trusted: bool = True
    sentence: str = ""
    empty: str = ""


def spark(trend: Spark) -> Markup:
    """The drawing; its height comes from the class `spark`."""
    values = thinned(trend.values)
    if all(one is None for one in values):
        return empty(trend.empty) if trend.empty else NOTHING
    scale = around([*values, trend.target])
    last = max(len(values) - 1, 1)
    points = [(100 * place / last, _height(value, scale)) for place, value in enumerate(values)]
    class_ = "spark-line" if trend.is_trusted else "spark-line est"
    lines = [path(run, class_) if len(run) > 1 else dot(*run[0], "spark-dot") for run in pieces(points)]
    if trend.target is not None:
        height = 100 - scale.share(trend.target)
        lines.insert(0, path([(0, height), (100, height)], "spark-target"))
    return drawing("spark", trend.sentence, stretched(*lines))


def thinned(values: Sequence[float | None]) -> list[float | None]:
    """At most sixty points: the mean of what is known in each stretch of the same length.

    >>> thinned([1.0, None, 2.0])
    [1.0, None, 2.0]
    >>> len(thinned([1.0] * 1440))
    60
    """
    if len(values) <= POINTS:
        return list(values)
    edges = [ceil(place * len(values) / POINTS) for place in range(POINTS + 1)]
    return [_mean(values[edges[place] : edges[place + 1]]) for place in range(POINTS)]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [one / len(values) for one in values if one is not None]
    return sum(known) * (len(values) / len(known)) if known else None


def _height(value: float | None, scale: Scale) -> float | None:
    return None if value is None else 100 - scale.share(value)
