"""Checks of standards, pack units and prices: one value at a time, in the form the machine needs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date
from itertools import pairwise

from plantstack.plant.model import KINDS, Machine, Pace, Standard
from plantstack.plant.pack import PackFactors
from plantstack.plant.plant import Plant
from plantstack.plant.read_products import NO_PACE
from plantstack.plant.report import Place, Report

# What the ideal of each kind of machine is, and how it is written.
FORMS = {
    "cyclic": "the time of a cycle, such as '1.2 s' or '30 s per 4'",
    "continuous": "a rate, such as '600/min'",
    "batch": "the recipe's time for a batch, such as '45 min per 500'",
    "manual": "the time of a piece at a crew size, such as '2.5 min' with 'crew: 3'",
    "job": "the routing's time for a piece, such as '12 min'",
}


def check_standards(plant: Plant, report: Report) -> None:
    """Paces fit the kind of machine, have their pack factors, and never hold twice at once."""
    factors = PackFactors(plant.units)
    seen: dict[tuple[str, str], list[_Dated]] = {}
    for number, one in enumerate(plant.standards):
        place = _item(report, "standard", number)
        for name in one.machines:
            if name in plant.machines:
                _check_form(plant.machines[name], one, place, report)
            for product in one.products or ("",):
                _check_pack(factors, name, product, one, place, report)
                seen.setdefault((name, product), []).append((one.from_day, one.until_day, place))
    for (name, product), spans in seen.items():
        _check_once("standard", f"machine '{name}', {_of(product)}", spans, report)


def check_units(plant: Plant, report: Report) -> None:
    """One factor per unit, machine and product."""
    first: dict[Hashable, Place] = {}
    for number, one in enumerate(plant.units):
        place = _item(report, "unit", number)
        for key in ((one.unit, a, b) for a in one.machines or ("",) for b in one.products or ("",)):
            if first.setdefault(key, place) != place:
                what = f"unit '{one.unit}' has a second factor; the first stands at {first[key]}"
                report.add("unit-twice", place, what, "Keep one of them.")


def check_prices(plant: Plant, report: Report) -> None:
    """One amount at a time per fact, place, product and price set; one exchange rate a day."""
    seen: dict[tuple[str, ...], list[_Dated]] = {}
    for number, one in enumerate(plant.costs):
        place = _item(report, "cost", number)
        for scope in one.at or ("",):
            for product in one.products or ("",):
                key = (one.fact, one.price_set, scope, product)
                seen.setdefault(key, []).append((one.from_day, one.until_day, place))
    for (fact, _, scope, product), dated in seen.items():
        _check_once("price", f"'{fact}' at '{scope or 'every site'}', {_of(product)}", dated, report)
    rates: dict[tuple[str, ...], list[_Dated]] = {}
    for number, rate in enumerate(plant.exchange_rates):
        place = _item(report, "exchange rate", number)
        rates.setdefault((rate.currency, rate.into), []).append((rate.from_day, None, place))
    for (currency, into), dated in rates.items():
        _check_once("rate", f"{currency} into {into}", dated, report)


_Dated = tuple[date | None, date | None, Place]


def _check_once(what: str, of: str, spans: Iterable[_Dated], report: Report) -> None:
    """A later `from` ends the entry before it; the same `from`, or an `until` beyond it, is an overlap."""
    for before, after in pairwise(sorted(spans, key=lambda span: (span[0] or date.min, span[2]))):
        starts = after[0] or date.min
        if starts == (before[0] or date.min) or (before[1] and starts < before[1]):
            text = f"a second {what} holds at the same time for {of}; the first stands at {before[2]}"
            report.add(f"{what}-overlap", after[2], text, "Give each its own 'from', or remove one.")


def _check_form(machine: Machine, one: Standard, place: Place, report: Report) -> None:
    if machine.kind == KINDS[0] and any("'kind': expected" in problem.what for problem in report.problems):
        return  # what stands there could not be read, so nothing is known of its form
    for pace in (one.ideal, one.standard):
        if pace and pace is not NO_PACE and not _fits(machine.kind, pace):
            came = "a rate" if pace.is_rate else "a time"
            what = f"machine '{machine.id}' is {machine.kind}: expected {FORMS[machine.kind]}, came {came}"
            report.add("pace-form", place, what, "Write it so, or change the machine's 'kind'.")
            return
    if machine.kind == "manual" and not one.crew:
        what = f"machine '{machine.id}' is manual: expected {FORMS['manual']}, came no crew"
        report.add("pace-form", place, what, "Add 'crew:'.")


def _fits(kind: str, pace: Pace) -> bool:
    if kind == "batch":
        return not pace.is_rate and (pace.pieces > 1 or bool(pace.unit))
    return pace.is_rate == (kind == "continuous")


def _check_pack(
    factors: PackFactors, machine: str, product: str, one: Standard, place: Place, report: Report
) -> None:
    for pace in (one.ideal, one.standard):
        if pace is None or (pace.unit and pace.unit not in report.places["unit"]):
            continue
        factor = factors.factor(machine, product, pace.unit)
        if factor is None:
            what = f"machine '{machine}', {_of(product)}: nothing says how many pieces a '{pace.unit}' is"
            report.add("unit-factor", place, what, "Add it under 'units', or write the pace in pieces.")
        elif pace.pieces * factor * 10**9 % 1 or pace.pieces * factor >= 10**9:
            what = (
                f"machine '{machine}', {_of(product)}: the pace has more than nine decimal places or digits"
            )
            report.add("pace-exact", place, what, "Write it with fewer places.")


def _of(product: str) -> str:
    return f"product '{product}'" if product else "every product"


def _item(report: Report, what: str, number: int) -> Place:
    return report.place_of(f"{what} of the list", str(number))
