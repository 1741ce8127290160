"""The workbook of finance: written, filled in, read back as events; every wrong cell is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.interfaces.test_commands import plantstack
from tests.stack.floor import NOW, START, load, plant, written

from plantstack.connectors.finance.figures import FIGURES, HEAD, SHEET
from plantstack.connectors.finance.read import is_pack, read_pack
from plantstack.connectors.finance.write import PackRow, write_pack
from plantstack.errors import ConfigError
from plantstack.intervals import DAY, rfc3339
from plantstack.plant.load import load_plant
from plantstack.stack import Stack

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 8)
GIVEN = {one.name: 1000.5 + number for number, one in enumerate(FIGURES)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Ten days of a machine, so that the books reach beyond the period."""
    folder = plant(tmp_path / "p")
    common = {"kind": "state", "equipment": "filler", "source": "plc"}
    rows = [
        {**common, "at": rfc3339(START + day * DAY), "key": str(day), "state": "producing"}
        for day in range(10)
    ]
    load(folder, written(tmp_path, "1.ndjson", rows))
    return folder


def pack(folder: Path, name: str, **values: float) -> Path:
    path = folder.parent / name
    return write_pack(path, load_plant(folder), [PackRow("tulsa", FIRST, LAST, values or GIVEN)])


def loaded(folder: Path, path: Path) -> Any:
    with Stack.open(folder, write=True) as stack:
        (found,) = stack.load([path], now=NOW)
        stack.derive()
    return found


def sums(folder: Path, *names: str, days: tuple[str, str] = ("2026-03-02", "2026-03-08")) -> dict[str, Any]:
    with Stack.open(folder) as stack:
        (cell,) = stack.measures(names, scope="tulsa", days=days).cells
    return dict(cell.sums)


def test_there_are_fifteen_figures_and_init_writes_the_pack(project: Path) -> None:
    assert len(FIGURES) == 15
    assert is_pack(project / "finance-pack.xlsx")
    given, problems = read_pack(project / "finance-pack.xlsx", load_plant(project))
    assert (given, problems) == ([], [])


def test_an_empty_pack_is_named_by_its_own_name(project: Path) -> None:
    found = loaded(project, project / "finance-pack.xlsx")
    assert [(one.code, one.where) for one in found.notes] == [("pack-empty", "finance-pack.xlsx")]
    assert not found.problems


def test_the_round_trip_gives_the_same_figures(project: Path) -> None:
    path = pack(project, "finance-pack.xlsx")
    given, problems = read_pack(path, load_plant(project))
    assert problems == []
    assert {one.name: float(one.value) for one in given} == GIVEN
    found = loaded(project, path)
    assert (found.file, found.receipt.accepted, found.problems) == ("finance-pack.xlsx", 15, [])
    told = sums(
        project, "revenue", "cogs", "cost_material", "qty_received", "hours_payroll", "cost_variances"
    )
    wanted = ("revenue", "cogs", "material", "units_received", "hours_payroll", "variances")
    assert [float(one) for one in told.values()] == [GIVEN[name] for name in wanted]
    # a figure of a period is divided over its days, exactly
    one = sums(project, "revenue", days=("2026-03-02", "2026-03-04"))["revenue"]
    rest = sums(project, "revenue", days=("2026-03-05", "2026-03-08"))["revenue"]
    assert one + rest == Decimal(str(GIVEN["revenue"]))
    assert 0 < one < rest


def test_the_same_again_changes_nothing_and_another_value_replaces_the_first(project: Path) -> None:
    loaded(project, pack(project, "a.xlsx", revenue=100, cogs=60))
    again = loaded(project, pack(project, "b.xlsx", revenue=100, cogs=60, energy=5))
    assert (again.receipt.accepted, again.receipt.duplicates, again.receipt.conflicts) == (1, 2, 0)
    for number, value in enumerate((110, 120, 110)):
        changed = loaded(project, pack(project, f"c{number}.xlsx", revenue=value))
        assert (changed.receipt.accepted, changed.receipt.conflicts) == (1, 0)
        assert sums(project, "revenue", "cogs") == {"revenue": value, "cogs": 60}


def wrong(folder: Path, *rows: tuple[Any, ...], head: tuple[str, ...] = (*HEAD, "revenue", "labour")) -> Path:
    path = folder.parent / "wrong.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(SHEET)
        book.add_worksheet("read me")
        for number, row in enumerate((head, *rows)):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
    return path


@pytest.mark.parametrize(
    ("row", "where", "what"),
    [
        (("tulsaa", "2026-03-02", "2026-03-08", 1, 2), "row 2 column A (site)", "no site 'tulsaa'"),
        (("tulsa", "soon", "2026-03-08", 1, 2), "row 2 column B (from)", "expected a date, came 'soon'"),
        (("tulsa", "2026-03-02", "", 1, 2), "row 2 column C (to)", "the cell is empty"),
        (("tulsa", "2026-03-08", "2026-03-02", 1, 2), "row 2 column C (to)", "ends before it begins"),
        (("tulsa", "2026-03-02", "2026-03-08", "much", 2), "row 2 column D (revenue)", "came 'much'"),
        (("tulsa", "2026-03-02", "2026-03-08", "NaN", 2), "row 2 column D (revenue)", "came 'NaN'"),
        (("tulsa", "2026-03-02", "2026-03-08", 1, -2), "row 2 column E (labour)", "below zero"),
    ],
)
def test_a_wrong_cell_is_named_by_sheet_row_and_column(
    project: Path, row: tuple[Any, ...], where: str, what: str
) -> None:
    (problem,) = loaded(project, wrong(project, row)).problems
    assert problem.where == f"wrong.xlsx sheet figures {where}"
    assert what in problem.what


