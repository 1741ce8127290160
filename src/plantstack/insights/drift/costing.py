"""What a drift will cost by the end of the shift: scrap that goes with such values, or time lost to speed.

Scrap of hours with values as far off as now, or half as far, is held against that of hours with usual values.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from plantstack.insights.drift import wording
from plantstack.insights.drift.judge import Drift
from plantstack.insights.drift.series import pieces_of
from plantstack.insights.facts import Facts
from plantstack.insights.finding import Cost
from plantstack.intervals import HOUR

CASH, CONTRIBUTION = "cash cost out", "contribution sold"
_SHIFT = 8.0
_Z = 1.6449
_LEAST_HOURS = 4
_RATE_HOURS = 24  # hours of running from which the pace of now is read


@dataclass(frozen=True, slots=True)
class Excess:
    """Share of pieces scrapped beyond the usual in hours with such values.

    Attributes:
        low, likely, high: 90 %.
        usual: share scrapped in hours with usual values.
        hours, usual_hours: behind either.
        pace: pieces an hour, lately.
    """

    low: float
    likely: float
    high: float
    usual: float
    hours: int
    usual_hours: int
    pace: float


def excess_scrap(facts: Facts, drift: Drift) -> Excess | str:
    """Scrap that goes with the shift; or why that cannot be said."""
    made = pieces_of(facts, drift.series.equipment)
    if not len(made.hour):
        return wording.NO_PIECES
    z, hour = drift.learned.z, (drift.series.at - 1) // HOUR
    known = np.isfinite(z)
    hours, places = np.unique(hour[known], return_inverse=True)
    mean = np.bincount(places, z[known], len(hours)) / np.bincount(places, minlength=len(hours))
    _, mine, theirs = np.intersect1d(hours, made.hour, return_indices=True)
    towards = mean[mine] * (1 if drift.up else -1)
    far, usual = towards >= abs(drift.shift) / 2, np.abs(towards) < max(1.0, abs(drift.shift) / 4)
    if far.sum() < _LEAST_HOURS or usual.sum() < _LEAST_HOURS:
        return wording.FEW_HOURS
    now, now_error = _share(made.scrap[theirs][far], made.total[theirs][far])
    then, then_error = _share(made.scrap[theirs][usual], made.total[theirs][usual])
    error = _Z * sqrt(now_error**2 + then_error**2)
    more = now - then
    if more - error <= 0:
        return wording.NO_SCRAP
    pace = float(np.median(made.total[-_RATE_HOURS:]))
    return Excess(more - error, more, more + error, then, int(far.sum()), int(usual.sum()), pace)


def _share(scrap: np.ndarray, total: np.ndarray) -> tuple[float, float]:
    """Share scrapped over all hours, and its standard error from how the hours differ."""
    share = float(scrap.sum() / total.sum())
    residual = scrap - share * total
    spread = float((residual**2).sum()) * len(total) / max(len(total) - 1, 1)
    return share, max(sqrt(spread), sqrt(max(share, 1e-9) * total.sum())) / float(total.sum())


def cost_of(facts: Facts, drift: Drift) -> Cost:
    """What a parameter that has moved costs until the shift ends; per shift where none is open."""
    place = facts.places[drift.series.equipment]
    found = excess_scrap(facts, drift)
    if isinstance(found, str):
        return _none(place.currency, found)
    pieces = [one * found.pace * hours_left(facts, drift) for one in (found.low, found.likely, found.high)]
    price = place.piece.get(drift.product)
    if price is None:
        return _none(place.currency, wording.NO_PRICE, pieces[1])
    low, likely, high = (one * price for one in pieces)
    return Cost(low, likely, high, place.currency, "shift", CASH, pieces[1])


def cost_of_speed(facts: Facts, drift: Drift, change: float, error: float, baseline: float) -> Cost:
    """What a slower machine costs until the shift ends: time lost at the speed it had.

    Args:
        facts: where the price of an hour is.
        drift: of the speed.
        change: of speed, in shares of the ideal rate; below 0 is slower.
        error: of it, 90 %.
        baseline: speed before.
    """
    place = facts.places[drift.series.equipment]
    if change >= 0:
        return _none(place.currency, wording.FASTER_COSTS)
    hours = hours_left(facts, drift)
    lost = [max(0.0, -(change + by) / baseline) * hours for by in (error, 0.0, -error)]
    rate = place.rate.get(drift.product)
    pieces = None if rate is None else lost[1] * rate * baseline
    if place.hour is None:
        return _none(place.currency, wording.NO_HOUR, pieces, 60 * lost[1])
    low, high = place.hour
    likely = lost[1] * (low + high) / 2
    return Cost(
        lost[0] * low,
        likely,
        lost[2] * high,
        place.currency,
        "shift",
        CONTRIBUTION,
        pieces,
        60 * lost[1],
    )


def hours_left(facts: Facts, drift: Drift) -> float:
    """Until the open shift ends; eight where none is open."""
    ends = facts.places[drift.series.equipment].shift_ends
    return _SHIFT if ends is None or ends <= facts.as_of else (ends - facts.as_of) / HOUR


def _none(currency: str, why: str, pieces: float | None = None, minutes: float | None = None) -> Cost:
    return Cost(None, None, None, currency, "shift", "", pieces, minutes, why)
