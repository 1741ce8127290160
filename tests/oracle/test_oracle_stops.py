"""BOOKS 4, the failures of BOOKS 3, R19 to R21, R28: stops and failures, worked out by hand."""

from __future__ import annotations

import pytest
from tests.oracle.build import Shifts, clock, ev, states
from tests.oracle.reading import flagged, lasting, ledger, minutes, one, spans, us
from tests.oracle.scenario import books_of, cause, order, symptom

SHIFT = Shifts(shifts=[("early", "06:00", "14:00")])


# -- one stop ------------------------------------------------------------------------------------------


def test_changes_of_state_and_reason_do_not_end_a_stop_and_its_class_is_that_of_most_seconds() -> None:
    books = books_of(
        states(
            "m1", "07:00 producing, 08:00 starved, 08:04 stopped, 08:09 blocked, 08:11 producing, 09:00 idle"
        ),
        symptom("08:05", "jam", from_at="08:04", until_at="08:05"),
    )
    stop = one(books, "stop")
    # waiting 4 + 2, breakdown 1, other_stop 4 minutes
    assert (lasting(stop), stop["class"], stop["own_us"]) == ("08:00-08:11", "waiting", us("00:11"))
    assert stop["reason"] == "jam"
    assert {row["stop_id"] for row in books.ledger} == {None, clock("08:00")}


def test_class_ties_go_breakdown_first_and_reason_ties_by_name() -> None:
    books = books_of(
        states(
            "m1", "07:00 producing, 08:00 starved, 08:03 fault, 08:06 stopped, 08:09 producing, 09:00 idle"
        ),
        symptom("08:00", "other", from_at="08:00", until_at="08:02", source="plc"),
        symptom("08:00", "material", from_at="08:07", until_at="08:09", source="plc"),
    )
    stop = one(books, "stop")
    # breakdown 3, waiting 1 + 2, other_stop 2 + 1
    assert (stop["class"], stop["reason"]) == ("breakdown", "material")


@pytest.mark.parametrize(
    ("between", "stops"),
    [
        ("producing", ["08:00-08:10", "08:20-08:30"]),
        ("setup", ["08:00-08:10", "08:20-08:30"]),
        ("unknown", ["08:00-08:10", "08:20-08:30"]),
        ("starved", ["08:00-08:30"]),
    ],
)
def test_run_setup_and_unknown_end_a_stop(between: str, stops: list[str]) -> None:
    said = f"07:00 producing, 08:00 fault, 08:10 {between}, 08:20 stopped, 08:30 producing, 09:00 idle"
    assert [lasting(row) for row in spans(books_of(states("m1", said)), "stop")] == stops


def test_no_order_ends_a_stop() -> None:
    books = books_of(
        states("m1", "07:00 producing, 08:00 stopped, 09:00 producing"),
        order("07:00", "start", "A"),
        order("08:20", "end", "A"),
        order("08:40", "start", "A"),
        orders=True,
    )
    assert ledger(books)[1:] == ["08:00-08:20 other_stop", "08:20-08:40 no_order", "08:40-09:00 other_stop"]
    # the second runs up to as_of: open
    assert [(lasting(row), row["closed"]) for row in spans(books, "stop")] == [
        ("08:00-08:20", True),
        ("08:40-09:00", False),
    ]


def test_planned_down_and_free_time_suspend_a_stop_and_it_counts_at_its_last_own_microsecond() -> None:
    books = books_of(
        states("m1", "13:00 producing, 13:30 stopped, 1/06:00 stopped, 1/06:15 producing, 1/07:00 idle"),
        calendar=Shifts(
            shifts=[("early", "06:00", "14:00")], breaks=[("13:40", "13:50"), ("06:10", "06:15")]
        ),
    )
    stop = one(books, "stop")
    assert (lasting(stop), stop["own_us"], stop["wall_us"]) == ("13:30-1/06:10", us("00:30"), us("16:40"))
    assert (stop["scheduled_us"], stop["hidden_us"]) == (us("00:30"), us("16:10"))
    assert (stop["day"], stop["hour_from"]) == ("2026-03-03", clock("1/06:00"))


def test_a_stop_that_ends_with_the_shift_counts_in_the_shift() -> None:
    books = books_of(
        states("m1", "13:00 producing, 13:50 stopped, 1/06:00 producing, 1/07:00 idle"), calendar=SHIFT
    )
    stop = one(books, "stop")
    assert (lasting(stop), stop["day"], stop["hour_from"]) == ("13:50-14:00", "2026-03-02", clock("13:00"))
    assert stop["shift"] == "early"


