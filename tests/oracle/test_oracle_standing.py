"""BOOKS 1, 2 and 8, R1, R2, R3, R27: what stands, and from when to when, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from tests.oracle import derive
from tests.oracle.build import DAY, clock, ev, plant, states
from tests.oracle.model import Books, Row
from tests.oracle.reading import ledger, pieces
from tests.oracle.scenario import books_of, symptom


def said(key: str, good: int = 1, *, over: str = "", **more: Any) -> Row:
    """A count at 08:00 named by a key, which may supersede another."""
    target = {"sup_source": "m", "sup_key": over} if over else {}
    return ev("count", "m1", "08:00", key=key, good=good, **{**target, **more})


def standing(*rows: Row) -> str:
    """The keys that stand, the same in every order of arrival."""
    found = {
        " ".join(sorted(key for _, key in derive(list(order), plant()).standing))
        for order in permutations(rows)
    }
    assert len(found) == 1
    return found.pop()


def dead(*rows: Row) -> set[str]:
    return {key for _, key in derive(list(rows), plant()).dead}


def test_the_same_twice_is_one_event_and_instants_and_numbers_count_by_value() -> None:
    first, second = said("a", 5), said("a", 5, received_at="09:00")
    second["good"] = Decimal("5.000000")
    books = derive([first, second, *states("m1", "07:00 producing, 09:00 idle")], plant())
    assert pieces(books, "good") == {(): 5}


def test_conflict_the_least_told_at_then_the_least_content_stands() -> None:
    running = states("m1", "07:00 producing, 09:00 idle")
    later = [said("a", 7, told_at="08:30"), said("a", 9, told_at="08:20")]
    assert pieces(derive(running + later, plant()), "good") == {(): 9}
    # as text "3" comes before "4"
    together = [said("a", 4), said("a", 3)]
    assert pieces(derive(running + together, plant()), "good") == {(): 3}


def test_a_replacement_takes_the_place_of_its_target_and_keeps_it_void() -> None:
    assert standing(said("a"), said("b", over="a")) == "b"
    assert standing(said("a"), said("b", over="a"), said("c", over="b")) == "c"
    assert standing(said("b", over="not yet here")) == "b"


def test_of_competing_corrections_the_strongest_stands_and_the_losers_are_void() -> None:
    late, early = said("b", over="a", told_at="10:00"), said("c", over="a", told_at="09:00")
    assert standing(said("a"), late, early) == "b"
    assert standing(said("a"), late, early, said("d", over="c", told_at="11:00")) == "b"
    assert standing(said("a"), late, said("c", over="a", source="tablet-1")) == "c"


def test_void_retracts_and_a_void_of_a_correction_revives_what_it_had_voided() -> None:
    assert standing(said("a"), said("v", over="a", void=True)) == ""
    assert standing(said("a"), said("b", over="a"), said("v", over="b", void=True)) == "a"
    any_kind = ev("note", "m1", "09:00", key="v", sup_source="m", sup_key="a", void=True)
    assert standing(said("a"), any_kind) == ""
    # the winner retracted, the loser stands
    late, early = said("b", over="a", told_at="10:00"), said("c", over="a", told_at="09:00")
    assert standing(said("a"), late, early, said("v", over="b", void=True)) == "c"
    # the void is itself void again: the correction stands
    again = said("w", over="v", void=True)
    assert standing(said("a"), said("b", over="a"), said("v", over="b", void=True), again) == "b"
    # the void is replaced: what it had voided does not come back, the replacement stands
    assert (
        standing(said("a"), said("b", over="a"), said("v", over="b", void=True), said("x", over="v")) == "x"
    )


def test_dead_by_rule() -> None:
    ring = [said("a", over="c"), said("b", over="a"), said("c", over="b")]
    assert dead(*ring, said("d", over="a")) == {"a", "b", "c"}
    assert standing(*ring, said("d", over="a")) == "d"
    assert dead(said("s", over="s")) == {"s"}
    other = ev("alarm", "m1", "08:00", key="b", sup_source="m", sup_key="a", phase="on")
    assert dead(said("a"), other) == {"b"}
    assert standing(said("a"), other) == "a"
    backwards = ev("state", "m1", "08:00", key="s", state="fault", until_at="08:00")
    future = ev("state", "m1", "08:00", key="f", state="fault", received_at="07:54")
    fast_clock = ev("state", "m1", "08:00", key="g", state="fault", received_at="07:55")
    assert dead(backwards, future, fast_clock) == {"s", "f"}


# -- the window ----------------------------------------------------------------------------------------


def test_R1_as_of_is_the_greatest_instant_of_the_site() -> None:
    running = states("m1", "07:00 producing")
    told_before = ev("state", "m1", "08:00", state="fault", until_at="11:00")
    told_after = ev("state", "m1", "08:00", state="fault", until_at="09:30", told_at="09:30")
    for more, end in [
        (ev("alive", "m1", "08:00", from_at="07:00", until_at="08:30"), "08:30"),
        (told_before, "08:00"),
        (told_after, "09:30"),
        (ev("energy", "m2", "09:00"), "09:00"),
        (ev("note", "m1", "09:00"), "07:00"),
        (ev("close", "m1", "09:00"), "07:00"),
    ]:
        books = derive([*running, more], plant(("m1", "m2")))
        assert books.as_of == {"s": clock(end)}


def test_R1_a_given_as_of_cuts_what_is_not_there_yet() -> None:
    events = [*states("m1", "07:00 producing, 09:00 fault"), ev("count", "m1", "09:00", good=5)]
    books = derive(events, plant(), as_of=clock("08:00"))
    assert ledger(books) == ["07:00-08:00 run"]
    assert books.pieces == {}


@pytest.mark.parametrize(
    ("first", "begin"),
    [
        (ev("alive", "m1", "06:30", from_at="06:00", until_at="06:30"), "06:00"),
        (ev("count", "m1", "06:30", from_at="06:10", good=1), "06:10"),
        (ev("alarm", "m1", "06:30", phase="on"), "06:30"),
        (ev("order", "m1", "06:30", phase="start", order_id="A"), "06:30"),
        (ev("reason", "m1", "06:30", role="symptom", reason="jam"), "07:00"),
    ],
)
def test_R2_books_begin_at_the_first_sign(first: Row, begin: str) -> None:
    books = books_of(first, states("m1", "07:00 producing, 08:00 idle"))
    assert books.begin == {"m1": clock(begin)}
    assert books.ledger[0]["from_at"] == clock(begin)


def test_R3_what_happens_at_as_of_belongs_to_the_last_segment() -> None:
    events = [*states("m1", "07:00 stopped"), ev("count", "m1", "08:00", good=5), symptom("08:00", "jam")]
    books = books_of(events)
    assert ledger(books, "reason") == ["07:00-08:00 breakdown jam"]
    assert pieces(books, "good", "hour_from", "account") == {("07:00", "breakdown"): 5}


# -- closed pages ------------------------------------------------------------------------------------------


def _close() -> Row:
    return ev("close", "s", "1/01:00", from_at="00:00", until_at="1/00:00")


def _reopen() -> Row:
    return ev("reopen", "m1", "8/00:00", from_at="00:00", until_at="1/00:00")


def _late(days: int, **more: Any) -> Row:
    return said("late", 5, received_at=clock("1/00:00") + days * DAY, told_at="08:00", **more)


def _running(*more: Row) -> Books:
    """A day's books and further events; offsets follow the order in which these were made."""
    return books_of(states("m1", "07:00 producing, 1/00:00 idle"), list(more))


