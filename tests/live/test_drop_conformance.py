"""Every connector keeps what a connector must keep; a bad one is found out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
from tests.live.test_drop import NOW, drop, state
from tests.stack.floor import plant

from plantstack.connectors.contract import Delivery, Outcome, Rows
from plantstack.connectors.drop.connector import Drop
from plantstack.errors import Problem
from plantstack.events.wire import decode_items
from plantstack.testing import Source, check_connector


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("conformance") / "p")


def test_the_drop_folder_loses_and_doubles_nothing(project: Path) -> None:
    def files(folder: Path) -> None:
        drop(folder, "a.ndjson", [state(0, "1"), state(1, "2")])
        drop(folder, "b.ndjson", [state(2, "3"), {"kind": "state"}])

    source = Source(files, lambda folder: Drop(folder, every_s=0.02), now=NOW)
    assert check_connector(source, project) == []


class Recorded:
    """Reads a list of events one by one; what it does wrong is chosen."""

    def __init__(self, folder: Path, fault: str) -> None:
        self.folder = folder
        self.fault = fault

    async def check(self) -> Sequence[Problem]:
        return []

    async def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        begin = int(since or 0)
        for number in range(begin, 4):
            event = state(number, f"{number}")
            if self.fault == "keys":
                event["key"] = f"{number} of {begin}"
            ahead = number + 2 if self.fault == "ahead" else number + 1
            cursor = None if self.fault == "no cursor" else str(ahead)
            yield Rows(decode_items(json.dumps(event).encode()), cursor)
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("", []),
        ("no cursor", []),  # told again under the same keys: slow, and right
        ("ahead", ["cut off before delivery 2 was written: 1 events are lost"]),
        ("keys", ["cut off before delivery 2 was written: 3 events are lost"]),
    ],
)
def test_a_connector_that_loses_or_doubles_is_found_out(project: Path, fault: str, found: list[str]) -> None:
    source = Source(lambda _folder: None, lambda folder: Recorded(folder, fault), now=NOW, idle_s=5.0)
    wrong = check_connector(source, project)
    assert wrong[:1] == found
