"""A control chart of a parameter: hour by hour, limits from what `judge` learned from, rules by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantstack.insights.drift.judge import Lacking, learn, pace_of
from plantstack.insights.drift.robust import Floats, baseline
from plantstack.insights.drift.rules import WESTERN_ELECTRIC, Broken, RuleName, broken
from plantstack.insights.drift.series import Ints, series_of
from plantstack.insights.drift.shewhart import MIN_POINTS
from plantstack.insights.facts import Facts
from plantstack.intervals import HOUR

_FEW = 3  # values of an hour below which it is no point


@dataclass(frozen=True, slots=True)
class Control:
    """Points of one parameter and product, and what is more than chance among them.

    Attributes:
        at: when each hour ends, microseconds UTC.
        value: the median of each hour, in `unit`.
        centre, sigma: of the hours learned from: of hours, so what neighbouring readings share is in it.
        first: index of the first point after those; rules are asked from there on.
        broken: indexes of points.
    """

    at: Ints
    value: Floats
    unit: str
    centre: float
    sigma: float
    first: int
    broken: tuple[Broken, ...]


def control(
    facts: Facts,
    equipment: str,
    parameter: str,
    product: str,
    rules: tuple[RuleName, ...] = WESTERN_ELECTRIC,
) -> Control | Lacking | None:
    """Draw the chart; None where nothing of it was read, `Lacking` where too little for limits."""
    asked = (one for one in series_of(facts.of(equipment)) if one.parameter == parameter and not one.is_speed)
    series = next(asked, None)
    if series is None:
        return None
    learned = learn(series, pace_of(series))
    if isinstance(learned, Lacking):
        return learned
    mine = np.flatnonzero(series.product == product)
    hours, starts, counts = np.unique((series.at[mine] - 1) // HOUR, return_index=True, return_counts=True)
    kept = counts >= _FEW
    at = (hours[kept].astype(np.int64) + 1) * HOUR
    value = np.array(
        [
            np.median(series.value[mine[start : start + count]])
            for start, count in zip(starts[kept], counts[kept], strict=True)
        ],
        dtype=np.float64,
    )
    first = int(np.searchsorted(at, learned.until, side="right"))
    if first < MIN_POINTS:
        return Lacking(first, (learned.until - learned.since) / (24 * HOUR))
    normal = baseline(value[:first])
    points = list(enumerate(value.tolist()))[first:]
    found = broken(points, normal.centre, normal.spread, rules) if normal.spread > 0 else []
    return Control(at, value, series.unit, normal.centre, normal.spread, first, tuple(found))
