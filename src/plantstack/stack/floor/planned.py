"""What is planned of a line from now on, which of it is on, and what was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from plantstack.engines.contract import MeasureQuery
from plantstack.intervals import DAY, Interval, to_us
from plantstack.stack.floor.sight import Sight

AHEAD = 14 * DAY  # how far plans are looked at
_ORDER_BACK = 30 * DAY


@dataclass(slots=True)
class Slot:
    """One slot of the plan: an order of a product, microseconds UTC, pieces."""

    product: str
    order: str
    from_at: int
    until_at: int
    qty: Fraction


_SLOTS = """
select coalesce(product, ''), coalesce(order_id, ''), from_at, until_at,
    arg_max(coalesce(qty, 0), (told_at, e.at, source, key))
from plan_told as e
where equipment in (select unnest($names)) and gone_at is null and until_at > $now and from_at < $upto
group by all
order by from_at, until_at, 2
"""


def slots_of(sight: Sight, place: str) -> list[Slot]:
    """The slots of the plan that are not over; what stands now, not what was frozen."""
    names = sorted({place, sight.exit(place)} - {""})
    asked = {"names": names, "now": sight.now, "upto": sight.now + AHEAD}
    rows = sight.books.con.execute(_SLOTS, asked).fetchall()
    return [Slot(row[0], row[1], row[2], row[3], Fraction(row[4])) for row in rows if row[4]]


def made_of(sight: Sight, place: str, slots: Sequence[Slot], on: On) -> dict[tuple[str, str], Fraction]:
    """Good pieces of today by order and product: of the order that runs all, of others since a slot began."""
    begun = [one.from_at for one in slots if one.from_at <= sight.now]
    if not begun and not on.order:
        return {}
    sums: dict[tuple[str, str], Fraction] = {}
    query = MeasureQuery(("qty_good",), place, ("order", "product"), "hour", sight.days)
    for cell in sight.engine.query(query).cells:
        key = (cell.keys["order"], cell.keys["product"])
        if (begun and cell.span.start >= min(begun)) or (on.order and key == (on.order, on.product)):
            sums[key] = sums.get(key, Fraction(0)) + Fraction(cell.sums["qty_good"] or 0)
    return sums


_LAST_ON = """
select order_id, max(until_at)
from all_ledger
where equipment = $machine and order_id in (select unnest($orders)) and from_at < $now
group by all
"""


def last_on(sight: Sight, place: str, slots: Sequence[Slot]) -> dict[str, int]:
    """When the orders of some slots were last on at the machine that paces the line."""
    orders = sorted({one.order for one in slots if one.order and one.from_at <= sight.now})
    asked = {"machine": sight.paced_by(place), "orders": orders, "now": sight.now}
    return dict(sight.books.con.execute(_LAST_ON, asked).fetchall()) if orders else {}


def due_of(sight: Sight) -> dict[str, int]:
    """When orders are due, as their last word about it says."""
    span = Interval(sight.now - _ORDER_BACK, sight.now + 1)
    told = sight.said({"order"}, span, where="contains(e.body, 'due_at')")
    return {
        one.order: to_us(datetime.fromisoformat(one.text("due_at"))) for one in told if one.text("due_at")
    }


@dataclass(frozen=True, slots=True)
class On:
    """What is on at the machine that paces a line: its order, '' for none, and the product it is set to."""

    order: str
    product: str

    def is_of(self, slot: Slot, now: int) -> bool:
        """Whether a slot is of it; of one without an order, whether it is its product's time."""
        if slot.order or self.order:
            return bool(slot.order) and slot.order == self.order
        return slot.product == self.product and slot.from_at <= now


_LAST_SLOT = """
select max(until_at)
from plan_told
where equipment in (select unnest($names)) and order_id = $order and gone_at is null and coalesce(qty, 0) > 0
"""


def planned_until(sight: Sight, place: str, order: str) -> int | None:
    """Where the last slot of an order ends, also one that is over; None where it was never planned."""
    names = sorted({place, sight.exit(place)} - {""})
    until: int | None = sight.books.con.execute(_LAST_SLOT, {"names": names, "order": order}).fetchall()[0][0]
    return until


def running_on(sight: Sight, place: str) -> On:
    """What is on at the machine that paces a line."""
    machine = sight.paced_by(place)
    entries = (
        sight.entries(sight.shift_span(machine), (machine,))[machine] if machine in sight.machines else []
    )
    product = next((one.product for one in reversed(entries) if one.product), "")
    return On(entries[-1].order if entries else "", product)
