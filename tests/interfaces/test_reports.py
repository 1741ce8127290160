"""The command `report`: what the page shows, as one file; numbers are numbers, and nobody's formula runs."""

from __future__ import annotations

import csv
import re
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from tests.interfaces.test_commands import plantstack
from tests.stack.floor import START, written
from tests.stack.test_questions import shift_of_the_line
from tests.stack.test_withholding import START as MONDAY
from tests.stack.test_withholding import opened

from plantstack.errors import ConfigError
from plantstack.interfaces.csv_rows import kpi_csv
from plantstack.interfaces.reports.kinds import Wanted, asked
from plantstack.interfaces.reports.paper import printed
from plantstack.intervals import HOUR, MINUTE, rfc3339

Rows = list[list[Any]]
DAY = "2026-03-03"
FORMULA = '=HYPERLINK("http://elsewhere.invalid")'
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shift of a line, in which somebody wrote a formula and a script down."""
    root = tmp_path_factory.mktemp("reports")
    assert plantstack("init", root / "p").code == 0
    notes = [
        {"kind": "note", "equipment": "filler", "at": rfc3339(START + 5 * MINUTE), "source": "tablet.1"}
        | {"key": text, "note": text}
        for text in (FORMULA, SCRIPT)
    ]
    events = written(root, "shift.ndjson", [*shift_of_the_line(), *notes])
    assert plantstack("load", root / "p", events).code == 0
    return root / "p"


def sheets(file: Path) -> dict[str, Rows]:
    book = CalamineWorkbook.from_path(str(file))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def column(rows: Rows, name: str) -> list[Any]:
    at = next(place for place, head in enumerate(rows[0]) if str(head).startswith(name))
    return [row[at] for row in rows[1:]]


@pytest.mark.parametrize(
    ("kind", "which"),
    [
        *(("shift", word) for word in ("", "last", "now", f"{DAY}.early")),
        *(("day", word) for word in ("today", DAY)),
        *(("portfolio", word) for word in ("", "2026-W10")),
    ],
)
def test_a_report_is_one_file_that_needs_nothing(
    project: Path, tmp_path: Path, kind: str, which: str
) -> None:
    file = tmp_path / "out.html"
    told = plantstack("report", project, kind, *([which] if which else []), "-o", file, "--json")
    assert told.code == 0, told.err
    text = file.read_text("utf-8")
    assert told.rows[0]["title"] in text
    assert re.findall(r"<script|<link|\bsrc=|@import|url\((?!#)|href=\"[^#]", text) == []
    assert "default-src 'none'" in text
    assert "America/Chicago" in text
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]


def test_what_people_wrote_is_text_in_every_form(project: Path, tmp_path: Path) -> None:
    for form in ("html", "xlsx"):
        assert plantstack("report", project, "shift", "now", "-o", tmp_path / f"r.{form}").code == 0
    assert "<script" not in (tmp_path / "r.html").read_text("utf-8")
    assert set(column(sheets(tmp_path / "r.xlsx")["Notes"], "Text")) == {FORMULA, SCRIPT}
    book = CalamineWorkbook.from_path(str(tmp_path / "r.xlsx"))
    assert book.get_sheet_by_name("Notes").to_python()
    raw = (tmp_path / "r.xlsx").read_bytes()
    assert b"<f>" not in raw


def test_numbers_of_a_workbook_are_those_of_the_command_with_all_that_belongs_to_them(
    project: Path, tmp_path: Path
) -> None:
    file = tmp_path / "day.xlsx"
    assert plantstack("report", project, "day", "today", "--scope", "line-1", "-o", file).code == 0
    found = sheets(file)
    rows = found["Result"]
    assert len(rows) > 5
    for kpi, value, unit, grade, key in zip(
        *(column(rows, name) for name in ("KPI", "Value", "Unit", "Trust", "Lineage")), strict=True
    ):
        asked = plantstack("kpi", project, *key.split(), "--json").rows[0]
        assert asked["kpi"] == kpi
        known = None if asked["value"] is None else pytest.approx(asked["value"], rel=1e-12)
        assert (value if value != "" else None) == known, kpi
        assert (unit, grade) == (asked["unit"], asked["trust"]["grade"])
    assert any(isinstance(value, float) for value in column(rows, "Value"))
    assert ["Clock", "America/Chicago"] in [row[:2] for row in found["About"]]


def test_hours_are_on_the_clock_of_the_plant_and_say_which(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "shift.xlsx"
    assert plantstack("report", project, "shift", "now", "--scope", "line-1", "-o", file).code == 0
    rows = sheets(file)["Hour by hour"]
    assert "From (America/Chicago)" in rows[0]
    assert column(rows, "From")[0].strftime("%Y-%m-%d %H:%M") == f"{DAY} 06:00"
    assert sum(column(rows, "Good")) == 7200
    assert set(column(rows, "Unit")) == {"pc"}


@pytest.mark.parametrize("language", ["de", "es"])
def test_texts_are_in_the_language_and_values_are_not(project: Path, tmp_path: Path, language: str) -> None:
    told = {}
    for name in ("en", language):
        file = tmp_path / f"{name}.xlsx"
        words = ("report", project, "day", "today", "--lang", name, "-o", file)
        assert plantstack(*words).code == 0
        told[name] = list(sheets(file).values())
        page = file.with_suffix(".html")
        assert plantstack(*words[:-1], page).code == 0
        assert f'<html lang="{name}"' in page.read_text("utf-8")
    assert told["en"][1][0] != told[language][1][0]
    assert [row[3:5] for row in told["en"][1][1:]] == [row[3:5] for row in told[language][1][1:]]


@pytest.mark.parametrize(
    ("words", "code", "fix"),
    [
        (("shift", "-o", "a.docx"), 2, ".html, .pdf, .xlsx"),
        (("shift",), 2, ".html, .pdf, .xlsx"),
        (("week", "-o", "a.html"), 2, "portfolio"),
        (("shift", "midnight", "-o", "a.html"), 2, "2026-11-25.early"),
        (("shift", f"{DAY}.midnight", "-o", "a.html"), 2, "2026-11-25.early"),
        (("day", "2026-13-01", "-o", "a.html"), 2, "2026-11-02"),
        (("day", "2031-01-01", "-o", "a.html"), 2, "has begun"),
        (("portfolio", "2026-W99", "-o", "a.html"), 2, "2026-W42"),
        (("shift", "--scope", "line-9", "-o", "a.html"), 2, "line-1"),
        (("shift", "--currency", "EUR", "-o", "a.html"), 2, "portfolio"),
        (("portfolio", "--currency", "QQQ", "-o", "a.html"), 2, "QQQ"),
        (("shift", "now", "-o", "nowhere/a.html"), 1, "Make it"),
    ],
)
def test_what_cannot_be_made_says_what_to_do_and_writes_nothing(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    fix: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    told = plantstack("report", project, *words)
    assert told.code == code, told.err
    assert fix in " ".join(told.err.split())
    assert list(tmp_path.iterdir()) == []


def test_cuts_of_few_people_are_withheld_in_files_too_and_reports_have_none(tmp_path: Path) -> None:
    crews = {"blue": 6, "red": 6, "green": 4}
    with opened(tmp_path, crews) as stack:
        rows = stack.kpis(["good_parts"], scope="n-1", by=("crew",)).rows
        found = list(csv.DictReader(StringIO(kpi_csv(rows, 7))))
        assert {one["why_none"] for one in found} == {"withheld: few people"}
        assert {one[name] for one in found for name in ("value", "low", "high", "target", "reported")} == {""}
        for kind, scope in (("day", "n-1"), ("day", "north"), ("portfolio", "")):
            which = "2026-03-02" if kind == "day" else ""
            report = asked(stack, Wanted(kind, which, scope), MONDAY + 24 * HOUR)
            cells = {str(cell) for table in report.tables() for row in table.rows for cell in row}
            plain = re.sub(r"<style>.*?</style>|<[^>]+>", " ", report.html(), flags=re.S)
            assert not crews.keys() & (cells | set(plain.split())), kind


def test_without_chromium_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PLANTSTACK_CHROMIUM", raising=False)
    with pytest.raises(ConfigError, match="Install Chromium"):
        printed("<p>")


def test_a_browser_that_hangs_or_fails_is_ended_with_all_it_began(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    browser, alive = tmp_path / "browser", tmp_path / "alive"
    browser.write_text(f"#!/bin/sh\n(sleep 3; touch {alive}) &\nsleep 30\n")
    browser.chmod(0o755)
    monkeypatch.setenv("PLANTSTACK_CHROMIUM", str(browser))
    with pytest.raises(ConfigError, match="took longer than"):
        printed("<p>", wall_s=0.3)
    browser.write_text("#!/bin/sh\nexit 7\n")
    with pytest.raises(ConfigError, match="ended with 7"):
        printed("<p>")
    browser.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(ConfigError, match="wrote nothing"):
        printed("<p>")
    time.sleep(3.5)
    assert not alive.exists()
