"""Could a miss be mere chance? Judged from what is behind the number: pieces, events, stops.

Were the target true, how often would a period like this one come out at least so far off? Where that is
not rare the miss is watched, not called. The rules take every piece and every stop for independent of the
others, which is the least that chance can do: what is beyond it is news.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, erfc, exp, floor, lgamma, log, sqrt

from plantstack.errors import FormulaError
from plantstack.kpis.cell import CellValues
from plantstack.kpis.check import unit_of_formula
from plantstack.kpis.formulas.expand import expand
from plantstack.kpis.formulas.formula import Formula, Undefined, value_of
from plantstack.kpis.formulas.grammar import Name, Node, Number, Operation
from plantstack.kpis.kpi import Catalog, Kpi

RARE = 0.05
_EXACT_UPTO = 1000  # above it the normal curve is as good
_COUNTS = ((("pc", 1),), (("count", 1),))
_EVENTS = (("count", 1),)
_TIME = (("s", 1),)

# Losses that fall in pieces: the seconds, what counts the pieces, and what of that count is another kind.
_LONG = ("time_breakdown", "time_other_stop", "time_waiting", "time_planned_overrun")
_KINDS = (
    (_LONG, "n_stop", "n_micro_stop"),
    (("time_micro_stop",), "n_micro_stop", ""),
    (("time_setup",), "n_changeover", ""),
    (("time_changeover",), "n_changeover", ""),
)


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely at least so great a miss is where the target is true.

    Attributes:
        rule: `binomial`, `poisson` or `stops`.
        p: the probability.
        n: the pieces, events or stops behind the number.
    """

    rule: str
    p: float
    n: int

    @property
    def explains(self) -> bool:
        """Whether chance alone does that often enough."""
        return self.p >= RARE


@dataclass(frozen=True, slots=True)
class _Ratio:
    """A formula as numerator over denominator; `limit` is the target it is compared with."""

    above: Node
    below: Node | None
    limit: Fraction
    is_short: bool


def chance_measures(catalog: Catalog, kpi_id: str, profile: str) -> set[str]:
    """The counts that tell in how many pieces the time behind a KPI falls."""
    behind = set(expand(catalog, kpi_id, profile).measures)
    counts = [(count, other) for times, count, other in _KINDS if behind.intersection(times)]
    return {name for pair in counts for name in pair if name}


def chance_of(
    kpi: Kpi, formula: Formula, values: CellValues, limit: Fraction, *, is_short: bool
) -> Chance | None:
    """Weigh a miss; None where nothing countable is behind the number.

    Args:
        kpi: with a value here.
        formula: that gave it.
        values: the sums of the cell, those of `chance_measures` among them.
        limit: what it should be, in the unit the formula works out to.
        is_short: whether the value is below the limit.
    """
    ratio = _taken_apart(formula.node, values.catalog, values.profile, limit, is_short)
    try:
        return _weighed(kpi, ratio, values)
    except (Undefined, FormulaError, ZeroDivisionError):
        return None


def _taken_apart(node: Node, catalog: Catalog, profile: str, limit: Fraction, is_short: bool) -> _Ratio:
    """Peel off what changes no odds: names of other KPIs, factors, `1 - x`."""
    match node:
        case Name(name) if name in catalog.kpis and (behind := catalog.formula_behind(name, profile)):
            return _taken_apart(behind.node, catalog, profile, limit, is_short)
        case Operation("-", Number(one), right, _) if one == 1:
            return _taken_apart(right, catalog, profile, 1 - limit, not is_short)
        case Operation("*", Number(factor), right, _) if factor:
            return _taken_apart(right, catalog, profile, limit / factor, is_short)
        case Operation("/", Operation("*", Number(factor), inner, _), right, _) if factor:
            return _Ratio(inner, right, limit / factor, is_short)
        case Operation("/", left, right, _):
            return _Ratio(left, right, limit, is_short)
        case _:
            return _Ratio(node, None, limit, is_short)


def _weighed(kpi: Kpi, ratio: _Ratio, values: CellValues) -> Chance | None:
    units = [_powers(node, values) for node in (ratio.above, ratio.below)]
    amount = value_of(ratio.above, values)
    base = Fraction(1) if ratio.below is None else value_of(ratio.below, values, below=True)
    if amount < 0 or base <= 0 or ratio.limit < 0:
        return None
    if units[0] in _COUNTS and (ratio.below is None or units[1] in (*_COUNTS, _TIME, (("h", 1),))):
        if units[1] in _COUNTS and kpi.ceiling == 1 and ratio.limit <= 1:
            return _binomial(amount, base, ratio)
        expected = ratio.limit * base
        p = poisson_upto(floor(amount), expected) if ratio.is_short else poisson_from(ceil(amount), expected)
        return Chance("poisson", p, floor(amount))
    if units[0] == _TIME and units[1] == _EVENTS and ratio.below is not None:
        # n events in so much time, or a time that n events took: both are a Poisson count of amount / limit
        expected = amount / ratio.limit
        n = floor(base)
        p = poisson_from(n, expected) if ratio.is_short else poisson_upto(n - 1, expected)
        return Chance("poisson", p, n)
    if units[0] == _TIME and units[1] in ((), _TIME):
        return _of_stops(kpi, ratio, values, amount, base)
    return None


