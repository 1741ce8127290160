"""The soak in short: faults at broker, wire and server, nothing lost, memory that does not run away.

`python -m tests.live.soak --minutes 10` is the long one; PLANTSTACK_SEED=n repeats a run.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from statistics import mean
from threading import Timer

import pytest
from tests.live.broker import Mosquitto
from tests.live.edges import wait_for
from tests.live.shift import clock
from tests.live.soak import Soaked, soak

from plantstack.testing.faults import Chance, Wire
from plantstack.testing.faults.publishers import Publisher, check_published

SECONDS = 14.0
SLACK_MB = 60.0


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Soaked, Path]:
    chance = Chance(int(os.environ.get("PLANTSTACK_SEED", random.randrange(10**6))))
    print("seed", chance.seed)
    folder = tmp_path_factory.mktemp("soak")
    return soak(folder, SECONDS, chance), folder / "p"


def test_F15_F16_whatever_happens_between_broker_and_server_nothing_is_lost(
    soaked: tuple[Soaked, Path],
) -> None:
    found, _ = soaked
    assert found.broken == []
    assert found.faults
    assert found.events > 100


def test_I8_memory_does_not_run_away(soaked: tuple[Soaked, Path]) -> None:
    memory = soaked[0].memory_mb
    quarter = len(memory) // 4
    assert mean(memory[-quarter:]) - mean(memory[quarter : 2 * quarter]) < SLACK_MB


def test_the_checker_sees_what_is_lost(soaked: tuple[Soaked, Path]) -> None:
    liar = Publisher(1, "filler", lambda: 0, 0.0)
    number = 10**7
    while not liar.is_bad(number):
        number += 1
    liar.taken = [number - 1, number]
    assert check_published(soaked[1], [liar]) == [
        f"I1: publisher filler: {number - 1} was taken and is there 0 times",
        f"I1: publisher filler: {number} was taken and is no dead letter",
    ]


def test_a_publisher_stops_after_the_message_that_is_under_way(tmp_path: Path) -> None:
    """Else it comes to the log after everything that was taken is there, and after the books were asked."""
    broker = Mosquitto(tmp_path)
    broker.start()
    try:
        with Wire.to(broker.port) as wire:
            with Publisher.publishing(wire.port, ["filler"], clock, 0.001) as (one,):
                wait_for(lambda: len(one.taken) > 3, "nothing was taken")
                wire.hold()
                time.sleep(0.3)
                before = len(one.taken)
                time.sleep(0.3)
                assert len(one.taken) == before
                Timer(0.3, wire.flow).start()
            assert len(one.taken) == before + 1
    finally:
        broker.stop()
