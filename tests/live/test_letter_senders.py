"""Letters keep who sent them: read again they say no more than their sender might, and none is nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.inside import Inside, inside
from tests.live.shift import JSON, body, clock, said
from tests.live.test_messages import MAPPING
from tests.live.test_tokens import send, token

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import File, Rows
from plantstack.connectors.drop.connector import Drop
from plantstack.events.wire import decode_items
from plantstack.intervals import HOUR, MINUTE

NOW = clock()
SOON = NOW + 10 * MINUTE
BROKEN = b'{"kind": "state", "equipment"'


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW - HOUR) as plant:
        plant.turned.pass_by(HOUR)
        sent = said("count", "capper", NOW - MINUTE, "2", source="plc-c", good=100)
        assert [row["status"] for row in plant.send(sent)] == ["accepted"]
        yield plant


def ahead(machine: str, key: str, **more: Any) -> dict[str, Any]:
    """What can be read only later: its clock is ahead."""
    return said("state", machine, SOON, key, **{"source": "plc-f", "state": "idle"} | more)


def undone(key: str) -> dict[str, Any]:
    back = {"void": True, "supersedes": {"source": "plc-c", "key": "2"}}
    return said("count", "filler", SOON, key, source="plc-f", **back)


def test_H_HT_03_what_is_read_again_is_asked_for_scope_and_sources_again(floor: Inside) -> None:
    gateway = token(floor, "gateway", "--scope", "filler", "--source", "plc-f")
    admin = token(floor, "admin")
    sent = [ahead("filler", "a"), ahead("capper", "b"), ahead("filler", "c", source="plc-c"), undone("d")]
    assert {row["status"] for row in send(floor, gateway, *sent).json()["rows"]} == {"set_aside"}
    assert {row["status"] for row in send(floor, admin, ahead("capper", "e")).json()["rows"]} == {"set_aside"}
    plantstack("token", "revoke", floor.running.folder, "gateway")
    floor.turned.pass_by(HOUR)
    offset, headers = floor.running.offset, JSON | {"authorization": f"Bearer {admin}"}
    for asked in (b'{"dry": true}', b"{}"):
        answer = floor.request("POST", "/api/v1/letters/retry", content=asked, headers=headers).json()
        assert [(row["status"], row["code"]) for row in answer["rows"]] == [
            ("read", ""),
            *[("still", "event-not-allowed")] * 3,
            ("read", ""),
        ]
    assert floor.running.offset == offset + 2
    listed = floor.request("GET", "/api/v1/letters", headers=headers).json()["rows"]
    assert [(row["id"], row["sender"]) for row in listed] == [(2, "gateway"), (3, "gateway"), (4, "gateway")]


def test_the_command_asks_as_the_server_does(tmp_path: Path) -> None:
    with inside(tmp_path / "p", NOW) as floor:
        folder = floor.running.folder
        gateway = token(floor, "gateway", "--scope", "filler", "--source", "plc-f")
        early = NOW - 5 * HOUR
        rows = [
            said("state", machine, early, machine, source="plc-f", state="producing")
            for machine in ("filler", "labeller-2", "capper-2")
        ]
        assert [row["status"] for row in send(floor, gateway, *rows).json()["rows"]] == [
            "accepted",
            "set_aside",
            "set_aside",
        ]
    text = (folder / "plant.yaml").read_text("utf-8")
    more = "  labeller-2:\n    under: line-10\n    kind: cyclic\n    class: fast\n"
    (folder / "plant.yaml").write_text(text.replace("\n# Limits shared", f"{more}\n# Limits shared", 1))
    for dry in (["--dry"], []):
        rows = plantstack("letters", "retry", folder, *dry, "--json").rows
        assert [(row["status"], row["code"]) for row in rows] == [
            ("still", "event-not-allowed"),
            ("still", "event-equipment"),
        ]


def test_bytes_that_cannot_be_read_have_a_source(floor: Inside) -> None:
    project = floor.running.folder
    hall = Connection("hall", "test", Drop(project), None)
    floor.running.deliveries.write(hall, Rows(decode_items(BROKEN)))
    (project / "day.ndjson").write_bytes(BROKEN)
    floor.running.deliveries.write(hall, File(project / "day.ndjson"))
    floor.request("POST", "/api/v1/events", content=BROKEN, headers=JSON)
    gateway = token(floor, "gateway", "--scope", "filler")
    headers = JSON | {"authorization": f"Bearer {gateway}"}
    floor.request("POST", "/api/v1/events", content=BROKEN, headers=headers)
    named = body(said("state", "nobody", NOW, "1", source="plc-f", state="idle"))
    floor.request("POST", "/api/v1/events", content=named, headers=headers)
    with floor.running.deliveries.reading() as log:
        found = [(letter.source, letter.sender) for letter in log.dead_letters()]
    assert found == [("hall", ""), ("hall", ""), ("http", ""), ("gateway", "gateway"), ("plc-f", "gateway")]


def test_what_a_token_sent_is_read_in_our_words_whatever_a_mapping_s_source_is(floor: Inside) -> None:
    project = floor.running.folder
    (project / "mappings").mkdir(exist_ok=True)
    text = f"schema: 1\nsource: {MAPPING.source}\nfile: {{format: json}}\ncolumns: {{at: at}}\n"
    text += 'every: {equipment: filler, at: "{at}"}\nevents: [{kind: state, state: fault}]\n'
    (project / "mappings" / "all.yaml").write_text(text, "utf-8")
    admin = token(floor, "admin")
    send(floor, admin, ahead("capper", "a", source=MAPPING.source))
    floor.turned.pass_by(HOUR)
    headers = JSON | {"authorization": f"Bearer {admin}"}
    answer = floor.request("POST", "/api/v1/letters/retry", content=b"{}", headers=headers).json()
    assert [row["status"] for row in answer["rows"]] == ["read"]
    with floor.running.deliveries.reading() as log:
        last = log.events().to_pylist()[-1]
    assert (last["equipment"], last["state"]) == ("capper", "idle")
