"""Orders wherever they ran or are planned: how much was wanted, made and is left, when, and where."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from plantstack.engines.contract import MeasureQuery
from plantstack.intervals import DAY, Interval
from plantstack.stack.floor.machine import pieces
from plantstack.stack.floor.sight import Sight
from plantstack.stack.targets.targeting import production_day

_TOLD_BEFORE = 2 * DAY  # an order is told at most so long before it is first on


@dataclass(frozen=True, slots=True)
class OrderRun:
    """One order on one line or lone machine.

    Attributes:
        place: id of the line or lone machine; `name` is what people call it.
        qty: pieces ordered, else planned there; None where nobody said.
        made: pieces of it made and judged good there; None where nobody counts.
        left: pieces still to make, never below zero; None where either is not known.
        from_at: when it was first on there, else where its plan begins, microseconds UTC.
        until_at: when it was last on there, else where its plan ends.
        has_begun: whether it was on there at all.
    """

    place: str
    name: str
    qty: Decimal | None
    made: Decimal | None
    left: Decimal | None
    from_at: int
    until_at: int
    has_begun: bool


_ON = """
select order_id, equipment, min(from_at), max(until_at)
from all_ledger
where order_id in (select unnest($orders)) and equipment in (select unnest($machines)) and from_at < $now
group by order_id, equipment
"""
_PLANNED = """
select order_id, equipment, min(from_at), max(until_at), sum(qty)
from plan_told
where order_id in (select unnest($orders)) and gone_at is null
group by order_id, equipment
"""
Key = tuple[str, str]


def order_runs(sight: Sight, orders: Collection[str]) -> dict[str, tuple[OrderRun, ...]]:
    """Where some orders ran or are planned, within what is looked at; the earliest place first.

    Args:
        sight: the machines that are looked at.
        orders: their numbers.
    """
    if not orders:
        return {}
    asked = {"orders": sorted(orders), "machines": list(sight.machines), "now": sight.now}
    on: dict[Key, tuple[int, int]] = {}
    for order, machine, start, end in sight.books.con.execute(_ON, asked).fetchall():
        key = (order, sight.place(machine))
        known = on.get(key, (start, end))
        on[key] = (min(known[0], start), max(known[1], end))
    planned = _planned(sight, sorted(orders))
    made, said = _made(sight, on), _said(sight, on)
    found: dict[str, list[OrderRun]] = {}
    for key in sorted({**planned, **on}, key=lambda one: (on.get(one) or planned[one][:2], one)):
        order, place = key
        start, end = on.get(key) or planned[key][:2]
        qty = said.get(order) or (planned[key][2] if key in planned else None)
        good = made.get(key)
        left = None if qty is None or (good is None and key in on) else max(qty - (good or 0), Decimal(0))
        found.setdefault(order, []).append(
            OrderRun(place, sight.name(place), qty, good, left, start, end, key in on)
        )
    return {order: tuple(runs) for order, runs in found.items()}


def _planned(sight: Sight, orders: Collection[str]) -> dict[Key, tuple[int, int, Decimal | None]]:
    """Begin, end and pieces of what is planned, by order and place; a plan of an exit is one of its line."""
    machines = set(sight.machines)
    places = set(sight.places)
    found: dict[Key, tuple[int, int, Decimal | None]] = {}
    for order, equipment, start, end, qty in sight.books.con.execute(_PLANNED, {"orders": orders}).fetchall():
        place = equipment if equipment in places else sight.place(equipment) if equipment in machines else ""
        if place:
            before = found.get((order, place))
            pieces_of = None if qty is None else Decimal(qty)
            found[order, place] = (start, end, pieces_of) if before is None else before
    return found


def _made(sight: Sight, on: Mapping[Key, tuple[int, int]]) -> dict[Key, Decimal]:
    """Good pieces of orders where they ran: the measure, over the days from the first to the last of them."""
    found: dict[Key, Decimal] = {}
    for place in {place for _, place in on}:
        spans = [span for (_, at), span in on.items() if at == place]
        site = sight.plant.site_of(place)
        days = (min(start for start, _ in spans), max(end - 1 for _, end in spans))
        first, last = (production_day(site, at).isoformat() for at in days)
        query = MeasureQuery(("qty_good",), place, ("order",), "all", (first, last))
        sums: dict[Key, Fraction] = {}
        for cell in sight.engine.query(query).cells:
            key, good = (str(cell.keys["order"]), place), cell.sums["qty_good"]
            if key in on and good is not None:
                sums[key] = sums.get(key, Fraction(0)) + Fraction(good)
        found |= {key: amount for key, sum_ in sums.items() if (amount := pieces(sum_)) is not None}
    return found


def _said(sight: Sight, on: Mapping[Key, Any]) -> dict[str, Decimal]:
    """What the last start of each order says it is for."""
    if not on:
        return {}
    orders = {order for order, _ in on}
    span = Interval(min(start for start, _ in on.values()) - _TOLD_BEFORE, sight.now + 1)
    told = [one for one in sight.said({"order"}, span, is_above=True) if one.order in orders]
    return {one.order: Decimal(one.row["qty"]) for one in told if one.row["qty"] is not None}
