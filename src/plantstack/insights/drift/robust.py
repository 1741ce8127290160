"""Levels and spreads that a few wild values do not move, and how much readings that remember tell.

Readings a few minutes apart resemble each other, so a hundred of them are worth less than a hundred. How much
less is their memory: readings that tell as much as one that stands alone. Sources: median and MAD as in Huber
and Ronchetti, Robust Statistics, ch. 5; memory from batch means and from the initial positive sequence of
autocorrelations (Geyer 1992), the greater of the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MAD = 1.482602218505602  # of a normal distribution: standard deviations in one MAD
_WILD = 3.0  # spreads from the centre from which a value counts as if it were there
_BATCHES = (8, 12, 16)  # how many batches the long-run spread is read from
_FEWEST = 16
_STEPS = 7  # different values in the bulk, below which the steps are coarse


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is normal.

    Attributes:
        centre: see `level`.
        spread: standard deviation of one value, from the MAD.
        memory: values that tell as much as one that stands alone; at least 1.
        n: values behind it.
    """

    centre: float
    spread: float
    memory: float
    n: int

    @property
    def n_effective(self) -> float:
        """Values standing alone that would tell as much."""
        return self.n / self.memory

    @property
    def doubt(self) -> float:
        """Standard error of the centre, in the unit of the values; of a median, so 1.25 of a mean's."""
        return 1.2533 * self.spread / float(np.sqrt(max(self.n_effective, 1.0)))


def baseline(values: Floats) -> Baseline:
    """Level, spread and memory of normal values in order of time.

    Raises:
        ValueError: when there are none.

    >>> found = baseline(np.array([4.6, 4.7, 4.8, 4.9, 5.0, 5.1, 5.2, 5.3, 900.0]))
    >>> found.centre, round(found.spread, 4)
    (5.0, 0.2965)
    """
    if not len(values):
        raise ValueError("nothing has no level")
    return Baseline(level(values), spread(values), memory(values), len(values))


def level(values: Floats) -> float:
    """The median; of values in coarse steps the mean without the wildest fortieth on either side.

    >>> level(np.array([1.0, 2.0, 2.0, 2.0, 1.0, 2.0, 2.0, 2.0])), level(np.arange(9.0))
    (1.75, 4.0)
    """
    return float(np.mean(_inner(values))) if _are_coarse(values) else float(np.median(values))


def spread(values: Floats) -> float:
    """Standard deviation of the bulk of the values; 0 only where all are the same.

    Values that come in coarse steps have a MAD of nothing or of a whole step, by a hair: theirs is the
    standard deviation without the wildest fortieth on either side.
    """
    found = _MAD * float(np.median(np.abs(values - np.median(values))))
    if not _are_coarse(values):
        return found
    inner = float(np.std(_inner(values)))
    return inner if inner > 0 else max(found, float(np.std(values)))


def _are_coarse(values: Floats) -> bool:
    """Whether the bulk of them are a few different values."""
    away = np.abs(values - np.median(values))
    return len(np.unique(values[away <= _WILD * _MAD * np.median(away)])) < min(_STEPS, len(values))


def _inner(values: Floats) -> Floats:
    low, high = np.quantile(values, (0.025, 0.975))
    return np.clip(values, low, high)


def tame(values: Floats) -> Floats:
    """The values with wild ones drawn in to three spreads from the median."""
    middle, wide = float(np.median(values)), spread(values)
    return np.clip(values, middle - _WILD * wide, middle + _WILD * wide)


def memory(values: Floats) -> float:
    """How many values in a row tell as much as one that stands alone.

    >>> memory(np.repeat([1.0, 3.0, 2.0, 5.0, 1.0, 4.0, 2.0, 3.0], 8)) > 4
    True
    """
    if len(values) < _FEWEST:
        return 1.0
    kept = tame(values)
    variance = float(np.var(kept))
    if variance <= 0:
        return 1.0
    return float(min(max(1.0, _of_batches(kept, variance), _of_lags(kept, variance)), len(values) / 2))


def effective(n: int, remembered: float) -> float:
    """Values standing alone that tell as much as `n` with a memory; at least 1."""
    return max(n / max(remembered, 1.0), 1.0)


def block_medians(values: Floats, size: int) -> Floats:
    """Medians of whole blocks of so many values; what is left over at the end is left out.

    >>> block_medians(np.array([1.0, 9.0, 2.0, 5.0, 5.0, 5.0, 7.0]), 3).tolist()
    [2.0, 5.0]
    """
    whole = len(values) // size
    return np.asarray(np.median(values[: whole * size].reshape(whole, size), axis=1), dtype=np.float64)


def _of_batches(kept: Floats, variance: float) -> float:
    """Long-run variance over the variance of one value; the middle of some counts of batches."""
    found = []
    for batches in _BATCHES:
        size = len(kept) // batches
        if size >= 2:
            means = kept[: size * batches].reshape(batches, size).mean(axis=1)
            found.append(size * float(np.var(means, ddof=1)) / variance)
    return float(np.median(found)) if found else 1.0


def _of_lags(kept: Floats, variance: float) -> float:
    """One plus twice the autocorrelations, as long as neighbouring pairs of them are above zero."""
    around = kept - kept.mean()
    total, n = 1.0, len(kept)
    for lag in range(1, n // 4, 2):
        pair = sum(float(around[: n - one] @ around[one:]) / (n * variance) for one in (lag, lag + 1))
        if pair <= 0:
            break
        total += 2 * pair
    return total
