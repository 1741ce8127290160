"""How much longer something usually goes on that has gone on so long already."""

from __future__ import annotations

from collections.abc import Sequence

from plantstack.insights.telling.facts_of_shift import Rest

FEW = 8  # of them before, below which nothing is said: the middle one could be anything


def usual_rest(lengths: Sequence[float], elapsed: float, share: float | None = 1.0) -> Rest:
    """What the ones before that went on longer than this one still took from there.

    The middle one, as a few that took a whole shift would move the mean; what ended earlier says nothing.

    Args:
        lengths: of those before, seconds.
        elapsed: how long this one has gone on, seconds.
        share: see `Rest`.

    >>> usual_rest([60.0] * 20 + [600.0, 700, 800, 900, 1000, 1100, 1200, 5000], 300).seconds
    650.0
    >>> usual_rest([60.0] * 20 + [600.0], 300)
    Rest(n=1, seconds=None, low=None, high=None, is_like=True, share=1.0)
    """
    left = sorted(one - elapsed for one in lengths if one > elapsed)
    if len(left) < FEW:
        return Rest(len(left), share=share)
    return Rest(len(left), _part(left, 0.5), _part(left, 0.25), _part(left, 0.75), share=share)


def _part(ordered: Sequence[float], share: float) -> float:
    """The value below which a share lies, between neighbours by their distance."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
