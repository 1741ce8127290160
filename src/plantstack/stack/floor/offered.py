"""What a station offers to choose from: scrap reasons, products and orders that its line can have."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from plantstack.intervals import DAY
from plantstack.stack.floor.machine import product_name
from plantstack.stack.floor.planned import running_on, slots_of
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.where_told import own_reasons
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day

_LOOKED_BACK = 90 * DAY
_NEXT = 6  # orders on tiles; more are the planner's to see


@dataclass(frozen=True, slots=True)
class NextOrder:
    """An order that is planned next.

    Attributes:
        order: its number; `product` and `product_name` of it.
        qty: pieces planned of it.
        from_at: where its first slot begins, microseconds UTC.
    """

    order: str
    product: str
    product_name: str
    qty: Decimal
    from_at: int


@dataclass(frozen=True, slots=True)
class Offered:
    """What the lines of a station are offered.

    Attributes:
        scrap: ids of scrap reasons that were told here in ninety days, and of those nobody told anywhere, see
            `own_reasons`; `scrap_else` those that only others told.
        products: ids of products with a standard at a machine of the lines, or that were on there.
        orders: planned next, in order of time; the one that runs is none of them.
    """

    scrap: tuple[str, ...]
    scrap_else: tuple[str, ...]
    products: tuple[str, ...]
    orders: tuple[NextOrder, ...]


def offered(stack: Stack, places: tuple[str, ...], now: int) -> Offered:
    """What the lines and lone machines of some places are offered.

    Args:
        stack: the opened project.
        places: ids or paths; a machine in a line stands for the line.
        now: microseconds UTC.

    Raises:
        QueryError: for a place that does not exist.
    """
    sight = look(stack, places, now)
    sight = look(stack, tuple(sight.places), now)
    here, elsewhere = _scrap(sight)
    orders = tuple(one for place in sight.places for one in _orders(sight, place))
    return Offered(here, elsewhere, _products(sight), orders[:_NEXT])


_TOLD = """
select distinct equipment, reason
from all_pieces_day
where reason != '' and class in ('scrap', 'startup_reject') and day >= $since
"""


def _scrap(sight: Sight) -> tuple[tuple[str, ...], tuple[str, ...]]:
    site = sight.plant.site_of(sight.machines[0]) if sight.machines else None
    if site is None:
        return (), ()
    today, since = production_day(site, sight.now), production_day(site, sight.now - _LOOKED_BACK)
    told: dict[str, set[str]] = {}
    for machine, reason in sight.books.con.execute(_TOLD, {"since": since.isoformat()}).fetchall():
        told.setdefault(machine, set()).add(reason)
    leaves = [one.id for one in sight.plant.reasons.values() if one.kind == "scrap" and one.is_offered(today)]
    own: set[str] = set().union(*(own_reasons(sight, one, leaves, told) for one in sight.machines))
    return tuple(one for one in leaves if one in own), tuple(one for one in leaves if one not in own)


_PRODUCTS = """
select product from standard where equipment in (select unnest($machines)) and product != ''
union
select product from all_ledger where equipment in (select unnest($machines)) and product != ''
"""


def _products(sight: Sight) -> tuple[str, ...]:
    """By what people call them; all of them where nothing says which."""
    asked = {"machines": list(sight.machines)}
    found = {row[0] for row in sight.books.con.execute(_PRODUCTS, asked).fetchall()} & set(
        sight.plant.products
    )
    return tuple(sorted(found or sight.plant.products, key=lambda one: (product_name(sight, one), one)))


def _orders(sight: Sight, place: str) -> list[NextOrder]:
    on = running_on(sight, place)
    found: dict[str, NextOrder] = {}
    for slot in slots_of(sight, place):
        if not slot.order or slot.order == on.order:
            continue
        qty = Decimal(slot.qty.numerator) / Decimal(slot.qty.denominator)
        known = found.get(slot.order)
        name = product_name(sight, slot.product)
        begins = slot.from_at if known is None else known.from_at
        whole = qty if known is None else known.qty + qty
        found[slot.order] = NextOrder(slot.order, slot.product, name, whole, begins)
    return list(found.values())
