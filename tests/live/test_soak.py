"""The soak in short: faults at broker, wire and server, nothing lost, memory that does not run away.

`python -m tests.live.soak --minutes 10` is the long one; PLANTSTACK_SEED=n repeats a run.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from statistics import mean

import pytest
from tests.live.soak import Soaked, soak

from plantstack.testing.faults import Chance
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
