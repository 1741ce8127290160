"""Targets of the plant files that say nothing for their KPI, each with what to write instead."""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.errors import Problem, did_you_mean
from plantstack.kpis.kpi import SCOPES, Catalog, Kpi
from plantstack.kpis.targets.size import size_of
from plantstack.kpis.targets.targets import Limits, exact, limits_of
from plantstack.plant.agreed import Amount, TargetRule
from plantstack.plant.plant import Plant

_SHARES = ("1",)
_TIMES = ("s", "s/pc")
_MOST_SHARE = 10


def check_aims(catalog: Catalog, plant: Plant) -> list[Problem]:
    """Name every target of the plant files that could never hold."""
    problems: dict[Problem, None] = {}  # one rule may stand for several places
    for rule in plant.targets:
        where = f"{rule.place} [{rule.kpi}]"
        if rule.kpi not in catalog.kpis:
            what = f"target of the unknown KPI '{rule.kpi}'"
            problems[Problem("kpi-unknown", where, what, did_you_mean(rule.kpi, catalog.kpis))] = None
            continue
        kpi = catalog.kpis[rule.kpi]
        problems |= dict.fromkeys(
            (*_of_amounts(kpi, rule, where), *_of_place(catalog, kpi, rule, plant, where))
        )
    return list(problems)


def limits_of_rule(kpi: Kpi, rule: TargetRule) -> Limits | None:
    """What a rule says for its KPI; None for nothing."""
    amounts = (rule.value, rule.low, rule.high)
    if not all(fits_unit(amount, kpi) for amount in amounts):
        return None
    value, low, high = (exact(amount.number) if amount else None for amount in amounts)
    return limits_of(kpi.better, value, low, high, exact(rule.dead_band))


def fits_unit(amount: Amount | None, kpi: Kpi) -> bool:
    """Whether an amount is written in a way that the unit of a KPI allows."""
    if amount is None or not amount.unit:
        return True
    return kpi.unit in (_SHARES if amount.unit == "%" else _TIMES)


def currency_of(plant: Plant, scope: str) -> str:
    """The currency of the site of an equipment; of the group where all sites share one."""
    sites = [plant.site_of(scope)] if scope else list(plant.sites.values())
    found = {site.currency for site in sites}
    return found.pop() if len(found) == 1 else ""


def _of_amounts(kpi: Kpi, rule: TargetRule, where: str) -> Iterator[Problem]:
    if not all(fits_unit(amount, kpi) for amount in (rule.value, rule.low, rule.high)):
        what = f"'{kpi.id}' is in {kpi.unit}"
        yield Problem("target-unit", where, what, "Write a plain number in that unit.")
    elif bare := [one.number for one in (rule.value, rule.low, rule.high) if one and _is_bare(one, kpi)]:
        number = bare[0]
        what = f"'{kpi.id}' is a share: {number:f} would be {number * 100:f} %"
        yield Problem("target-unit", where, what, f"Write '{number:f} %'.")
    elif limits_of_rule(kpi, rule) is None:
        side, other = (
            ("a greatest", "'value' or 'low'") if kpi.better == "up" else ("a least", "'value' or 'high'")
        )
        what = f"'{kpi.id}' is better {kpi.better}: {side} value alone says nothing"
        yield Problem("target-direction", where, what, f"Write {other}.")


def _is_bare(amount: Amount, kpi: Kpi) -> bool:
    """Whether a share was written as so many percent without their sign; none of the core is ten and more."""
    is_share = kpi.is_core and kpi.unit in _SHARES
    return not amount.unit and is_share and abs(amount.number) >= _MOST_SHARE


def _of_place(catalog: Catalog, kpi: Kpi, rule: TargetRule, plant: Plant, where: str) -> Iterator[Problem]:
    size = size_of(catalog, kpi.id, plant.profile.name)
    if size.with_time != 0 and not rule.per:
        what = f"'{kpi.id}' is a total: a target needs the length of period it is for"
        yield Problem("target-total", where, what, "Write 'per: shift', 'per: week' and the like.")
    level = plant.equipment[rule.at].level if rule.at else "group"
    if SCOPES.index(level) < SCOPES.index(kpi.lowest):
        what = f"'{kpi.id}' exists from {kpi.lowest} up, '{rule.at}' is a {level}"
        yield Problem("target-scope", where, what, "Name what it stands in.")
    if rule.product and "product" not in kpi.by:
        what = f"'{kpi.id}' cannot be split by product"
        yield Problem("target-product", where, what, "Take 'products' out.")
    if "money" in kpi.unit and not (rule.currency or currency_of(plant, rule.at)):
        what = "the sites of the group count in several currencies"
        yield Problem("target-currency", where, what, "Write 'currency: EUR', or name a site.")
