"""Every row of the list of faults has a test that names it, and the table of them names no other."""

from __future__ import annotations

import re

from tests.project.faults import ROWS, TABLE, found, rows_in


def test_every_row_has_a_test() -> None:
    assert [row for row, tests in found().items() if not tests] == []


def test_the_table_names_tests_that_are_there_for_every_row() -> None:
    written, there = TABLE.read_text("utf-8"), found()
    lines = {line.split(" | ")[0].strip("| "): line for line in written.splitlines() if " | " in line}
    named = {row: re.findall(r"`([^`]+)`", lines.get(row, "")) for row in ROWS}
    assert [row for row, tests in named.items() if not tests] == []
    lost = [test for row, tests in named.items() for test in tests if test not in there[row]]
    assert lost == [], "write the table again: python -m tests.project.faults"


def test_a_row_is_named_by_its_number_and_nothing_like_it() -> None:
    assert rows_in("test_F05_F06_a_write_that_fails") == ["F05", "F06"]
    assert rows_in("H-CF-09: NO, on, 010") == ["H-CF-09"]
    assert rows_in("test_h_cf_01_only_arithmetic") == ["H-CF-01"]
    assert rows_in("test_F99_of_another_list") == []
    assert rows_in("0xF051 is no row") == []
