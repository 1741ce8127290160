"""Every problem of a row says where, what was expected, what came and what to do."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from tests.connectors.support import load, write
from tests.connectors.test_counters import HEADER, RATED, counted, rows

from plantstack.errors import Problem

AT = "2026-01-05T06:00:00Z"


def mapping(columns: str, rule: str, more: str = "", file: str = "{format: csv}") -> str:
    return f"""
schema: 1
source: test
file: {file}
{more}
columns: {{{columns}}}
every: {{equipment: press, at: "{{at}}"}}
events:
  - {rule}
"""


def problem(text: str, *paths: Path) -> tuple[str, Problem]:
    loaded = load(text, *paths)
    (letter,) = loaded.dead
    return letter.where, letter.problem


@pytest.mark.parametrize(
    ("columns", "rule", "cell", "where", "what", "fix"),
    [
        (
            "at: at, v: {column: Status, map: {RUN: producing, HALT: stopped}}",
            '{kind: state, state: "{v}"}', "RUNN", "column 'Status'",
            "expected one of 'RUN', 'HALT', came 'RUNN'", "Did you mean 'RUN'? Add it to the map of 'v'.",
        ),
        (
            "at: at, v: Status", '{kind: state, state: "{v}"}', "dancing", "column 'Status'",
            "expected 'state' to be one of producing, setup, idle, starved, blocked, waiting, stopped, "
            "fault, planned_stop, off, unknown, came 'dancing'", "Give the column a 'map' to these words.",
        ),
        (
            "at: at, v: Status", '{rule: st, kind: state, state: "{v}"}', "", "column 'Status'",
            "expected a value for 'state', came an empty cell", "Fill it, or narrow 'when' of rule 'st'.",
        ),
        (
            "at: at, v: Status", '{kind: count, total: "{v}"}', "12,5", "column 'Status'",
            "expected a number of at most six decimals with '.' as decimal mark, came '12,5'",
            "Check 'decimal' and 'thousands' of the file.",
        ),
        (
            "at: at, v: Status", '{kind: count, total: "{v}"}', "-3", "column 'Status'",
            "expected 'total' to be 0 or more, came '-3'",
            "Correct what was told too much with 'supersedes', never with a negative number.",
        ),
        (
            "at: at, v: Status", '{kind: reading, parameter: heat, value: "{v}"}', "hot", "column 'Status'",
            "expected a number with '.' as decimal mark, came 'hot'",
            "Check 'decimal' and 'thousands' of the file.",
        ),
        (
            "at: at, v: Status", '{kind: state, state: idle, until: "{v}"}', "2026-01-05 07:00",
            "column 'Status'",
            "expected a time between 1990 and 2199 with its offset from UTC, such as "
            "2026-01-31T06:30:00+01:00, came '2026-01-05 07:00'",
            "Write the offset, or add 'zone: Europe/Berlin' to the mapping for local times.",
        ),
        (
            'at: at, v: {column: Status, format: "%d.%m.%Y", zone: UTC}',
            '{kind: state, state: idle, until: "{v}"}', "01/05/2026", "column 'Status'",
            "expected a time between 1990 and 2199 written as '%d.%m.%Y', came '01/05/2026'",
            "Check 'format' and 'zone' of the column 'v'.",
        ),
        (
            "at: at, v: Status", '{kind: state, state: idle, until: "{v}"}', "2026-01-05T05:00:00Z",
            "column 'at', column 'Status'",
            f"expected 'until' to be after 'at', came '{AT}' and '2026-01-05T05:00:00Z'", "Check both times.",
        ),
        (
            "at: at, v: Status", '{kind: state, state: idle, lasting: "{v}"}', "45", "column 'Status'",
            "expected a length such as 0:45:00, came '45'",
            "Give the column 'v' a 'unit' where it is a number.",
        ),
        (
            "at: at, v: {column: Status, unit: min}", '{kind: state, state: idle, lasting: "{v}"}', "-4",
            "column 'Status'", "expected a length of 0 or more with '.' as decimal mark, came '-4'",
            "Check 'decimal' and 'thousands' of the file.",
        ),
        (
            "at: at, v: Status", '{kind: setup_check, parameter: heat, ok: "{v}"}', "maybe",
            "column 'Status'",
            "expected true, yes, 1, false, no or 0, came 'maybe'", "Give the column 'v' a 'map'.",
        ),
        (
            "at: at, v: Status",
            '{kind: count, total: "{v}", counter: {counts: cumulative, rollover: 2^16, max_rate: 20/min}}',
            "70000", "column 'Status'",
            "expected a counter from 0 to below 65536, growing by at most 20 a minute, came 70000",
            "Check the counter; where it can be that fast, raise 'max_rate'.",
        ),
    ],
)  # fmt: skip
def test_a_problem_shows_the_cell(
    tmp_path: Path, columns: str, rule: str, cell: str, where: str, what: str, fix: str
) -> None:
    path = write(tmp_path, f'at,Status\n{AT},"{cell}"\n')
    place, found = problem(mapping(columns, rule), path)
    assert (place, found.where, found.what, found.fix) == ("data.csv:2", where, what, fix)


def test_a_word_that_the_map_gives_wrongly(tmp_path: Path) -> None:
    text = mapping("at: at, v: {column: n, map: {A: one}}", '{kind: count, total: "{v}"}')
    _, found = problem(text, write(tmp_path, f"at,n\n{AT},A\n"))
    assert found.what == "expected something else than the word 'one' of the map, came 'A'"


def test_many_words_of_a_map_are_not_all_told(tmp_path: Path) -> None:
    words = ", ".join(f"W{number}: idle" for number in range(20))
    text = mapping(f"at: at, v: {{column: s, map: {{{words}}}}}", '{kind: state, state: "{v}"}')
    _, found = problem(text, write(tmp_path, f"at,s\n{AT},no such word at all\n"))
    assert found.what.endswith("'W6', 'W7' or 12 others, came 'no such word at all'")
    assert found.fix == "Add it to the map of 'v'."


def test_a_day_and_a_clock_are_shown_together(tmp_path: Path) -> None:
    columns = 'at: {date: Tag, clock: Zeit, format: "%d.%m.%Y"}'
    text = mapping(columns, "{kind: state, state: idle}", "zone: UTC")
    _, found = problem(text, write(tmp_path, "Tag,Zeit\n05.01.2026,noon\n"))
    assert found.where == "column 'Tag' and 'Zeit'" and found.what.endswith("came '05.01.2026 noon'")


def test_a_long_cell_is_cut(tmp_path: Path) -> None:
    text = mapping("at: at, n: n", '{kind: count, total: "{n}"}')
    _, found = problem(text, write(tmp_path, f"at,n\n{AT},{'x' * 5000}\n"))
    assert len(found.what) < 200


def test_the_cells_of_a_row_behind_broken_lines_are_its_own(tmp_path: Path) -> None:
    text = mapping("at: at, n: n", '{kind: count, total: "{n}"}')
    rows = [f"{AT},1", "broken", f'"{AT}\n","2"', f"{AT},here", f"{AT},3"]
    loaded = load(text, write(tmp_path, "at,n\n" + "\n".join(rows) + "\n"))
    told = {letter.where: letter.problem.what for letter in loaded.dead}
    assert told["data.csv:3"] == "expected 2 cells as in the header, came 1"
    assert told["data.csv:6"].endswith("came 'here'")


def test_a_wide_problem_names_the_column_that_was_turned(tmp_path: Path) -> None:
    wide = "wide: {keep: [at], name: tag, value: number}"
    rule = '{kind: reading, parameter: "{tag}", value: "{number}"}'
    text = mapping("at: at, tag: tag, number: number", rule, wide)
    _, found = problem(text, write(tmp_path, f"at,heat,force\n{AT},180,9\n{AT},181,strong\n"))
    assert found.where == "column 'force'" and found.what.endswith("came 'strong'")


def test_a_group_of_the_files_name_is_named(tmp_path: Path) -> None:
    file = "{format: csv, name: '^(?P<day>.*)[.]csv$'}"
    columns = 'at: {group: day, format: "%Y%m%d", zone: UTC}, s: s'
    text = mapping(columns, '{kind: state, state: "{s}"}', "", file)
    _, found = problem(text, write(tmp_path, "s\nidle\n", "today.csv"))
    assert found.where == "group 'day' of the file's name" and found.what.endswith("came 'today'")


def test_a_sheet_of_a_workbook_and_one_joined_to_it(tmp_path: Path) -> None:
    path = tmp_path / "day.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in {
            "Losses": [["Batch", "Why"], ["B1", "jam"], ["B2", "jam"]],
            "Runs": [["No", "Start"], ["B1", AT], ["B2", "soon"]],
        }.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    join = "join: {runs: {sheet: Runs, on: {Batch: 'No'}}}"
    columns = "at: {column: Start, of: runs}, why: Why"
    text = mapping(
        columns, '{kind: state, state: stopped, reason: "{why}"}', join, "{format: excel, sheets: [Losses]}"
    )
    place, found = problem(text, path)
    assert place == "day.xlsx sheet 'Losses' row 3"
    assert found.where == "column 'Start'" and found.what.endswith("came 'soon'")


def test_a_row_of_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "day.parquet"
    pq.write_table(pa.table({"at": [AT, AT], "n": ["1", "one"]}), path)
    text = mapping("at: at, n: n", '{kind: count, total: "{n}"}', "", "{format: parquet}")
    place, found = problem(text, path)
    assert place == "day.parquet row 2" and found.what.endswith("came 'one'") and found.where == "column 'n'"


def test_parts_longer_than_the_whole_show_their_lengths(tmp_path: Path) -> None:
    columns = "at: at, b: b, end: end, m: {column: min, unit: min}"
    rule = '{kind: state, state: stopped, placed: {start: "{at}", end: "{end}", length: "{m}", per: "{b}"}}'
    path = write(tmp_path, f"at,b,end,min\n{AT},B1,2026-01-05T06:10:00Z,99\n")
    _, found = problem(mapping(columns, rule), path)
    assert found.code == "row-too-long"
    assert found.what.endswith(f"came '99' and '{AT}' and '2026-01-05T06:10:00Z'")


@pytest.mark.parametrize(
    ("values", "what", "fix"),
    [
        ((100, 105, 9000), "came 9000, 1 min after 105", "'max_rate'; where it was set, counting goes on"),
        (
            (9000, 9005, 500),
            "came 500, 1 min after 9005; a fall is a reset, and all it shows would be new",
            "where it was set, counting goes on with the next value.",
        ),
        ((100, 9000, 9100, -4), "came -4, 1 min after 9100", "it cannot show that"),
    ],
)
def test_what_cannot_be_believed_is_told_with_what_was_believed_before(
    tmp_path: Path, values: tuple[int, ...], what: str, fix: str
) -> None:
    problem = counted(RATED, tmp_path, HEADER + rows(*values)).dead[-1].problem
    assert problem.code == "counter-wild" and what in problem.what and fix in problem.fix
    assert "growing by at most 120 a minute" in problem.what
