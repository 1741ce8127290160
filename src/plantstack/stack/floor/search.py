"""Find equipment, orders and products by what people remember of them: an id, a path or a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from plantstack.stack.floor.order_runs import OrderRun, order_runs
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.project import Stack

MOST = 20

Kind = Literal["site", "area", "line", "machine", "order", "product"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found.

    Attributes:
        kind: what it is; with `id` it names its page.
        id: permanent id of equipment, number of an order, id of a product.
        name: what people call it; of an order its product.
        path: where equipment stands, and where an order or a product ran last; '' where it never ran.
        place: id of that equipment, '' likewise.
        last_day: production day on which an order or a product ran last, or is planned; '' else.
        is_running: an order or a product that is on somewhere now.
        runs: of an order, where it ran or is planned, and what was made of it.
    """

    kind: Kind
    id: str
    name: str
    path: str
    place: str
    last_day: str = ""
    is_running: bool = False
    runs: tuple[OrderRun, ...] = ()


def search(stack: Stack, text: str, now: int, *, scope: str = "") -> tuple[Hit, ...]:
    """Find at most twenty things, the best first: whole ids, then beginnings, then what has it anywhere.

    Args:
        stack: the opened project.
        text: what is looked for; case does not matter.
        now: microseconds UTC.
        scope: id or path of the place that is searched; '' is everything.

    Raises:
        QueryError: for a scope that does not exist.
    """
    wanted = text.strip().lower()
    if not wanted:
        return ()
    sight = look(stack, scope, now)
    found = [
        (rank, hit)
        for hit in (*_equipment(sight), *_products(sight, wanted), *_orders(sight, wanted))
        if (rank := _rank(wanted, hit)) is not None
    ]
    found.sort(key=lambda one: (one[0], not one[1].is_running, one[1].kind in ("order",), one[1].id))
    hits = [hit for _, hit in found[:MOST]]
    runs = order_runs(sight, {hit.id for hit in hits if hit.kind == "order"})
    return tuple(replace(hit, runs=runs.get(hit.id, ())) if hit.kind == "order" else hit for hit in hits)


def _rank(wanted: str, hit: Hit) -> int | None:
    """How well it fits: the least is best; None where it does not."""
    own = hit.id.lower()
    if own == wanted or (hit.path.lower() == wanted and hit.kind not in ("order", "product")):
        return 0
    if own.startswith(wanted):
        return 1
    words = hit.name.lower().replace("-", " ").split()
    if hit.name.lower().startswith(wanted):
        return 2
    if any(word.startswith(wanted) for word in words):
        return 3
    return 4 if wanted in own or wanted in hit.name.lower() else None


_KINDS: dict[str, Kind] = {"site": "site", "area": "area", "line": "line", "machine": "machine"}


def _equipment(sight: Sight) -> Iterator[Hit]:
    inside = {place for machine in sight.machines for place in sight.above(machine)}
    for one in sight.plant.equipment.values():
        spans = sight.plant.spans.get(one.id, ())
        if not sight.scope or one.id in inside or any(sight.scope in (s.line, s.area, s.site) for s in spans):
            yield Hit(_KINDS[one.level], one.id, one.label or one.id, sight.path(one.id), one.id)


_RAN = """
select {what}, any_value(product), max(day), arg_max(equipment, (day, us))
from all_time_day
where contains(lower({what}), $wanted) and equipment in (select unnest($machines)) and {what} != ''
group by {what}
order by max(day) desc, {what}
limit 60
"""
_ON = """
select distinct {what} from all_ledger
where equipment in (select unnest($machines)) and until_at >= $now - 1 and from_at < $now and {what} != ''
"""
_PLANNED = """
select order_id, any_value(product), strftime(make_timestamp(max(from_at)), '%Y-%m-%d'),
    arg_max(equipment, from_at)
from plan_told
where gone_at is null and contains(lower(order_id), $wanted) and order_id != ''
group by order_id
order by max(from_at) desc
limit 60
"""


def _orders(sight: Sight, wanted: str) -> Iterator[Hit]:
    con, machines = sight.books.con, list(sight.machines)
    asked = {"wanted": wanted, "machines": machines}
    on = _running(sight, "order_id")
    seen: set[str] = set()
    for order, product, day, machine in con.execute(_RAN.format(what="order_id"), asked).fetchall():
        seen.add(order)
        yield Hit("order", order, _name(sight, product), sight.path(machine), machine, day, order in on)
    places = {place for machine in machines for place in sight.above(machine)}
    for order, product, day, place in con.execute(_PLANNED, {"wanted": wanted}).fetchall():
        if order not in seen and place in places:
            yield Hit("order", order, _name(sight, product), sight.path(place), place, day)


def _products(sight: Sight, wanted: str) -> Iterator[Hit]:
    found = {
        one.id
        for one in sight.plant.products.values()
        if wanted in one.id.lower() or wanted in (one.label or "").lower()
    }
    if not found:
        return
    on = _running(sight, "product")
    ran = {
        product: (day, machine)
        for product, day, machine in sight.books.con.execute(
            "select product, max(day), arg_max(equipment, (day, us)) from all_time_day"
            " where product in (select unnest($found)) and equipment in (select unnest($machines))"
            " group by product",
            {"found": sorted(found), "machines": list(sight.machines)},
        ).fetchall()
    }
    for product in found:
        day, machine = ran.get(product, ("", ""))
        path = sight.path(machine) if machine else ""
        yield Hit("product", product, _name(sight, product), path, machine, day, product in on)


def _running(sight: Sight, what: str) -> set[str]:
    asked = {"machines": list(sight.machines), "now": sight.now}
    return {row[0] for row in sight.books.con.execute(_ON.format(what=what), asked).fetchall()}


def _name(sight: Sight, product: str) -> str:
    found = sight.plant.products.get(product)
    return (found.label or product) if found else product
