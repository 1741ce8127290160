"""R26, BOOKS 8 and 10: plans frozen, edited and matched, worked out by hand."""

from __future__ import annotations

from typing import Any

from tests.oracle.build import EVER, Shifts, ev, states
from tests.oracle.model import Books, Row
from tests.oracle.reading import lasting, one, pieces, spans
from tests.oracle.scenario import books_of

EARLY = Shifts(shifts=[("early", "06:00", "14:00")], breaks=[("10:00", "10:30")])
WHOLE_SHIFT = {"from_at": "06:00", "until_at": "14:00", "product": "P"}


def plan(qty: int, told: str = "00:00", **said: Any) -> Row:
    return ev("plan", said.pop("equipment", "m1"), told, qty=qty, told_at=told, **{**WHOLE_SHIFT, **said})


def books_with(*more: Row, **said: Any) -> Books:
    return books_of(
        states("m1", "06:00 producing, 15:00 producing"), list(more), **{"calendar": EARLY, **said}
    )


def both(books: Books) -> tuple[int, int]:
    """All that was planned, and all that was edited."""
    return int(pieces(books, "plan")[()]), int(pieces(books, "plan_edited")[()])


def test_R26_a_plan_is_spread_over_scheduled_time_outside_fixed_breaks() -> None:
    books = books_with(plan(100, order_id="A"))
    # 450 minutes; by the end of each hour 13.33 26.67 40 53.33 60 73.33 86.67 100
    assert pieces(books, "plan", "hour_from") == {
        "06:00": 13,
        "07:00": 14,
        "08:00": 13,
        "09:00": 13,
        "10:00": 7,
        "11:00": 13,
        "12:00": 14,
        "13:00": 13,
    }
    assert pieces(books, "plan", "order_id", "product", "account") == {("A", "P", ""): 100}
    assert pieces(books, "plan_edited") == {}


def test_R26_a_slot_without_scheduled_time_is_spread_over_all_of_it() -> None:
    books = books_with(plan(10, from_at="14:00", until_at="16:00"), ev("energy", "m1", "17:00"))
    assert pieces(books, "plan", "hour_from") == {"14:00": 5, "15:00": 5}


def test_R26_what_is_told_after_the_freeze_is_an_edit() -> None:
    at_freeze = books_with(plan(100), plan(90, "05:00"), plan(80, "05:00:01"))
    assert pieces(at_freeze, "plan") == {(): 90}
    assert pieces(at_freeze, "plan_edited") == {(): -10}
    first = plan(100, key="first")
    corrected = books_with(first, plan(70, "09:00", sup_source="m", sup_key="first"))
    assert both(corrected) == (100, -30)
    moved = books_with(
        first, plan(100, "09:00", sup_source="m", sup_key="first", from_at="12:00", until_at="14:00")
    )
    assert pieces(moved, "plan_edited") == {(): -100}  # the new slot's first version is its plan
    assert pieces(moved, "plan") == {(): 200}


def test_R26_a_plan_retracted_before_the_freeze_is_none_and_a_late_first_version_is_the_plan() -> None:
    retract = {"sup_source": "m", "sup_key": "first", "void": True}
    gone = books_with(plan(100, key="first"), plan(0, "04:00", **retract))
    assert pieces(gone, "plan") == {}
    late = books_with(plan(100, "08:00"), plan(120, "09:00"))
    assert both(late) == (100, 20)


def test_R26_the_freeze_of_a_slot_is_that_of_the_shift_it_starts_in() -> None:
    noon = {"from_at": "12:00", "until_at": "14:00"}
    books = books_with(plan(50, "04:00", **noon), plan(60, "05:30", **noon))
    assert both(books) == (50, 10)


