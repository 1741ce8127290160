"""What an order makes, as somebody said before: at its start, on the machines it was on, or in the plan."""

from __future__ import annotations

from collections.abc import Iterable

from plantstack.engines.duckdb.standing import standing_events
from plantstack.intervals import DAY, Interval
from plantstack.stack.project import Stack

_BACK = 31 * DAY

_SAID = """
select order_id, arg_max(product, told_at)
from {told} as e
where e.phase = 'start' and e.order_id in (select unnest($orders)) and coalesce(e.product, '') != ''
group by all
"""
_RAN = """
select order_id, arg_max(product, until_at)
from all_ledger
where order_id in (select unnest($orders)) and product != ''
group by all
"""
_PLANNED = """
select order_id, arg_max(product, told_at)
from plan_told
where order_id in (select unnest($orders)) and coalesce(product, '') != '' and gone_at is null
group by all
"""


def known_products(stack: Stack, orders: Iterable[str], now: int) -> dict[str, str]:
    """The products of some orders; of which nobody said any, none.

    What was said at its start goes before what it ran as, and that before the plan: told again, an entry
    finds what it said itself.

    Args:
        stack: the books.
        orders: their numbers.
        now: microseconds UTC.
    """
    asked = {"orders": sorted(set(orders))}
    if not asked["orders"]:
        return {}
    books = stack.engine(scope=None).books
    said = standing_events(books, {"order"}, Interval(now - _BACK, now + DAY))
    found: dict[str, str] = {}
    for sql in (_PLANNED, _RAN, _SAID.format(told=said)):
        found |= dict(books.con.execute(sql, asked).fetchall())
    return found
