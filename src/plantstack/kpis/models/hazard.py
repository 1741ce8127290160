"""How likely a machine is to fail within a stretch of running time, from its own lives.

A life is the time run from one renewal (a repair, or a PM done) to the next; it ends in a failure or is cut
short. Lives that were cut count for as long as they lasted. The hazard is that of a constant rate, and that
of Weibull only where the machine's own lives show wear or early failures beyond what one more number to fit
explains (Akaike). Both take a repair for a renewal, which it is not where each repair leaves a machine worse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, expm1, log, sqrt

from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.models.modelled import Estimate

MIN_FAILURES = 5
"""Fewer say nothing of one machine; the bounds would reach from hardly ever to nearly always."""

_Z = 1.6448536269514722  # of bounds that hold nine times in ten
_WORTH_A_NUMBER = 2.0  # by Akaike, twice the log-likelihood that one more number to fit must bring
_SHAPES = (0.05, 30.0)
_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Life:
    """Time run from a renewal on.

    Attributes:
        ran: running time, in any one unit.
        has_failed: whether a failure ended it; else it was cut, by a PM or by the end of the books.
    """

    ran: float
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Hazard:
    """A fitted hazard: cumulated it is (age / scale) ** shape.

    Attributes:
        shape: 1 where the rate is constant; above it wears out, below it fails early.
        scale: in the unit of the lives.
        n_failures: lives that ended in one.
        n_cut: lives that did not.
        is_constant: a constant rate was fitted, not a shape.
        spread: (age, ahead) -> standard deviation of the logarithm of the cumulated hazard between the two.
    """

    shape: float
    scale: float
    n_failures: int
    n_cut: int
    is_constant: bool
    spread: Callable[[float, float], float]

    def between(self, age: float, ahead: float) -> float:
        """The hazard cumulated from an age on."""
        return _between(self.shape, self.scale, age, ahead)

    def chance(self, age: float, ahead: float) -> float:
        """The chance of a failure within `ahead` of an age reached without one."""
        return -expm1(-self.between(age, ahead))


def fit_rate(lives: Sequence[Life]) -> Hazard:
    """Fit a constant rate: failures over time run.

    Raises:
        Undefined: without a failure.

    >>> fit_rate([Life(30, True), Life(10, False)]).scale
    40.0
    """
    told = _told(lives)
    failures = sum(one.has_failed for one in told)
    scale = sum(one.ran for one in told) / failures
    return Hazard(1.0, scale, failures, len(told) - failures, True, lambda _age, _ahead: 1 / sqrt(failures))


def fit_shape(lives: Sequence[Life]) -> Hazard:
    """Fit Weibull by greatest likelihood with lives that were cut.

    Raises:
        Undefined: without a failure.

    >>> worn = [Life(ran, True) for ran in (90, 95, 100, 105, 110)]
    >>> fit_shape(worn).shape > 10
    True
    """
    told = _told(lives)
    failures = [one.ran for one in told if one.has_failed]
    longest = max(one.ran for one in told)
    mean_log = sum(log(ran / longest) for ran in failures) / len(failures)

    def slope(shape: float) -> float:
        weights = [(one.ran / longest) ** shape for one in told]
        logs = sum(weight * log(one.ran / longest) for weight, one in zip(weights, told, strict=True))
        return float(logs / sum(weights) - 1 / shape - mean_log)

    low, high = _SHAPES
    for _ in range(80):  # the slope rises with the shape
        middle = sqrt(low * high)
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    shape = sqrt(low * high)
    scale = longest * float(sum((one.ran / longest) ** shape for one in told) / len(failures)) ** (1 / shape)
    return Hazard(shape, scale, len(failures), len(told) - len(failures), False, _spread(told, shape, scale))


def fit(lives: Sequence[Life]) -> Hazard:
    """Fit a constant rate, or a shape where the lives show one.

    Raises:
        Undefined: with fewer than `MIN_FAILURES` failures.
    """
    failures = sum(one.has_failed for one in lives if one.ran > 0)
    if failures < MIN_FAILURES:
        told = f"{failures} failures with a known start of the life"
        raise Undefined(f"{told}, {MIN_FAILURES} are needed to say how long one lasts")
    rate, shaped = fit_rate(lives), fit_shape(lives)
    gain = 2 * (_likelihood(lives, shaped) - _likelihood(lives, rate))
    return shaped if gain > _WORTH_A_NUMBER else rate


def risk_ahead(lives: Sequence[Life], age: float, ahead: float) -> Estimate:
    """The chance of a failure within `ahead` of running time, at an age reached without one.

    Bounds hold nine times in ten, if the next life is like those before it.

    Raises:
        Undefined: with too few failures, or when nothing lies ahead.

    >>> told = risk_ahead([Life(ran, True) for ran in (15, 40, 75, 130, 240)], 0, 100)
    >>> round(float(told.value), 2), told.low < told.value < told.high
    (0.63, True)
    """
    hazard = fit(lives)
    middle, spread = hazard.between(age, ahead), hazard.spread(age, ahead)
    low, high = (-expm1(-middle * exp(side * _Z * spread)) for side in (-1, 1))
    value = hazard.chance(age, ahead)
    shape = "a constant rate" if hazard.is_constant else f"Weibull of shape {hazard.shape:.2f}"
    basis = f"{shape} from {hazard.n_failures} failures and {hazard.n_cut} lives cut short"
    return Estimate(Fraction(value), Fraction(low), Fraction(high), basis)


def _told(lives: Sequence[Life]) -> list[Life]:
    told = [one for one in lives if one.ran > 0]
    if not any(one.has_failed for one in told):
        raise Undefined("no failure with a known start of the life")
    return told


def _between(shape: float, scale: float, age: float, ahead: float) -> float:
    return float(((age + ahead) / scale) ** shape - (age / scale) ** shape)


def _likelihood(lives: Sequence[Life], hazard: Hazard) -> float:
    """Logarithm of the likelihood; `hazard` may be any shape."""
    return _log_likelihood(_told(lives), log(hazard.shape), log(hazard.scale))


def _log_likelihood(lives: Sequence[Life], log_shape: float, log_scale: float) -> float:
    shape = exp(log_shape)
    aged = [(log(one.ran) - log_scale, one.has_failed) for one in lives]
    failed = sum(log_shape - log_scale + (shape - 1) * age for age, has_failed in aged if has_failed)
    return failed - sum(exp(shape * age) for age, _ in aged)


def _spread(lives: Sequence[Life], shape: float, scale: float) -> Callable[[float, float], float]:
    """From the curvature of the likelihood at its top (delta method, in logarithms)."""
    at = (log(shape), log(scale))

    def value(x: float, y: float) -> float:
        return _log_likelihood(lives, at[0] + x, at[1] + y)

    h = _STEP
    top = value(0, 0)
    xx = -(value(h, 0) - 2 * top + value(-h, 0)) / h**2
    yy = -(value(0, h) - 2 * top + value(0, -h)) / h**2
    xy = -(value(h, h) - value(h, -h) - value(-h, h) + value(-h, -h)) / (4 * h**2)
    whole = xx * yy - xy**2

    def spread(age: float, ahead: float) -> float:
        def hazard(x: float, y: float) -> float:
            return log(_between(exp(at[0] + x), exp(at[1] + y), age, ahead))

        by_shape = (hazard(h, 0) - hazard(-h, 0)) / (2 * h)
        by_scale = (hazard(0, h) - hazard(0, -h)) / (2 * h)
        varied = by_shape**2 * yy - 2 * by_shape * by_scale * xy + by_scale**2 * xx
        return sqrt(max(varied / whole, 0.0)) if whole > 0 else 1.0

    return spread
