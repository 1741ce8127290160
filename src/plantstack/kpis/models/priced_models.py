"""KPIs in money that a formula over sums cannot say: losses at the prices of the plant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.losses import GROUPS
from plantstack.kpis.models.modelled import Estimate, exactly
from plantstack.kpis.money import AVOIDED, CASH, CONTRIBUTION, Money

_DOWN = ("breakdown", "waiting", "other_stop", "planned_overrun")

# Which figures of the loss tree a KPI adds: the classes that are one price each for the same lost hour.
# An hour is sold-out, recoverable or slack, so no hour stands in two of them.
FIGURES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "scrap_cost": (("scrap", "startup_reject"), (CASH,)),
    "downtime_cost": (_DOWN, (CONTRIBUTION, AVOIDED, CASH)),
    "ebitda_loss_impact": (
        tuple(leaf for leaf, group in GROUPS.items() if group != "calendar"),
        (CONTRIBUTION, AVOIDED, CASH),
    ),
}


# Models of hours and material against their standards.
COST_MEASURES: Mapping[str, tuple[str, ...]] = {
    "labour_efficiency_variance": ("hours_labour_worked", "hours_labour_std_earned"),
    "material_usage_variance": ("cost_material", "qty_good"),
    "material_yield": ("cost_material", "qty_good"),
}
OF_COST = tuple(COST_MEASURES)


def priced_value(name: str, money: Money) -> Estimate:
    """Add up what a KPI of money is made of; only bounds where demand or unknown time leave it open.

    Args:
        name: one of `FIGURES`.
        money: of the scope, in one currency.

    Raises:
        Undefined: when a price is missing.
    """
    leaves, classes = FIGURES[name]
    mine = [figure for (leaf, kind), figure in money.items() if leaf in leaves and kind in classes]
    missing = sorted({one for figure in mine for one in figure.missing})
    if missing:
        raise Undefined(f"no price for {', '.join(missing[:3])}")
    low, high = _added(one.low for one in mine), _added(one.high for one in mine)
    if low == high:
        return exactly(low)
    bounds = f"between {float(low):,.0f} and {float(high):,.0f}"
    return Estimate(None, low, high, why=f"nobody said what could be sold, or time is unknown: {bounds}")


def material_variance(booked: Fraction, standard: Fraction) -> Fraction:
    """Material booked, at standard prices, less that of the good pieces: scrap, or a wrong bill of it."""
    return booked - standard


def material_yield(booked: Fraction, standard: Fraction) -> Fraction:
    """Standard material in good pieces over material booked.

    Raises:
        Undefined: when nothing was booked.

    >>> material_yield(Fraction(100), Fraction(95))
    Fraction(19, 20)
    """
    if not booked:
        raise Undefined("no denominator: cost_material is 0")
    return standard / booked


def labour_variance(worked: Fraction, earned: Fraction, rate: Fraction) -> Fraction:
    """Hours worked beyond those the good pieces are worth, at the rate of an hour.

    >>> labour_variance(Fraction(100), Fraction(90), Fraction(30))
    Fraction(300, 1)
    """
    return (worked - earned) * rate


def project_npv(cost: Fraction, saving: Fraction, rate: Fraction, years: int) -> Fraction:
    """What a saving of so many years is worth today, less its one-time cost; it comes at the end of a year.

    >>> round(float(project_npv(Fraction(180_000), Fraction(45_000), Fraction(8, 100), 6)), 2)
    28029.58
    """
    return sum((saving / (1 + rate) ** year for year in range(1, years + 1)), Fraction(0)) - cost


def worth_today(cost: Fraction, saving: Fraction, rate: Fraction, years: int) -> Estimate:
    """The same with what is left where only half of the saving comes."""
    value, half = (project_npv(cost, one, rate, years) for one in (saving, saving / 2))
    basis = f"savings as claimed, over {years} year{'s' * (years > 1)} at {float(rate):.1%}"
    return Estimate(value, value, value, f"{basis}; with half of them {float(half):,.0f}")


def _added(numbers: Iterable[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0))
