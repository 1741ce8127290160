"""Limits of a level from a recorded series: is there an on and an off, and where between them is nothing?

split = propose(values)   # split.above and split.below, or split.why there are none

A threshold that is put between two levels by eye is a guess; one that is put where no levels are is worse.
So a series of which the values do not fall into two heaps gets no limits, and the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FEWEST = 200  # values
_BINS = 128
_SMOOTH = 2.0  # bins
_FEW_LEVELS = 8  # different values are words, not a measurement
_SIDE = 0.03  # of the time at least, or a side is no level
_DIP = 0.5  # of the lower heap at most may lie in the valley
_APART = 2.0  # widths of the heaps between them (Ashman's D)
_WIDE = 10.0  # times between small and great values: then ratios count and not differences


@dataclass(frozen=True, slots=True)
class Split:
    """What a series says about two levels.

    Attributes:
        size: values that were looked at.
        why: there are no limits; '' when there are.
        above: from there on it is on.
        below: up to there it is off.
        low: usual value of the lower level.
        high: usual value of the upper level.
        dip: height of the valley between the heaps against the lower of them: 0 is clear, 1 is none.
        share_on: of the time above the middle of the valley.
        share_between: of the time between the limits, where a state is only what it was before.
    """

    size: int
    why: str = ""
    above: float = 0.0
    below: float = 0.0
    low: float = 0.0
    high: float = 0.0
    dip: float = 1.0
    share_on: float = 0.0
    share_between: float = 0.0


def propose(values: Sequence[float] | Floats, weights: Sequence[float] | Floats | None = None) -> Split:
    """Propose limits with a band between them that the noise does not cross.

    Args:
        values: as they were measured, in any order.
        weights: how long each held, in any unit; all alike when left out.

    >>> import random
    >>> chance = random.Random(1)
    >>> split = propose([chance.gauss(2, 0.2) for _ in range(300)] + [chance.gauss(8, 1) for _ in range(300)])
    >>> split.why, 2.6 < split.below < split.above < 6
    ('', True)
    >>> propose([chance.gauss(5, 1) for _ in range(600)]).why
    'cannot tell: the values make one heap'
    """
    given = np.asarray(values, dtype=np.float64)
    held = np.ones(len(given)) if weights is None else np.asarray(weights, dtype=np.float64)
    is_sure = np.isfinite(given) & (held > 0)
    given, held = given[is_sure], held[is_sure]
    size = len(given)
    if size < FEWEST:
        return Split(size, f"cannot tell: {size} values, at least {FEWEST} are needed")
    different = np.unique(given)
    if len(different) <= _FEW_LEVELS:
        what = f"only {len(different)} different values: read them as words of a map"
        return Split(size, f"cannot tell: {what}")
    low, high = np.quantile(given, [0.001, 0.999])
    inside = (given >= low) & (given <= high)
    given, held = given[inside], held[inside]
    found = _split(given, held, len(different))
    if low > 0 and high / low > _WIDE:
        ratio = _split(np.log(given), held, len(different))
        if not ratio.why and (found.why or ratio.dip < found.dip):
            found = replace(ratio, above=float(np.exp(ratio.above)), below=float(np.exp(ratio.below)))
    return found if found.why else _with_levels(replace(found, size=size), given, held)


def _split(x: Floats, held: Floats, different: int) -> Split:
    """Limits on one scale."""
    heights, edges = np.histogram(x, bins=min(_BINS, different), weights=held)
    smooth = _smoothed(heights / heights.sum())
    centres = (edges[:-1] + edges[1:]) / 2
    cut = _otsu(smooth, centres)
    left, right = int(np.argmax(smooth[:cut])), cut + int(np.argmax(smooth[cut:]))
    between = smooth[left : right + 1]
    lower = min(smooth[left], smooth[right])
    dip = float(between.min() / lower)
    on = x >= centres[left + int(np.argmin(between))]
    share = float(held[on].sum() / held.sum())
    if not _SIDE <= share <= 1 - _SIDE:
        return Split(len(x), f"cannot tell: one level has {min(share, 1 - share):.1%} of the time", dip=dip)
    if dip > _DIP or _apart(x, held, on) < _APART:
        return Split(len(x), "cannot tell: the values make one heap", dip=dip)
    quiet = np.flatnonzero(between <= between.min() + 0.25 * (lower - between.min()))
    first, last = centres[left + quiet[0]], centres[left + quiet[-1]]
    middle, half = (first + last) / 2, max((last - first) / 4, (edges[1] - edges[0]) / 2)
    return Split(len(x), above=float(middle + half), below=float(middle - half), dip=dip)


def _smoothed(heights: Floats) -> Floats:
    reach = np.arange(-8, 9)
    kernel = np.exp(-0.5 * (reach / _SMOOTH) ** 2)
    wide = np.pad(heights, 8)
    return np.convolve(wide, kernel / kernel.sum(), mode="valid")


def _otsu(heights: Floats, centres: Floats) -> int:
    """Where two parts differ most from each other and least within (Otsu 1979)."""
    weight = np.cumsum(heights)[:-1]
    mean = np.cumsum(heights * centres)
    rest = 1 - weight
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (mean[-1] * weight - mean[:-1]) ** 2 / (weight * rest)
    return int(np.nanargmax(between)) + 1


def _apart(x: Floats, held: Floats, on: npt.NDArray[np.bool_]) -> float:
    """Distance of two heaps in their widths."""
    means, spreads = [], []
    for side in (on, ~on):
        mean = float(np.average(x[side], weights=held[side]))
        means.append(mean)
        spreads.append(float(np.average((x[side] - mean) ** 2, weights=held[side])))
    return float(abs(means[0] - means[1]) * np.sqrt(2 / max(sum(spreads), 1e-300)))


def _with_levels(split: Split, given: Floats, held: Floats) -> Split:
    middle = (split.above + split.below) / 2
    on = given >= middle
    between = (given >= split.below) & (given <= split.above)
    return replace(
        split,
        above=_short(split.above),
        below=_short(split.below),
        low=_short(float(np.median(given[~on]))),
        high=_short(float(np.median(given[on]))),
        share_on=float(held[on].sum() / held.sum()),
        share_between=float(held[between].sum() / held.sum()),
    )


def _short(value: float) -> float:
    return float(f"{value:.3g}")
