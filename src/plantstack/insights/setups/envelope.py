"""The envelope of good runs, and whether the first values of a run lie inside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

_SIGMA = 1.4826  # of a median absolute deviation
_WILD = 5.0  # robust spreads from the median
_MEDIAN_NOISE = 1.57  # variance of a median over that of a mean
_LEAST_RUNS_OFFSET = 10
_SAME_SIDE = 0.9  # of the runs
_NEAR_LIMIT = 0.75  # of half the tolerance: from there on an offset is none of chance
_STEADY = 0.5  # of the offset that spread and trend may be


@dataclass(frozen=True, slots=True)
class Envelope:
    """What good runs had.

    Attributes:
        centre: median of the runs.
        between: spread from run to run.
        within: spread of single values inside a run; 0 where each run has one.
        low, high: least and greatest run.
        n: runs.
        freedom: behind the spread.
    """

    centre: float
    between: float
    within: float
    low: float
    high: float
    n: int
    freedom: float


@dataclass(frozen=True, slots=True)
class Off:
    """First values of a run against the envelope.

    Attributes:
        mean: of the values.
        by: mean less the centre.
        low, high: 90 % interval of it.
        chance: of as much in a run like the good ones, either way.
        n: values.
    """

    mean: float
    by: float
    low: float
    high: float
    chance: float
    n: int


def spread(values: Sequence[float] | Floats) -> float:
    """Standard deviation without wild values: those beyond five median deviations of the median.

    The median deviation alone finds what is wild, and is itself too unsure to be the spread of few values.

    >>> spread([1.0, 2.0, 3.0, 4.0, 5.0, 600.0]) < 2
    True
    """
    told = np.asarray(values, dtype=np.float64)
    if len(told) < 2:
        return 0.0
    about = np.abs(told - np.median(told))
    sigma = _SIGMA * float(np.median(about))
    kept = told[about <= _WILD * sigma] if sigma else told
    return max(float(kept.std(ddof=1)), 0.6 * sigma)


def envelope(runs: Sequence[Sequence[float]], resolution: float = 0.0) -> Envelope | None:
    """The envelope of runs; None without any two values.

    With a single run nobody knows how runs differ: as much as values inside it, it is taken.

    Args:
        runs: values of each good run.
        resolution: a spread that nothing is finer than, such as a fiftieth of the tolerance.
    """
    kept = [np.asarray(one, dtype=np.float64) for one in runs if len(one)]
    if sum(map(len, kept)) < 2:
        return None
    means = np.array([one.mean() for one in kept])
    rest = np.concatenate([one - np.median(one) for one in kept if len(one) > 1] or [np.zeros(0)])
    within = spread(rest)
    between = max(spread(means) if len(kept) > 1 else within, resolution)
    freedom = len(kept) - 1 if len(kept) > 1 else len(kept[0]) - 1
    at = means if len(kept) > 1 else kept[0]
    centre = float(np.median(at))
    return Envelope(centre, between, within, float(at.min()), float(at.max()), len(kept), freedom)


def against(good: Envelope, values: Sequence[float]) -> Off:
    """Hold the first values of a run against good runs.

    >>> good = envelope([[4.00], [4.01], [3.99], [4.00], [4.02], [3.98], [4.01], [3.99]])
    >>> off = against(good, [4.2])
    >>> (round(off.by, 2), off.chance < 1e-4)
    (0.2, True)
    """
    told = np.asarray(values, dtype=np.float64)
    mean = float(told.mean())
    seen = good.n if good.n > 1 else good.freedom + 1
    error = sqrt(good.between**2 * (1 + _MEDIAN_NOISE / seen) + good.within**2 / len(told))
    by = mean - good.centre
    wide = float(special.stdtrit(good.freedom, 0.95)) * error
    chance = 2 * float(special.stdtr(good.freedom, -abs(by) / error)) if error else (0.0 if by else 1.0)
    return Off(mean, by, by - wide, by + wide, chance, len(told))


def is_material(off: Off, good: Envelope, low: float | None, high: float | None, share: float) -> bool:
    """Whether it can matter: a share of half the tolerance, of the way to the only limit, or beyond all runs.

    The last where no limit is known: half as far again as good runs ever were.
    """
    if low is not None and high is not None and high > low:
        return abs(off.by) >= share * (high - low) / 2
    limit = low if high is None else high
    if limit is not None:
        return abs(off.by) >= share * abs(limit - good.centre)
    reach = good.high - good.low
    return off.mean > good.high + reach / 2 or off.mean < good.low - reach / 2


@dataclass(frozen=True, slots=True)
class Offset:
    """All runs lie beside their nominal, by the same.

    Attributes:
        centre: median of the runs.
        nominal: the target, or where none is written the middle of the limits.
        half: of the tolerance.
        low, high: 90 % interval of centre less nominal.
        chance: of so many runs on one side.
        n: runs.
    """

    centre: float
    nominal: float
    half: float
    low: float
    high: float
    chance: float
    n: int


def constant_offset(
    runs: Sequence[float], low: float | None, high: float | None, target: float | None = None
) -> Offset | None:
    """Whether runs in order of time are all beside their target, or the middle of their limits, by the same.

    A drift grows, a set-up begins with one run and ends with another: both have a time at which it was not
    so. Where no run ever met the nominal, it is the nominal or the tolerance that is wrong.

    >>> constant_offset([3.21, 3.20, 3.21, 3.22, 3.20, 3.21, 3.21, 3.20, 3.22, 3.21], 2.2, 2.8).centre
    3.21
    >>> constant_offset([2.5, 2.6, 2.7, 2.8, 2.9, 3.0, 3.1, 3.2, 3.3, 3.4], 2.2, 2.8) is None
    True
    """
    if low is None or high is None or not high > low or len(runs) < _LEAST_RUNS_OFFSET:
        return None
    told = np.asarray(runs, dtype=np.float64)
    nominal, half = (low + high) / 2 if target is None else target, (high - low) / 2
    centre = float(np.median(told))
    by = centre - nominal
    third = len(told) // 3
    parts = [float(np.median(one)) - nominal for one in (told[:third], told[third:-third], told[-third:])]
    side = float(((told - nominal) * np.sign(by) > 0).mean())
    trend = abs(_slope(told)) * len(told)
    is_far = min(part * np.sign(by) for part in parts) >= _NEAR_LIMIT * half
    if not is_far or side < _SAME_SIDE or max(spread(told) * 2, trend) > _STEADY * abs(by):
        return None
    wide = 1.645 * spread(told) * sqrt(_MEDIAN_NOISE / len(told))
    return Offset(centre, nominal, half, by - wide, by + wide, 2.0 ** (1 - len(told)), len(told))


def _slope(told: Floats) -> float:
    """Median of the slopes between all pairs (Theil and Sen), by run."""
    one, other = np.triu_indices(len(told), 1)
    return float(np.median((told[other] - told[one]) / (other - one)))


def began_with(off: Off, before: Off | None) -> bool:
    """Whether a run is off since its set-up: the end of the run before was not off by half as much."""
    return before is None or before.by * (1 if off.by > 0 else -1) < 0.5 * abs(off.by)


def surprise(chance: float) -> float:
    """As -log10."""
    return inf if chance <= 0 else float(-np.log10(chance))
