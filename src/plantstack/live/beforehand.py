"""What is asked before an entry is written: what an order makes, whether a count can be, and has it happened.

An order without a known product would be booked without any: nothing of it has a standard then. A count far
above what its machine can make is kept all the same, and said to be looked at. A reason that reaches beyond
now would explain stops that nobody has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from plantstack.errors import Problem
from plantstack.events.validate import AHEAD
from plantstack.intervals import HOUR, Interval
from plantstack.live.running import Running
from plantstack.stack.floor.entry_shapes import (
    AnyEntry,
    Cause,
    Count,
    Episode,
    Handover,
    Order,
    Reason,
    Slow,
    Split,
)
from plantstack.stack.floor.entry_words import instant
from plantstack.stack.floor.handover import is_shift
from plantstack.stack.floor.order_products import known_products
from plantstack.stack.floor.plausible import CanMake, can_make

Wire = dict[str, Any]
_AHEAD = Problem(
    "entry-ahead",
    "until",
    "it explains time that is still to come",
    "Let it end now; what happens later is asked about then.",
)
_NO_SHIFT = Problem(
    "entry-no-shift",
    "from",
    "this is no shift of the place as its calendar is now",
    "Open the hand-over again and sign the shift that it shows.",
)


def refuse_ahead(running: Running, told: Sequence[tuple[AnyEntry | None, Callable[[Problem], None]]]) -> None:
    """Refuse reasons that reach beyond now, as far as clocks may differ: no stop to come has one yet.

    Args:
        running: the plant.
        told: entries that could be read, and how to refuse them.
    """
    latest = running.clock() + AHEAD
    for entry, refuse in told:
        if any(_us(end) > latest for end in _ends(entry)):
            refuse(_AHEAD)


def refuse_other_spans(
    running: Running, told: Sequence[tuple[AnyEntry | None, list[Wire], Callable[[Problem], None]]]
) -> None:
    """Refuse signatures under anything but a shift: they would freeze what nobody looked at.

    Args:
        running: the plant.
        told: entries, the events they become, and how to refuse them.
    """
    signed = [
        (event["equipment"], Interval(_us(event["from"]), _us(event["until"])), refuse)
        for entry, events, refuse in told
        for event in events
        if isinstance(entry, Handover) and event["kind"] == "close" and not event.get("void")
    ]
    if not signed:
        return
    asked = [(place, span) for place, span, _ in signed]
    found = running.ask(lambda stack: [is_shift(stack, place, span) for place, span in asked])
    for is_one, (_, _, refuse) in zip(found, signed, strict=True):
        if not is_one:
            refuse(_NO_SHIFT)


def _us(text: str) -> int:
    return instant("until", text)


def _ends(entry: AnyEntry | None) -> list[str]:
    """Where the time ends that an entry gives a reason for."""
    if isinstance(entry, Reason | Cause):
        return [stop.until for stop in entry.stops if stop.until]
    if isinstance(entry, Split):
        return [part.until for part in entry.parts]
    return [entry.until] if isinstance(entry, Episode | Slow) else []


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
