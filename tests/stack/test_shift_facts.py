"""The facts of a shift are those of the pages, and its sentences say the same numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stack.floor import load, plant, written
from tests.stack.floor_questions.test_handover import EVENTS, LATER
from tests.stack.floor_questions.told import SIX, at, orders, standing, states, told

from plantstack.insights.telling.priorities import priorities
from plantstack.insights.telling.render import tell
from plantstack.insights.telling.summary import summary
from plantstack.interfaces.telling import reader_of
from plantstack.intervals import DAY, HOUR, MINUTE
from plantstack.stack import Stack
from plantstack.stack.floor.handover import handover
from plantstack.stack.telling.shift import shift_facts


def _plain(text: str) -> str:
    return text.replace("\u202f", " ")


def test_facts_of_a_shift_that_is_over_are_those_of_its_hand_over(tmp_path: Path) -> None:
    with standing(tmp_path, EVENTS, LATER) as stack:
        found = shift_facts(stack, "line-1", LATER, at(13), has_findings=False)
        over = handover(stack, "line-1", LATER, at(13))
        (line,) = found.lines
        assert (found.shift, found.is_over, found.now) == ("early", True, over.until_at)
        assert (line.good, line.plan) == (float(over.results[0].shift.good or 0), 46500.0)
        assert found.unexplained == {"filler": (1, 1800.0)}
        assert [(one.place, one.pieces) for one in found.holds] == [("packer", 70.0)]
        assert [(one.place, one.type) for one in found.safety] == [("packer", "near_miss")]
        lost = {(one.machine, one.reason, one.account): one.seconds for one in found.losses}
        assert lost[("filler", "leak", "breakdown")] == 300.0
        assert lost[("filler", "", "other_stop")] == 1800.0


def test_the_summary_says_the_numbers_of_the_page(tmp_path: Path) -> None:
    with standing(tmp_path, EVENTS, LATER) as stack:
        facts = shift_facts(stack, "line-1", LATER, at(13), has_findings=False)
        reader = reader_of(stack.plant, stack.zone_of("line-1"), "en")
        said = [_plain(tell(one.says, reader)) for one in summary(facts, 20).facts]
    assert said[0] == "Safety: near miss at Case packer at 10:00."
    assert "Bottling line 1 made 43,200 of 46,500: 3,300 behind plan." in said
    assert "One stop of Filler has no reason yet: 30 min." in said
    assert any(one.startswith("Filler lost 30 min") for one in said)


def test_what_is_to_be_done_ends_with_the_shift(tmp_path: Path) -> None:
    """A machine that stands can win back no more than is left of its shift."""
    events = [
        *EVENTS,
        told("state", "filler", at(14, 25), "plc", state="stopped"),
        told("alive", "filler", at(14, 40), from_=at(14, 25), until=at(14, 40)),
    ]
    now = at(14, 40)
    with standing(tmp_path, events, now) as stack:
        facts = shift_facts(stack, "line-1", now, has_findings=False)
        first = priorities(facts)
    left = (facts.end - facts.now) / MINUTE
    assert facts.end - facts.now < 8 * HOUR
    assert [one.kind for one in first if one.link.id == "filler"]
    assert all(one.minutes is None or one.minutes <= left for one in first)


@pytest.mark.parametrize("has_money", [True, False])
def test_money_can_be_left_out(tmp_path: Path, has_money: bool) -> None:
    with standing(tmp_path, EVENTS, LATER) as stack:
        facts = shift_facts(stack, "line-1", LATER, at(13), has_findings=False)
    shown = facts if has_money else facts.without_money()
    assert has_money or all(one.money is None for one in shown.losses)
    assert [one.seconds for one in shown.losses] == [one.seconds for one in facts.losses]


def test_a_signal_that_was_silent_and_entries_of_days_before_are_told(tmp_path: Path) -> None:
    """Whoever never told anything is not silent; a correction or two are no late file."""
    days_ago = SIX - 3 * DAY
    events = [
        *orders("filler", "packer"),
        *states("filler", (SIX - 2 * HOUR, "producing"), (at(10), "producing")),
        *states("packer", (SIX - 2 * HOUR, "producing")),
        told("alive", "filler", at(8), from_=SIX - 2 * HOUR, until=at(8)),
        told("alive", "filler", at(12), from_=at(10), until=at(12)),
        told("alive", "packer", at(12), from_=SIX - 2 * HOUR, until=at(12)),
        *(told("count", "filler", days_ago + n * MINUTE, told_at=at(9), good=5) for n in range(12)),
        *(told("count", "packer", days_ago + n * MINUTE, told_at=at(9), good=5) for n in range(3)),
    ]
    with standing(tmp_path, events, at(12)) as stack:
        facts = shift_facts(stack, "line-1", at(12), has_findings=False)
        early = shift_facts(stack, "line-1", at(9, 45), has_findings=False)
    (silent,) = facts.silences
    assert (silent.machine, silent.line, silent.is_now) == ("filler", "line-1", False)
    assert silent.seconds <= 2 * 3600 and at(8) <= silent.since < at(10)
    assert [(one.machine, one.is_now) for one in early.silences] == [("filler", True)]
    (late,) = facts.came_late
    assert (late.place, late.n, late.since) == ("filler", 12, days_ago)


def test_a_line_that_falls_silent_as_a_whole_is_said_once(tmp_path: Path) -> None:
    events = [
        *orders("filler", "packer"),
        *(one for name in ("filler", "packer") for one in states(name, (SIX - 2 * HOUR, "producing"))),
        *(told("alive", name, at(8), from_=SIX - 2 * HOUR, until=at(8)) for name in ("filler", "packer")),
    ]
    with standing(tmp_path, events, at(12)) as stack:
        facts = shift_facts(stack, "line-1", at(12), has_findings=False)
    (silent,) = facts.silences
    assert (silent.machine, silent.line, silent.is_now) == ("line-1", "line-1", True)


def test_what_was_told_days_ago_and_only_came_in_now_is_late_but_a_loaded_history_is_not(
    tmp_path: Path,
) -> None:
    """A tablet that had no network for days; the first load of a history is all there is."""
    days_ago = SIX - 3 * DAY
    usual = [
        *states("filler", (SIX - 2 * HOUR, "producing")),
        *(told("count", "filler", SIX - HOUR + n * MINUTE, good=5) for n in range(20)),
    ]
    offline = [told("count", "filler", days_ago + n * MINUTE, good=5) for n in range(12)]
    folder = plant(tmp_path / "p")
    load(folder, written(tmp_path, "usual.ndjson", usual), now=SIX - MINUTE)
    load(folder, written(tmp_path, "offline.ndjson", offline), now=at(9))
    with Stack.open(folder) as stack:
        (late,) = shift_facts(stack, "line-1", at(12), has_findings=False).came_late
        assert (late.place, late.n, late.since) == ("filler", 12, days_ago)
        assert not shift_facts(stack, "line-1", at(8), has_findings=False).came_late
    whole = plant(tmp_path / "q")
    load(whole, written(tmp_path, "whole.ndjson", [*offline, *usual]), now=at(9))
    with Stack.open(whole) as stack:
        assert not shift_facts(stack, "line-1", at(12), has_findings=False).came_late