# -- micro-stops ---------------------------------------------------------------------------------------


def test_R19_under_the_limit_means_strictly_less() -> None:
    exact = books_of(states("m1", "07:00 producing, 08:00 stopped, 08:02 producing, 09:00 idle"))
    assert one(exact, "stop")["class"] == "other_stop"
    under = books_of(states("m1", "07:00 producing, 08:00 stopped, 08:01:59.999999 producing, 09:00 idle"))
    assert one(under, "stop")["class"] == "micro_stop"


def test_only_breakdown_and_other_stop_move_and_short_waits_stay_waits() -> None:
    books = books_of(
        states(
            "m1",
            "07:00 setup, 08:00 fault, 08:00:30 starved, 08:01:10 stopped, 08:01:20 producing, 09:00 idle",
        )
    )
    assert ledger(books)[1:4] == [
        "08:00-08:00:30 micro_stop",
        "08:00:30-08:01:10 waiting",
        "08:01:10-08:01:20 micro_stop",
    ]
    assert one(books, "stop")["class"] == "micro_stop"  # 40 seconds each: micro_stop goes before waiting


def test_own_seconds_after_the_reasons_decide_not_wall_seconds() -> None:
    books = books_of(
        states("m1", "07:00 producing, 09:00 stopped, 09:16:30 producing, 10:00 idle"),
        symptom("09:01", "clean"),
    )
    # 15 minutes allowed, 90 seconds beyond it: under the limit, but overrun does not move
    assert ledger(books)[1:3] == ["09:00-09:15 planned_down", "09:15-09:16:30 planned_overrun"]
    assert flagged(books, "uncoded") == []


def test_while_open_a_stop_is_never_micro_and_a_stop_ended_by_unknown_is_closed() -> None:
    still_open = books_of(
        states("m1", "07:00 producing, 08:00 fault, 08:01 stopped"), ev("alarm", "m1", "08:01:30")
    )
    assert ledger(still_open, "open") == [
        "07:00-08:00 run False",
        "08:00-08:01 breakdown True",
        "08:01-08:01:30 other_stop True",
    ]
    assert one(still_open, "stop")["closed"] is False
    unknown = books_of(states("m1", "07:00 producing, 08:00 fault, 08:01 unknown, 09:00 fault"))
    assert ledger(unknown)[1] == "08:00-08:01 micro_stop"


def test_a_stop_suspended_at_as_of_is_open() -> None:
    books = books_of(states("m1", "13:00 producing, 13:59 fault, 15:00 fault"), calendar=SHIFT)
    stop = one(books, "stop")
    assert (lasting(stop), stop["closed"], stop["class"]) == ("13:59-14:00", False, "breakdown")


def test_uncoded_is_evidence_on_stops_that_owe_a_reason() -> None:
    books = books_of(
        states(
            "m1", "07:00 producing, 08:00 fault, 08:10 producing, 08:30 fault, 08:31 producing, 09:00 fault"
        ),
        states("m1", "09:10 producing, 10:00 starved, 10:05 producing, 11:00 idle"),
        symptom("09:05", "other"),
        symptom("10:02", "material"),
    )
    # a micro-stop owes none; a catch-all leaf is none; the last one is open
    assert flagged(books, "uncoded") == ["08:00-08:10 breakdown", "09:00-09:10 other_stop"]
    waiting = books_of(states("m1", "07:00 producing, 08:00 starved, 08:10 waiting, 08:20 producing"))
    assert flagged(waiting, "uncoded") == ["08:10-08:20 waiting"]  # the machine says why it is starved
    running_on = books_of(states("m1", "07:00 fault, 07:01 fault"))
    assert flagged(running_on, "uncoded") == ["07:00-07:01 breakdown"]


# -- reasons that attach to the halt, whatever the stop becomes ------------------------------------------


def test_a_reason_with_one_instant_covers_its_whole_halt_and_survives_new_borders() -> None:
    told = symptom("08:25", "jam")
    before = books_of(states("m1", "07:00 producing, 08:20 stopped, 08:30 producing, 09:00 idle"), told)
    assert minutes(before, reason="jam") == {"breakdown": 10}
    earlier = states("m1", "08:10 stopped")
    after = books_of(
        states("m1", "07:00 producing, 08:20 stopped, 08:30 producing, 09:00 idle"), earlier, told
    )
    assert minutes(after, reason="jam") == {"breakdown": 20}


