"""Dead letters while the server runs: the same as the commands, for tokens of the whole project only."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.live.inside import Inside, inside
from tests.live.shift import JSON
from tests.live.test_messages import MAPPING, TEXT, message
from tests.stack.floor import NOW

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Messages
from plantstack.connectors.drop.connector import Drop
from plantstack.events import tokens
from plantstack.events.tokens import Token

LETTERS = "/api/v1/letters"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("letters") / "p", NOW) as found:
        project = found.running.folder
        hall = Connection("hall", "test", Drop(project), MAPPING)
        sent = Messages((message(0, run="walk"), message(1, run="fly"), message(2, run="crawl")))
        found.running.deliveries.write(hall, sent)
        yield found


def mend(project: Path, text: str) -> None:
    (project / "mappings").mkdir(exist_ok=True)
    (project / "mappings" / "gateway.yaml").write_text(text, "utf-8")


def post(server: Inside, path: str, asked: dict[str, Any], **headers: str) -> httpx.Response:
    return server.request("POST", f"{LETTERS}/{path}", content=json.dumps(asked), headers=JSON | headers)


def test_letters_are_listed_shown_read_again_and_given_up(server: Inside) -> None:
    listed = server.request("GET", LETTERS).json()["rows"]
    assert [(row["id"], row["source"]) for row in listed] == [(1, "gateway"), (2, "gateway"), (3, "gateway")]
    raw = server.request("GET", f"{LETTERS}/1")
    assert json.loads(raw.content)["run"] == "walk"
    assert raw.headers["x-content-type-options"] == "nosniff"
    mend(server.running.folder, TEXT.replace('"false": stopped', '"false": stopped, walk: idle'))
    dry = post(server, "retry", {"dry": True}).json()
    assert [row["status"] for row in dry["rows"]] == ["read", "still", "still"]
    offset = server.running.offset
    done = post(server, "retry", {"source": "gateway"}).json()
    assert [row["status"] for row in done["rows"]] == ["read", "still", "still"]
    assert done["offset"] == offset + 1
    assert [row["id"] for row in post(server, "settle", {"ids": [2]}).json()["rows"]] == [2]
    assert [row["id"] for row in server.request("GET", LETTERS).json()["rows"]] == [3]
    assert len(server.request("GET", LETTERS, params={"settled": True}).json()["rows"]) == 3


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("retry", {"ids": [99]}, 400),
        ("retry", {"id": 1}, 400),
        ("retry", {"mapping": "nobody"}, 400),
        ("settle", {}, 400),
    ],
)
def test_what_cannot_be_meant_is_refused(
    server: Inside, path: str, asked: dict[str, Any], status: int
) -> None:
    answer = post(server, path, asked)
    assert (answer.status_code, len(answer.json()["problems"])) == (status, 1)


def test_a_page_of_another_site_cannot_send_it(server: Inside) -> None:
    answer = server.request("POST", f"{LETTERS}/settle", content="{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    assert server.request("GET", f"{LETTERS}/99").status_code == 404


def test_rights_are_those_of_tokens(server: Inside) -> None:
    """Last in this file: from the first token on nobody comes in without."""

    def token(name: str, *may: str, scope: str = "") -> dict[str, str]:
        secret = f"ps_{secrets.token_urlsafe(32)}"
        tokens.add(server.running.folder, Token(name, scope, may, NOW), secret)
        return {"authorization": f"Bearer {secret}"}

    reader, sender = token("reader", "read"), token("sender", "send")
    near = token("near", "send", "read", scope="filler")
    assert server.request("GET", LETTERS).status_code == 401
    assert server.request("GET", LETTERS, headers=reader).status_code == 200
    assert server.request("GET", LETTERS, headers=near).status_code == 403
    assert server.request("GET", f"{LETTERS}/3", headers=near).status_code == 403
    assert post(server, "retry", {}, **reader).status_code == 403
    assert post(server, "retry", {}, **near).status_code == 403
    assert post(server, "settle", {"ids": [3]}, **near).status_code == 403
    assert post(server, "settle", {"ids": [3]}, **sender).status_code == 200
