"""A control chart of a parameter: hour by hour, limits from what `judge` learned from, rules by name.

Where that is under twenty hours of a product, limits are from its first twenty hours with usual scrap.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from plantstack.insights.chart import Control
from plantstack.insights.drift.judge import Drift, Lacking, Learned, learn, pace_of
from plantstack.insights.drift.robust import baseline
from plantstack.insights.drift.rules import WESTERN_ELECTRIC, Broken, RuleName, broken
from plantstack.insights.drift.series import Series, series_of
from plantstack.insights.drift.shewhart import MIN_POINTS
from plantstack.insights.facts import Facts
from plantstack.intervals import DAY, HOUR, Interval

_FEW = 3  # values of an hour below which it is no point


def control(
    facts: Facts,
    equipment: str,
    parameter: str,
    product: str,
    rules: tuple[RuleName, ...] = WESTERN_ELECTRIC,
) -> Control | Lacking | None:
    """Draw the chart; None where nothing of it was read, `Lacking` where too little for limits."""
    asked = (one for one in series_of(facts.of(equipment)) if one.parameter == parameter)
    series = next(asked, None)
    if series is None:
        return None
    learned = learn(series, pace_of(series))
    return learned if isinstance(learned, Lacking) else control_of(series, learned, product, rules=rules)


def control_of_drift(drift: Drift) -> Control | None:
    """The chart of what drifts, from the very values it was found in; None where limits are not to be had."""
    onset = int(drift.series.at[drift.onset.at]) - drift.series.every
    made = control_of(drift.series, drift.learned, drift.product, onset=onset)
    return made if isinstance(made, Control) else None


def control_of(
    series: Series,
    learned: Learned,
    product: str,
    *,
    rules: tuple[RuleName, ...] = WESTERN_ELECTRIC,
    onset: int | None = None,
) -> Control | Lacking:
    """The chart of a series while one product ran, by what was learned of it.

    Args:
        series: in order of time.
        learned: of it; hours with unusual scrap give no limits, as they teach nothing.
        product: that ran.
        rules: which are asked.
        onset: when what was found began; hours after it give no limits.
    """
    mine = np.flatnonzero((series.product == product) & (series.at >= learned.since))
    hours, starts, counts = np.unique((series.at[mine] - 1) // HOUR, return_index=True, return_counts=True)
    few = _FEW if series.every < HOUR else 1
    kept = [
        (int(hour), mine[start : start + count])
        for hour, start, count in zip(hours, starts, counts, strict=True)
        if count >= few
    ]
    at = [(hour + 1) * HOUR for hour, _ in kept]
    value = [float(np.median(series.value[rows])) for _, rows in kept]
    usual = np.array([bool(series.is_usual[rows].all()) for _, rows in kept], dtype=np.bool_)
    first = int(np.searchsorted(at, _learned_until(series, learned, product), side="right"))
    if usual[:first].sum() < MIN_POINTS:  # a few hours of each product are enough to judge, not for limits
        twenty = np.flatnonzero(np.cumsum(usual) >= MIN_POINTS)
        first = int(twenty[0]) + 1 if len(twenty) else len(at)
    good = [value[place] for place in np.flatnonzero(usual[:first]).tolist()]
    if len(good) < MIN_POINTS or (onset is not None and at[first - 1] > onset):
        return Lacking(len(good), (at[first - 1] - learned.since) / DAY if first else 0.0)
    normal = baseline(np.array(good))
    points = list(enumerate(value))[first:]
    found = broken(points, normal.centre, normal.spread, rules) if normal.spread > 0 else []
    return Control(
        equipment=series.equipment,
        parameter=series.parameter,
        product=product,
        unit=series.unit,
        at=tuple(at),
        value=tuple(value),
        centre=normal.centre,
        sigma=normal.spread,
        learned=Interval(at[0] - HOUR, at[first - 1]),
        n_learned=len(good),
        first=first,
        broken=tuple(side_by_side(found)),
        onset=onset,
    )


def _learned_until(series: Series, learned: Learned, product: str) -> int:
    """When the values end that a product was learned from: a product that came late has its own."""
    known = np.flatnonzero((series.product == product) & np.isfinite(learned.z))
    if len(known) and int(known[0]) >= learned.first:
        return int(series.at[known[0]]) - series.every
    return learned.until


def side_by_side(found: Iterable[Broken]) -> list[Broken]:
    """Points beside each other that break the same rule as one.

    >>> side_by_side([Broken("beyond", 3, 3), Broken("beyond", 4, 4), Broken("beyond", 6, 6)])
    [Broken(rule='beyond', first=3, last=4), Broken(rule='beyond', first=6, last=6)]
    """
    joined: dict[str, list[Broken]] = {}
    for one in sorted(found, key=lambda one: (one.first, one.last)):
        mine = joined.setdefault(one.rule, [])
        if mine and one.first <= mine[-1].last + 1:
            mine[-1] = Broken(one.rule, mine[-1].first, max(one.last, mine[-1].last))
        else:
            mine.append(one)
    return sorted((one for mine in joined.values() for one in mine), key=lambda one: (one.first, one.last))
