"""The five letters of the board: what each stands for, and that none is met or missed without a target."""

from __future__ import annotations

from pathlib import Path

from tests.stack.floor_questions.told import SIX, at, standing, states, told

from plantstack.intervals import DAY
from plantstack.stack.floor.sqdcp import CANDIDATES, letters

EVENTS = [
    *states("filler", (SIX, "producing")),
    told("attendance", "line-1", SIX, "people", crew="A", heads_present=4, heads_needed=5),
    told("alive", "filler", at(9), from_=SIX, until=at(9)),
]


def test_p_is_people_and_never_something_of_machines(tmp_path: Path) -> None:
    assert CANDIDATES["P"] == ("crew_present_ratio",)
    with standing(tmp_path, EVENTS, at(9)) as stack:
        found = {one.letter: one for one in letters(stack, "line-1", at(9))}
        people = found["P"]
        assert (people.kpi, people.has_target) == ("crew_present_ratio", False)
        assert {one.mark for one in people.days} == {"not measured"}
        assert people.last is not None and people.last.value == 0.8


def test_a_target_makes_days_of_it(tmp_path: Path) -> None:
    target = told(
        "target", "line-1", SIX, "desk", kpi="crew_present_ratio", low=0.95, high=1.1, from_=SIX - DAY
    )
    with standing(tmp_path, [*EVENTS, target], at(9)) as stack:
        (people,) = [one for one in letters(stack, "line-1", at(9)) if one.letter == "P"]
        assert people.has_target


def test_two_bad_pieces_of_a_hundred_are_a_miss_that_may_be_chance(tmp_path: Path) -> None:
    events = [
        *states("packer", (SIX, "producing")),
        told("count", "packer", at(8), from_=SIX, good=98, scrap=2),
        told("target", "line-1", SIX, "desk", kpi="scrap_rate", value=0.015, from_=SIX - DAY),
        told("alive", "packer", at(9), from_=SIX, until=at(9)),
    ]
    with standing(tmp_path, events, at(9)) as stack:
        (quality,) = [one for one in letters(stack, "line-1", at(9)) if one.letter == "Q"]
    today = quality.days[-1]
    assert (quality.kpi, today.value, today.mark) == ("scrap_rate", 0.02, "missed")
    assert (today.is_chance, quality.n_unanswered) == (True, 0)
