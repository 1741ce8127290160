"""Parts that several tests start: those that take seconds once for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.live.opcua_mother import Mother
from tests.live.shift import Clock, plant

from plantstack.live.study import Study
from plantstack.stack import Stack


@pytest.fixture(scope="session")
def mother() -> Iterator[Mother]:
    """The process that forks OPC UA servers."""
    found = Mother()
    yield found
    found.end()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def study(tmp_path: Path, clock: Clock) -> Iterator[Study]:
    project = plant(tmp_path / "p")
    with Stack.open(project, write=True) as stack:
        stack.rebuild(now=clock.now)
    made = Study(project, clock)
    yield made
    made.close()
