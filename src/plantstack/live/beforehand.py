"""What is asked of the books before an entry is written: what an order makes, and whether a count can be.

An order without a known product would be booked without any: nothing of it has a standard then. A count far
above what its machine can make is kept all the same, and said to be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from plantstack.errors import Problem
from plantstack.intervals import HOUR
from plantstack.live.running import Running
from plantstack.stack.floor.entry_shapes import AnyEntry, Count, Order
from plantstack.stack.floor.order_products import known_products
from plantstack.stack.floor.plausible import CanMake, can_make

Wire = dict[str, Any]


def name_products(
    running: Running, told: Sequence[tuple[AnyEntry | None, list[Wire], Callable[[Problem], None]]]
) -> None:
    """Give orders that begin the product that is known of them; refuse those of which none is.

    Args:
        running: the plant.
        told: entries, the events they become, and how to refuse them.
    """
    bare = [
        (entry.starts, events, refuse)
        for entry, events, refuse in told
        if isinstance(entry, Order) and entry.starts and not entry.product
    ]
    if not bare:
        return
    now = running.clock()
    known = running.ask(lambda stack: known_products(stack, [order for order, _, _ in bare], now))
    for order, events, refuse in bare:
        if order not in known:
            refuse(_no_product(order))
        for event in events:
            if event.get("phase") == "start" and order in known:
                event["product"] = known[order]


def _no_product(order: str) -> Problem:
    what = f"it is not said what order '{order:.80}' makes, and neither the plan nor an earlier order says it"
    return Problem("entry-no-product", "product", what, "Choose the product of the order.")


def notice_counts(
    running: Running, told: Sequence[tuple[AnyEntry | None, list[Wire], list[Problem]]]
) -> None:
    """Add a notice to counts far above what their machine can have made; they are kept all the same.

    Args:
        running: the plant.
        told: entries, the events they become, and the notices they are answered with.
    """
    counts = [(events, notices) for entry, events, notices in told if isinstance(entry, Count) and events]
    if not counts:
        return
    now, lanes = running.clock(), running.plant.lanes
    of = [lanes.get(events[0]["equipment"], (events[0]["equipment"], 0))[0] for events, _ in counts]
    able = running.ask(lambda stack: can_make(stack, of, now))
    for machine, (events, notices) in zip(of, counts, strict=True):
        most = max(Decimal(str(one.get(name) or 0)) for one in events for name in ("good", "scrap"))
        if machine in able and (times := able[machine].times(most)):
            notices.append(_too_many(able[machine], times))


def _too_many(can: CanMake, times: int) -> Problem:
    time = f"{round(can.us / HOUR)} h"
    what = f"that is {times:,} times what {can.name} can make in {time}; it is kept as it was told"
    fix = "Look at the number, and correct it if it is wrong."
    return Problem("entry-count-large", can.machine, what, fix)
