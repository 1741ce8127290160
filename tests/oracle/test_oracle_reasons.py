"""BOOKS 3 rules 4 and 5, BOOKS 5, R14 to R18: reasons, allowances, floating breaks, worked out by hand."""

from __future__ import annotations

import pytest
from tests.oracle.build import Shifts, states
from tests.oracle.reading import flagged, ledger, minutes, spans
from tests.oracle.scenario import REASONS, books_of, cause, order, symptom


def test_R14_and_R15_a_reason_covers_the_own_seconds_of_its_halt_only() -> None:
    books = books_of(
        states(
            "m1", "07:00 producing, 09:00 fault, 09:30 idle, 10:30 unknown, 10:40 stopped, 11:00 producing"
        ),
        symptom("10:20", "material"),
        calendar=Shifts(breaks=[("10:00", "10:15")]),
    )
    assert ledger(books, "reason") == [
        "07:00-09:00 run",
        "09:00-10:00 waiting material",
        "10:00-10:15 planned_down",
        "10:15-10:30 waiting material",
        "10:30-10:40 unknown",
        "10:40-11:00 other_stop",
    ]


def test_R15_the_strongest_symptom_wins_and_a_cause_never_gives_the_account() -> None:
    books = books_of(
        states("m1", "07:00 stopped, 08:00 producing"),
        symptom("07:10", "material", source="tablet-1", told_at="07:10"),
        symptom("07:05", "other", source="tablet-1", told_at="07:20", from_at="07:30", until_at="07:40"),
        symptom("07:30", "jam", source="plc", told_at="07:50"),
        cause("07:30", "jam", told_at="3/07:00"),
    )
    assert ledger(books, "reason", "cause") == [
        "07:00-07:30 waiting material jam",
        "07:30-07:40 other_stop other jam",
        "07:40-08:00 waiting material jam",
    ]


def test_R16_the_allowance_is_per_halt_and_leaf_in_own_seconds() -> None:
    books = books_of(
        states("m1", "09:00 producing, 09:50 stopped, 10:30 producing, 11:00 stopped, 11:10 producing"),
        symptom("09:55", "clean", from_at="09:50", until_at="09:54"),
        symptom("10:05", "clean", from_at="09:58", until_at="10:30"),
        symptom("11:05", "clean"),
        calendar=Shifts(breaks=[("10:00", "10:10")]),
    )
    # 4 + 2 minutes before the break, 9 after it: 15; then overrun; a new halt has a new allowance
    assert ledger(books, "reason") == [
        "09:00-09:50 run",
        "09:50-09:54 planned_down clean",
        "09:54-09:58 other_stop",
        "09:58-10:00 planned_down clean",
        "10:00-10:10 planned_down",
        "10:10-10:19 planned_down clean",
        "10:19-10:30 planned_overrun clean",
        "10:30-11:00 run",
        "11:00-11:10 planned_down clean",
    ]


FLOAT = Shifts(floating=[("09:00", "11:00", 10)])


def test_R17_a_planned_stop_that_begins_in_the_window_claims_the_break() -> None:
    inside = states("m1", "08:00 producing, 09:30 planned_stop, 09:50 producing, 12:00 idle")
    assert ledger(books_of(inside, calendar=FLOAT))[1:3] == [
        "09:30-09:40 planned_down",
        "09:40-09:50 planned_overrun",
    ]
    before = states("m1", "08:00 producing, 08:59 planned_stop, 09:20 producing")
    assert ledger(books_of(before, calendar=FLOAT))[1:] == ["08:59-09:20 other_stop"]
    after = states("m1", "08:00 producing, 11:00 planned_stop, 11:20 producing")
    assert ledger(books_of(after, calendar=FLOAT))[1:] == ["11:00-11:20 other_stop"]
    not_taken = states("m1", "08:00 producing, 09:30 stopped, 09:40 producing")
    assert ledger(books_of(not_taken, calendar=FLOAT))[1:] == ["09:30-09:40 other_stop"]


def test_R17_all_claims_of_a_window_share_its_length_in_time_order() -> None:
    books = books_of(
        states("m1", "08:00 producing, 09:10 stopped, 09:16 producing, 09:30 planned_stop, 09:40 producing"),
        symptom("09:12", "break", source="tablet-1"),
        calendar=FLOAT,
    )
    assert ledger(books, "reason")[1:] == [
        "09:10-09:16 planned_down break",
        "09:16-09:30 run",
        "09:30-09:34 planned_down",
        "09:34-09:40 planned_overrun",
    ]
    assert flagged(books, "moved_by_hand") == ["09:10-09:16 planned_down"]


