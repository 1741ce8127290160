"""Causes of an hour that could not have cost its pieces; origins in README.md of this folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.stack.floor import Wire
from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, states, told

from plantstack.intervals import MINUTE
from plantstack.stack.floor.hour_loss import HourLoss
from plantstack.stack.floor.shift import shift_now


def first_hour(folder: Path, events: Iterable[Wire], now: int = at(7)) -> HourLoss:
    """What cost the first hour of a shift in which 465 working minutes of 500 pieces are planned."""
    plan = [line_plan(465 * 500, SIX, at(14)), *orders("filler", "capper", "packer")]
    with standing(folder, [*plan, *events], now) as stack:
        hour = shift_now(stack, "line-1", now)[0].hours[0]
        assert hour.is_missed
        assert hour.loss is not None
        return hour.loss


def shown(loss: HourLoss) -> tuple[str, str, str, int]:
    return loss.machine, loss.account, loss.label, round(loss.us / MINUTE)


def test_a_planned_stop_that_the_plan_did_not_have_is_what_an_hour_lost(tmp_path: Path) -> None:
    events = [
        *states("filler", (SIX, "producing"), (at(6, 10), "stopped"), (at(6, 11), "producing")),
        *states("filler", (at(6, 30), "planned_stop"), (at(6, 58), "producing"), (at(7), "producing")),
        told("reason", "filler", at(6, 31), "tablet-1", role="symptom", reason="cleaning"),
        *states("packer", (SIX, "producing"), (at(7), "producing")),
        *counts("packer", SIX, at(6, 30), 2600),
        *counts("filler", SIX, at(6, 30), 2600),
        *counts("filler", at(6, 55), at(7), 900),
    ]
    assert shown(first_hour(tmp_path, events)) == ("filler", "planned_down", "Daily cleaning", 28)


def test_a_stop_of_another_machine_is_named_with_that_machine(tmp_path: Path) -> None:
    events = [
        *states("filler", (SIX, "producing"), (at(6, 5), "stopped"), (at(6, 5, 40), "producing")),
        *states("filler", (at(6, 20), "blocked"), (at(6, 50), "producing"), (at(7), "producing")),
        *states("capper", (SIX, "producing"), (at(6, 20), "stopped"), (at(6, 50), "producing")),
        told("reason", "capper", at(6, 21), "tablet-1", role="symptom", reason="bottle-jam"),
        *states("packer", (SIX, "producing"), (at(7), "producing")),
        *counts("packer", SIX, at(6, 20), 2600),
        *counts("filler", SIX, at(6, 20), 2600),
        *counts("filler", at(6, 50), at(7), 2600),
    ]
    assert shown(first_hour(tmp_path, events)) == ("capper", "other_stop", "Bottle jam", 30)


def test_a_cause_too_small_for_the_gap_gives_way_to_pace(tmp_path: Path) -> None:
    events = [
        *states("filler", (SIX, "producing"), (at(6, 5), "stopped"), (at(6, 5, 40), "producing")),
        *states("filler", (at(7), "producing")),
        *states("packer", (SIX, "producing"), (at(7), "producing")),
        *counts("packer", SIX, at(7), 1296),
        *counts("filler", SIX, at(7), 1296),
    ]
    found = first_hour(tmp_path, events)
    # 15 552 pieces at 540 a minute are 28.8 of the 59.3 minutes that it ran
    assert shown(found) == ("filler", "slow", "", 31)


def test_what_nothing_explains_is_said_to_be_unexplained(tmp_path: Path) -> None:
    events = [
        *states("filler", (SIX, "producing"), (at(6, 5), "stopped"), (at(6, 5, 40), "producing")),
        *states("filler", (at(7), "producing")),
        *states("packer", (SIX, "producing"), (at(7), "producing")),
        *counts("packer", SIX, at(7), 1296),
        *counts("filler", SIX, at(7), 2670),  # it filled them; they did not leave the line
    ]
    # 30 000 less 15 552 pieces are 26.8 minutes, of which it stood for 40 s
    assert shown(first_hour(tmp_path, events)) == ("filler", "unexplained", "", 26)
