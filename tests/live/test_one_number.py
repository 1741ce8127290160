"""One number everywhere: pages, lineage, API, command, CSV and reports say the same of a KPI."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from tests.interfaces.test_commands import plantstack
from tests.live.inside import Inside, Turned
from tests.live.shift import plant, shift

from plantstack.interfaces.web import formats, page
from plantstack.intervals import DAY as DAY_LONG
from plantstack.live.running import Running

END = 1_772_474_400 * 1_000_000  # the afternoon of 2 March 2026
DAY, PLACE, KPI, NAME = "2026-03-02", "line-1", "scrap_rate", "Scrap rate"
TARGET = """
targets:
  - {kpi: scrap_rate, at: [line-1], value: 0.7 %}
"""
ASKED = {"id": KPI, "scope": PLACE, "from": DAY, "to": DAY}


@dataclass(frozen=True)
class Told:
    """What is said of a KPI: its value in the base unit, what it should be, how far it is to be believed."""

    value: float
    unit: str
    target: float
    trust: str


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """A plant on the day after, with a target of its line."""
    folder = plant(tmp_path_factory.mktemp("one") / "p")
    (folder / "targets.yaml").write_text(TARGET, "utf-8")
    running = Running(folder, lambda: END + DAY_LONG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "PATIENCE_S", 60.0)
        try:
            found = Inside(running, Turned(END + DAY_LONG))
            assert {row["status"] for row in found.send(*shift(END))} == {"accepted"}
            running.start()
            found.fresh()
            yield found
        finally:
            running.close()


@pytest.fixture(scope="module")
def told(floor: Inside) -> Told:
    """The number as the API tells it."""
    (row,) = floor.get("kpis", **ASKED)
    found = of_row(row)
    assert found.value == pytest.approx(120 / 4120)  # pieces of three machines, those that left the line
    assert (found.unit, found.target, row["status"]) == ("1", 0.007, "missed")
    return found


def of_row(row: dict[str, Any]) -> Told:
    return Told(row["value"], row["unit"], row["target"], row["trust"]["grade"])


def check_text(html: str, told: Told) -> None:
    """What stands beside the name of the KPI, for people."""
    parts = [html[one.end() :][:2000] for one in re.finditer(re.escape(NAME), html)]
    plain = [" ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split()) for part in parts]
    value, target = (" ".join(formats.figure(one, told.unit, "en")) for one in (told.value, told.target))
    mine = next(one for one in plain if f"target {target}" in one[:160])
    doubt = "≈ " if told.trust in ("C", "U") else ""
    assert f"{doubt}{value}" in mine[:120], mine[:200]
    assert re.search(rf"\b{told.trust}\b", mine[:60]), mine[:200]


def test_the_command_says_what_the_api_says(floor: Inside, told: Told) -> None:
    words = ("--scope", PLACE, "--from", DAY, "--to", DAY, "--json")
    assert of_row(plantstack("kpi", floor.running.folder, KPI, *words).rows[0]) == told


def test_csv_says_it(floor: Inside, told: Told) -> None:
    answer = floor.request("GET", "/api/v1/kpis", params=ASKED | {"format": "csv"})
    (row,) = csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))
    assert Told(float(row["value"]), row["unit"], float(row["target"]), row["trust"]) == told


def test_the_day_says_it(floor: Inside, told: Told) -> None:
    (day,) = floor.get("floor/day", scope=PLACE, day=DAY)
    one = next(one for one in day["lines"][0]["figures"] if one["kpi"] == KPI)
    assert Told(one["value"], one["unit"], one["target"], one["grade"]) == told


@pytest.mark.parametrize("address", [f"/line/{PLACE}?from={DAY}&to={DAY}", f"/day/{PLACE}/{DAY}"])
def test_pages_say_it(floor: Inside, told: Told, address: str) -> None:
    check_text(floor.request("GET", address).text, told)


def test_its_lineage_says_it(floor: Inside, told: Told) -> None:
    html = floor.request("GET", f"/lineage/{KPI}/{PLACE}/{DAY}..{DAY}").text
    plain = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    assert " ".join(formats.figure(told.value, told.unit, "en")) in plain
    rows = floor.get("explain", **ASKED)
    assert next(row for row in rows if row["row"] == "kpi")["value"] == told.value


def test_reports_say_it(floor: Inside, told: Told, tmp_path: Path) -> None:
    for form in ("html", "xlsx"):
        words = ("report", floor.running.folder, "day", DAY, "--scope", PLACE, "-o", tmp_path / f"r.{form}")
        assert plantstack(*words).code == 0
    check_text((tmp_path / "r.html").read_text("utf-8"), told)
    head, *rows = CalamineWorkbook.from_path(str(tmp_path / "r.xlsx")).get_sheet_by_name("Result").to_python()
    one: dict[object, Any] = dict(next(zip(head, row, strict=True) for row in rows if row[1] == KPI))
    assert one["Value"] == pytest.approx(told.value, rel=1e-15)
    assert (one["Unit"], one["Target"], one["Trust"]) == (told.unit, told.target, told.trust)