def test_R27_a_late_event_waits_for_a_reopen_of_its_closed_page() -> None:
    close, in_time, late, after = _close(), _late(7), _late(8), _reopen()
    assert not _running(close, in_time).waiting
    assert pieces(_running(close, in_time), "good") == {(): 5}
    assert _running(close, late).waiting == {("m", "late")}
    assert pieces(_running(close, late), "good") == {}
    assert not _running(close, late, after).waiting
    assert pieces(_running(close, late, after), "good") == {(): 5}


def test_R27_only_a_close_before_the_event_came_makes_it_wait() -> None:
    reopened_first, late_first, close, reopen, late, again, late_again = (
        _reopen(),
        _late(8),
        _close(),
        _reopen(),
        _late(8),
        _close(),
        _late(8),
    )
    # it was in the books when they were closed
    assert not _running(late_first, close).waiting
    # a reopen before the close says nothing about it; one after it opens the page until the next close
    assert _running(reopened_first, close, late).waiting == {("m", "late")}
    assert not _running(close, reopen, late).waiting
    assert _running(close, reopen, again, late_again).waiting == {("m", "late")}


def test_R27_an_open_page_takes_late_events_and_a_cause_has_14_days() -> None:
    assert books_of(states("m1", "07:00 producing"), _late(30)).waiting == set()
    close = _close()
    due, overdue = (
        ev(
            "reason",
            "m1",
            "08:00",
            key=f"{n} days",
            role="cause",
            reason="jam",
            received_at=clock(f"{n + 1}/00:00"),
        )
        for n in (14, 15)
    )
    assert _running(close, due).waiting == set()
    assert _running(close, overdue).waiting == {("m", "15 days")}
