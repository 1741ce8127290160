"""What could not be read is said in health and beside the numbers, until somebody looks after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.inside import Inside, inside
from tests.live.test_messages import MAPPING, message
from tests.stack.floor import NOW

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Messages
from plantstack.connectors.drop.connector import Drop
from plantstack.interfaces.questions import Kpis, Window, kpis
from plantstack.intervals import DAY
from plantstack.stack import Stack


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("unread") / "p", NOW) as found:
        yield found


def unread(server: Inside) -> list[str]:
    return [text for text in server.running.health().why if "could not be read" in text]


def noted(server: Inside, since: str | None = None) -> list[str]:
    with Stack.open(server.running.folder) as stack:
        notes = kpis(stack, Window(since=since), Kpis("run_time")).notes
    return [note.what for note in notes if note.code == "letters-open"]


def test_open_letters_are_said_in_health_and_beside_kpis(server: Inside) -> None:
    assert unread(server) == noted(server) == []
    hall = Connection("hall", "test", Drop(server.running.folder), MAPPING)
    server.running.deliveries.write(hall, Messages((message(0, run="walk"), message(1, run="fly"))))
    (said,) = unread(server)
    assert said.startswith("2 rows or messages of gateway could not be read, newest ")
    assert said.endswith(": see 'plantstack letters list'")
    assert server.running.health().status != "ok"
    said = "could not be read; what they tell is in no number"
    assert noted(server) == [f"2 rows or messages {said}"]
    assert noted(server, "2026-03-03") == [f"2 rows or messages that came since then {said}"]
    assert noted(server, "2027-03-03") == []
    server.turned.pass_by(DAY)
    assert unread(server) == [] and noted(server) != []


def test_scripts_hear_of_open_letters_too_and_nothing_is_wrong(server: Inside) -> None:
    asked = ("kpi", server.running.folder, "run_time")

    def told() -> list[list[str]]:
        server.fresh()
        command, api = plantstack(*asked, "--json"), server.request("GET", "/api/v1/kpis?id=run_time")
        assert (command.code, api.status_code) == (0, 200)
        return [[one["code"] for one in said["problems"]] for said in (command.answer, api.json())]

    assert told() == [[], []]
    hall = Connection("hall", "test", Drop(server.running.folder), MAPPING)
    server.running.deliveries.write(hall, Messages((message(0, run="walk"),)))
    assert told() == [["letters-open"], ["letters-open"]]
    lines = plantstack(*asked, "--ndjson")
    assert lines.code == 0 and "letters-open" in lines.err and "letters-open" not in lines.out
    table = plantstack(*asked)
    assert table.code == 0 and (table.out + table.err).count("letters-open") == 1


def test_letters_that_are_settled_are_said_no_longer(server: Inside) -> None:
    hall = Connection("hall", "test", Drop(server.running.folder), MAPPING)
    server.running.deliveries.write(hall, Messages((message(0, run="walk"),)))
    assert unread(server)
    answer = server.request(
        "POST",
        "/api/v1/letters/settle",
        content=b'{"ids": [1]}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 200
    assert unread(server) == noted(server) == []
