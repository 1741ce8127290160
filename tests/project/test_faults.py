"""Every row of the list of faults has a test that names it, and the table of them says what is there."""

from __future__ import annotations

from tests.project.faults import ROWS, TABLE, found, rows_in, table


def test_every_row_has_a_test() -> None:
    assert [row for row, tests in found().items() if not tests] == []


def test_the_table_is_what_is_there() -> None:
    written = TABLE.read_text("utf-8")
    assert written == table(), "write it again: python -m tests.project.faults"
    assert all(f"| {row} |" in written for row in ROWS)


def test_a_row_is_named_by_its_number_and_nothing_like_it() -> None:
    assert rows_in("test_F05_F06_a_write_that_fails") == ["F05", "F06"]
    assert rows_in("H-CF-09: NO, on, 010") == ["H-CF-09"]
    assert rows_in("test_h_cf_01_only_arithmetic") == ["H-CF-01"]
    assert rows_in("test_F99_of_another_list") == []
    assert rows_in("0xF051 is no row") == []
