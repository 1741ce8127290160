"""Thresholds from an alarm budget: so high that normal time raises as many false alarms as are accepted.

What counts is episodes, not values over a limit. Held-out normal time is counted where it is long enough;
beyond what it holds, the peaks of its episodes are taken to thin out exponentially, as most tails do at
least (peaks over threshold; Coles 2001, ch. 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.stats import norm

from plantstack.insights.drift.monitor import Limits, raised
from plantstack.insights.drift.robust import Floats

_HALVINGS = 40
_PEAKS_FROM = 0.7  # quantile of the scores from which peaks are taken
_FEW_PEAKS = 4


def episodes(limits: Limits, parts: Sequence[Floats]) -> int:
    """How many alarms some stretches of scores raise, each from a fresh start."""
    count = 0
    for part in parts:
        stands = [False, *raised(limits, part)]
        count += sum(now and not before for before, now in pairwise(stands))
    return count


def threshold(parts: Sequence[Floats], allowed: float, k: int, n: int, hold: float = 0.6) -> float:
    """The score at which an alarm is to be raised.

    Args:
        parts: scores in held-out normal time; each stretch is gone through from a fresh start.
        allowed: false alarms accepted in all of them together; may be below 1.
        k, n: of the persistence.
        hold: share of the threshold below which an alarm is cleared.

    Raises:
        ValueError: without any score, or when nothing is allowed.
    """
    whole = np.concatenate([np.asarray(part, dtype=np.float64) for part in parts]) if parts else np.empty(0)
    if not len(whole) or allowed <= 0:
        raise ValueError("a threshold needs normal time and a budget above 0")
    low, high = 0.0, float(whole.max()) * (1 + 1e-9) + 1e-12
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if episodes(Limits(middle, hold * middle, k, n), parts) > allowed:
            low = middle
        else:
            high = middle
    return high if allowed >= 1 else max(high, _beyond(whole, allowed))


def _beyond(scores: Floats, allowed: float) -> float:
    """Where the tail of the episodes' peaks has thinned out to less than one."""
    floor = float(np.quantile(scores, _PEAKS_FROM))
    above = np.append(scores > floor, False)
    edges = np.flatnonzero(np.diff(np.append(False, above).astype(np.int8)))
    peaks = [float(scores[start:end].max()) for start, end in zip(edges[::2], edges[1::2], strict=False)]
    if len(peaks) < _FEW_PEAKS:
        return float(scores.max())
    excess = float(np.mean(peaks)) - floor
    return floor + excess * float(np.log(len(peaks) / allowed))


def normal_threshold(looks: float, allowed: float) -> float:
    """Standard deviations beyond which a normal score comes so seldom, on either side.

    Args:
        looks: how many scores standing alone there are in the time the budget is for.
        allowed: false alarms accepted in that time.

    >>> round(normal_threshold(1000, 2.7), 2)
    3.0
    """
    share = min(allowed / max(looks, 1.0), 0.5)
    return float(norm.isf(share / 2))
