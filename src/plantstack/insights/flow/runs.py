"""Whether shifts in a row differ from the usual: told when several do, over when they no longer do.

A shift is the unit: one bad shift, however bad, proves nothing of the next. So ranks decide (Mann and
Whitney), not minutes, and the interval of the difference holds the scatter of both sides (Welch).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import mannwhitneyu, t

from plantstack.insights.drift.robust import Floats
from plantstack.insights.episodes import Episode

_SHIFTS = 3  # at least, that are above most usual ones
_HIGH = 0.75  # of the usual shifts are below it
_BACK = 5  # shifts that are as usual together end it
_LIKE = 0.1  # chance of the ranks from which such shifts are as usual
_BEHIND = 60  # usual shifts looked back at


@dataclass(frozen=True, slots=True)
class Run:
    """Shifts that stand above the usual, and still do.

    Attributes:
        first, last: indexes.
        told: index of the shift after which it was proven.
        usual: indexes of the usual shifts before it.
    """

    first: int
    last: int
    told: int
    usual: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of some shifts and of the usual ones, and the interval of nine in ten of what lies between."""

    seen: float
    usual: float
    low: float
    high: float


def standing(values: Sequence[float], found: Sequence[Episode], chance: float) -> Run | None:
    """The run that stands at the end of the last episode, if that goes on and is proven by its shifts.

    Args:
        values: of each shift, in order of time.
        found: its episodes; what is usual lies outside them.
        chance: that ranks of usual shifts come so far by themselves; accepted.
    """
    if not found or not found[-1].is_open:
        return None
    episode, inside = found[-1], {n for one in found for n in range(one.first, one.last + 1)}
    usual = tuple(n for n in range(episode.first) if n not in inside)[-_BEHIND:]
    before = [values[n] for n in usual]
    if not before:
        return None
    first, told = episode.first, -1
    for now in range(episode.first, len(values)):
        lately = values[max(first, now - _BACK + 1) : now + 1]
        if len(lately) == _BACK and _chance(lately, before) > _LIKE:
            first, told = now + 1, -1
        elif told < 0 and now >= episode.raised and _is_proven(values[first : now + 1], before, chance):
            told = now
    return Run(first, len(values) - 1, told, usual) if told >= 0 else None


def difference(seen: Floats, usual: Floats) -> Difference:
    """What lies between the means of shifts, with the scatter of both sides.

    >>> found = difference(np.array([87.7, 0.0, 6.2]), np.array([4.0, 3.0, 5.0, 4.0]))
    >>> round(found.low), round(found.high)
    (-55, 110)
    """
    parts = [float(np.var(one, ddof=1)) / len(one) if len(one) > 1 else 0.0 for one in (seen, usual)]
    square = sum(parts)
    far = float(np.mean(seen) - np.mean(usual))
    below = sum(one**2 / (len(of) - 1) for one, of in zip(parts, (seen, usual), strict=True) if len(of) > 1)
    doubt = float(t.ppf(0.95, square**2 / below)) * float(np.sqrt(square)) if below > 0 else 0.0
    return Difference(float(np.mean(seen)), float(np.mean(usual)), far - doubt, far + doubt)


def is_more(seen: Floats, usual: Floats) -> bool:
    """Whether nine times in ten shifts lie above the usual ones, by the roots of their minutes.

    Minutes of shifts have a long tail: of their means a single wild one decides.

    >>> usual = np.array([4.0, 3.0, 5.0, 4.0])
    >>> is_more(np.array([20.0, 55.0, 25.0]), usual), is_more(np.array([87.7, 0.0, 6.2]), usual)
    (True, False)
    """
    return difference(np.sqrt(seen), np.sqrt(usual)).low > 0


def _chance(some: Sequence[float], usual: Sequence[float]) -> float:
    """How likely usual shifts rank so high."""
    return float(mannwhitneyu(some, usual, alternative="greater", method="asymptotic").pvalue)


def _is_proven(some: Sequence[float], usual: Sequence[float], chance: float) -> bool:
    high = float(np.quantile(usual, _HIGH))
    is_rare = sum(one > high for one in some) >= _SHIFTS and _chance(some, usual) <= chance
    return is_rare and is_more(np.array(some), np.array(usual))
