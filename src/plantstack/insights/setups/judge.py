"""Which values of a run are off, held against the good runs of the same product before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from plantstack.insights.facts import Limits
from plantstack.insights.setups.envelope import (
    Envelope,
    Off,
    Offset,
    against,
    began_with,
    constant_offset,
    envelope,
    is_material,
    spread,
)
from plantstack.insights.setups.runs import Run, Setting

GOOD_RUNS = 6  # of the same product that are needed to know what is usual
FEW_RUNS = 3  # that are enough where a value lies outside its limits: those say it as well
RECENT_RUNS = 30  # good runs that are looked at: what was usual last year is not what is usual now
LEAST_READINGS = 3  # at the start of a run
_TURNS = 3  # earlier shifts of a name and product, to know what is usual in it
_BACK = 0.5  # of how far it was off: nearer to what is usual than that is no longer off
_SHARE = 0.25  # of half the tolerance; less does not matter whatever its chance
_RESOLUTION = 50  # spreads finer than this part of the tolerance are taken as that
_LIMITS_FROM = 10  # runs whose limits are looked at
_UNUSUAL = 3.0  # spreads of the scrap rate above its median: no good run

By = Literal["setting", "reading"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A parameter of a run that was set wrong.

    Attributes:
        run: which.
        parameter: which.
        by: a setting that was told, or the first readings.
        off, good: how far, from what.
        low, high: limits, where they are known.
        usual: scrap rate of the good runs.
        like: products of the machine whose good runs have this value.
        at: when the first of the values was known.
        size: pieces that a good run makes.
        worst: the highest scrap rate that a run of the product has had.
    """

    run: Run
    parameter: str
    by: By
    off: Off
    good: Envelope
    low: float | None
    high: float | None
    usual: float
    like: tuple[str, ...]
    at: int
    size: float = 0.0
    worst: float = 0.0


def good_runs(runs: Sequence[Run], product: str) -> list[Run]:
    """Runs of a product whose scrap was not unusual, the latest of them."""
    mine = [one for one in runs if one.product == product and one.made > 0]
    if not mine:
        return []
    rates = np.array([one.rate for one in mine])
    limit = float(np.median(rates)) + _UNUSUAL * max(spread(rates), 1e-9)
    return [one for one in mine if one.rate <= limit][-RECENT_RUNS:]


def wrongs(runs: Sequence[Run], place: int, alpha: float) -> Iterator[Wrong]:
    """What was set wrong in one run.

    Args:
        runs: of one machine, in order of time.
        place: of the run that is judged; those before it are what it is held against.
        alpha: chance of a false alarm for each parameter.
    """
    run, before = runs[place], runs[:place]
    good = good_runs(before, run.product)
    usual = float(np.median([one.rate for one in good])) if good else 0.0
    size = float(np.median([one.made for one in good])) if good else 0.0
    risk = size, max((one.rate for one in before if one.product == run.product), default=0.0)
    for parameter, setting in run.settings.items():
        told = [[one.settings[parameter].value] for one in good if parameter in one.settings]
        usual_limits = limits_of(before, run.product, parameter)
        if _is_of_another(setting, usual_limits):
            continue
        limits = setting.low, setting.high
        if limits == (None, None):  # a value without limits is held against those that are known
            limits = usual_limits
        off = _off(told, [setting.value], limits, alpha)
        if off is not None:
            like = _like(before, run, parameter, off[0].mean, "setting")
            yield Wrong(run, parameter, "setting", *off, *limits, usual, like, setting.at, *risk)
    for parameter in run.readings:
        told = [first for one in good if len(first := one.first(parameter)) >= LEAST_READINGS]
        mine = run.first(parameter)
        limits = limits_of(runs[: place + 1], run.product, parameter)
        off = _off(told, mine, limits, alpha) if len(mine) >= LEAST_READINGS else None
        if off is None or _is_of_its_shift(before, run, parameter, off[0]):
            continue
        if began_with(off[0], _end_before(before, parameter)) and not _is_back(run, parameter, *off):
            like = _like(before, run, parameter, off[0].mean, "reading")
            at = run.readings[parameter][LEAST_READINGS - 1][0]
            yield Wrong(run, parameter, "reading", *off, *limits, usual, like, at, *risk)


def first_values(run: Run, parameter: str, by: By) -> list[float]:
    """What a run began with: the setting that was told, or the first readings; empty where there is none."""
    if by == "reading":
        return run.first(parameter)
    return [run.settings[parameter].value] if parameter in run.settings else []


def _off(
    told: Sequence[Sequence[float]],
    mine: Sequence[float],
    limits: tuple[float | None, float | None],
    alpha: float,
) -> tuple[Off, Envelope] | None:
    """How far values are off, where that is neither chance nor too little to matter."""
    low, high = limits
    if len(told) < (FEW_RUNS if _is_outside(mine, low, high) else GOOD_RUNS):
        return None
    finest = (high - low) / _RESOLUTION if low is not None and high is not None else 0.0
    good = envelope(told, finest)
    if good is None:
        return None
    off = against(good, mine)
    is_it = off.chance <= alpha and is_material(off, good, low, high, _SHARE)
    return (off, good) if is_it else None


