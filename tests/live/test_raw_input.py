"""What connections deliver is kept as it came, before its events, and never in the way of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.live.inside import inside
from tests.live.test_messages import MAPPING, floor, message
from tests.stack.floor import NOW, plant

from plantstack.connectors.connections import Connection, read_connections
from plantstack.connectors.contract import Messages
from plantstack.connectors.drop.connector import Drop
from plantstack.connectors.mapping.meaning import counters_of
from plantstack.connectors.raw import FOLDER, Keep, RawFiles
from plantstack.errors import LogError
from plantstack.intervals import DAY


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plant(tmp_path / "p")


def kept(project: Path) -> RawFiles:
    return RawFiles(project / FOLDER / "hall")


def test_a_delivery_is_kept_with_its_instant_and_where_counters_stood(project: Path) -> None:
    with floor(project) as first:
        first.send(message(0, pieces=10))
    with floor(project) as second:
        second.send(message(5, pieces=12), message(6, run=True))
    found = kept(project)
    assert [(one.at, len(one.messages)) for one in found] == [(NOW, 1), (NOW, 2)]
    assert found.carry == ""  # before the first
    assert found.counters == counters_of(MAPPING)


def test_F05_what_the_log_refused_is_not_read_again(project: Path) -> None:
    with floor(project) as found:
        found.send(message(0, run=True))
        found.writer.close()
        with pytest.raises(LogError):
            found.send(message(1, run=True))
    assert [len(one.messages) for one in kept(project)] == [1]


def test_how_much_is_kept_stands_in_the_connection(project: Path) -> None:
    folder = project / "connectors"
    folder.mkdir()
    (folder / "hall.yaml").write_text(
        "schema: 1\nkind: drop\nfolder: in\nraw: {keep: 7 d, size: 500 MB}\n", "utf-8"
    )
    (one,), problems = read_connections(project)
    assert not problems and one.raw == Keep(7 * DAY, 500 << 20)
    (folder / "hall.yaml").write_text("schema: 1\nkind: drop\nfolder: in\nraw: {size: much}\n", "utf-8")
    _, (problem,) = read_connections(project)
    assert "'0 MB' to keep nothing" in problem.fix


def test_F06_no_room_for_raw_input_is_told_by_health_and_stops_nothing(tmp_path: Path) -> None:
    with inside(tmp_path / "p", NOW) as server:
        project, write = server.running.folder, server.running.deliveries.write
        hall = Connection("hall", "test", Drop(project), MAPPING)
        (project / FOLDER).write_text("no folder can be made here", "utf-8")
        assert write(hall, Messages((message(0, run=True),))).receipt.accepted == 1
        health = server.request("GET", "/health").json()["why"]
        assert any("raw input of hall is not kept" in why for why in health)
        (project / FOLDER).unlink()
        assert write(hall, Messages((message(1, run=False),))).receipt.accepted == 1
        health = server.request("GET", "/health").json()["why"]
        assert not any("raw input" in why for why in health)
    found = kept(project)
    assert [json.loads(one.messages[0].payload)["run"] for one in found] == [False]
    assert found.missed == 1
