"""When a figure of each shift went wrong: episodes, found one shift after the other as they were known.

What is normal is the median and spread of the normal shifts before; a shift inside an episode never becomes
normal. Since each shift is judged by what came before it, more shifts never change what was said of earlier
ones. Times and counts of a shift pile up near nothing and have long tails: they are judged by their roots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from plantstack.insights.drift.budget import normal_threshold
from plantstack.insights.drift.monitor import Limits, Persistence, ewma_sd
from plantstack.insights.drift.robust import baseline

LEAST = 12  # normal shifts before anything is judged
_BEHIND = 60  # normal shifts looked back at
_WEIGHT = 0.25  # of the newest shift
_STRONG = 5.0  # spreads at least: tails of whole shifts are longer than those of a normal distribution
_SPREAD = 0.8  # at least, of roots: where it is nothing nearly always, a few minutes are no news
_LASTS = 45  # shifts after which what is out of the ordinary has become the ordinary


@dataclass(frozen=True, slots=True)
class Episode:
    """Shifts in which a figure was out of the ordinary.

    Attributes:
        first, last: indexes; the last is the newest where the episode goes on.
        raised: index of the shift after which it was said.
        usual: median of the normal shifts before it, `low` to `high` their middle nine tenths.
        n_usual: how many those are.
        seen: mean of its shifts.
        score: greatest distance from the usual, in spreads.
        is_open: it goes on at the end.
    """

    first: int
    last: int
    raised: int
    usual: float
    low: float
    high: float
    n_usual: int
    seen: float
    score: float
    is_open: bool


def episodes(values: Sequence[float], looks: float, allowed: float, least: float) -> list[Episode]:
    """Episodes in which a figure of each shift, 0 or more, was too high.

    Args:
        values: in order of time.
        looks: shifts in the time that `allowed` is for.
        allowed: false alarms accepted in it.
        least: how much above the usual is worth a word.

    >>> found = episodes([4, 5, 6, 5] * 5 + [60, 70, 65] + [5] * 12, looks=21, allowed=0.1, least=10)
    >>> [(one.first, one.raised, one.is_open) for one in found]
    [(20, 21, False)]
    """
    watch = _Watch(max(normal_threshold(looks, allowed), _STRONG), least)
    for value in values:
        watch.step(float(value))
    if watch.alarm.is_raised:
        watch.close(len(values) - 1, is_open=True)
    return watch.found


@dataclass(slots=True)
class _Watch:
    """Goes through shifts one by one."""

    limit: float
    least: float
    found: list[Episode] = field(default_factory=list)
    alarm: Persistence = field(init=False)
    seen: list[float] = field(default_factory=list)
    normal: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    level: float = 0.0
    excess: float = 0.0
    first: int = -1  # shift from which the level has stayed above the usual
    raised: int = -1

    def __post_init__(self) -> None:
        self.alarm = Persistence(Limits(self.limit, self.limit / 3, k=1, n=1))

    def step(self, value: float) -> None:
        number = len(self.seen)
        self.seen.append(value)
        if len(self.normal) < LEAST:
            self.normal.append(value)
            return
        usual = baseline(np.sqrt(np.array(self.normal[-_BEHIND:])))
        far = float((np.sqrt(value) - usual.centre) / max(usual.spread, _SPREAD))
        self.level += _WEIGHT * (min(far, 2 * self.limit) - self.level)
        self.excess += _WEIGHT * (value - usual.centre**2 - self.excess)
        score = self.level / ewma_sd(_WEIGHT, 1.0)
        if score < 1.0:
            self.first = -1
        elif self.first < 0:
            self.first = number
        stood = self.alarm.is_raised
        stands = self.alarm.step(score if stood or self.excess >= self.least else 0.0)
        if stands:
            self.raised = self.raised if stood else number
            self.scores.append(score)
            if number - self.raised >= _LASTS:
                self._settle(number)
            return
        if stood:
            self.close(number - 1, is_open=False)
        if score < self.limit:
            self.normal.append(value)

    def _settle(self, number: int) -> None:
        first = self.first if self.first >= 0 else self.raised
        self.close(number, is_open=False)
        self.normal = self.seen[first : number + 1]
        self.alarm = Persistence(self.alarm.limits)

    def close(self, last: int, *, is_open: bool) -> None:
        """The episode that stands is over, or as far as is known."""
        behind = np.array(self.normal[-_BEHIND:])
        low, high = np.quantile(behind, (0.05, 0.95))
        first = self.first if self.first >= 0 else self.raised
        self.found.append(
            Episode(
                first,
                last,
                self.raised,
                float(np.median(behind)),
                float(low),
                float(high),
                len(behind),
                float(np.mean(self.seen[first : last + 1])),
                max(self.scores),
                is_open,
            )
        )
        self.scores, self.first, self.level, self.excess = [], -1, 0.0, 0.0
