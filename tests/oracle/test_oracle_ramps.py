"""Ramps (R36), worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.oracle.build import ev, states
from tests.oracle.model import Books, Row
from tests.oracle.reading import flagged, pieces
from tests.oracle.scenario import books_of, order

RUNNING = states("m1", "06:00 producing, 08:00 stopped, 09:00 producing, 14:00 producing")
CHANGE = [order("06:00", "start", "A"), order("08:00", "start", "B")]


def good(at: str, **said: Any) -> Row:
    return ev("count", "m1", at, good=10, **said)


def rising(*rows: Row, ramp: int = 30, **machine: Any) -> Books:
    return books_of(RUNNING, CHANGE, list(rows), machine={"ramp_pieces": ramp, **machine})


def inside(books: Books, kind: str) -> tuple[int, int]:
    """Pieces of a class inside and outside ramps."""
    found = pieces(books, kind, "flags").items()
    rows = [("ramp" in flags, qty) for flags, qty in found]
    return (
        int(sum(qty for is_in, qty in rows if is_in)),
        int(sum(qty for is_in, qty in rows if not is_in)),
    )


def test_R36_a_ramp_lasts_from_the_first_good_piece_until_so_many_were_placed_after_it() -> None:
    books = rising(good("09:00"), good("09:20"), good("09:40"), good("10:00"), good("10:20"))
    # 10 + 10 + 10 after 09:00; the count that reaches 30 is at rate
    assert flagged(books, "ramp") == ["09:00-10:00 run"]
    assert inside(books, "total") == (30, 20)
    assert flagged(rising(good("09:00"), good("09:20"), ramp=0), "ramp") == []


def test_R36_scrap_counts_and_only_run_time_is_flagged() -> None:
    stop = states("m1", "09:10 fault, 09:30 producing")
    counts = [good("09:00"), ev("count", "m1", "09:20", scrap=29), ev("count", "m1", "09:50", total=1)]
    books = books_of(RUNNING, CHANGE, stop, counts, machine={"ramp_pieces": 30})
    assert flagged(books, "ramp") == ["09:00-09:10 run", "09:30-09:50 run"]
    assert pieces(books, "scrap", "account", "flags") == {("breakdown", frozenset({"ramp"})): 29}


@pytest.mark.parametrize(
    ("event", "end"),
    [
        (order("09:30", "end", "B"), "09:30"),
        (order("09:30", "start", "B"), "10:00"),
        (good("09:30"), "09:40"),
        (good("09:30", order_id="X"), "09:40"),
        (good("09:00"), "10:00"),
    ],
    ids=["its end", "told again", "more pieces", "of another order", "at the same instant"],
)
def test_R36_what_ends_a_ramp(event: Row, end: str) -> None:
    books = rising(good("09:00"), good("09:20"), good("09:40"), good("10:00"), event)
    assert flagged(books, "ramp") == [f"09:00-{end} run"]


def test_R36_the_next_change_has_a_ramp_of_its_own() -> None:
    books = rising(good("09:00"), good("09:20"), order("09:30", "start", "C"), good("09:40"), good("10:00"))
    assert flagged(books, "ramp") == ["09:00-09:30 run", "09:40-14:00 run"]


def test_R36_without_a_first_good_piece_there_is_no_ramp() -> None:
    assert flagged(rising(ev("count", "m1", "09:20", scrap=50)), "ramp") == []


def test_R36_a_ramp_goes_on_to_as_of_and_a_change_without_time_has_one_too() -> None:
    assert flagged(rising(good("08:00")), "ramp") == ["09:00-14:00 run"]


def test_R36_packs_are_pieces_and_a_spread_count_brings_its_pieces_at_its_end() -> None:
    factors = [{"equipment": "m1", "product": "", "unit": "case", "factor": Decimal(12)}]
    cases = [good("09:00"), ev("count", "m1", "09:20", good=1, unit="case")]
    cases += [ev("count", "m1", "09:40", good=1, unit="case"), good("09:45"), good("11:00")]
    books = books_of(RUNNING, CHANGE, cases, machine={"ramp_pieces": 30}, unit_factor=factors)
    assert flagged(books, "ramp") == ["09:00-09:45 run"]
    books = rising(good("09:00"), good("10:30"), ev("count", "m1", "12:00", from_at="09:00", good=180))
    assert flagged(books, "ramp") == ["09:00-11:59:59.999999 run"]
    # spread over 180 minutes of run, all in the ramp but its last microsecond
    assert inside(books, "good") == (200, 0)