def _powers(node: Node | None, values: CellValues) -> tuple[tuple[str, int], ...]:
    if node is None:
        return ()
    return unit_of_formula(values.catalog, Formula("", node), values.profile, "target").powers


def _binomial(amount: Fraction, base: Fraction, ratio: _Ratio) -> Chance:
    n, p = floor(base), float(ratio.limit)
    k = min(floor(amount), n)
    tail = binomial_upto(k, n, p) if ratio.is_short else binomial_upto(n - ceil(amount), n, 1 - p)
    return Chance("binomial", tail, n)


def _of_stops(kpi: Kpi, ratio: _Ratio, values: CellValues, amount: Fraction, base: Fraction) -> Chance | None:
    """Lost time is the sum of n stops whose lengths scatter as much as their mean (compound Poisson).

    The variance of such a sum is 2 T * T / n, added up over long stops, micro-stops and changeovers; were the
    target true there were fewer of them, in proportion.
    """
    is_rest = ratio.is_short and ratio.below is not None and ratio.limit < 1
    if ratio.is_short and not is_rest:
        return None  # less of a good time than wanted: what was lost is not in the number
    wanted = ratio.limit * base
    lost, allowed = (base - amount, base - wanted) if is_rest else (amount, wanted)
    spread, n = _spread(kpi, values)
    if not spread or lost <= 0:
        return None
    deviation = sqrt(spread * allowed / lost)
    return Chance("stops", _beyond(float(lost - allowed) / deviation) if deviation else 0.0, n)


def _spread(kpi: Kpi, values: CellValues) -> tuple[Fraction, int]:
    """The variance of the lost time behind a KPI, seconds squared, and in how many pieces it fell."""
    behind = set(expand(values.catalog, kpi.id, values.profile).measures)
    spread, pieces = Fraction(0), 0
    for times, count, other in _KINDS:
        mine = [name for name in times if name in behind]
        if not mine:
            continue
        n = floor(values.value(count, below=False)) - (
            floor(values.value(other, below=False)) if other else 0
        )
        total = sum((values.value(name, below=False) for name in mine), Fraction(0))
        if n > 0:
            spread, pieces = spread + 2 * total**2 / n, pieces + n
    return spread, pieces


def poisson_upto(k: int, expected: Fraction) -> float:
    """The probability of at most k events where so many are expected.

    >>> round(poisson_upto(2, Fraction(5)), 4)
    0.1247
    """
    mean = float(expected)
    if k < 0:
        return 0.0
    if mean > _EXACT_UPTO:
        return _beyond((mean - k - 0.5) / sqrt(mean))
    if mean == 0:
        return 1.0
    return min(1.0, sum(exp(i * log(mean) - mean - lgamma(i + 1)) for i in range(min(k, _far(mean)) + 1)))


def poisson_from(k: int, expected: Fraction) -> float:
    """The probability of at least k events where so many are expected.

    >>> round(poisson_from(9, Fraction(5)), 4)
    0.0681
    """
    return 1.0 - poisson_upto(k - 1, expected)


def binomial_upto(k: int, n: int, p: float) -> float:
    """The probability of at most k out of n.

    >>> round(binomial_upto(45, 50, 0.95), 4)
    0.1036
    """
    if k < 0:
        return 0.0
    if k >= n or p <= 0:
        return 1.0
    if p >= 1:
        return 0.0
    spread = n * p * (1 - p)
    if spread > _EXACT_UPTO or n > 50 * _EXACT_UPTO:
        return _beyond((n * p - k - 0.5) / sqrt(spread))
    first = max(0, int(n * p - 40 * sqrt(spread) - 60))  # below it nothing is left to add
    return min(1.0, sum(exp(_log_of(i, n, p)) for i in range(first, k + 1)))


def _log_of(i: int, n: int, p: float) -> float:
    ways = lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1)
    return ways + i * log(p) + (n - i) * log(1 - p)


def _far(mean: float) -> int:
    """Beyond so many events nothing is left to add."""
    return int(mean + 40 * sqrt(mean) + 60)


def _beyond(z: float) -> float:
    """The part of a normal curve beyond z standard deviations."""
    return 0.5 * erfc(z / sqrt(2))
