"""Shifts and days by the names that people give them: the first shift of a day begins with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.interfaces.test_commands import plantstack
from tests.stack.floor import START, written
from tests.stack.test_questions import shift_of_the_line

from plantstack.intervals import HOUR
from plantstack.stack import Stack
from plantstack.stack.improving.day import day_report
from plantstack.stack.improving.shifts import instant_in

DAY = "2026-03-03"
NOW = START + 8 * HOUR


@pytest.fixture(scope="module", params=["with breaks", "without"])
def stack(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A shift of a line whose calendar has breaks, or none at all."""
    root = tmp_path_factory.mktemp("days")
    assert plantstack("init", root / "p").code == 0
    if request.param == "without":
        file = root / "p" / "calendars.yaml"
        text, count = re.subn(r"\n +breaks:(\n +- \{reason.*)+", "", file.read_text("utf-8"))
        assert count == 2
        file.write_text(text, "utf-8")
    assert plantstack("load", root / "p", written(root, "1.ndjson", shift_of_the_line())).code == 0
    with Stack.open(root / "p") as opened:
        yield opened


def test_the_first_shift_of_a_day_is_found_by_its_name(stack: Stack) -> None:
    at = instant_in(stack, "line-1", DAY, "early", NOW)
    assert START <= at <= START + HOUR


def test_a_day_has_its_shifts_from_begin_to_end(stack: Stack) -> None:
    (line,) = day_report(stack, "line-1", DAY, NOW).lines
    (early,) = line.shifts
    assert (early.shift, early.from_at, early.until_at) == ("early", START, START + 8 * HOUR)
    day, shift = ({one.kpi: one.value for one in figures} for figures in (line.figures, early.figures))
    assert day["good_parts"] == 7200
    assert shift.keys() <= day.keys()
    assert line.hours.planned_s == pytest.approx(line.hours.good_s + sum(line.hours.leaves.values()))


def test_the_hours_of_a_day_are_the_kpis_of_the_day(stack: Stack) -> None:
    (line,) = day_report(stack, "line-1", DAY, NOW).lines
    rows = stack.kpis(["good_parts", "minutes_lost"], scope="line-1", days=(DAY, DAY)).rows
    asked = {row["kpi"]: row["value"] for row in rows}
    told = {one.kpi: one.value for one in line.figures if one.kpi in asked}
    assert told == asked
