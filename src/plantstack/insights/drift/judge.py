"""One series judged: what is normal is learned first, then every value is held against it, one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import log, sqrt
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from plantstack.insights.drift.budget import normal_threshold, threshold
from plantstack.insights.drift.monitor import REACH, Chart, Limits, Monitor, Step, ewma_sd, run
from plantstack.insights.drift.onset import Onset, onset
from plantstack.insights.drift.robust import Baseline, Floats, baseline, memory
from plantstack.insights.drift.series import Ints, Series
from plantstack.intervals import DAY

WEEK = 7 * DAY
ALONE = 30.0
"""Values standing alone from which a spread is known; from fewer only what is far beyond it is told."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a sort of series is judged; counts are values of the series.

    Attributes:
        learn: usual values before anything is judged, over at least `days`.
        least: usual values of a product before it is judged.
        hold: values after learning from which the threshold is checked.
        weight: of the newest value in the EWMA.
        least_shift: smaller shifts are not worth anybody's time; spreads of the baseline.
        alone: values standing alone that anything is learned from, at least.
    """

    learn: int
    days: float
    least: int
    hold: int
    weight: float
    least_shift: float = 0.5
    alone: float = ALONE


READINGS = Pace(learn=240, days=2.0, least=60, hold=240, weight=0.04)
SPEEDS = Pace(learn=72, days=4.0, least=16, hold=48, weight=0.12, alone=10.0)  # a pace stays for an order
K, N, HOLD = 3, 5, 0.5
_HIGHEST = 2.0  # of what noise alone asks for: held-out time that is off itself must not blind the chart
_TOO_LONG = 28 * DAY  # an alarm that stands so long, and still, is the new normal: it is learned anew
_STILL = 10 * DAY
_BEFORE = 150  # values before an alarm among which its start is looked for, beyond the last calm one
_FEW = 12
_LAST = 5  # values that say by themselves whether a drift still stands
_NINE_IN_TEN = 1.2816
_SPREAD_OF_STEPS = 1.4826 / sqrt(2)  # spread of values, of the median step from one to the next
MORE = 1.25
"""Times the memory that few values show: it is rather underrated from them."""
_OF_FEW = 0.4  # few values that stand alone are fewer still, for their memory is read from them as well
_BEYOND = 1.25  # of a limit, that values count to
_LOOKS = 4.0  # in one span of an EWMA


@dataclass(frozen=True, slots=True)
class Lacking:
    """A series that cannot be judged yet.

    Attributes:
        n, days: usual values it has, and the days they are from.
        learned: of them that were learned from, where they are many but resemble each other; else 0.
        alone: values standing alone that would tell as much as those learned from.
        is_flat: they are many, but no product has enough of them that differ.
    """

    n: int
    days: float
    learned: int = 0
    alone: float = 0.0
    is_flat: bool = False


@dataclass(frozen=True, slots=True)
class Learned:
    """What is normal of a series.

    Attributes:
        by_product: centre and spread.
        z: deviations in spreads; NaN where nothing is known of the product yet.
        first: index from which values are judged.
        since, until: of the values learned from; microseconds UTC.
        memory: of the deviations.
    """

    by_product: Mapping[str, Baseline]
    z: Floats
    first: int
    since: int
    until: int
    memory: float

    @property
    def alone(self) -> float:
        """Values standing alone that would tell as much as those learned from."""
        return float(np.isfinite(self.z[: self.first]).sum()) / self.memory


@dataclass(frozen=True, slots=True)
class Drift:
    """An alarm that stands.

    Attributes:
        series, learned: what it is of.
        raised: index at which it was raised.
        onset: indexes of the series.
        up: the parameter rose.
        shift: recent median in spreads, with its standard error.
        n: values behind it.
        product: what ran last.
        severity: -log10 of the chance that noise comes so far in a week.
        is_back: the last values have come back so far that an alarm is left over from those before them.
    """

    series: Series
    learned: Learned
    raised: int
    onset: Onset
    up: bool
    shift: float
    error: float
    n: int
    product: str
    severity: float
    is_back: bool

    @property
    def normal(self) -> Baseline:
        """Of the product that ran last."""
        return self.learned.by_product[self.product]


def pace_of(series: Series) -> Pace:
    """How a series is judged."""
    return SPEEDS if series.is_speed else READINGS


class Remembering(Protocol):
    """Whatever was learned from values that resemble each other."""

    @property
    def memory(self) -> float:
        """Values that tell as much as one that stands alone."""


_What = TypeVar("_What", bound=Remembering)


def learn(series: Series, pace: Pace, start: int = 0) -> Learned | Lacking:
    """Learn what is normal from the first usual values from `start` on.

    A product that has too few by then is learned from its own first values, and judged after those.
    """
    return learn_enough(
        series.at,
        series.is_usual,
        pace,
        start,
        lambda usual, first: _learned(series, pace, usual, start, first),
    )


def learn_enough(
    at: Ints,
    is_usual: NDArray[np.bool_],
    pace: Pace,
    start: int,
    make: Callable[[Ints, int], _What | None],
) -> _What | Lacking:
    """Learn from the first usual values from `start` on; they are as many as it takes.

    Values that resemble each other tell less: then it is learned from twice as many, and twice again.

    Args:
        at, is_usual: of the values, in order of time.
        pace: how many it takes at least.
        start: index.
        make: is handed the indexes of all usual values, and the index before which it may learn.
    """
    usual = np.flatnonzero(is_usual[start:]) + start
    days = float(at[usual[-1]] - at[usual[0]]) / DAY if len(usual) else 0.0
    if days < pace.days:
        return Lacking(len(usual), days)
    enough = int(np.searchsorted(at[usual], at[usual[0]] + round(pace.days * DAY)))
    count = max(pace.learn, enough)
    lacking, few = Lacking(len(usual), days), None
    while len(usual) >= count:
        found = make(usual, int(usual[count - 1]) + 1)
        if found is None:
            return few or replace(lacking, is_flat=True)
        if count / found.memory >= ALONE:
            return found
        if few is None and count / found.memory >= pace.alone:
            few = found  # until there are enough
        lacking = replace(lacking, learned=count, alone=count / found.memory)
        count *= 2
    return few or lacking


def _learned(series: Series, pace: Pace, usual: Ints, start: int, first: int) -> Learned | None:
    by_product: dict[str, Baseline] = {}
    z = np.full(len(series.value), np.nan)
    for product in np.unique(series.product[usual]).tolist():
        mine = usual[series.product[usual] == product]
        early = mine[mine < first]
        known = early if len(early) >= pace.least else mine[: pace.least]
        found = baseline(series.value[known])
        if len(known) < pace.least or found.spread <= 0:
            continue
        by_product[product] = found
        since = start if known is early else int(known[-1]) + 1
        judged = np.flatnonzero(series.product[since:] == product) + since
        z[judged] = (series.value[judged] - found.centre) / found.spread
    if not by_product:
        return None
    told = z[usual[usual < first]]
    remembered = MORE * memory(told[np.isfinite(told)])
    return Learned(by_product, z, first, int(series.at[usual[0]]), int(series.at[first - 1]), remembered)


def chart_of(series: Series, learned: Learned, pace: Pace, a_week: float) -> Chart:
    """The chart of a series: its limit is solved from the false alarms accepted in a week.

    Noise of the memory that was learned, and the doubt of its centre, ask for one limit; the time held out
    after learning asks for another. The higher one counts, but not beyond twice what noise asks for.
    """
    doubt = max(one.doubt / one.spread for one in learned.by_product.values())
    sd = sqrt(ewma_sd(pace.weight, learned.memory) ** 2 + doubt**2)
    held = learned.z[learned.first : learned.first + pace.hold]
    held = held[np.isfinite(held)]
    noise = _as_sure(normal_threshold(_looks(series, learned, pace), a_week), learned)
    least = pace.least_shift / sd
    if len(held) >= pace.hold / 2:
        plain = run(Chart(Limits(1.0, 0.5), pace.weight, sd), held.tolist())
        span = float(series.at[min(learned.first + pace.hold, len(series.at)) - 1] - learned.until) / WEEK
        seen = threshold([np.array([one.score for one in plain])], a_week * max(span, 1e-6), K, N, HOLD)
        noise = max(noise, min(seen, _HIGHEST * noise))
    height = max(noise, least)
    reach = max(REACH, _BEYOND * height * sd if learned.alone < ALONE else 0.0)  # of a limit so high too
    return Chart(Limits(height, HOLD * height, K, N), pace.weight, sd, reach=reach)


def _as_sure(limit: float, learned: Learned) -> float:
    """A limit in spreads that are known, as one in spreads of few values: as rare by Student's t."""
    freedom = max(_OF_FEW * learned.alone, 2.5) - 1
    return limit if learned.alone >= ALONE else float(student.isf(norm.sf(limit), freedom))


