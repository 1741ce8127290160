"""Rows of the tables of facts: machines, reasons, standards, changeovers, sources, costs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from plantstack.plant.model import Changeovers, Pace, Standard
from plantstack.plant.pack import PackFactors
from plantstack.plant.plant import Plant
from plantstack.plant.structure import day_bounds

Row = tuple[object, ...]


def machine_rows(plant: Plant) -> Iterator[Row]:
    """One row a work unit, with every limit it inherits."""
    for one in plant.machines.values():
        site = plant.site_of(one.id)
        limits = plant.machine_classes.get(one.machine_class)
        spread = one.silence_limit or site.silence_limit or plant.profile.silence_limit
        yield (
            *(one.id, site.id, one.kind, one.machine_class, None if one.is_supervised else spread, spread),
            (limits and limits.micro_stop_limit) or plant.profile.micro_stop_limit,
            (limits and limits.failure_limit) or plant.profile.failure_limit,
            *(one.parallel, one.good_by_exception, one.ramp),
        )


def site_rows(plant: Plant) -> Iterator[Row]:
    """One row a site."""
    for one in plant.sites.values():
        limit = one.silence_limit or plant.profile.silence_limit
        start = f"{one.day_start // 60:02}:{one.day_start % 60:02}"
        yield one.id, one.zone, one.currency, limit, limit, start


def reason_rows(plant: Plant) -> Iterator[Row]:
    """Every leaf of both reason trees."""
    for one in plant.reasons.values():
        yield (
            *(one.id, one.account, one.allowance, one.catch_all),
            *(one.owner, one.group_path, one.label, one.kind),
        )


def standard_rows(plant: Plant) -> Iterator[Row]:
    """Standards by machine and product; one without an end holds until the next of the same pair."""
    factors = PackFactors(plant.units)
    number = 0
    for (machine, product), standards in sorted(standards_by_pair(plant).items()):
        site = plant.site_of(machine)
        for one, after in zip(standards, [*standards[1:], None], strict=True):
            until_day = one.until_day or (after.from_day if after else None)
            ideal = _pace(one.ideal, factors, machine, product)
            standard = _pace(one.standard, factors, machine, product) if one.standard else (None, None)
            number += 1
            yield number, machine, product, *day_bounds(site, one.from_day, until_day), *ideal, *standard


def standards_by_pair(plant: Plant) -> dict[tuple[str, str], list[Standard]]:
    """Standards of each (machine, product), earliest first; product '' for those without their own."""
    pairs: dict[tuple[str, str], list[Standard]] = {}
    for one in plant.standards:
        for machine in one.machines:
            for product in one.products or ("",):
                pairs.setdefault((machine, product), []).append(one)
    return {pair: sorted(found, key=_starts) for pair, found in pairs.items()}


def _starts(standard: Standard) -> str:
    return standard.from_day.isoformat() if standard.from_day else ""


def _pace(pace: Pace, factors: PackFactors, machine: str, product: str) -> tuple[Decimal, Decimal]:
    factor = factors.factor(machine, product, pace.unit)
    return pace.seconds, pace.pieces * (factor or 1)


def unit_rows(plant: Plant) -> Iterator[Row]:
    """Pieces per unit, written out for every machine."""
    factors = PackFactors(plant.units)
    for machine in plant.machines:
        yield from factors.rows(machine)


def product_rows(plant: Plant) -> Iterator[Row]:
    """Every product."""
    for one in plant.products.values():
        yield one.id, one.label, one.family, one.changeover_class, one.planned_scrap


def product_class_rows(plant: Plant) -> Iterator[Row]:
    """The changeover class of every product that has one."""
    for one in plant.products.values():
        if one.changeover_class:
            yield one.id, one.changeover_class


def changeover_rows(plant: Plant) -> Iterator[Row]:
    """The matrix of every machine, and of every line that has one of its own."""
    for equipment, found in _changeovers(plant):
        for (before, after), length in found.matrix.items():
            yield equipment, before, after, length


def changeover_default_rows(plant: Plant) -> Iterator[Row]:
    """Standard times by product of every machine, and of every line that has its own."""
    for equipment, found in _changeovers(plant):
        for product, length in found.products.items():
            yield equipment, product, length


def _changeovers(plant: Plant) -> Iterator[tuple[str, Changeovers]]:
    """What is written for each machine, else for what it stands under now; and what is written for lines."""
    for machine in plant.machines:
        last = plant.spans[machine][-1]
        scopes = (machine, last.line, last.area, last.site)
        found = next((plant.changeovers[scope] for scope in scopes if scope in plant.changeovers), None)
        if found is not None:
            yield machine, found
    for line in plant.lines:
        if line in plant.changeovers:
            yield line, plant.changeovers[line]


def lane_rows(plant: Plant) -> Iterator[Row]:
    """The lanes of machines with more than one."""
    for lane, (machine, number) in plant.lanes.items():
        yield lane, machine, number


def flow_rows(plant: Plant) -> Iterator[Row]:
    """Machines of every line in flow order, with the room behind each."""
    for line in plant.lines.values():
        room = {one.after: one.capacity for one in line.buffers}
        for position, machine in enumerate(line.flow, start=1):
            yield line.id, position, machine, room.get(machine)


def source_rows(plant: Plant) -> Iterator[Row]:
    """Source rules in the order written."""
    for one in plant.sources:
        yield one.match, one.rank, one.is_person, one.silence_limit, one.is_supervised


def setup_rows(plant: Plant) -> Iterator[Row]:
    """Centrelines by machine and product; product '' for all."""
    for one in plant.setup_specs:
        for machine in one.machines:
            start, _ = day_bounds(plant.site_of(machine), one.from_day, None)
            for product in one.products or ("",):
                yield machine, product, one.parameter, start, one.target, one.low, one.high, one.unit


def cost_rows(plant: Plant) -> Iterator[Row]:
    """Prices and rates, one row per equipment and product; a fact for everything is written per site."""
    for one in plant.costs:
        for scope in one.at or tuple(plant.sites):
            site = plant.site_of(scope)
            bounds = day_bounds(site, one.from_day, one.until_day)
            for product in one.products or ("",):
                yield one.fact, scope, product, *bounds, one.amount, site.currency, one.price_set


def exchange_rows(plant: Plant) -> Iterator[Row]:
    """Dated exchange rates."""
    for one in plant.exchange_rates:
        yield one.currency, one.into, one.rate, one.from_day.isoformat()
