"""What is asked before an entry is written: what an order makes, whether a count can be, and has it happened.

An order without a known product would be booked without any: nothing of it has a standard then. A count far
above what its machine can make is kept all the same, and said to be looked at. A reason that reaches beyond
now would explain stops that nobody has seen. Nobody is on the way to a call that nobody made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from plantstack.errors import Problem
from plantstack.events.validate import AHEAD
from plantstack.intervals import HOUR, Interval
from plantstack.live.access import Sender
from plantstack.live.running import Running
from plantstack.stack.floor.calls import asked_at
from plantstack.stack.floor.entry_shapes import (
    AnyEntry,
    Call,
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
_FRESH = """
    SELECT json_extract(body, '$.call'), equipment
    FROM event
    WHERE kind = 'call' AND phase = 'asked' AND log_offset > ?
"""
"""Calls that the books have not read yet."""


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


def refuse_no_call(
    running: Running, sender: Sender, told: Sequence[tuple[AnyEntry | None, Callable[[Problem], None]]]
) -> None:
    """Refuse what became of calls for help that nobody made, or made where the sender may not speak of.

    Args:
        running: the plant.
        sender: who is let near what.
        told: entries, and how to refuse them; calls that are made among them are known.
    """
    calls = [(entry, refuse) for entry, refuse in told if isinstance(entry, Call)]
    moved = [(entry.call, refuse) for entry, refuse in calls if entry.phase != "asked"]
    if not moved:
        return
    now, since = running.clock(), running.keeper.standing.offset
    fresh = running.writer.run(lambda log: log.connection.execute(_FRESH, (since,)).fetchall()).result()
    at = running.ask(lambda stack: asked_at(stack, {name for name, _ in moved}, now))
    now_asked = [(entry.call or entry.id, entry.equipment) for entry, _ in calls if entry.phase == "asked"]
    for name, equipment in [*fresh, *now_asked]:
        at.setdefault(name, set()).add(equipment)
    for name, refuse in moved:
        if not any(sender.may_tell_of(running.plant, one, now) for one in at.get(name, ())):
            refuse(_no_call(name))


def _no_call(name: str) -> Problem:
    what = f"there is no call for help '{name:.80}' here"
    fix = "Reload the page and choose one of the calls that are open."
    return Problem("entry-no-call", "call", what, fix)


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
