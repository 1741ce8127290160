"""H-FI 01 to 05 and 07: workbooks, each through the real child process."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from plantstack.connectors.files.child import Limits
from plantstack.connectors.files.excel import read_workbook
from plantstack.errors import EventError

from .support import load, us, write

MAPPING = """
schema: 1
source: test
zone: Europe/Berlin
file: {format: excel}
columns: {at: at, pieces: pieces}
every: {equipment: press, at: "{at}"}
events: [{kind: count, total: "{pieces}"}]
"""
TEXT_DATES = MAPPING.replace("at: at", 'at: {column: at, format: ["%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S"]}')


at = datetime.fromisoformat  # a workbook knows no offsets


def book(path: Path, rows: list[list[object]], **options: object) -> Path:
    """Write a one-sheet workbook; datetimes get a date format."""
    with xlsxwriter.Workbook(str(path), dict(options)) as made:
        sheet, dated = made.add_worksheet(), made.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(row, column, cell, dated)
                elif isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(row, column, cell, None, "")
                else:
                    sheet.write(row, column, cell)
    return path


def repacked(path: Path, extra: dict[str, bytes]) -> Path:
    """Add entries to a workbook's zip."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in extra.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return book(tmp_path / "plain.xlsx", [["at", "pieces"], [at("2026-01-05T06:00"), 3], [None, None]])


def test_a_plain_workbook(plain: Path) -> None:
    loaded = load(MAPPING, plain)
    assert [(event["at"], event["total"]) for event in loaded.events] == [(us("2026-01-05T05:00"), 3)]


def test_H_FI_01_zip_bomb(plain: Path) -> None:
    bomb = repacked(plain, {"xl/media/big.xml": b"\0" * (64 << 20)})
    loaded = load(MAPPING, bomb)
    assert loaded.codes == ["file-workbook"] and "unpack" in loaded.dead[0].problem.what


def test_H_FI_02_one_cell_in_the_last_row_and_column(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "far.xlsx")) as made:
        sheet = made.add_worksheet()
        sheet.write(0, 0, "at")
        sheet.write(1_048_575, 16_383, "end")
    loaded = load(MAPPING, tmp_path / "far.xlsx")
    assert loaded.codes == ["file-workbook"] and "memory" in loaded.dead[0].problem.what


def test_H_FI_03_thousands_of_parts_and_parts_outside(plain: Path, tmp_path: Path) -> None:
    many = tmp_path / "many.xlsx"
    many.write_bytes(plain.read_bytes())
    repacked(many, {f"xl/{number}.xml": b"" for number in range(3_000)})
    assert "parts" in load(MAPPING, many).dead[0].problem.what
    outside = repacked(plain, {"../../evil.xml": b""})
    assert "outside" in load(MAPPING, outside).dead[0].problem.what


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html><table><tr><td>at</td></tr></table></html>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old .xls or an encrypted"),
        (b"at;pieces\n", "no workbook"),
        (b"PK\x03\x04 cut short", "damaged"),
        (b"", "no workbook"),
    ],
)
def test_H_FI_04_something_else_with_the_name_of_a_workbook(
    tmp_path: Path, content: bytes, says: str
) -> None:
    loaded = load(MAPPING, write(tmp_path, content, "book.xlsx"))
    assert loaded.codes == ["file-workbook"] and says in loaded.dead[0].problem.what


def test_H_FI_04_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("word/document.xml", b"<w/>")
    assert "no .xlsx" in load(MAPPING, tmp_path / "other.xlsx").dead[0].problem.what


def test_H_FI_05_a_formula_without_its_value_is_an_empty_cell(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["at", "pieces"],
        [at("2026-01-05T06:00"), "=1+1"],
        [at("2026-01-05T07:00"), 2],
    ]
    loaded = load(MAPPING, book(tmp_path / "formula.xlsx", rows))
    assert len(loaded.events) == 1
    assert loaded.codes == ["row-incomplete"] and loaded.dead[0].where == "formula.xlsx sheet 'Sheet1' row 2"


