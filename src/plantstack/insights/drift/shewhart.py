"""What in a series is more than chance: median or mean, limits and named signals, frozen phase by phase.

Under twenty points there is no control chart: limits from so few would move with every new point, so a run
chart with its median asks less. From twenty on the limits come from the first twenty points of the phase and
stay: a limit that follows its points never signals. Sources: individuals with moving range and proportions as
in the NIST/SEMATECH handbook of statistical methods, sections 6.3.2.2 and 6.3.3.2; the rules are Nelson's 1
and 3 and, for one side, eight points as in Montgomery. A point on the line neither
helps nor breaks a run on one side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, sqrt
from statistics import fmean, median
from typing import Literal

MIN_POINTS = 20
"""Points from which a phase has limits; they are computed from exactly these."""

ON_ONE_SIDE = 8
RISING = 6

_D2 = 1.128  # mean range of two, in standard deviations
_SIGMAS = 3

Rule = Literal["beyond", "one_side", "rising", "falling"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What chance alone would do, in the unit of the values.

    Attributes:
        centre: the mean; the median where there are no limits.
        low: None where there is none.
        high: None where there is none.
    """

    centre: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """Points between two changes of the process, with their own limits.

    Attributes:
        first: index of its first point.
        last: index of its last point.
        limits: frozen; `low` and `high` are None on a run chart.
    """

    first: int
    last: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class Signal:
    """Points that together are more than chance: indexes of the first and the last of them."""

    rule: Rule
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A whole series."""

    phases: tuple[Phase, ...]
    signals: tuple[Signal, ...]


def individuals(values: Sequence[float], least: float | None = None, most: float | None = None) -> Limits:
    """Limits of single values from the mean moving range; `least` and `most` are what is possible at all.

    Raises:
        ValueError: fewer than two values.

    >>> found = individuals([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    >>> round(found.centre, 2), round(found.low, 4), round(found.high, 4)
    (50.81, 45.8159, 55.8041)
    """
    if len(values) < 2:
        raise ValueError("limits need two values or more")
    ranges = [abs(after - before) for before, after in pairwise(values)]
    return _around(fmean(values), fmean(ranges) / _D2, least, most)


def proportions(counts: Sequence[float], sizes: Sequence[float]) -> tuple[Limits, ...]:
    """Limits of a share for each sample: the smaller the sample, the wider.

    Args:
        counts: what was found in each sample.
        sizes: what was looked at, the same unit, above 0.

    Raises:
        ValueError: nothing was looked at.
    """
    if not sizes or min(sizes) <= 0:
        raise ValueError("a share of nothing has no limits")
    mean = sum(counts) / sum(sizes)
    return tuple(_around(mean, sqrt(mean * (1 - mean) / size), 0.0, 1.0) for size in sizes)


def _around(centre: float, sigma: float, least: float | None, most: float | None) -> Limits:
    low, high = centre - _SIGMAS * sigma, centre + _SIGMAS * sigma
    low = low if least is None else max(low, least)
    return Limits(centre, low, high if most is None else min(high, most))


def judged(
    values: Sequence[float | None],
    starts: Sequence[int] = (),
    least: float | None = None,
    most: float | None = None,
) -> Judged:
    """Judge a series of single values, a phase from each of `starts` on.

    Args:
        values: oldest first; None is not known: it neither helps nor breaks a run.
        starts: indexes at which the process was changed on purpose.
        least: what a value cannot be below, for example 0 for a duration.
        most: what a value cannot be above, for example 1 for a share.
    """
    edges = sorted({0, *(one for one in starts if 0 < one < len(values)), len(values)})
    phases, signals = [], []
    for first, end in pairwise(edges):
        known = [(place, value) for place in range(first, end) if (value := values[place]) is not None]
        if not known:
            continue
        limits = _limits([value for _, value in known], least, most)
        phases.append(Phase(first, end - 1, limits))
        signals += signals_in(known, limits)
    return Judged(tuple(phases), tuple(sorted(signals, key=lambda one: (one.first, one.last, one.rule))))


def _limits(values: Sequence[float], least: float | None, most: float | None) -> Limits:
    if len(values) < MIN_POINTS:
        return Limits(median(values))
    return individuals(values[:MIN_POINTS], least, most)


def signals_in(points: Sequence[tuple[int, float]], limits: Limits) -> list[Signal]:
    """Name what is more than chance among points (index and value) of one phase."""
    low = -inf if limits.low is None else limits.low
    high = inf if limits.high is None else limits.high
    beyond = [Signal("beyond", place, place) for place, value in points if not low <= value <= high]
    steady = [*_steady(points, "rising"), *_steady(points, "falling")]
    return [*beyond, *_one_side(points, limits.centre), *steady]


def _one_side(points: Sequence[tuple[int, float]], centre: float) -> list[Signal]:
    sided = [(place, value > centre) for place, value in points if value != centre]
    runs: list[list[int]] = []
    before: bool | None = None
    for place, is_above in sided:
        if is_above != before:
            runs.append([])
        runs[-1].append(place)
        before = is_above
    return [Signal("one_side", run[0], run[-1]) for run in runs if len(run) >= ON_ONE_SIDE]


def _steady(points: Sequence[tuple[int, float]], rule: Literal["rising", "falling"]) -> list[Signal]:
    """Runs in which each point is above (below) the one before it."""
    runs: list[list[int]] = []
    before: float | None = None
    for place, value in points:
        goes_on = before is not None and (value > before if rule == "rising" else value < before)
        if not goes_on:
            runs.append([])
        runs[-1].append(place)
        before = value
    return [Signal(rule, run[0], run[-1]) for run in runs if len(run) >= RISING]
