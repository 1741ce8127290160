"""The row of a span: a stop, a changeover, a failure, a plan slot (BOOKS 9, table `spans`).

> `spans` (a closed stop, set-up, call, failure, work order, action, counted where it ends; `n_open`)
> R21: Wall: end - start. Scheduled: its seconds inside planned operation outside planned_down. Hidden: its
> seconds in planned_down, setup and not_scheduled.

Run and set-up outside the calendar extend planned operation, so scheduled time is read off the accounts.
For a stop and a changeover, hidden seconds are those that suspend or bridge them: planned_down and
not_scheduled.
"""

from __future__ import annotations

from tests.oracle.model import NOT_SCHEDULED, PLANNED_DOWN, SETUP, Row, Segment
from tests.oracle.window import Machine


def seconds(segments: list[Segment], start: int, end: int, accounts: tuple[str, ...]) -> int:
    """Microseconds of [start, end) in some accounts."""
    inside = [part for part in segments if part.account in accounts]
    return sum(max(0, min(part.until_at, end) - max(part.from_at, start)) for part in inside)


def span_row(
    machine: Machine, kind: str, segments: list[Segment], start: int, end: int, *, counted_at: int
) -> Row:
    """The columns every kind of span has; the caller adds what is its own."""
    last = next(part for part in segments if part.from_at <= counted_at < part.until_at)
    hiding = (NOT_SCHEDULED, PLANNED_DOWN, SETUP) if kind == "failure" else (NOT_SCHEDULED, PLANNED_DOWN)
    return {
        "kind": kind,
        "equipment": machine.name,
        "class": "",
        "from_at": start,
        "until_at": end,
        "closed": True,
        "own_us": end - start,
        "wall_us": end - start,
        "scheduled_us": end - start - seconds(segments, start, end, (NOT_SCHEDULED, PLANNED_DOWN)),
        "hidden_us": seconds(segments, start, end, hiding),
        "std_us": None,
        "reason": "",
        "product_from": "",
        "product_to": "",
        "order_id": last.order_id,
        "product": last.product,
        "shift": last.tile["shift"],
        "crew": last.tile["crew"],
        "day": last.tile["day"],
        "hour_from": machine.calendar.hour(counted_at),
        "qty_plan": None,
        "qty_matched": None,
    }
