"""Stops of a line put together: neighbours that waited stand with the stop they waited for, none is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.live.shift import plant as project

from plantstack.intervals import MINUTE
from plantstack.plant.load import load_plant
from plantstack.plant.plant import Plant
from plantstack.stack.floor.followed import is_wait, led
from plantstack.stack.floor.stops import Stop

T = 1_772_474_400_000_000


def stop(machine: str, start: float, length: float, state: str = "fault") -> Stop:
    waits = state in ("starved", "blocked")
    return Stop(
        machine=machine,
        from_at=T + round(start * MINUTE),
        until_at=T + round((start + length) * MINUTE),
        own_us=round(length * MINUTE),
        account="waiting" if waits else "breakdown",
        state=state,
        reason="",
        label="",
        cause="",
        cause_label="",
        owner="",
        is_open=False,
        is_unexplained=False,
        is_automatic=False,
        is_micro=False,
        day="2026-03-02",
        shift="early",
        order="",
        product="",
    )


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    return load_plant(project(tmp_path_factory.mktemp("led") / "p"))


def test_waits_stand_with_the_stop_that_stood_longest_meanwhile(plant: Plant) -> None:
    down, short = stop("capper", 0, 30), stop("capper", 40, 3)
    before, after = stop("filler", 1, 29, "blocked"), stop("packer", 2, 28.5, "starved")
    between = stop("filler", 29, 13, "blocked")  # one minute of the first, two of the second
    found = led(plant, [after, short, before, between, down])
    assert [(one.stop, one.followers, one.n_machines) for one in found] == [
        (down, (before, after), 2),
        (short, (between,), 1),
    ]


def test_a_wait_for_nothing_that_is_known_stands_alone_and_none_is_lost(plant: Plant) -> None:
    elsewhere, alone = stop("labeller", 0, 60), stop("filler", 10, 5, "starved")
    own = stop("packer", 70, 4, "blocked")
    later = stop("filler", 80, 2)
    stops = [elsewhere, alone, own, later]
    found = led(plant, stops)
    assert all(not one.followers for one in found)
    assert [one.stop for one in found] == [elsewhere, alone, own, later], "the longest first"


def test_a_wait_with_a_state_of_another_kind_is_a_stop_of_its_own() -> None:
    assert is_wait(stop("filler", 0, 1, "starved"))
    assert not is_wait(replace(stop("filler", 0, 1, "starved"), account="breakdown"))
    assert not is_wait(replace(stop("filler", 0, 1), account="waiting", state="waiting"))
