"""What was agreed about the plant: what things cost, what a currency is worth, what a KPI should be.

As in `plantstack.plant.model`: dates are production days, `None` is "always" on either side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from plantstack.plant.report import Place


@dataclass(frozen=True, slots=True)
class Cost:
    """A price or rate in the currency of the site."""

    fact: str
    amount: Decimal
    at: tuple[str, ...]
    products: tuple[str, ...]
    from_day: date | None
    until_day: date | None
    price_set: str
    evidence: str
    author: str


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """One unit of `currency` is `rate` of `into`, from a day on."""

    currency: str
    into: str
    rate: Decimal
    from_day: date


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as a target writes it: plain in the unit of its KPI, or a share `%`, or a time `s`."""

    number: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRule:
    """What a KPI should be, at an equipment ('' the group) and for a product ('' any)."""

    kpi: str
    at: str
    product: str
    value: Amount | None
    low: Amount | None
    high: Amount | None
    dead_band: Decimal | None
    per: str
    from_day: date | None
    until_day: date | None
    owner: str
    evidence: str
    author: str
    currency: str
    place: Place = field(compare=False)
