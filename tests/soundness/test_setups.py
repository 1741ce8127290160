"""Wrong numbers about set-ups, kept from coming back; each with where it came from."""

from __future__ import annotations

from typing import Any

from tests.ledger import against
from tests.oracle import derive
from tests.oracle.build import clock, ev, plant, states
from tests.oracle.model import Row

HEAD = states("m1", "06:00 producing, 08:00 stopped")


def order(at: str, name: str, phase: str = "start") -> Row:
    return ev("order", "m1", at, phase=phase, order_id=name)


def accounts(*rows: Row, **machine: Any) -> list[tuple[str, int, int]]:
    """Account, from and until of the SQL ledger, which must be that of the oracle."""
    place = plant(machine=machine)
    events = [*HEAD, order("06:00", "A"), *rows]
    made = against.ledger_of_sql(against.sql_books(events, place), events)
    assert made == against.ledger_of_oracle(derive(events, place))
    return [(row[9], row[0], row[1]) for row in made]


def lasting(account: str, start: str, end: str) -> tuple[str, int, int]:
    return account, clock(start), clock(end)


def test_a_first_good_piece_at_as_of_leaves_no_microsecond_behind_the_set_up() -> None:
    # found by hand while ramps were built: the set-up ended 1 us before as_of, and a stop of 1 us stood open
    assert accounts(order("08:00", "B"), ev("count", "m1", "10:00", good=1)) == [
        lasting("run", "06:00", "08:00"),
        lasting("setup", "08:00", "10:00"),
    ]


def test_a_repeated_start_of_the_current_order_does_not_end_its_set_up() -> None:
    # found by hand while ramps were built: the repetition counted as the order's end
    rows = (order("08:00", "B"), order("09:00", "B"), ev("count", "m1", "10:00", good=1))
    assert accounts(*rows, ev("alarm", "m1", "11:00", phase="on")) == [
        lasting("run", "06:00", "08:00"),
        lasting("setup", "08:00", "10:00"),
        lasting("other_stop", "10:00", "11:00"),
    ]


def test_an_order_that_starts_and_ends_at_one_instant_ends_in_the_order_of_events() -> None:
    # found by hand while ramps were built: the end of an order was not heard at the instant of its start
    rows = (order("08:00", "B"), order("08:00", "B", "end"), ev("count", "m1", "10:00", good=1))
    assert accounts(*rows) == [lasting("run", "06:00", "08:00"), lasting("other_stop", "08:00", "10:00")]


def test_a_good_piece_by_exception_ends_a_set_up() -> None:
    # found by hand while ramps were built: only a count that said `good` ended a set-up
    counts = [ev("count", "m1", at, total=3, scrap=n) for at, n in (("09:00", 3), ("10:00", 2))]
    rows = (order("08:00", "B"), *counts, ev("alarm", "m1", "11:00", phase="on"))
    assert accounts(*rows, good_by_exception=True) == [
        lasting("run", "06:00", "08:00"),
        lasting("setup", "08:00", "10:00"),
        lasting("other_stop", "10:00", "11:00"),
    ]