def test_good_rows_are_kept_beside_wrong_ones_and_days_count_once(project: Path) -> None:
    rows = [
        ("tulsa", "2026-03-02", "2026-03-08", 700, 7),
        ("tulsa", "2026-03-08", "2026-03-10", 50, 5),
        ("", "", "", "", ""),
        ("tulsa", "2026-03-09", "2026-03-10", "", 3),
    ]
    found = loaded(project, wrong(project, *rows))
    assert [problem.where[-24:] for problem in found.problems] == ["figures row 3 column B (from)"[-24:]]
    assert "overlaps that of row 2" in found.problems[0].what
    assert found.receipt.accepted == 3


def test_a_column_that_is_no_figure_is_named(project: Path) -> None:
    head = (*HEAD, "revenu", "labour")
    row = ("tulsa", "2026-03-02", "2026-03-08", 1, 2)
    (problem,) = loaded(project, wrong(project, row, head=head)).problems
    assert "row 1 column D (revenu)" in problem.where
    assert "revenue" in problem.fix


def test_the_command_writes_a_row_for_each_site_and_period(project: Path) -> None:
    path = project.parent / "year.xlsx"
    words = ["finance", "new", project, "-o", path, "--from", "2026-01-01", "--to", "2026-03-31"]
    assert plantstack(*words).code == 0
    assert is_pack(path)
    assert plantstack(*words).code == 1
    with pytest.raises(ConfigError):
        write_pack(path, load_plant(project))
    assert plantstack("load", project, path).code == 0
    assert plantstack("load", project, pack(project, "good.xlsx"), "--json").rows[0]["accepted"] == 15


def test_a_pack_adds_no_time_to_the_books(project: Path) -> None:
    before = sums(project, "time_calendar")
    path = project.parent / "late.xlsx"
    row = PackRow("tulsa", date(2026, 3, 9), date(2026, 4, 30), {"revenue": 5})
    loaded(project, write_pack(path, load_plant(project), [row]))
    assert sums(project, "time_calendar") == before


def test_days_that_have_a_figure_from_another_pack_count_once(project: Path) -> None:
    loaded(project, pack(project, "a.xlsx", revenue=700, energy=7))
    head = (*HEAD, "revenue", "labour")
    found = loaded(project, wrong(project, ("tulsa", "2026-03-08", "2026-03-09", 90, 9), head=head))
    (problem,) = found.problems
    assert problem.where == "wrong.xlsx sheet figures row 2 column D (revenue)"
    assert "from 2026-03-02 to 2026-03-08 already" in problem.what
    assert found.receipt.accepted == 1  # nobody gave labour of these days
    assert sums(project, "revenue", days=("2026-03-02", "2026-03-08")) == {"revenue": 700}


def test_of_two_packs_in_one_load_the_later_corrects_the_earlier(project: Path) -> None:
    files = [pack(project, f"{name}.xlsx", revenue=value) for name, value in (("a", 100), ("b", 90))]
    with Stack.open(project, write=True) as stack:
        found = stack.load([*files, files[0]], now=NOW)
        stack.derive()
    assert [(one.receipt.accepted, one.receipt.conflicts) for one in found] == [(1, 0)] * 3
    assert sums(project, "revenue") == {"revenue": 100}


def test_a_column_written_twice_is_not_read(project: Path) -> None:
    head = (*HEAD, "revenue", "revenue", "labour")
    found = loaded(project, wrong(project, ("tulsa", "2026-03-02", "2026-03-08", 1, 2, 3), head=head))
    (problem,) = found.problems
    assert problem.where == "wrong.xlsx sheet figures row 1 column E (revenue)"
    assert sums(project, "revenue", "cost_labour") == {"revenue": None, "cost_labour": 3}


def test_a_period_to_come_is_named_by_its_cell(project: Path) -> None:
    (problem,) = loaded(project, wrong(project, ("tulsa", "2027-03-02", "2027-03-08", 1, ""))).problems
    assert problem.where == "wrong.xlsx sheet figures row 2 column D (revenue)"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("-o", "nowhere/year.xlsx"), "pack-nowhere"),
        (("-o", "year.xlsx", "--from", "1900-01-01", "--to", "9999-12-31"), "pack-days"),
        (("-o", "year.xlsx", "--from", "0001-01-01", "--to", "2026-12-31"), "pack-days"),
    ],
)
def test_a_workbook_that_cannot_be_written_says_why(
    project: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], code: str
) -> None:
    monkeypatch.chdir(project)
    told = plantstack("finance", "new", project, *options, "--json")
    assert [told.code, *(one["code"] for one in told.answer["problems"])] == [1, code]
