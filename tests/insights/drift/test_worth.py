"""What is too small to be seen, and what only follows the pacing machine, is not said."""

from __future__ import annotations

from dataclasses import replace

from tests.insights.test_running import finding

from plantstack.insights.drift.worth import worth_saying
from plantstack.insights.facts import Place
from plantstack.insights.finding import Finding, Subject

PLACES = {
    name: Place(name, name, "line-1", "tulsa", is_pacing=name == "filler") for name in ("depal", "filler")
} | {"press": Place("press", "press", "", "tulsa", is_pacing=True)}


def slower(machine: str, by: float, severity: float = 9.0) -> Finding:
    told = finding(1, kind="drift_speed", severity=severity)
    effect = replace(told.effect, value=0.9 - by, baseline=0.9)
    return replace(told, subject=Subject(machine, {"parameter": "speed"}), effect=effect)


def test_machines_that_follow_the_pacing_one_are_left_out_and_others_are_not() -> None:
    both = [slower("depal", 0.1), slower("filler", 0.1), slower("press", 0.1)]
    assert [one.subject.equipment for one in worth_saying(both, PLACES)] == ["filler", "press"]
    alone = [slower("depal", 0.1), slower("filler", 0.01)]
    assert [one.subject.equipment for one in worth_saying(alone, PLACES)] == ["depal"]


def test_what_is_small_or_barely_rare_is_left_out() -> None:
    assert worth_saying([slower("press", 0.02), slower("press", 0.2, severity=0.4)], PLACES) == []
    value = replace(finding(1, kind="drift", severity=1.2), subject=Subject("press"))
    assert worth_saying([value], PLACES) == [value]
