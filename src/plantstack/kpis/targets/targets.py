"""Targets that were agreed: which one holds for a number, and whether the number meets it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from plantstack.intervals import DAY
from plantstack.kpis.cell import CellValues
from plantstack.kpis.evaluate import KpiValue
from plantstack.kpis.formulas.expand import scale_of
from plantstack.kpis.targets.chance import Chance, chance_of
from plantstack.kpis.targets.size import Size

MET, WATCH, MISSED, NO_TARGET, NOT_TRUSTED = "met", "watch", "missed", "no target", "not trusted"
DEAD_BAND = Fraction(1, 100)  # of the target: what is nearer is no difference
NO_GRADE = "C"
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Limits:
    """What is met: from `low` to `high`, in the base unit of the KPI; None is no limit.

    Attributes:
        shown: what people are told as the target.
        low_slack: how far below `low` is still no miss; `high_slack` above `high`.
    """

    low: Fraction | None
    high: Fraction | None
    shown: Fraction
    low_slack: Fraction = Fraction(0)
    high_slack: Fraction = Fraction(0)

    def miss(self, value: Fraction) -> Fraction:
        """How far a value lies beyond its limit, below it negative; 0 where the limits hold it."""
        if self.low is not None and value < self.low:
            return value - self.low
        return value - self.high if self.high is not None and value > self.high else Fraction(0)

    def is_within_band(self, miss: Fraction) -> bool:
        """Whether a miss lies inside the dead band."""
        return -self.low_slack <= miss <= self.high_slack


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One agreed target.

    Attributes:
        scope: permanent id of equipment; '' is the group.
        product: '' is any.
        per: the grain a total is meant for; '' any.
        limits: what is met.
        days: production days [from, until) on which it holds, where it was agreed by days.
        span: instants [from, until), where it was agreed by instants.
        since: the day on the wall of its site when the first of them begins; None takes the day in UTC.
        currency: of its money; '' as the site counts.
        said: when it was told, for targets of the same span the later one holds; files come first.
        told_by: `plant files` or the event.
    """

    kpi: str
    scope: str
    product: str
    per: str
    limits: Limits
    days: tuple[date | None, date | None] = (None, None)
    span: tuple[int, int | None] | None = None
    since: date | None = None
    currency: str = ""
    said: int = 0
    told_by: str = "plant files"
    owner: str = ""

    def holds(self, day: date, at: int) -> bool:
        """Whether it holds on a production day, or at an instant in it."""
        if self.span is not None:
            return self.span[0] <= at and (self.span[1] is None or at < self.span[1])
        start, end = self.days
        return (start is None or start <= day) and (end is None or day < end)


@dataclass(frozen=True, slots=True)
class Asked:
    """For what a target is wanted.

    Attributes:
        scopes: ids from the equipment itself up to the group ''.
        product: '' where no product is split out.
        grain: length of the period, '' for one of no length that has a name.
        day: last production day of the period; `at` its last instant.
        span: the period, where it is whole.
    """

    scopes: Sequence[str]
    product: str
    grain: str
    day: date
    at: int
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status of a number against its target, and why it is that one."""

    status: str
    why: str = ""
    chance: Chance | None = None


def limits_of(
    better: str,
    value: Fraction | None,
    low: Fraction | None,
    high: Fraction | None,
    dead_band: Fraction | None = None,
) -> Limits | None:
    """Read a target the way its KPI is read; None where it says nothing for it.

    Args:
        better: `up`, `down` or `band`.
        value: what is wanted; beside it `low` of an `up` KPI, `high` of a `down` one, is where a miss begins.
        low: the least that is met; `high` the most.
        dead_band: share of the target within which nothing is missed.
    """
    share = DEAD_BAND if dead_band is None else dead_band
    if better == "band":
        least, most = (value, value) if low is None and high is None else (low, high)
        shown = value if value is not None else _middle(least, most)
        return shown if shown is None else Limits(least, most, shown, _band(least, share), _band(most, share))
    is_up = better == "up"
    edge = low if is_up else high
    wanted = edge if value is None else value
    if wanted is None:
        return None
    slack = _band(wanted, share)
    if value is not None and edge is not None:
        slack = max(value - edge if is_up else edge - value, Fraction(0))
    return Limits(wanted, None, wanted, slack) if is_up else Limits(None, wanted, wanted, high_slack=slack)


def _band(limit: Fraction | None, share: Fraction) -> Fraction:
    return Fraction(0) if limit is None else abs(limit) * share


def _middle(low: Fraction | None, high: Fraction | None) -> Fraction | None:
    return (low + high) / 2 if low is not None and high is not None else low if low is not None else high


def standing_target(targets: Iterable[Target], asked: Asked, size: Size) -> Target | None:
    """The most specific target that holds: nearest equipment, then product, then grain, then the latest.

    A target of equipment above holds only for a KPI that does not grow with the place; one for any product
    holds for each of them under the same condition. A total that grows with time needs one for its grain.
    """
    holding = [one for one in targets if _fits_period(one, asked, size)]
    is_rate = size.with_place == 0
    for scope in asked.scopes if is_rate else asked.scopes[:1]:
        found = [
            one
            for one in holding
            if one.scope == scope and (one.product == asked.product or (one.product == "" and is_rate))
        ]
        if found:
            return max(found, key=lambda one: (bool(one.product), bool(one.per), _since(one), one.said))
    return None


def _since(target: Target) -> tuple[bool, int]:
    """From which day a target holds, in an order that days and instants share."""
    start = target.days[0]
    if target.span is not None:
        start = target.since or date.fromordinal(_EPOCH + target.span[0] // DAY)
    return start is not None, start.toordinal() if start else 0


def _fits_period(target: Target, asked: Asked, size: Size) -> bool:
    if not target.holds(asked.day, asked.at):
        return False
    if target.per:
        return target.per == asked.grain
    return size.with_time == 0 or (target.span is not None and target.span == asked.span)


def verdict(
    found: KpiValue, values: CellValues, limits: Limits, *, is_whole: bool, broken: str = ""
) -> Verdict | None:
    """Judge a number; None where there is none.

    Args:
        found: the value.
        values: the sums it was made of.
        limits: of the standing target.
        is_whole: whether the period is over, or whether its length changes nothing.
        broken: what changed in the way it is measured since the target was agreed; '' nothing.
    """
    value = found.exact
    if value is None:
        return None
    miss = limits.miss(value)
    if not is_whole and not (miss > 0 and found.kpi.better == "down"):
        return None
    if found.trust.grade == NO_GRADE:
        return Verdict(NOT_TRUSTED, "the data behind it has grade C")
    if limits.is_within_band(miss):
        return Verdict(MET, "" if not miss else "inside the dead band")
    if broken:
        return Verdict(NOT_TRUSTED, broken)
    chance = _chance(found, values, limits, miss)
    if chance is not None and chance.explains:
        return Verdict(WATCH, "no more than chance may do", chance)
    return Verdict(MISSED, "", chance)


def _chance(found: KpiValue, values: CellValues, limits: Limits, miss: Fraction) -> Chance | None:
    kpi, catalog, profile = found.kpi, values.catalog, found.profile
    formula = kpi.otherwise if found.basis else catalog.kpi_formula(kpi, profile)
    limit = limits.low if miss < 0 else limits.high
    if formula is None or limit is None or kpi.of:
        return None
    scale = scale_of(catalog, kpi.id, profile, otherwise=bool(found.basis))
    return chance_of(kpi, formula, values, limit / scale, is_short=miss < 0)


def exact(number: Decimal | None) -> Fraction | None:
    """A written number as a fraction."""
    return None if number is None else Fraction(number)
