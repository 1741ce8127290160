"""Charts that remember, one value at a time: robust EWMA, CUSUM, raised after k of n, cleared lower.

A `Monitor` holds all it knows in a few numbers, so it can be stopped, stored and gone on with. `run` steps
through a whole series: streaming and batch are one computation. Values are deviations in spreads of their
baseline. Sources: NIST/SEMATECH handbook 6.3.2.3 and 6.3.2.4; the drawing in of single values is Huber's psi.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite, sqrt
from typing import NamedTuple

REACH = 8.0
"""Spreads that a value counts to, as a rule."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where an alarm is raised, and to where it holds.

    Attributes:
        raise_at: score from which a value speaks for an alarm.
        clear_at: score below which it speaks against; not above `raise_at`.
        k, n: raised, and cleared, when k of the last n values say so.
    """

    raise_at: float
    clear_at: float
    k: int = 3
    n: int = 5

    def __post_init__(self) -> None:
        if not 1 <= self.k <= self.n or self.clear_at > self.raise_at:
            raise ValueError(f"limits contradict themselves: {self}")


@dataclass(slots=True)
class Persistence:
    """Whether an alarm stands.

    Attributes:
        limits: when it is raised and cleared.
        over, under: what the last n values said, newest first.
        is_raised: it stands.

    >>> alarm = Persistence(Limits(3.0, 1.0, k=2, n=3))
    >>> [alarm.step(score) for score in (4, 0, 5, 2, 2, 0.5, 0.1, 9)]
    [False, False, True, True, True, True, False, False]
    """

    limits: Limits
    over: tuple[bool, ...] = ()
    under: tuple[bool, ...] = ()
    is_raised: bool = False

    def step(self, score: float) -> bool:
        """Take one score; whether the alarm stands after it."""
        known = self.limits
        self.over = (score >= known.raise_at, *self.over)[: known.n]
        self.under = (score < known.clear_at, *self.under)[: known.n]
        told = self.under if self.is_raised else self.over
        if sum(told) >= known.k:
            self.is_raised = not self.is_raised
            self.over = self.under = ()
        return self.is_raised


class Step(NamedTuple):
    """What a chart says after one value.

    Attributes:
        level: the EWMA, in spreads.
        up, down: the sums of a CUSUM, in spreads.
        score: what is held against the limits.
        is_raised: the alarm stands.
    """

    level: float
    up: float
    down: float
    score: float
    is_raised: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """How a chart is made.

    Attributes:
        limits: of the score, which is the greater of |level| / `level_sd` and the sums / `sum_scale`.
        weight: of the newest value in the EWMA.
        level_sd: what the EWMA of normal values spreads by; what divides it.
        slack: of the CUSUM, in spreads: half the shift it looks for.
        sum_scale: what divides the sums; None: they do not count.
        clip: how far from its level a single value can pull, in spreads.
        reach: how far from normal a value counts at most: what was far off is not long in coming back.
    """

    limits: Limits
    weight: float = 0.05
    level_sd: float = 1.0
    slack: float = 0.5
    sum_scale: float | None = None
    clip: float = 3.0
    reach: float = REACH


@dataclass(slots=True)
class Monitor:
    """A chart in use. Values that are no numbers change nothing.

    >>> chart = Chart(Limits(0.9, 0.5, k=1, n=1), weight=0.5)
    >>> monitor = Monitor(chart)
    >>> [round(monitor.step(value).level, 3) for value in (1.0, 1.0, float("nan"), 80.0)]
    [0.5, 0.75, 0.75, 2.25]
    """

    chart: Chart
    level: float = 0.0
    up: float = 0.0
    down: float = 0.0
    alarm: Persistence = field(init=False)

    def __post_init__(self) -> None:
        self.alarm = Persistence(self.chart.limits)

    def step(self, value: float) -> Step:
        """Take one value, a deviation in spreads."""
        if not isfinite(value):
            return Step(self.level, self.up, self.down, self._score(), self.alarm.is_raised)
        chart = self.chart
        value = _within(value, chart.reach)
        self.level += chart.weight * _within(value - self.level, chart.clip)
        tamed = _within(value, chart.clip)
        self.up = max(0.0, self.up + tamed - chart.slack)
        self.down = max(0.0, self.down - tamed - chart.slack)
        score = self._score()
        return Step(self.level, self.up, self.down, score, self.alarm.step(score))

    def _score(self) -> float:
        score = abs(self.level) / self.chart.level_sd
        if self.chart.sum_scale is not None:
            score = max(score, max(self.up, self.down) / self.chart.sum_scale)
        return score


def run(chart: Chart, values: Iterable[float]) -> list[Step]:
    """All that a fresh monitor says of a series."""
    monitor = Monitor(chart)
    return [monitor.step(float(value)) for value in values]


def raised(limits: Limits, scores: Iterable[float]) -> list[bool]:
    """Whether the alarm stands after each of some scores."""
    alarm = Persistence(limits)
    return [alarm.step(float(score)) for score in scores]


def ewma_sd(weight: float, memory: float) -> float:
    """Standard deviation of an EWMA of values of spread 1 with a memory, as if they were an AR(1) process.

    >>> round(ewma_sd(0.2, 1.0), 4)
    0.3333
    """
    phi = (memory - 1) / (memory + 1)
    lasting = phi * (1 - weight)
    return sqrt(weight / (2 - weight) * (1 + lasting) / (1 - lasting))


def _within(value: float, clip: float) -> float:
    return max(-clip, min(clip, value))
