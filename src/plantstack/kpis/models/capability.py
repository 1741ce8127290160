"""What a process can hold: the spread inside subgroups against the limits, as long as it is stable.

The spread is that within subgroups (pooled), which is what the process does when nothing changes; whether
anything did is asked of the means of the subgroups. Where too many lie beyond their control limits there is
no capability: the figure would promise for tomorrow what did not even hold yesterday.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.models.modelled import Estimate, Modelled

MIN_GROUPS = 20
"""Subgroups with two readings or more; fewer show no spread that means anything."""

MOST_SIGNALS = 0.05
"""Share of subgroups beyond control limits from which a process is not stable; by chance it is 0.003."""

_Z = 1.6448536269514722  # of bounds that hold nine times in ten
_SIGMAS = 3


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Readings taken close together."""

    n: int
    mean: float
    variance: float


@dataclass(frozen=True, slots=True)
class Process:
    """One parameter of one product at one machine, with its limits; None is no limit.

    Attributes:
        name: as people call it.
        groups: in order of time; single readings have no spread and are left out.
    """

    name: str
    low: float | None
    high: float | None
    groups: Sequence[Subgroup]

    @property
    def spread(self) -> float:
        """Standard deviation within subgroups."""
        freedom = self.freedom
        inside = sum((one.n - 1) * one.variance for one in self.groups)
        return sqrt(inside / freedom) if freedom else 0.0

    @property
    def freedom(self) -> int:
        """Degrees of freedom behind the spread."""
        return sum(one.n - 1 for one in self.groups)

    @property
    def mean(self) -> float:
        """Of all readings."""
        return sum(one.n * one.mean for one in self.groups) / sum(one.n for one in self.groups)

    @property
    def overall(self) -> float:
        """Standard deviation of all readings, whatever changed in between."""
        count, mean = sum(one.n for one in self.groups), self.mean
        whole = sum((one.n - 1) * one.variance + one.n * (one.mean - mean) ** 2 for one in self.groups)
        return sqrt(whole / (count - 1))

    @property
    def signals(self) -> int:
        """Subgroups whose mean lies beyond its control limits."""
        mean, spread = self.mean, self.spread
        return sum(abs(one.mean - mean) > _SIGMAS * spread / sqrt(one.n) for one in self.groups)


def checked(process: Process) -> Process:
    """Return a process that is known well enough to be spoken of.

    Raises:
        Undefined: with too few subgroups, or without any spread.
    """
    kept = [one for one in process.groups if one.n > 1]
    if len(kept) < MIN_GROUPS:
        told = f"{len(kept)} hours with two readings or more of {process.name}"
        raise Undefined(f"{told}, {MIN_GROUPS} are needed to know its spread")
    found = Process(process.name, process.low, process.high, kept)
    if not found.spread:
        raise Undefined(f"all readings of {process.name} are the same: it is a setting, or the sensor stands")
    return found


def cp(mean: float, spread: float, low: float | None, high: float | None) -> float:
    """Width of the limits in spreads, over six.

    Raises:
        Undefined: where one limit is missing.

    >>> round(cp(4.005, 0.004, 3.98, 4.02), 9)
    1.666666667
    """
    if low is None or high is None:
        raise Undefined("has one limit only, so there is no width: ask for cpk")
    return (high - low) / (6 * spread)


def cpk(mean: float, spread: float, low: float | None, high: float | None) -> float:
    """Distance from the mean to the nearer limit in spreads, over three; negative beyond a limit.

    Raises:
        Undefined: without any limit.

    >>> round(cpk(4.005, 0.004, 3.98, 4.02), 9)
    1.25
    """
    sides = [mean - low] if low is not None else []
    sides += [high - mean] if high is not None else []
    if not sides:
        raise Undefined("has no limit")
    return min(sides) / (3 * spread)


def least_capable(name: str, processes: Sequence[Process]) -> Modelled:
    """The capability of several processes: that of the least, as long as all are stable.

    Args:
        name: cp or cpk.
        processes: each with limits.
    """
    if not processes:
        return "no reading of a parameter that has limits: write them under 'setup_specs' in the plant files"
    try:
        known = [checked(one) for one in processes]
        found = [(_index(name, one), one) for one in known]
    except Undefined as reason:
        return str(reason)
    unstable = [one for one in known if one.signals > MOST_SIGNALS * len(one.groups)]
    if unstable:
        worst = max(unstable, key=lambda one: one.signals / len(one.groups))
        over_all = cpk(worst.mean, worst.overall, worst.low, worst.high)
        told = f"{worst.name}: {worst.signals} of {len(worst.groups)} hours lie beyond the control limits"
        return (
            f"not stable, find out first what changes: {told}; over all its readings ppk was {over_all:.2f}"
        )
    value, least = min(found, key=lambda one: one[0])
    off = _Z * _deviation(name, value, least)
    basis = f"{least.name}, {len(least.groups)} hours, {least.signals} beyond their control limits"
    if len(known) > 1:
        basis = f"least of {len(known)}: {basis}"
    return Estimate(Fraction(value), Fraction(value - off), Fraction(value + off), basis)


def share_of_signals(processes: Sequence[Process]) -> Modelled:
    """Subgroups beyond their control limits over all of them."""
    if not processes:
        return "no reading of a parameter that has limits: write them under 'setup_specs' in the plant files"
    try:
        known = [checked(one) for one in processes]
    except Undefined as reason:
        return str(reason)
    share = Fraction(sum(one.signals for one in known), sum(len(one.groups) for one in known))
    worst = max(known, key=lambda one: (one.signals / len(one.groups), one.name))
    basis = f"most of them {worst.name}: {worst.signals} of {len(worst.groups)} hours"
    return Estimate(share, share, share, basis if worst.signals else "")


def _index(name: str, process: Process) -> float:
    index = {"cp": cp, "cpk": cpk}[name]
    try:
        return index(process.mean, process.spread, process.low, process.high)
    except Undefined as reason:
        raise Undefined(f"{process.name} {reason}") from None


def _deviation(name: str, value: float, process: Process) -> float:
    """Standard deviation of the index itself (Bissell); of cp that of the spread alone."""
    of_spread = value**2 / (2 * process.freedom)
    of_mean = 1 / (9 * sum(one.n for one in process.groups)) if name == "cpk" else 0.0
    return sqrt(of_spread + of_mean)