def test_matched_is_the_lesser_of_good_and_frozen_plan_of_product_and_slot() -> None:
    made = [
        ev("count", "m1", "07:00", good=60, product="P"),
        ev("count", "m1", "13:59:59", good=30, product="P"),
        ev("count", "m1", "14:00", good=500, product="P"),
        ev("count", "m1", "08:00", good=500, product="Q"),
    ]
    short = one(books_with(plan(100), *made), "plan_slot")
    assert (lasting(short), short["qty_plan"], short["qty_matched"]) == ("06:00-14:00", 100, 90)
    assert (short["equipment"], short["product"], short["shift"]) == ("m1", "P", "early")
    two_orders = one(books_with(plan(40, order_id="A"), plan(20, order_id="B"), *made), "plan_slot")
    assert (two_orders["qty_plan"], two_orders["qty_matched"]) == (60, 60)


def test_the_plan_of_a_line_is_kept_at_its_exit_machine() -> None:
    lines = [{"line": "l", "exit_machine": "m1", "constraint_machine": "", **EVER}]
    made = ev("count", "m1", "07:00", good=60, product="P")
    books = books_with(plan(100, equipment="l"), made, line=lines)
    assert pieces(books, "plan", "equipment") == {"m1": 100}
    slot = one(books, "plan_slot")
    assert (slot["equipment"], slot["qty_matched"]) == ("m1", 60)
    no_exit = books_with(plan(100, equipment="l"), made)
    assert (pieces(no_exit, "plan"), spans(no_exit, "plan_slot")) == ({}, [])


def test_plans_outside_the_books_do_not_exist_and_an_open_slot_counts_until_now() -> None:
    made = ev("count", "m1", "14:30", good=70, product="P")
    books = books_with(
        plan(90, from_at="13:30", until_at="15:30"), plan(70, from_at="1/06:00", until_at="1/14:00"), made
    )
    # all 90 in the half hour that is scheduled; tomorrow is not there yet
    assert pieces(books, "plan", "hour_from") == {"13:00": 90}
    slot = one(books, "plan_slot")
    assert (lasting(slot), slot["closed"]) == ("13:30-15:00", False)
    assert (slot["qty_plan"], slot["qty_matched"]) == (90, 70)


def test_an_open_slot_matches_no_more_than_is_planned_until_now() -> None:
    made = ev("count", "m1", "07:00", good=60, product="P")
    # until noon 330 of 450 planned minutes
    books = books_of(states("m1", "06:00 producing, 12:00 producing"), [plan(90), made], calendar=EARLY)
    slot = one(books, "plan_slot")
    assert (slot["qty_plan"], slot["qty_matched"]) == (66, 60)
    assert pieces(books, "plan") == {(): 66}


def test_a_slot_over_two_shifts_is_matched_in_each_with_its_own_part() -> None:
    made = [ev("count", "m1", at, good=good, product="P") for at, good in (("07:00", 10), ("21:00", 90))]
    two = Shifts(shifts=[("early", "06:00", "14:00"), ("late", "14:00", "22:00")])
    told = [plan(100, from_at="06:00", until_at="22:00"), *made]
    books = books_of(states("m1", "06:00 producing, 23:00 producing"), told, calendar=two)
    parts = [(row["shift"], row["qty_plan"], row["qty_matched"]) for row in spans(books, "plan_part")]
    assert parts == [("early", 50, 10), ("late", 50, 50)]
    assert one(books, "plan_slot")["qty_matched"] == 100


def test_good_pieces_of_a_product_that_no_slot_of_their_shift_plans_are_without_plan() -> None:
    made = [
        ev("count", "m1", "07:00", good=60, product="P"),
        ev("count", "m1", "08:00", good=50, product="Q"),
        ev("count", "m1", "09:00", good=5, product="R"),
        ev("count", "m1", "14:30", good=3, product="P"),
    ]
    later = plan(10, product="R", from_at="13:00", until_at="14:00")
    books = books_with(plan(100), later, *made)
    # R is planned later in the shift, P not after it
    assert pieces(books, "without_plan", "product") == {"Q": 50, "P": 3}
    assert pieces(books_with(*made), "without_plan") == {}  # no plan, nothing beside it
