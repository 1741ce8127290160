"""The order that is on at a line: how much was ordered, and what was made of it so far, in all its shifts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.books import kept
from plantstack.intervals import DAY, Interval
from plantstack.stack.floor.machine import pieces, product_name
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day

_TOLD_BEFORE = 2 * DAY  # an order is told at most so long before it is first on


@dataclass(frozen=True, slots=True)
class OrderOn:
    """The order at the machine that paces a line, or at a lone machine.

    Attributes:
        place: id of the line or lone machine; `machine` whose order it is.
        order: its number; `product` and `product_name` of it.
        qty: pieces ordered, else planned; None where nobody said.
        good: pieces of it made and judged good, since it was first on; None where nobody counts.
        since_at: when it was first on, microseconds UTC.
    """

    place: str
    machine: str
    order: str
    product: str
    product_name: str
    qty: Decimal | None
    good: Decimal | None
    since_at: int

    @property
    def left(self) -> Decimal | None:
        """Pieces still to make; below zero where more was made. None where either is not known."""
        return None if self.qty is None or self.good is None else self.qty - self.good


_FIRST_ON = """
select min(from_at)
from all_ledger
where equipment in (select unnest($machines)) and order_id = $order and from_at < $now
"""

_PLANNED = """
select sum(qty) as planned
from plan_told
where equipment in (select unnest($names)) and order_id = $order and gone_at is null
"""


def order_on(stack: Stack, place: str, now: int) -> OrderOn | None:
    """What is on at a line or a lone machine; of a machine in a line, at its line. None: no order is on.

    Raises:
        QueryError: for a place that does not exist.
    """
    sight = look(stack, place, now)
    if len(sight.machines) == 1 and sight.scope != sight.machines[0]:
        sight = look(stack, sight.scope, now)
    home = next(iter(sight.places), "")
    return order_at(sight, home) if home else None


def order_at(sight: Sight, home: str) -> OrderOn | None:
    """The same of one of the places that are looked at already."""
    machine = sight.paced_by(home)
    if machine not in sight.machines:
        return None
    entries = sight.entries(sight.shift_span(machine), (machine,))[machine]
    if not entries or not entries[-1].order:
        return None
    order, product = entries[-1].order, entries[-1].product
    first = _first_on(sight, frozenset({machine, sight.exit(home) or machine}), order)
    since = entries[-1].from_at if first is None else first
    return OrderOn(
        place=home,
        machine=machine,
        order=order,
        product=product,
        product_name=product_name(sight, product),
        qty=_qty(sight, home, order, since),
        good=_good(sight, home, order, since),
        since_at=since,
    )


def _first_on(sight: Sight, machines: frozenset[str], order: str) -> int | None:
    def asked() -> int | None:
        told = {"machines": sorted(machines), "order": order, "now": sight.now}
        first: int | None = sight.books.con.execute(_FIRST_ON, told).fetchall()[0][0]
        return first

    return kept(sight.books.answers, ("first on", machines, order), asked)


def _qty(sight: Sight, place: str, order: str, since: int) -> Decimal | None:
    """What its last start says, else what is planned of it."""
    span = Interval(since - _TOLD_BEFORE, sight.now + 1)
    said = [one.row["qty"] for one in sight.said({"order"}, span, is_above=True) if one.order == order]
    known = [one for one in said if one is not None]
    if known:
        return Decimal(known[-1])
    asked = {"names": sorted({place, sight.exit(place)} - {""}), "order": order}
    planned = sight.books.con.execute(_PLANNED, asked).fetchall()[0][0]
    return None if planned is None else Decimal(planned)


def _good(sight: Sight, place: str, order: str, since: int) -> Decimal | None:
    site = sight.plant.site_of(place)
    days = (production_day(site, since).isoformat(), production_day(site, sight.now).isoformat())
    query = MeasureQuery(("qty_good",), place, ("order",), "all", days)
    cells = [cell for cell in sight.engine.query(query).cells if cell.keys["order"] == order]
    known = [Fraction(cell.sums["qty_good"]) for cell in cells if cell.sums["qty_good"] is not None]
    return pieces(sum(known, Fraction(0))) if known else None