def test_H_FI_07_1904_dates_and_dates_as_text(tmp_path: Path) -> None:
    rows: list[list[object]] = [["at", "pieces"], [at("2026-01-05T06:00"), 1]]
    assert load(MAPPING, book(tmp_path / "mac.xlsx", rows, date_1904=True)).events[0]["at"] == us(
        "2026-01-05T05:00"
    )
    rows.append(["05.01.2026 07:00", 2])
    mixed = load(TEXT_DATES, book(tmp_path / "mixed.xlsx", rows))
    assert [event["at"] for event in mixed.events] == [us("2026-01-05T05:00"), us("2026-01-05T06:00")]


@pytest.mark.parametrize("form", ["at: at", 'at: {column: at, format: "%d.%m.%Y"}'])
def test_H_FI_07_real_dates_and_text_in_one_column_are_told_how(tmp_path: Path, form: str) -> None:
    """The message says what mends it, and what it says does."""
    path = tmp_path / "mixed.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet, dated = made.add_worksheet(), made.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["at", "pieces"])
        sheet.write_datetime(1, 0, at("2026-01-05"), dated)
        sheet.write_row(2, 0, ["06.01.2026", 2])
        sheet.write_number(1, 1, 1)
    (letter,) = load(MAPPING.replace("at: at", form), path).dead
    told = '["%d.%m.%Y", "%Y-%m-%d"]'
    assert f"'format' may be a list: {told}" in letter.problem.fix
    both = load(MAPPING.replace("at: at", f"at: {{column: at, format: {told}}}"), path)
    assert [event["at"] for event in both.events] == [us("2026-01-04T23:00"), us("2026-01-05T23:00")]


def test_H_FI_07_the_29_February_that_never_was(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "1900.xlsx")) as made:
        sheet, dated = made.add_worksheet(), made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["at", "pieces"])
        for row, serial in enumerate((60, 59, 0, -1, 3_000_000), 1):
            sheet.write_number(row, 0, serial, dated)
            sheet.write_number(row, 1, 1)
    loaded = load(MAPPING, tmp_path / "1900.xlsx")
    assert not loaded.events and loaded.codes == ["row-unreadable"] * 5


def test_a_clock_beyond_midnight_as_workbooks_write_it(tmp_path: Path) -> None:
    mapping = MAPPING.replace("at: at", "at: {date: day, clock: at}")
    with xlsxwriter.Workbook(str(tmp_path / "clock.xlsx")) as made:
        sheet = made.add_worksheet()
        dated, clock = made.add_format({"num_format": "yyyy-mm-dd"}), made.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, ["day", "at", "pieces"])
        for row, part in enumerate((0.5, 1 + 65 / 1440), 1):
            sheet.write_datetime(row, 0, at("2026-01-05"), dated)
            sheet.write_number(row, 1, part, clock)
            sheet.write_number(row, 2, 1)
    loaded = load(mapping, tmp_path / "clock.xlsx")
    assert [event["at"] for event in loaded.events] == [us("2026-01-05T11:00"), us("2026-01-06T00:05")]


def test_a_clock_after_midnight_belongs_to_the_next_day(tmp_path: Path) -> None:
    mapping = """
schema: 1
source: test
zone: Europe/Berlin
file: {format: csv}
columns:
  start: {date: day, clock: from}
  end: {date: day, clock: to, after: start}
every: {equipment: press}
events: [{kind: state, at: "{start}", state: producing, until: "{end}"}]
"""
    path = write(tmp_path, "day,from,to\n2026-01-05,22:55,01:05\n2026-01-05,08:00,8:30:15\n")
    loaded = load(mapping, path)
    assert [(event["at"], event["until_at"]) for event in loaded.events] == [
        (us("2026-01-05T21:55"), us("2026-01-06T00:05")),
        (us("2026-01-05T07:00"), us("2026-01-05T07:30:15")),
    ]


