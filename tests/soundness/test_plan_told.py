"""What reads as good news against a plan and is none; origins in README.md of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, states, told

from plantstack.insights.telling.shift import result
from plantstack.intervals import HOUR
from plantstack.stack import Stack
from plantstack.stack.floor.board import board
from plantstack.stack.floor.shift import shift_now
from plantstack.stack.telling.shift import shift_facts

NOW = at(9)


@pytest.fixture(scope="module")
def other_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Planned are 465 working minutes of 10 of cola; from seven on water is run, which nobody planned."""
    events = [
        line_plan(4650, SIX, at(14)),
        *orders("filler", "packer"),
        *orders("filler", "packer", order="B", product="water-500", when=at(7)),
        *states("filler", (SIX, "producing")),
        *states("packer", (SIX, "producing")),
        *counts("packer", SIX, at(7), 600, HOUR),
        *counts("packer", at(7), NOW, 4000, HOUR),
        told("alive", "filler", NOW, from_=SIX, until=NOW),
    ]
    with standing(tmp_path_factory.mktemp("other"), events, NOW) as stack:
        yield stack


def test_what_is_in_no_plan_makes_up_for_nothing(other_run: Stack) -> None:
    (shift,) = shift_now(other_run, "line-1", NOW)
    assert [shift.good, shift.plan_now, shift.difference] == [8600, 1800, 6800]  # the numbers stay
    (water,) = shift.unplanned
    assert (water.product, water.name, int(water.qty)) == ("water-500", "Water 0.5 l", 8000)
    assert shift.planned_difference == -1200
    begun = shift.hours[:3]
    assert [hour.without_plan for hour in begun] == [0, 4000, 4000]
    assert [hour.is_missed for hour in begun] == [False, True, True]


def test_a_board_judges_what_is_planned(other_run: Stack) -> None:
    found = board(other_run, "packing", NOW)
    (row,) = (one for one in found.rows if one.place == "line-1")
    assert [row.difference, row.planned_difference] == [6800, -1200]
    assert [found.made, found.plan_now, found.planned_difference] == [8600, 1800, -1200]
    assert found.n_planned == 1
    assert [one.qty for one in row.unplanned] == [8000]


def test_the_sentence_says_what_of_it_is_planned(other_run: Stack) -> None:
    (line,) = (one for one in shift_facts(other_run, "line-1", NOW, has_findings=False).lines)
    assert [line.good, line.without_plan, line.planned, line.unplanned] == [8600, 8000, 600, ("water-500",)]
    says = result(line).says
    assert "plan met" not in says.text and "is not planned in this shift" in says.text
    assert set(says.values) == {"line", "good", "without", "product", "made", "plan"}


def test_what_is_in_no_plan_as_a_whole_is_said_once(other_run: Stack) -> None:
    (line,) = (one for one in shift_facts(other_run, "line-1", NOW, has_findings=False).lines)
    says = result(replace(line, without_plan=8600.0)).says
    told = (
        "%(line)s made %(good)s of %(product)s, which is not planned in this shift, and none of the %(plan)s"
        " that are."
    )
    assert says.text == told and set(says.values) == {"line", "good", "product", "plan"}


def test_the_kpi_says_what_it_rests_on(other_run: Stack) -> None:
    (row,) = other_run.kpis(["throughput_vs_plan"], scope="line-1", grain="shift").rows
    assert row["value"] == pytest.approx(8600 / 1800)
    limit = row["trust"]["limits"][0]
    assert (row["trust"]["grade"], limit["measure"], limit["named"]) == (
        "C",
        "qty_without_plan",
        ("water-500",),
    )
    assert limit["share"] == pytest.approx(8000 / 8600)
