"""Money of sites with different currencies: each site and day at its own rate, exact, before adding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pyarrow as pa

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import put_tables
from plantstack.errors import Problem, QueryError, did_you_mean
from plantstack.plant.plant import Plant

_FIRST, _LAST = "", "9999-12-31"
_SCHEMA = pa.schema(
    [("site", pa.string()), ("from_day", pa.string()), ("until_day", pa.string()), ("rate", pa.int64())]
)


@dataclass(frozen=True, slots=True)
class Rate:
    """What money of a currency is multiplied by from a day on; None: nobody wrote a rate."""

    currency: str
    into: str
    factor: Fraction | None

    @property
    def why_none(self) -> str:
        """What is missing."""
        return f"no exchange rate from {self.currency} into {self.into} on all of these days"


def check_currency(plant: Plant, currency: str) -> None:
    """Refuse a currency that no site has and no rate names.

    Raises:
        QueryError: with a suggestion.
    """
    known = {site.currency for site in plant.sites.values()}
    known |= {word for rate in plant.exchange_rates for word in (rate.currency, rate.into)}
    if currency and currency not in known:
        what = f"no site and no exchange rate has the currency '{currency}'"
        raise QueryError(Problem("currency-unknown", currency, what, did_you_mean(currency, known)))


def currency_of(plant: Plant, sites: Iterable[str], wanted: str) -> tuple[str, str]:
    """The currency of money summed over sites, and why there is none: (currency, reason)."""
    if wanted:
        return wanted, ""
    found = sorted({plant.sites[site].currency for site in sites})
    if len(found) > 1:
        return "", f"money in {' and '.join(found)}: choose one currency"
    return (found[0], "") if found else ("", "")


def needs_rates(plant: Plant, sites: Iterable[str], wanted: str) -> bool:
    """Whether money of these sites has to be converted."""
    return bool(wanted) and any(plant.sites[site].currency != wanted for site in sites)


def put_rates(books: Books, into: str) -> list[Rate]:
    """Make the table `money_rate` (site, days, number of the rate); return the rates by number."""
    rates: list[Rate] = []
    rows = []
    for site in books.plant.sites.values():
        days = dated_factors(books.plant, site.currency, into)
        for (start, factor), (end, _) in zip(days, [*days[1:], (_LAST, None)], strict=True):
            rows.append({"site": site.id, "from_day": start, "until_day": end, "rate": len(rates)})
            rates.append(Rate(site.currency, into, factor))
    put_tables(books.con, {"money_rate": pa.Table.from_pylist(rows, schema=_SCHEMA)})
    return rates


def dated_factors(plant: Plant, currency: str, into: str) -> list[tuple[str, Fraction | None]]:
    """From which day on (ISO date) which factor holds.

    A rate written the other way round serves where there is none.
    """
    if currency == into:
        return [(_FIRST, Fraction(1))]
    straight = _dated(plant, currency, into)
    turned = {day: 1 / rate for day, rate in _dated(plant, into, currency).items()}
    found: list[tuple[str, Fraction | None]] = [(_FIRST, None)]
    for day in sorted({*straight, *turned}):
        found.append((day, _held(straight, day) or _held(turned, day)))
    return found


def _dated(plant: Plant, currency: str, into: str) -> dict[str, Fraction]:
    return {
        one.from_day.isoformat(): Fraction(one.rate)
        for one in plant.exchange_rates
        if (one.currency, one.into) == (currency, into)
    }


def _held(rates: Mapping[str, Fraction], day: str) -> Fraction | None:
    earlier = [start for start in rates if start <= day]
    return rates[max(earlier)] if earlier else None


def converted(parts: Sequence[tuple[Rate, Fraction]]) -> tuple[Fraction | None, str]:
    """Add amounts at their rates: (sum, why there is none)."""
    total = Fraction(0)
    for rate, amount in parts:
        if amount and rate.factor is None:
            return None, rate.why_none
        total += amount * (rate.factor or 0)
    return total, ""
