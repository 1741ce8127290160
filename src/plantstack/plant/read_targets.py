"""Section `targets`: what a KPI should be, of which equipment and products, from when until when."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import product as every

from plantstack.intervals import DAY, HOUR, MINUTE, SECOND
from plantstack.plant.agreed import Amount, TargetRule
from plantstack.plant.fields import Fields
from plantstack.plant.read_equipment import read_validity
from plantstack.plant.readers import Reader, Word, choice, currency, ident, list_of, ref, share, text
from plantstack.plant.report import Report

TARGET_GRAINS = ("hour", "shift", "day", "week", "month", "period", "quarter", "year")
_SPANS = {"s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY, "days": DAY}
_WRITTEN = re.compile(r"(-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?)\s*(%|[a-z]*)")


def _amount(written: str) -> Amount:
    match = _WRITTEN.fullmatch(written)
    if not match or (match[2] not in ("", "%") and match[2] not in _SPANS):
        raise ValueError("Write a number in the unit of the KPI, '65 %', or a time such as '20 min'.")
    number, unit = Decimal(match[1]), match[2]
    if unit in _SPANS:
        return Amount(number * _SPANS[unit] / SECOND, "s")
    return Amount(number / 100 if unit else number, unit)


amount_of_kpi: Reader[Amount] = Word("a number, a share or a time", Amount(Decimal(0)), _amount)


def read_target(fields: Fields) -> tuple[TargetRule, ...]:
    """Read one entry of `targets`: one rule for each equipment and product it names."""
    kpi = fields.need("kpi", ident)
    places = fields.want("at", list_of(ref("site", "area", "line", "machine")), ())
    products = fields.want("products", list_of(ref("product")), ())
    value = fields.want("value", amount_of_kpi, None)
    low, high = fields.want("low", amount_of_kpi, None), fields.want("high", amount_of_kpi, None)
    if (value is None) == (low is None and high is None):
        what = "a target needs either 'value', or 'low' and 'high' or one of them"
        fields.problem("target-value", what, "Write 'value: 65 %', or 'low: 95 %' and 'high: 105 %'.")
    if low is not None and high is not None and low.number > high.number:
        fields.problem("target-value", "'low' is above 'high'", "Swap them.", key="low")
    start, end = read_validity(fields)
    rest = {
        "per": fields.want("per", choice(*TARGET_GRAINS), ""),
        "owner": fields.want("owner", text, ""),
        "evidence": fields.want("evidence", text, ""),
        "author": fields.want("author", text, ""),
        "currency": fields.want("currency", currency, ""),
    }
    band = fields.want("dead_band", share, None)
    if band is not None and band >= 1:
        what = "a dead band as wide as the target is missed by nothing"
        fields.problem("target-value", what, "Write a share of the target, such as '2 %'.", key="dead_band")
    return tuple(
        TargetRule(
            kpi=kpi,
            at=at,
            product=product,
            value=value,
            low=low,
            high=high,
            dead_band=band,
            from_day=start,
            until_day=end,
            place=fields.place(),
            **rest,
        )
        for at, product in every(places or ("",), products or ("",))
    )


def check_targets(targets: tuple[TargetRule, ...], report: Report) -> None:
    """No two targets for the same thing at the same time: nobody could say which one is meant."""
    for number, one in enumerate(targets):
        for other in targets[:number]:
            if _same(one, other) and _meet(one, other):
                about = ", ".join(word for word in (one.kpi, one.at, one.product, one.per) if word)
                what = f"a target for {about} stands already at {other.place}"
                report.add("target-twice", one.place, what, "End the earlier one with 'until'.")
                break


def _same(one: TargetRule, other: TargetRule) -> bool:
    return (one.kpi, one.at, one.product, one.per) == (other.kpi, other.at, other.product, other.per)


def _meet(one: TargetRule, other: TargetRule) -> bool:
    return _before(one, other) and _before(other, one)


def _before(one: TargetRule, other: TargetRule) -> bool:
    """Whether one begins before the other ends."""
    return one.from_day is None or other.until_day is None or one.from_day < other.until_day
