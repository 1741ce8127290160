"""What else it could be: the sensor, a change on purpose, something around; each held against the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow.compute as pc

from plantstack.insights.drift import wording
from plantstack.insights.drift.judge import Drift, Lacking, learn, pace_of
from plantstack.insights.drift.series import Series
from plantstack.insights.drift.wording import say
from plantstack.insights.facts import Facts
from plantstack.insights.finding import Explanation
from plantstack.intervals import MINUTE

_GOES_WITH = 0.6  # correlation in normal time from which two parameters go together
_SHARED = 40  # stretches that both were read in
_SAME_TIME = 30 * MINUTE
_STUCK = 12
_MOVED = 0.5  # of what is expected


@dataclass(frozen=True, slots=True)
class Beside:
    """Another parameter of the same machine that goes with the one that drifts.

    Attributes:
        parameter: its id.
        correlation: in normal time.
        moved: how far it moved, of what the correlation lets expect.
    """

    parameter: str
    correlation: float
    moved: float


def explanations(facts: Facts, drift: Drift, others: Sequence[Series]) -> tuple[Explanation, ...]:
    """Everything that would explain a drift, weights adding up to 1, the likeliest first."""
    is_speed = drift.series.is_speed
    found = [_process(is_speed)]
    if not is_speed:
        found += _sensor(drift, [one for one in others if one.equipment == drift.series.equipment])
        found += _around(facts, drift, others)
    found += changed(facts, drift)
    return weighed(found)


def weighed(found: Sequence[Explanation]) -> tuple[Explanation, ...]:
    """Explanations with weights that add up to 1, the likeliest first."""
    total = sum(one.weight for one in found)
    kept = [replace(one, weight=one.weight / total) for one in found]
    return tuple(sorted(kept, key=lambda one: -one.weight))


def _process(is_speed: bool) -> Explanation:
    if is_speed:
        return Explanation(say(wording.SPEED_PROCESS), 0.5, say(wording.TEST_SPEED))
    return Explanation(say(wording.PROCESS), 0.5, say(wording.TEST_PROCESS))


# -- the sensor ----------------------------------------------------------------------------------


def _sensor(drift: Drift, neighbours: Sequence[Series]) -> list[Explanation]:
    name = wording.parameter(drift.series.parameter)
    test = say(wording.TEST_SENSOR, parameter=name)
    stuck = _same_in_a_row(drift)
    if stuck >= _STUCK:
        return [Explanation(say(wording.STUCK, n=wording.count(stuck)), 2.0, test)]
    beside = [one for other in neighbours if (one := goes_with(drift, other)) is not None]
    if not beside:
        return [Explanation(say(wording.SENSOR_ALONE, parameter=name), 0.15, test)]
    still = [one for one in beside if one.moved < _MOVED]
    if len(still) == len(beside):
        return [Explanation(say(wording.SENSOR, parameter=name), 1.0, test)]
    return [
        Explanation(say(wording.COUPLED, other=wording.parameter(one.parameter)), 0.3)
        for one in beside
        if one.moved >= _MOVED
    ]


def _same_in_a_row(drift: Drift) -> int:
    """How often the last value stands at the end, where it did not use to repeat itself."""
    value = drift.series.value
    other = np.flatnonzero(value != value[-1])
    row = len(value) - 1 - (int(other[-1]) if len(other) else -1)
    before = value[: drift.learned.first]
    repeats = float(np.mean(np.diff(before) == 0)) if len(before) > 1 else 1.0
    return row if repeats < 0.5 else 0


def goes_with(drift: Drift, other: Series) -> Beside | None:
    """Whether another parameter goes with the one that drifts, and how far it moved since; else None."""
    if other.parameter == drift.series.parameter or other.is_speed:
        return None
    theirs = learn(other, pace_of(other))
    if isinstance(theirs, Lacking):
        return None
    _, mine, its = np.intersect1d(drift.series.at, other.at, return_indices=True)
    one, two = drift.learned.z[mine], theirs.z[its]
    known = np.isfinite(one) & np.isfinite(two)
    normal, since = known & (mine < drift.learned.first), known & (mine >= drift.onset.at)
    if normal.sum() < _SHARED or since.sum() < 3:
        return None
    r = float(np.corrcoef(np.clip(one[normal], -4, 4), np.clip(two[normal], -4, 4))[0, 1])
    if not abs(r) >= _GOES_WITH:  # also where it is no number
        return None
    expected = r * float(np.median(one[since]))
    return Beside(other.parameter, r, float(np.median(two[since])) / expected if expected else 1.0)


# -- around, and on purpose ----------------------------------------------------------------------


def _around(facts: Facts, drift: Drift, others: Sequence[Series]) -> list[Explanation]:
    """The same parameter of other machines of the site moved the same way since."""
    site = facts.places[drift.series.equipment].site
    moved = 0
    asked = 0
    since = int(drift.series.at[drift.onset.at])
    for other in others:
        is_it = other.parameter == drift.series.parameter and other.equipment != drift.series.equipment
        if not is_it or facts.places[other.equipment].site != site:
            continue
        theirs = learn(other, pace_of(other))
        if isinstance(theirs, Lacking):
            continue
        z = theirs.z[(other.at >= since) & np.isfinite(theirs.z)]
        if len(z):
            asked += 1
            moved += float(np.median(z)) * np.sign(drift.shift) >= abs(drift.shift) / 3
    if not moved:
        return []
    name = wording.parameter(drift.series.parameter)
    says = say(wording.AROUND, parameter=name, n=wording.count(moved))
    return [Explanation(says, 1.0 * moved / asked, say(wording.TEST_AROUND))]


def changed(facts: Facts, drift: Drift) -> list[Explanation]:
    """An order or settings that changed when it began; a slow drift is not made by one instant."""
    at = drift.series.at
    low, high = int(at[drift.onset.low]) - _SAME_TIME, int(at[drift.onset.high]) + _SAME_TIME
    if high - low > 24 * 60 * MINUTE:
        return []
    weight = 0.5 if drift.onset.shape == "step" else 0.1
    test = say(wording.TEST_CHANGED)
    setups = facts.table("setups")
    mine = pc.and_(pc.equal(setups["equipment"], drift.series.equipment), _between(setups["at"], low, high))
    told = setups.filter(mine)["at"].to_pylist()
    if told:
        return [Explanation(say(wording.SET, when=wording.moment(told[0])), weight, test)]
    time = facts.table("time")
    time = time.filter(pc.equal(time["equipment"], drift.series.equipment)).sort_by("from")
    orders, since = time["order"].to_pylist(), time["from"].to_pylist()
    new = [
        when
        for before, order, when in zip(orders, orders[1:], since[1:], strict=False)
        if order and order != before and low <= when <= high
    ]
    return [Explanation(say(wording.CHANGED, when=wording.moment(new[0])), weight, test)] if new else []


def _between(column: object, low: int, high: int) -> object:
    return pc.and_(pc.greater_equal(column, low), pc.less_equal(column, high))