def test_the_limits_hold(plain: Path) -> None:
    with pytest.raises(EventError, match="cannot be read"):
        read_workbook(plain, "plain.xlsx", (), Limits(output=10))
    with pytest.raises(EventError, match="cannot be read") as caught:
        read_workbook(plain, "plain.xlsx", (), Limits(memory=1 << 20))
    assert "/" not in str(caught.value)
    with pytest.raises(EventError, match="took longer"):
        read_workbook(plain, "plain.xlsx", (), Limits(wall_s=0.001))
    with pytest.raises(EventError, match=r"no sheet 'Shett1'; sheets: Sheet1"):
        read_workbook(plain, "plain.xlsx", ["Shett1"])


def test_sheets_joins_and_wide_columns(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "wide.xlsx")) as made:
        wide, runs = made.add_worksheet("Minutes"), made.add_worksheet("Runs")
        wide.write_row(0, 0, ["", "Minutes", ""])
        wide.write_row(1, 0, ["Batch", 1, 2])
        wide.write_row(2, 0, ["B1", 10, 20])
        wide.write_row(3, 0, ["B2", None, 5])
        wide.write_row(4, 0, ["B3", 70, 20])
        runs.write_row(0, 0, ["Batch", "From", "To"])
        for row, batch in enumerate(("B1", "B2", "B3"), 1):
            runs.write_row(row, 0, [batch, f"2026-01-0{row}T06:00:00Z", f"2026-01-0{row}T07:00:00Z"])
    mapping = """
schema: 1
source: test
file: {format: excel, sheets: [Minutes], header_rows: 2}
wide: {keep: [Batch], name: factor, value: minutes}
join: {runs: {sheet: Runs, on: {Batch: Batch}}}
columns:
  batch: Batch
  factor: {column: factor, map: {"Minutes / 1": jam, "Minutes / 2": cleaning}}
  minutes: {column: minutes, unit: min}
  start: {column: From, of: runs}
  end: {column: To, of: runs}
every: {equipment: line}
events:
  - kind: state
    state: stopped
    reason: "{factor}"
    placed: {start: "{start}", end: "{end}", length: "{minutes}", per: "{batch}"}
"""
    loaded = load(mapping, tmp_path / "wide.xlsx")
    assert [
        (event["reason"], event["at"], event["until_at"])
        for event in sorted(loaded.events, key=lambda e: e["at"])
    ] == [
        ("jam", us("2026-01-01T06:30"), us("2026-01-01T06:40")),
        ("cleaning", us("2026-01-01T06:40"), us("2026-01-01T07:00")),
        ("cleaning", us("2026-01-02T06:55"), us("2026-01-02T07:00")),
    ]
    assert {event["method"] for event in loaded.events} == {"placed"}
    assert loaded.codes == ["row-too-long"] and loaded.dead[0].where == "wide.xlsx sheet 'Minutes' row 5"


def test_a_join_that_is_not_one_to_one_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "twice.xlsx")) as made:
        main, other = made.add_worksheet("Main"), made.add_worksheet("Other")
        main.write_row(0, 0, ["at", "id"])
        main.write_row(1, 0, ["2026-01-05T06:00:00Z", "a"])
        other.write_row(0, 0, ["id", "pieces"])
        other.write_row(1, 0, ["a", 1])
        other.write_row(2, 0, ["a", 2])
    mapping = """
schema: 1
source: test
file: {format: excel, sheets: [Main]}
join: {other: {sheet: Other, on: {id: id}}}
columns: {at: at, pieces: {column: pieces, of: other}}
every: {equipment: press, at: "{at}"}
events: [{kind: count, total: "{pieces}"}]
"""
    loaded = load(mapping, tmp_path / "twice.xlsx")
    assert loaded.codes == ["file-join"] and "'a' more than once" in loaded.dead[0].problem.what


def test_blank_rows_above_the_header_count(tmp_path: Path) -> None:
    title: list[list[object]] = [["Shift report"], [None], [None]]
    path = book(tmp_path / "title.xlsx", [*title, ["at", "pieces"], [at("2026-01-05T06:00"), 3]])
    loaded = load(MAPPING.replace("format: excel", "format: excel, skip_rows: 3"), path)
    assert [event["total"] for event in loaded.events] == [3] and not loaded.dead
    wrong = load(MAPPING.replace("format: excel", "format: excel, skip_rows: 4"), path)
    assert wrong.codes == ["file-header"]