def _looks(series: Series, learned: Learned, pace: Pace) -> float:
    """How many scores standing alone a week of such a series has, so that AR(1) noise keeps its budget."""
    count = int(np.searchsorted(series.at, learned.until) - np.searchsorted(series.at, learned.since)) + 1
    weeks = max((learned.until - learned.since) / WEEK, 1e-6)
    return max(_LOOKS * count / weeks * pace.weight, 1.0)


def judge(series: Series, a_week: float) -> Drift | Lacking | None:
    """Hold a series against what was normal in it: the alarm that stands at its end, if one does.

    Args:
        series: in order of time.
        a_week: false alarms accepted of this series in a week.
    """
    pace = pace_of(series)
    start = 0
    while True:
        learned = learn(series, pace, start)
        if isinstance(learned, Lacking):
            return learned if start == 0 else None
        told = watch(series, learned, pace, a_week)
        if not isinstance(told, Anew):
            return told
        start = told.start


@dataclass(frozen=True, slots=True)
class Anew:
    """An alarm stood so long that it is the new normal: index from which it is to be learned."""

    start: int


def watch(series: Series, learned: Learned, pace: Pace, a_week: float) -> Drift | Anew | None:
    """Hold values against what was learned of them: the alarm that stands at their end, if one does."""
    steps, raised, anew = _watched(series, learned, chart_of(series, learned, pace, a_week))
    if anew is not None:
        return Anew(anew)
    return None if raised is None else _drift(series, learned, steps, raised, pace)


