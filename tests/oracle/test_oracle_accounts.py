"""BOOKS 3, rules 1 to 3 and 6 to 9, R5 to R13: states, orders and set-up, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.oracle import derive
from tests.oracle.build import HOURS, Shifts, clock, ev, plant, states
from tests.oracle.model import Row
from tests.oracle.reading import flagged, lasting, ledger, minutes, one, us
from tests.oracle.scenario import books_of, order

SHIFT = Shifts(shifts=[("early", "06:00", "14:00")])


# -- rules 1 to 3: set-up and run extend the calendar -------------------------------------------------


def test_rule_1_and_2_setup_and_run_extend_planned_operation() -> None:
    books = books_of(
        states("m1", "05:00 setup, 05:30 producing, 06:30 stopped, 07:00 producing, 08:00 stopped"),
        calendar=Shifts(breaks=[("06:10", "06:40"), ("07:30", "07:40")]),
    )
    assert ledger(books) == [
        "05:00-05:30 setup",
        "05:30-06:30 run",
        "06:30-06:40 planned_down",
        "06:40-07:00 other_stop",
        "07:00-08:00 run",
    ]


def test_rule_3_faults_in_unplanned_overtime_are_evidence() -> None:
    books = books_of(states("m1", "13:00 producing, 14:00 fault, 14:30 off, 15:00 producing"), calendar=SHIFT)
    assert ledger(books) == ["13:00-14:00 run", "14:00-15:00 not_scheduled"]
    assert flagged(books, "overtime_fault") == ["14:00-14:30 not_scheduled"]


def test_rule_6_unseen_seconds_of_break_and_free_time_are_evidence() -> None:
    books = books_of(
        states("m1", "09:00 producing, 09:50 unknown, 10:20 producing, 14:00 unknown, 14:30 producing"),
        calendar=Shifts(shifts=[("early", "06:00", "14:00")], breaks=[("10:00", "10:15")]),
    )
    assert ledger(books) == [
        "09:00-09:50 run",
        "09:50-10:00 unknown",
        "10:00-10:15 planned_down",
        "10:15-10:20 unknown",
        "10:20-14:00 run",
        "14:00-14:30 not_scheduled",
    ]
    assert flagged(books, "unseen") == ["10:00-10:15 planned_down", "14:00-14:30 not_scheduled"]


# -- rules 7 to 9 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "with_order", "without_order", "orders_not_used"),
    [
        ("fault", "breakdown", "breakdown", "breakdown"),
        ("starved", "waiting", "waiting", "waiting"),
        ("blocked", "waiting", "waiting", "waiting"),
        ("waiting", "waiting", "waiting", "waiting"),
        ("idle", "waiting", "no_order", "other_stop"),
        ("stopped", "other_stop", "no_order", "other_stop"),
        ("off", "other_stop", "no_order", "other_stop"),
        ("planned_stop", "other_stop", "other_stop", "other_stop"),
    ],
)
def test_rules_7_to_9_the_own_account_of_a_state(
    state: str, with_order: str, without_order: str, orders_not_used: str
) -> None:
    said = states("m1", f"07:00 {state}, 08:00 producing")
    running = [order("07:00", "start", "A"), *said]
    assert minutes(derive(running, plant(orders=True))) == {with_order: 60}
    assert minutes(derive(said, plant(orders=True))) == {without_order: 60}
    assert minutes(derive(said, plant())) == {orders_not_used: 60}


def test_rule_8_is_a_dated_setting() -> None:
    used = [{"equipment": "m1", "from_at": clock("07:30"), "until_at": clock("2/00:00")}]
    books = derive(states("m1", "07:00 stopped, 08:00 producing"), plant(orders_used=used))
    assert ledger(books) == ["07:00-07:30 other_stop", "07:30-08:00 no_order"]


# -- R5 to R8: what is said ------------------------------------------------------------------------------


def test_R5_a_base_holds_to_the_next_of_any_source_whatever_its_rank() -> None:
    books = books_of(
        states("m1", "07:00 stopped", source="tablet-1"),
        states("m1", "07:10 producing, 08:00 idle", source="plc"),
    )
    assert ledger(books, "source") == ["07:00-07:10 other_stop tablet-1", "07:10-08:00 run plc"]


def test_R5_the_last_of_several_bases_at_one_instant_stands() -> None:
    same_time = [
        ev("state", "m1", "07:00", state="fault", source="plc", sequence=10),
        ev("state", "m1", "07:00", state="idle", source="plc", sequence=9),
    ]
    assert ledger(books_of(same_time, states("m1", "08:00 idle"))) == ["07:00-08:00 breakdown"]


def test_R5_a_stronger_cover_wins_its_part_and_a_weaker_one_does_not() -> None:
    books = books_of(
        states("m1", "07:00 producing, 09:00 idle", source="plc"),
        ev("state", "m1", "07:20", state="fault", until_at="07:40", source="tablet-1"),
        ev("state", "m1", "06:50", state="starved", until_at="07:10", source="plc", told_at="06:50"),
        ev("state", "m1", "08:00", state="blocked", until_at="08:10", source="plc", told_at="06:55"),
    )
    assert ledger(books) == [
        "06:50-07:00 waiting",
        "07:00-07:20 run",
        "07:20-07:40 breakdown",
        "07:40-09:00 run",
    ]


def test_R6_a_gap_of_exactly_the_limit_holds_one_microsecond_more_does_not() -> None:
    limit = {"silence_us": HOURS}
    exact = [*states("m1", "07:00 producing"), ev("alarm", "m1", "08:00", phase="on", code="1")]
    assert ledger(books_of(exact, machine=limit)) == ["07:00-08:00 run"]
    longer = [*states("m1", "07:00 producing"), ev("alarm", "m1", "08:00:00.000001", phase="on", code="1")]
    assert ledger(books_of(longer, machine=limit)) == ["07:00-08:00:00.000001 unknown"]


def test_R6_alive_alone_revives_nothing_and_covers_are_not_cut() -> None:
    books = books_of(
        states("m1", "07:00 producing, 11:00 producing, 11:30 idle"),
        ev("alive", "m1", "10:30", from_at="09:00", until_at="10:30"),
        ev("state", "m1", "09:30", state="fault", until_at="10:00"),
        machine={"silence_us": HOURS},
    )
    assert ledger(books) == [
        "07:00-09:30 unknown",
        "09:30-10:00 breakdown",
        "10:00-11:00 unknown",
        "11:00-11:30 run",
    ]


def test_R6_only_the_own_source_is_a_sign_and_a_limit_may_be_the_sources_own() -> None:
    rules = [
        {"match": "slow", "rank": 10, "person": False, "silence_us": 3 * HOURS, "silence_none": False},
        {"match": "scada", "rank": 10, "person": False, "silence_us": None, "silence_none": True},
    ]
    other = [
        ev("alarm", "m1", f"{hour:02}:00", source="other", phase="on", code="1") for hour in range(6, 12)
    ]
    for source, account in (("plc", "unknown"), ("slow", "unknown"), ("scada", "run")):
        said = ev("state", "m1", "06:00", state="producing", source=source)
        books = books_of([*other, said], machine={"silence_us": HOURS}, source_rule=rules)
        assert ledger(books) == [f"06:00-11:00 {account}"]
    near = [row for row in other if row["at"] <= clock("09:00")]
    said = ev("state", "m1", "06:00", state="producing", source="slow")
    books = books_of([*near, said], machine={"silence_us": HOURS}, source_rule=rules)
    assert ledger(books) == ["06:00-09:00 run"]


def test_R7_a_person_is_believed_to_the_end_of_the_shift_of_the_last_sign() -> None:
    calendar = Shifts(shifts=[("early", "06:00", "14:00"), ("late", "14:00", "22:00")])
    said = states("m1", "09:00 stopped", source="tablet-1")
    end = states("m1", "18:00 producing", source="plc")
    assert ledger(books_of(said, end, calendar=calendar)) == [
        "09:00-14:00 other_stop",
        "14:00-18:00 unknown",
    ]
    too_late = ev("count", "m1", "15:00", good=1, source="tablet-1")
    assert ledger(books_of(said, end, too_late, calendar=calendar))[1:] == ["14:00-18:00 unknown"]
    to_the_end = ev("alive", "m1", "14:00", from_at="13:50", until_at="14:00", source="tablet-1")
    assert ledger(books_of(said, end, to_the_end, calendar=calendar))[1:] == ["14:00-18:00 unknown"]
    # the sheet of the shift, handed in when it ends, does not carry the word over into the next one
    sheet = ev("count", "m1", "14:00", good=1, from_at="09:00", source="tablet-1")
    assert ledger(books_of(said, end, sheet, calendar=calendar))[1:] == ["14:00-18:00 unknown"]
    alive = ev("alive", "m1", "14:30", from_at="13:50", until_at="14:30", source="tablet-1")
    assert ledger(books_of(said, end, alive, calendar=calendar)) == ["09:00-18:00 other_stop"]


def test_R8_an_inline_reason_lasts_as_long_as_its_statement_and_is_not_inherited() -> None:
    books = books_of(
        ev("state", "m1", "07:00", state="stopped", reason="jam"),
        ev("state", "m1", "07:20", state="stopped", until_at="07:30", source="tablet-1", reason="material"),
        states("m1", "07:40 stopped, 08:00 producing"),
    )
    assert ledger(books, "reason") == [
        "07:00-07:20 breakdown jam",
        "07:20-07:30 waiting material",
        "07:30-07:40 breakdown jam",
        "07:40-08:00 other_stop",
    ]


# -- R9 to R13: orders and set-up -------------------------------------------------------------------------


def test_R9_order_and_product_come_from_order_events_only() -> None:
    books = books_of(
        states("m1", "06:00 producing, 10:00 producing"),
        order("07:00", "start", "A", "P"),
        order("08:00", "end", "B"),
        ev("count", "m1", "08:30", good=1, order_id="C", product="Z"),
        order("09:00", "end", "A"),
    )
    assert ledger(books, "order_id", "product") == [
        "06:00-07:00 run",
        "07:00-09:00 run A P",
        "09:00-10:00 run",
    ]


def test_R10_first_order_and_resumed_order_are_no_change_a_product_change_is() -> None:
    books = books_of(
        states("m1", "06:00 stopped, 12:00 stopped"),
        order("07:00", "start", "A", "P"),
        order("08:00", "end", "A"),
        order("09:00", "start", "A", "P"),
        order("10:00", "start", "A", "Q"),
    )
    assert ledger(books) == ["06:00-10:00 other_stop", "10:00-12:00 setup"]


@pytest.mark.parametrize(
    ("count", "until"),
    [
        ({"at": "08:30", "good": 1}, "08:30"),
        ({"at": "08:30", "first_pass": 1, "scrap": 2}, "08:30"),
        ({"at": "08:30", "good": 1, "order_id": "B"}, "08:30"),
        ({"at": "08:30", "good": 1, "from_at": "08:00"}, "08:29:59.999999"),
        ({"at": "08:30", "good": 1, "from_at": "07:00"}, "08:10"),  # spread: first producing inside both
        ({"at": "08:30", "good": 1, "order_id": "A"}, "08:10"),  # of another order: first producing
        ({"at": "08:30", "good": 0, "scrap": 3}, "08:10"),
        ({"at": "09:00", "good": 1}, "08:10"),  # at the order's end: not of this order
    ],
)
def test_R11_implied_setup_ends_at_the_first_good_piece(count: dict[str, Any], until: str) -> None:
    books = books_of(
        states("m1", "06:00 producing, 08:00 stopped, 08:10 producing, 10:00 producing"),
        order("06:00", "start", "A"),
        order("08:00", "start", "B"),
        order("09:00", "end", "B"),
        ev("count", "m1", **count),
    )
    assert ledger(books) == ["06:00-08:00 run", f"08:00-{until} setup", f"{until}-10:00 run"]


def test_R11_without_good_pieces_and_producing_it_lasts_to_the_orders_end() -> None:
    books = books_of(
        states("m1", "06:00 producing, 08:00 stopped, 10:00 producing"),
        order("06:00", "start", "A"),
        order("08:00", "start", "B"),
        order("09:00", "end", "B"),
    )
    assert ledger(books) == ["06:00-08:00 run", "08:00-09:00 setup", "09:00-10:00 other_stop"]


def test_R11_a_spread_count_without_producing_gives_no_first_piece() -> None:
    books = books_of(
        states("m1", "06:00 producing, 08:00 stopped, 10:00 producing, 11:00 idle"),
        order("06:00", "start", "A"),
        order("08:00", "start", "B"),
        ev("count", "m1", "09:30", good=5, from_at="08:10"),
    )
    assert ledger(books) == ["06:00-08:00 run", "08:00-10:00 setup", "10:00-11:00 run"]


def test_R12_and_R13_implied_setup_over_break_off_and_trial_pieces() -> None:
    books = books_of(
        states(
            "m1",
            "06:00 producing, 09:50 stopped, 10:10 producing, 10:20 stopped, 10:40 off, 10:50 idle,"
            "11:00 producing, 12:00 idle",
        ),
        order("06:00", "start", "A"),
        order("09:50", "start", "B"),
        ev("count", "m1", "11:10", good=1),
        calendar=Shifts(breaks=[("10:00", "10:30")]),
    )
    assert ledger(books) == [
        "06:00-09:50 run",
        "09:50-10:00 setup",
        "10:00-10:10 planned_down",
        "10:10-10:20 setup",
        "10:20-10:30 planned_down",
        "10:30-10:40 setup",
        "10:40-10:50 other_stop",
        "10:50-11:10 setup",
        "11:10-12:00 run",
    ]
    changeover = one(books, "changeover")
    assert (lasting(changeover), changeover["own_us"]) == ("09:50-11:10", us("00:50"))
    assert (changeover["wall_us"], changeover["hidden_us"]) == (us("01:20"), us("00:20"))


def test_R12_unknown_is_not_setup_and_free_time_only_while_producing_or_declared() -> None:
    books = books_of(
        states("m1", "13:00 stopped, 13:20 unknown, 13:40 stopped, 14:20 setup, 14:30 producing, 15:00 idle"),
        order("12:00", "start", "A"),
        order("13:00", "start", "B"),
        ev("count", "m1", "14:50", good=1),
        calendar=SHIFT,
    )
    assert ledger(books)[1:] == [
        "13:00-13:20 setup",
        "13:20-13:40 unknown",
        "13:40-14:00 setup",
        "14:00-14:20 not_scheduled",
        "14:20-14:50 setup",
        "14:50-15:00 run",
    ]
    assert one(books, "changeover")["own_us"] == us("01:10")


def test_R13_an_open_changeover_is_not_closed_and_standards_go_from_class_to_class() -> None:
    def rule(old: str, new: str, minutes: str) -> Row:
        return {"equipment": "m1", "from_class": old, "to_class": new, "standard_us": us(minutes)}

    events = [
        *states("m1", "06:00 producing, 08:00 setup, 09:00 setup"),
        order("06:00", "start", "A", "P"),
        order("08:00", "start", "B", "Q"),
    ]
    classes = [{"product": "P", "class": "white"}, {"product": "Q", "class": "black"}]
    default = [{"equipment": "m1", "product": "Q", "standard_us": us("00:05")}]
    matrix = [rule("*", "*", "00:40"), rule("white", "*", "00:30"), rule("*", "black", "00:20")]
    matrix.append(rule("white", "black", "00:10"))
    for rules, standard in [(matrix, "00:10"), (matrix[:3], "00:20"), (matrix[:2], "00:30"), ([], "00:05")]:
        books = books_of(events, changeover=rules, product_class=classes, changeover_default=default)
        row = one(books, "changeover")
        assert (row["closed"], row["std_us"]) == (False, us(standard))
    assert one(books_of(events), "changeover")["std_us"] is None