def test_R17_another_planned_leaf_claims_nothing() -> None:
    cleaned = states("m1", "08:00 producing, 09:30 stopped, 09:50 producing")
    books = books_of(cleaned, symptom("09:31", "clean"), calendar=FLOAT)
    assert ledger(books)[1:] == ["09:30-09:45 planned_down", "09:45-09:50 planned_overrun"]


def test_R17_who_begins_in_two_windows_uses_both_the_sooner_closing_first() -> None:
    calendar = Shifts(floating=[("09:00", "12:00", 10), ("09:00", "11:00", 5)])
    said = "08:00 producing, 09:30 planned_stop, 09:37 producing, 11:30 planned_stop, 11:40 producing"
    assert ledger(books_of(states("m1", said), calendar=calendar))[1:] == [
        "09:30-09:37 planned_down",  # 5 of the second window, 2 of the first
        "09:37-11:30 run",
        "11:30-11:38 planned_down",
        "11:38-11:40 planned_overrun",
    ]


def test_R16_every_leaf_has_its_own_allowance_in_a_halt() -> None:
    books = books_of(
        states("m1", "08:00 producing, 09:00 stopped, 09:40 producing"),
        symptom("09:00", "clean", from_at="09:00", until_at="09:20"),
        symptom("09:20", "break", from_at="09:20", until_at="09:40"),
    )
    assert ledger(books)[1:] == [
        "09:00-09:15 planned_down",
        "09:15-09:20 planned_overrun",
        "09:20-09:30 planned_down",
        "09:30-09:40 planned_overrun",
    ]


def test_R17_outside_the_window_the_breaks_reason_has_its_own_allowance() -> None:
    books = books_of(
        states("m1", "11:00 producing, 11:30 stopped, 11:45 producing"),
        symptom("11:31", "break"),
        calendar=FLOAT,
    )
    assert ledger(books)[1:] == ["11:30-11:40 planned_down", "11:40-11:45 planned_overrun"]


def test_R17_claimed_seconds_lie_outside_fixed_breaks_and_inside_planned_operation() -> None:
    calendar = Shifts(
        shifts=[("early", "06:00", "10:05")], breaks=[("09:55", "10:00")], floating=[("09:00", "10:00", 8)]
    )
    books = books_of(states("m1", "08:00 producing, 09:50 planned_stop, 10:10 producing"), calendar=calendar)
    assert ledger(books)[1:] == [
        "09:50-10:03 planned_down",  # 5 claimed, 5 fixed, 3 claimed
        "10:03-10:05 planned_overrun",
        "10:05-10:10 not_scheduled",
    ]


def test_R12_a_claimed_floating_break_goes_before_implied_setup() -> None:
    books = books_of(
        states("m1", "08:00 producing, 09:30 stopped, 09:40 planned_stop, 09:55 stopped, 10:30 producing"),
        order("08:00", "start", "A"),
        order("09:30", "start", "B"),
        calendar=FLOAT,
    )
    assert ledger(books)[1:] == [
        "09:30-09:40 setup",
        "09:40-09:50 planned_down",
        "09:50-09:55 planned_overrun",
        "09:55-10:30 setup",
    ]


@pytest.mark.parametrize("leaf", ["jam", "material", "idle order", "other"])
def test_R18_a_reason_gives_the_account_of_its_leaf_over_the_states_own(leaf: str) -> None:
    books = books_of(states("m1", "07:00 fault, 08:00 producing"), symptom("07:30", leaf))
    assert minutes(books, reason=leaf) == {REASONS[leaf][0]: 60}


def test_reasons_never_cover_unknown_and_zero_length_segments_vanish() -> None:
    books = books_of(
        states("m1", "07:00 unknown, 08:00 stopped, 08:00 fault, 08:30 producing"), symptom("07:30", "jam")
    )
    assert ledger(books, "reason") == ["07:00-08:00 unknown", "08:00-08:30 breakdown"]
    assert len(books.unattached) == 1
    assert spans(books, "stop")[0]["reason"] == ""


def test_assumed_states_are_evidence() -> None:
    books = books_of(states("m1", "07:00 idle, 08:00 producing", method="assumed"))
    assert flagged(books, "assumed") == ["07:00-08:00 other_stop"]