def _watched(series: Series, learned: Learned, chart: Chart) -> tuple[list[Step], int | None, int | None]:
    """What the chart said from `first` on; where the alarm that stands was raised; where to learn anew."""
    monitor = Monitor(chart)
    steps: list[Step] = []
    raised: int | None = None
    for place in range(learned.first, len(series.value)):
        steps.append(monitor.step(float(learned.z[place])))
        if not steps[-1].is_raised:
            raised = None
        elif raised is None:
            raised = place
        elif series.at[place] - series.at[raised] > _TOO_LONG and _settled(series, learned, place, chart):
            return steps, None, place
    return steps, raised, None


def _settled(series: Series, learned: Learned, place: int, chart: Chart) -> bool:
    """Whether values stand now where they stood ten days ago; the level itself has an end at its reach."""
    then = int(np.searchsorted(series.at, series.at[place] - _STILL))
    size = round(2 / chart.weight)
    now, before = (learned.z[max(one - size, 0) : one + 1] for one in (place, then))
    now, before = now[np.isfinite(now)], before[np.isfinite(before)]
    if not len(now) or not len(before):
        return False
    apart = abs(float(np.median(now)) - float(np.median(before)))
    return apart < chart.limits.raise_at * chart.level_sd / 2


def _drift(series: Series, learned: Learned, steps: list[Step], raised: int, pace: Pace) -> Drift | None:
    """What is known of an alarm that stands."""
    up = steps[-1].level > 0
    levels = np.array([one.level for one in steps]) * (1 if up else -1)
    calm = np.flatnonzero(levels[: raised - learned.first] <= 0.25 * levels[raised - learned.first])
    since = max(learned.first, (int(calm[-1]) if len(calm) else 0) + learned.first - _BEFORE)
    places = np.flatnonzero(np.isfinite(learned.z[since:])) + since
    if len(places) < _FEW:
        return None
    z = learned.z[places]
    found = onset(z, series.at[places].astype(np.float64), learned.memory)
    at, low, high = (int(places[one]) for one in (found.at, found.low, found.high))
    begun = replace(found, at=at, low=low, high=high)
    recent = places[max(len(places) - max(round(1 / pace.weight), _FEW), min(found.at, len(places) - _FEW)) :]
    shift = float(np.median(learned.z[recent]))
    known = learned.by_product[product := str(series.product[recent[-1]])]
    error = sqrt(1.5708 * learned.memory / len(recent) + (known.doubt / known.spread) ** 2)
    rare = -float(norm.logsf(abs(steps[-1].score))) / log(10) - log(2 * _looks(series, learned, pace), 10)
    back = _is_back(z * (1 if up else -1), float(levels[raised - learned.first :].max()))
    told = (begun, up, shift, error, len(recent), product, max(rare, 0.0), back)
    return Drift(series, learned, raised, *told)


def _is_back(z: Floats, most: float) -> bool:
    """Whether the last values alone say, nine times in ten, that more than half of a drift is gone.

    An EWMA forgets slowly, and its alarm holds on to half its height so that it does not come and go: after a
    large step it stands for hours when the values are long as they were. Their doubt is that of neighbours:
    it is asked where the values are now, not where they will be.
    """
    apart = float(np.median(np.abs(np.diff(z)))) * _SPREAD_OF_STEPS
    doubt = _NINE_IN_TEN * sqrt(1.5708 / _LAST) * apart
    return float(np.median(z[-_LAST:])) + doubt < most / 2