def test_a_reason_with_a_part_covers_it_in_every_halt_and_one_that_meets_none_is_unattached() -> None:
    books = books_of(
        states(
            "m1",
            "07:00 producing, 08:00 stopped, 08:10 producing, 08:20 stopped, 08:30 producing, 09:00 idle",
        ),
        symptom("08:30", "jam", from_at="08:05", until_at="08:25", key="met"),
        symptom("07:30", "jam", key="running"),
        cause("08:12", "material", from_at="08:10", until_at="08:20", key="between"),
        symptom("06:00", "jam", key="before the books"),
    )
    assert ledger(books, "reason") == [
        "07:00-08:00 run",
        "08:00-08:05 other_stop",
        "08:05-08:10 breakdown jam",
        "08:10-08:20 run",
        "08:20-08:25 breakdown jam",
        "08:25-08:30 other_stop",
        "08:30-09:00 run",
    ]
    assert {key for _, key in books.unattached} == {"running", "between", "before the books"}


# -- failures ------------------------------------------------------------------------------------------


def failures(said: str, *more: dict[str, object], **plant: object) -> list[str]:
    return [lasting(row) for row in spans(books_of(states("m1", said), *more, **plant), "failure")]


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("08:10 producing", "08:10"),
        ("08:10 idle", "08:10"),
        ("08:10 starved", "08:10"),
        ("08:10 blocked", "08:10"),
        ("08:10 waiting, 08:20 producing", "08:20"),
        ("08:10 stopped, 08:20 producing", "08:20"),
        ("08:10 setup, 08:20 producing", "08:20"),
        ("08:10 off, 08:20 producing", "08:20"),
        ("08:10 planned_stop, 08:20 producing", "08:20"),
        ("08:10 unknown, 08:20 producing", "08:20"),
    ],
)
def test_R20_only_a_state_that_can_run_ends_a_failure(said: str, ends: str) -> None:
    assert failures(f"07:00 producing, 08:00 fault, {said}, 09:00 producing") == [f"08:00-{ends}"]


def test_R20_the_symptom_decides_where_there_is_one() -> None:
    said = "07:00 producing, 08:00 fault, 08:30 producing, 09:00 stopped, 09:30 producing, 10:00 producing"
    assert failures(said, symptom("08:10", "material"), symptom("09:10", "jam")) == ["09:00-09:30"]
    # idle inside a failing halt does not end it
    idle = "07:00 producing, 08:00 fault, 08:10 idle, 08:30 producing, 09:00 producing"
    assert failures(idle, symptom("08:05", "jam")) == ["08:00-08:30"]


def test_R20_symptoms_count_in_suspended_seconds_too() -> None:
    said = "07:00 producing, 10:05 stopped, 10:15 producing, 11:00 producing"
    calendar = Shifts(breaks=[("10:00", "10:20")])
    books = books_of(states("m1", said), symptom("10:10", "jam"), calendar=calendar)
    failure = one(books, "failure")
    assert (lasting(failure), failure["reason"], failure["scheduled_us"]) == ("10:05-10:15", "jam", 0)
    assert failure["hidden_us"] == us("00:10")
    assert spans(books, "stop") == []


def test_R20_a_fault_in_implied_setup_is_a_failure_hidden_in_setup() -> None:
    books = books_of(
        states("m1", "07:00 producing, 08:00 stopped, 08:10 fault, 08:30 producing, 09:00 producing"),
        order("07:00", "start", "A"),
        order("08:00", "start", "B"),
    )
    assert ledger(books) == ["07:00-08:00 run", "08:00-08:30 setup", "08:30-09:00 run"]
    failure = one(books, "failure")
    assert (lasting(failure), failure["scheduled_us"], failure["hidden_us"]) == (
        "08:10-08:30",
        us("00:20"),
        us("00:20"),
    )


def test_R21_below_the_limit_it_is_no_failure_and_an_open_one_is_named() -> None:
    assert failures("07:00 producing, 08:00 fault, 08:05 producing, 09:00 idle") == ["08:00-08:05"]
    assert failures("07:00 producing, 08:00 fault, 08:04:59.999999 producing, 09:00 idle") == []
    still_open = books_of(states("m1", "07:00 producing, 08:00 fault, 09:00 stopped"))
    assert [(lasting(row), row["closed"]) for row in spans(still_open, "failure")] == [("08:00-09:00", False)]


def test_R28_stops_and_failures_count_where_they_end_with_their_whole_length() -> None:
    books = books_of(states("m1", "07:00 producing, 08:50 fault, 10:00 producing, 11:00 idle"))
    stop, failure = one(books, "stop"), one(books, "failure")
    assert (stop["hour_from"], failure["hour_from"]) == (clock("09:00"), clock("09:00"))
    assert (stop["own_us"], failure["wall_us"]) == (us("01:10"), us("01:10"))
