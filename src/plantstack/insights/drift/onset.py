"""Since when: the instant from which a shift or a ramp explains a series best, and how sure that is.

Least squares over all starts, on values drawn in to three spreads; the interval holds the starts whose fit is
not worse than chance allows (likelihood ratio, with the memory of the values taken off their number).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import chi2

from plantstack.insights.drift.robust import Floats

Shape = Literal["step", "ramp"]

_GRID = 240
_TAIL = 3  # values that a start leaves behind it at least
_CHI = float(chi2.isf(0.1, 1))


@dataclass(frozen=True, slots=True)
class Onset:
    """Where a change began.

    Attributes:
        at: index of the first value of it.
        low, high: indexes between which it began, 90 %.
        shape: `step` or `ramp`, whichever fits better.
        size: what it has come to at the end, in the unit of the values.
        share: of the squares that it explains, 0 to 1.
    """

    at: int
    low: int
    high: int
    shape: Shape
    size: float
    share: float


def onset(values: Floats, times: Floats | None = None, memory: float = 1.0) -> Onset:
    """Find the start of a change from 0 in deviations from a baseline.

    Args:
        values: deviations in spreads, in order of time.
        times: of the values, for ramps; None: evenly spaced.
        memory: of the values, see `robust.memory`.

    Raises:
        ValueError: with fewer than six values.

    >>> onset(np.array([0.0, 0.1, -0.1, 0.0, 0.1, 2.0, 2.1, 1.9, 2.0, 2.0])).at
    5
    """
    if len(values) < 2 * _TAIL:
        raise ValueError("too few values to say when they changed")
    kept = np.clip(values, *(np.median(values) + 6 * np.std(values) * np.array([-1, 1])))
    clock = np.arange(len(kept), dtype=np.float64) if times is None else times.astype(np.float64)
    starts = np.unique(np.linspace(0, len(kept) - _TAIL, _GRID).astype(np.int64))
    total = float(kept @ kept)
    # A step needs no time to fit; a ramp is asked first, as slow drifts are the rule.
    fits: dict[Shape, tuple[Floats, Floats]] = {
        "ramp": _ramps(kept, clock, starts),
        "step": _steps(kept, starts),
    }
    shape = min(fits, key=lambda one: float(fits[one][0].min()))
    rest, sizes = fits[shape]
    best = int(rest.argmin())
    variance = max(float(rest[best]) / len(kept), 1e-12)
    inside = starts[(rest - rest[best]) / (variance * max(memory, 1.0)) <= _CHI]
    share = 1 - float(rest[best]) / total if total > 0 else 0.0
    return Onset(int(starts[best]), int(inside[0]), int(inside[-1]), shape, float(sizes[best]), share)


def _steps(values: Floats, starts: Floats | np.ndarray) -> tuple[Floats, Floats]:
    """What is left of the squares after a step at each start, and its size."""
    sums = np.append(np.cumsum(values[::-1])[::-1], 0.0)[starts]
    counts = len(values) - starts
    return float(values @ values) - sums**2 / counts, sums / counts


def _ramps(values: Floats, clock: Floats, starts: Floats | np.ndarray) -> tuple[Floats, Floats]:
    """What is left of the squares after a ramp from each start, and how far it has come."""
    whole = float(values @ values)
    rest, sizes = np.full(len(starts), whole), np.zeros(len(starts))
    for place, start in enumerate(starts):
        since = clock[start:] - clock[start]
        square = float(since @ since)
        if square > 0:
            slope = float(since @ values[start:]) / square
            rest[place] = whole - slope**2 * square
            sizes[place] = slope * since[-1]
    return rest, sizes
