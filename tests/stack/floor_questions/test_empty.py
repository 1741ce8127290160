"""A plant of which nothing, or little, was heard: every question has an answer, and none of it is a zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.stack.floor import plant
from tests.stack.floor_questions.told import SIX, at, standing, told

from plantstack.intervals import HOUR, Interval
from plantstack.stack import Stack
from plantstack.stack.floor.board import board
from plantstack.stack.floor.detail import detail
from plantstack.stack.floor.handover import handover
from plantstack.stack.floor.planner import check_plan
from plantstack.stack.floor.pull import pull
from plantstack.stack.floor.reasons import picker
from plantstack.stack.floor.search import search
from plantstack.stack.floor.shift import forecast, shift_now
from plantstack.stack.floor.sqdcp import letters
from plantstack.stack.floor.station import station_now
from plantstack.stack.floor.strip import strips

NOW = at(8)
DAYS = ("2026-03-02", "2026-03-03")
QUESTIONS: dict[str, Callable[[Stack], object]] = {
    "station": lambda stack: station_now(stack, "line-1", NOW),
    "board": lambda stack: board(stack, "", NOW),
    "shift": lambda stack: shift_now(stack, "packing", NOW),
    "forecast": lambda stack: forecast(stack, "line-1", NOW),
    "strips": lambda stack: strips(stack, "", Interval(SIX, NOW + HOUR), NOW),
    "picker": lambda stack: picker(stack, "filler", NOW),
    "pull": lambda stack: pull(stack, "", Interval(SIX, NOW), NOW),
    "search": lambda stack: search(stack, "fill", NOW),
    "plan": lambda stack: check_plan(stack, "", NOW),
    "letters": lambda stack: letters(stack, "line-1", NOW),
    "handover": lambda stack: handover(stack, "line-1", NOW),
    "detail": lambda stack: detail(stack, "line-1", DAYS, NOW),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack.open(plant(tmp_path_factory.mktemp("empty") / "p")) as stack:
        stack.keep(NOW)
        yield stack


@pytest.fixture(scope="module")
def barely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One word of one machine, told an hour ago."""
    word = told("state", "packer", at(7), state="producing")
    with standing(tmp_path_factory.mktemp("barely"), [word], NOW) as stack:
        yield stack


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("which", ["empty", "barely"])
def test_every_question_has_an_answer_that_can_be_sent(
    request: pytest.FixtureRequest, which: str, question: str
) -> None:
    stack: Stack = request.getfixturevalue(which)
    found = QUESTIONS[question](stack)
    assert msgspec.json.encode(found)


def test_what_nobody_told_is_not_known(empty: Stack, barely: Stack) -> None:
    for stack in (empty, barely):
        filler = station_now(stack, "line-1", NOW).machines[0]
        assert (filler.state, filler.good, filler.last_sign_at) == ("no_data", None, None)
        found = board(stack, "packing", NOW)
        assert [found.good, found.plan_now, found.difference, found.n_not_known] == [None, None, None, 1]
        assert {one.mark for row in letters(stack, "line-1", NOW) for one in row.days} == {"not measured"}
    assert station_now(barely, "packer", NOW).machines[0].state == "running"


def test_a_plant_asked_before_it_began_is_empty(tmp_path: Path) -> None:
    word = told("state", "packer", at(7), state="producing")
    with standing(tmp_path, [word], NOW) as stack:
        assert [one.segments for one in strips(stack, "packer", Interval(SIX - HOUR, SIX), NOW)] == [()]