def _is_outside(values: Sequence[float], low: float | None, high: float | None) -> bool:
    """Whether all values lie above their limits, or all below."""
    return (high is not None and min(values) > high) or (low is not None and max(values) < low)


def _is_of_its_shift(before: Sequence[Run], run: Run, parameter: str, off: Off) -> bool:
    """Whether the product has had such values in that shift before: then it is the shift, and no set-up.

    Good runs do not tell it: where the values of nights make scrap, no run of a night is among them.
    """
    shift = run.first_shift(parameter)
    turns = [turn for one in before if one.product == run.product for turn in one.turns.get(parameter, [])]
    levels = [
        float(np.median(one.values))
        for one in turns
        if shift and one.shift == shift and len(one.values) >= LEAST_READINGS
    ][-RECENT_RUNS:]
    return len(levels) >= _TURNS and abs(off.mean - float(np.median(levels))) < _BACK * abs(off.by)


def _is_back(run: Run, parameter: str, off: Off, good: Envelope) -> bool:
    """Whether the last readings of a run are right again."""
    last = run.last(parameter)
    return abs(float(np.median(last)) - good.centre) < _BACK * abs(off.by)


def _end_before(before: Sequence[Run], parameter: str) -> Off | None:
    """How far the end of the run before was off from the good runs of its own product; None: not known."""
    last = next((one for one in reversed(before) if one.last(parameter)), None)
    if last is None:
        return None
    ends = [one.last(parameter) for one in good_runs(before, last.product) if one is not last]
    good = envelope([one for one in ends if one])
    return None if good is None or good.n < 2 else against(good, last.last(parameter))


def limits_of(runs: Sequence[Run], product: str, parameter: str) -> tuple[float | None, float | None]:
    """The limits most often told of a parameter of a product lately: one check of something else is none.

    Where none were told with a check, they are those of the plant files.
    """
    mine = [one for one in reversed(runs) if one.product == product]
    checks = [one.settings[parameter] for one in mine if parameter in one.settings][:_LIMITS_FROM]
    told = [(one.low, one.high) for one in checks if (one.low, one.high) != (None, None)]
    if told:
        return Counter(told).most_common(1)[0][0]
    written = next((one.written[parameter] for one in mine if parameter in one.written), Limits())
    return written.low, written.high


def _is_of_another(setting: Setting, usual: tuple[float | None, float | None]) -> bool:
    """A value inside limits that this product does not have was checked for another product."""
    low, high = setting.low, setting.high
    if low is None or high is None or None in usual or (low, high) == usual:
        return False
    return low <= setting.value <= high


def _like(before: Sequence[Run], run: Run, parameter: str, value: float, by: By) -> tuple[str, ...]:
    """Other products that are usually made with this value."""
    found = []
    for product in dict.fromkeys(one.product for one in before):
        if product == run.product:
            continue
        good = envelope(_told(good_runs(before, product), parameter, by))
        if good is not None and good.n >= 3 and abs(value - good.centre) <= 2.5 * max(good.between, 1e-9):
            found.append(product)
    return tuple(found)


def _told(runs: Sequence[Run], parameter: str, by: By) -> list[list[float]]:
    return [told for one in runs if (told := first_values(one, parameter, by))]


@dataclass(frozen=True, slots=True)
class NeverThere:
    """A nominal that no run of a product ever had.

    Attributes:
        product, parameter: of which.
        by: settings that were told, or first readings.
        offset: how far.
        good: the runs it is seen in.
        since: begin of the run since which it could be said.
    """

    product: str
    parameter: str
    by: By
    offset: Offset
    good: Sequence[Run]
    since: int


def offsets(runs: Sequence[Run]) -> Iterator[NeverThere]:
    """Parameters of products that no run ever had at their nominal."""
    by_product: dict[str, list[Run]] = {}
    for one in runs:
        by_product.setdefault(one.product, []).append(one)
    for product, mine in by_product.items():
        good = good_runs(mine, product)
        names: dict[str, By] = {}
        for one in good:
            names |= dict.fromkeys(one.readings, "reading")
            names |= dict.fromkeys(one.settings, "setting")
        for parameter, by in names.items():
            found = _constant(good, product, parameter, by)
            if found is not None:
                since = _since(mine, product, parameter, by)
                yield NeverThere(product, parameter, by, found, good, since)


def _constant(good: Sequence[Run], product: str, parameter: str, by: By) -> Offset | None:
    limits = limits_of(good, product, parameter)
    written = good[-1].written.get(parameter) if good else None
    is_written = written is not None and (written.low, written.high) == limits
    target = written.target if written is not None and is_written else None
    means = [float(np.mean(told)) for told in _told(good, parameter, by)]
    return constant_offset(means, *limits, target)


def _since(mine: Sequence[Run], product: str, parameter: str, by: By) -> int:
    """Begin of the run since which it could be said, and could be after each run since."""
    number = len(mine)
    while number > 1 and _constant(good_runs(mine[: number - 1], product), product, parameter, by):
        number -= 1
    return mine[number - 1].start
