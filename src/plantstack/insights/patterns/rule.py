"""A rule: conditions that hold together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from plantstack.insights.patterns.sample import Bools, Sample


@dataclass(frozen=True, slots=True)
class Is:
    """The name on an axis is this word."""

    axis: str
    word: str


@dataclass(frozen=True, slots=True)
class Within:
    """The value on an axis is at least `low` and below `high`, or with `is_outside` beyond the two."""

    axis: str
    low: float | None = None
    high: float | None = None
    is_outside: bool = False


Condition: TypeAlias = Is | Within
Rule: TypeAlias = tuple[Condition, ...]


def holds(sample: Sample, one: Condition) -> Bools:
    """The rows in which a condition holds; where nobody knows it does not."""
    if isinstance(one, Is):
        named = sample.named[one.axis]
        return np.asarray(named.codes == named.words.index(one.word))
    value = sample.measured[one.axis]
    below = value < (np.inf if one.high is None else one.high)
    above = value >= (-np.inf if one.low is None else one.low)
    if not one.is_outside:
        return np.asarray(below & above)
    return np.asarray((~below | ~above) & ~np.isnan(value))


def covered(sample: Sample, rule: Rule) -> Bools:
    """The rows in which all conditions of a rule hold."""
    rows = np.ones(len(sample), dtype=np.bool_)
    for one in rule:
        rows &= holds(sample, one)
    return rows


def axes(rule: Rule) -> frozenset[str]:
    """What a rule speaks of."""
    return frozenset(one.axis for one in rule)


def merged(rule: Rule) -> Rule:
    """Two bounds of one axis as one condition.

    >>> merged((Within("wear", low=200.0), Within("wear", high=240.0)))
    (Within(axis='wear', low=200.0, high=240.0, is_outside=False),)
    """
    kept: list[Condition] = []
    for one in rule:
        same = next((i for i, other in enumerate(kept) if _joins(one, other)), None)
        if same is None:
            kept.append(one)
        else:
            kept[same] = _joined(one, kept[same])
    return tuple(kept)


def _joins(one: Condition, other: Condition) -> bool:
    return (
        isinstance(one, Within)
        and isinstance(other, Within)
        and one.axis == other.axis
        and not one.is_outside
        and not other.is_outside
    )


def _joined(one: Condition, other: Condition) -> Condition:
    both = [each for each in (one, other) if isinstance(each, Within)]
    lows = [each.low for each in both if each.low is not None]
    highs = [each.high for each in both if each.high is not None]
    return Within(one.axis, max(lows, default=None), min(highs, default=None))
