"""Changeovers of lines (R37), worked out by hand."""

from __future__ import annotations

from typing import Any

from tests.oracle.build import EVER, MINUTE, Shifts, ev, states
from tests.oracle.model import Row
from tests.oracle.reading import lasting, spans
from tests.oracle.scenario import books_of, order

LINE = [{"line": "l", "exit_machine": "m1", "constraint_machine": "", **EVER}]
RUNNING = states("m1", "06:00 producing, 2/06:00 off")


def made(at: str, product: str = "", **said: Any) -> Row:
    return ev("count", "m1", at, product=product, **({"good": 1} | said))


def changed(*rows: Row | list[Row], **said: Any) -> list[str]:
    """Each changeover as `old-new from-until own minutes`."""
    found = spans(books_of(RUNNING, *rows, line=LINE, **said), "line_changeover")
    return [
        f"{row['product_from']}-{row['product_to']} {lasting(row)} {row['own_us'] // MINUTE}" for row in found
    ]


def test_R37_from_the_last_good_piece_of_the_old_to_the_first_of_the_new() -> None:
    rows = [made("07:00", "P"), made("08:00", "P"), made("08:10", "P", good=0, scrap=1)]
    rows += [made("08:20", "Q", good=0, scrap=1), made("08:30", "Q"), made("09:00", "Q"), made("09:10", "P")]
    assert changed(rows) == ["P-Q 08:00-08:30 30", "Q-P 09:00-09:10 10"]
    assert spans(books_of(RUNNING, rows), "line_changeover") == []


def test_R37_the_orders_product_stands_in_and_pieces_of_none_do_not_matter() -> None:
    rows = [order("07:00", "start", "A", "P"), made("07:30"), order("08:00", "end", "A", "P"), made("08:10")]
    assert changed(rows, [order("09:00", "start", "B", "Q"), made("09:20")]) == ["P-Q 07:30-09:20 110"]
    assert changed(rows, [order("09:00", "start", "B", "P"), made("09:20")]) == []


def test_R37_planned_and_unscheduled_time_is_not_its_own_and_it_counts_where_it_ends() -> None:
    shifts = Shifts(breaks=[("21:00", "21:30")])
    off = states("m1", "20:00 off, 1/07:00 producing")
    rows = [made("20:00", "P"), made("1/07:10", "Q")]
    [row] = spans(books_of(RUNNING, off, rows, line=LINE, calendar=shifts), "line_changeover")
    # 20:00-21:00, 21:30-22:00 and from 06:00 on
    assert (row["own_us"], row["day"]) == (160 * MINUTE, "2026-03-03")


def test_R37_a_spread_count_has_its_good_pieces_over_all_its_time() -> None:
    rows = [made("08:00", "P"), made("12:00", "Q", from_at="09:00", good=90), made("13:00", "P")]
    assert changed(rows) == ["P-Q 08:00-09:00 60", "Q-P 12:00-13:00 60"]
