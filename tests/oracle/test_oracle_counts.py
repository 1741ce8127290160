"""BOOKS 6, R22 to R25: pieces, ideal seconds, inspections and lanes, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.oracle.build import EVER, HOURS, clock, ev, states
from tests.oracle.counts import shares
from tests.oracle.model import Row
from tests.oracle.reading import ideal, pieces, us
from tests.oracle.scenario import books_of, order

RUNNING = "06:00 producing, 12:00 producing"


def count(at: str, **said: Any) -> Row:
    return ev("count", "m1", at, **said)


# -- placement -----------------------------------------------------------------------------------------


def test_a_count_at_an_instant_belongs_to_the_segment_that_starts_there() -> None:
    books = books_of(states("m1", "06:00 producing, 07:00 stopped, 08:00 producing"), count("07:00", good=2))
    assert pieces(books, "good", "hour_from", "account", "flags") == {("07:00", "other_stop", frozenset()): 2}


def test_R4_the_limit_that_spreads_is_the_sources_the_machines_or_the_plants() -> None:
    rules = [
        {"match": "slow", "rank": 10, "person": False, "silence_us": 3 * HOURS, "silence_none": False},
        {"match": "scada", "rank": 10, "person": False, "silence_us": None, "silence_none": True},
        {"match": "tablet*", "rank": 100, "person": True, "silence_us": None, "silence_none": False},
    ]
    for source, spread in [("m", False), ("slow", False), ("scada", True), ("tablet-1", True)]:
        books = books_of(
            states("m1", RUNNING),
            count("08:00", from_at="06:00", good=10, source=source),
            source_rule=rules,
            machine={"spread_us": 2 * HOURS},  # the site's is one hour
        )
        at_hours = pieces(books, "good", "hour_from")
        assert at_hours == ({"06:00": 5, "07:00": 5} if spread else {"07:00": 10})


def test_R24_cumulative_rounding_whole_pieces_or_millionths() -> None:
    assert shares(Decimal(10), [1, 1, 1]) == [3, 4, 3]
    assert shares(Decimal("2.5"), [1, 2]) == [Decimal("0.833333"), Decimal("1.666667")]
    assert shares(Decimal(-3), [1, 1]) == [-1, -2]  # floor(-1.5 + .5) = -1


def test_R24_over_everything_where_there_is_neither_run_nor_unknown() -> None:
    books = books_of(
        states("m1", "06:00 stopped, 09:00 producing, 10:00 idle"), count("09:00", from_at="06:00", good=10)
    )
    assert pieces(books, "good", "hour_from", "account") == {
        ("06:00", "other_stop"): 3,
        ("07:00", "other_stop"): 4,
        ("08:00", "other_stop"): 3,
    }
    assert {frozenset({"from", "spread"})} == {flags for flags in pieces(books, "good", "flags")}


def test_R24_the_total_of_a_part_is_the_sum_of_its_classes_and_the_spread_rest() -> None:
    books = books_of(
        states("m1", RUNNING),
        count("08:00", from_at="06:00", total=7, good=3, scrap=3),
        machine={"spread_us": 0},
    )
    # halves: good 2 + 1, scrap 2 + 1, rest 1 + 0
    assert pieces(books, "total", "hour_from") == {"06:00": 5, "07:00": 2}
    assert pieces(books, "scrap", "hour_from") == {"06:00": 2, "07:00": 1}


# -- classes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "total", "good", "unjudged"),
    [
        ({"good": 8, "scrap": 1, "rework": 2, "startup_reject": 3}, 14, 8, False),
        ({"good": 8, "first_pass": 7, "rework": 2}, 10, 8, False),
        ({"first_pass": 7, "scrap": 1}, 8, None, True),
        ({"total": 9, "scrap": 1}, 9, None, True),
        ({"scrap": 1}, 1, None, True),
        ({"total": 9, "good": 8}, 9, 8, False),
    ],
)
def test_R22_absent_total_and_good(
    said: dict[str, int], total: int, good: int | None, unjudged: bool
) -> None:
    books = books_of(states("m1", RUNNING), count("07:00", **said))
    flags = frozenset({"unjudged"}) if unjudged else frozenset()
    assert pieces(books, "total", "flags") == {flags: total}
    assert pieces(books, "good") == ({} if good is None else {(): good})


def test_R23_good_by_exception_is_what_is_left_count_by_count() -> None:
    books = books_of(
        states("m1", RUNNING),
        count("07:00", total=100),
        count("08:00", total=0, scrap=3),
        count("09:00", total=10, scrap=1, rework=2, startup_reject=3),
        machine={"good_by_exception": True},
    )
    assert pieces(books, "good", "hour_from") == {"07:00": 100, "08:00": -3, "09:00": 4}
    assert pieces(books, "total", "flags") == {frozenset(): 110}


def test_the_reason_of_a_count_is_that_of_its_rejects() -> None:
    books = books_of(
        states("m1", RUNNING), count("07:00", total=10, good=7, scrap=1, rework=2, reason="short")
    )
    found = {kind: pieces(books, kind, "reason") for kind in ("total", "good", "scrap", "rework")}
    assert found == {"total": {"": 10}, "good": {"": 7}, "scrap": {"short": 1}, "rework": {"short": 2}}


def test_units_are_turned_into_pieces_by_product() -> None:
    factors = [
        {"equipment": "m1", "product": "", "unit": "case", "factor": Decimal(12)},
        {"equipment": "m1", "product": "P", "unit": "case", "factor": Decimal("6.5")},
    ]
    books = books_of(
        states("m1", RUNNING),
        count("07:00", good=2, unit="case"),
        count("07:10", good=2, unit="case", product="P"),
        unit_factor=factors,
    )
    assert pieces(books, "good", "product") == {"": 24, "P": 13}


def test_first_pass_counts_are_inspections_too() -> None:
    books = books_of(
        states("m1", RUNNING),
        count("07:00", first_pass=7, rework=2, scrap=1),
        ev("inspection", "m1", "08:00", n=20, n_ok=18, defects=5, opportunities=60),
    )
    assert pieces(books, "inspected", "hour_from") == {"07:00": 10, "08:00": 20}
    assert pieces(books, "first_pass", "hour_from") == {"07:00": 7, "08:00": 18}
    assert pieces(books, "defects") == {(): 5}
    assert pieces(books, "opportunities") == {(): 60}


def test_setup_checks_pass_by_their_own_word_or_inside_their_limits() -> None:
    books = books_of(
        states("m1", RUNNING),
        ev("setup_check", "m1", "07:00", ok=True),
        ev("setup_check", "m1", "07:01", ok=False, value=5.0, low=1.0, high=9.0),
        ev("setup_check", "m1", "07:02", value=9.0, low=1.0, high=9.0),
        ev("setup_check", "m1", "07:03", value=9.5, low=1.0, high=9.0),
    )
    assert pieces(books, "param_checks") == {(): 4}
    assert pieces(books, "param_ok") == {(): 2}


# -- order, product, standards ---------------------------------------------------------------------------


def test_R25_a_counts_own_order_and_product_win_for_its_pieces() -> None:
    books = books_of(
        states("m1", RUNNING),
        order("06:00", "start", "A", "P"),
        count("07:00", good=1),
        count("07:10", good=2, order_id="B"),
        count("07:20", good=4, product="Q"),
    )
    assert pieces(books, "good", "order_id", "product") == {("A", "P"): 1, ("B", "P"): 2, ("A", "Q"): 4}


def _standard(number: int, product: str, num: int, den: int, **more: Any) -> Row:
    row = {"standard": number, "equipment": "m1", "product": product, **EVER}
    row |= {"ideal_num": Decimal(num), "ideal_den": Decimal(den), "std_num": None, "std_den": None}
    return row | more


def test_R25_ideal_seconds_are_rounded_once_per_standard_and_fact_row() -> None:
    standard = _standard(1, "", 1, 3, std_num=Decimal(1), std_den=Decimal(2))
    books = books_of(
        states("m1", RUNNING),
        count("07:00", good=1),
        count("07:30", good=1),  # the same row: 2/3 = .666666667, not twice .333333333
        count("08:00", good=1),
        standard=[standard],
    )
    values = {key[9]: value for key, value in books.pieces.items() if key[0] == clock("07:00")}
    assert values["good"] == (Decimal(2), Decimal("0.666666667"), Decimal("1.000000000"))
    assert ideal(books, "good") == Decimal("1.000000000")


def test_R25_the_products_own_standard_at_the_instant_else_the_default_else_none() -> None:
    march = {"from_at": clock("07:30"), "until_at": clock("2/00:00")}
    books = books_of(
        states("m1", RUNNING),
        count("07:00", good=1, product="P"),
        count("08:00", good=1, product="P"),
        count("08:00", good=1, product="Q"),
        standard=[_standard(1, "", 10, 1), _standard(2, "P", 30, 1, **march)],
    )
    assert pieces(books, "good", "product", "standard") == {("P", 1): 1, ("P", 2): 1, ("Q", 1): 1}
    assert ideal(books, "good") == 50
    bare = books_of(states("m1", RUNNING), count("07:00", good=1))
    assert pieces(bare, "good", "standard") == {None: 1}
    assert ideal(bare, "good") == 0


def test_R25_a_spread_count_takes_each_parts_own_standard() -> None:
    early = {"from_at": 0, "until_at": clock("06:30")}
    books = books_of(
        states("m1", RUNNING),
        count("08:00", from_at="06:00", good=8),
        standard=[_standard(1, "", 10, 1, **early), _standard(2, "", 20, 1, from_at=clock("06:30"))],
    )
    assert pieces(books, "good", "hour_from", "standard") == {
        ("06:00", 1): 2,
        ("06:00", 2): 2,
        ("07:00", 2): 4,
    }
    assert ideal(books, "good") == 140


def test_a_lane_without_a_word_runs_with_its_machine_and_covers_end() -> None:
    lanes = [{"lane_equipment": f"m1:{n}", "equipment": "m1", "lane": n} for n in (1, 2)]
    books = books_of(
        states("m1", "06:00 producing, 08:00 idle", source="plc"),
        states("m1:1", "06:00 fault, 06:20 unknown"),
        ev("state", "m1:1", "06:30", state="stopped", until_at="06:40"),
        lane=lanes,
        machine={"lanes": 2, "silence_us": 3 * HOURS},
    )
    assert sum(books.lanes.values()) == us("00:30")
    assert books.begin == {"m1": clock("06:00")}
