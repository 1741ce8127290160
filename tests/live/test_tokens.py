"""Tokens: who comes in, what he may do, and how near."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx import Response
from tests.interfaces.test_commands import plantstack
from tests.live.inside import Inside, inside
from tests.live.shift import JSON, body, clock, said

NOW = clock()
LINE = "acme/tulsa/packing/line-1"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("tokens") / "p", NOW) as plant:
        assert plant.request("GET", "/api/v1/dead-letters").status_code == 200  # nobody needs a token yet
        sent = [said("state", machine, NOW, machine, state="idle") for machine in ("filler", "labeller")]
        assert [row["status"] for row in plant.send(*sent)] == ["accepted"] * 2
        token(plant, "admin")
        plant.running.keeper.freshen()
        yield plant


def token(plant: Inside, name: str, *more: str) -> str:
    told = plantstack("token", "add", plant.running.folder, name, *more, "--json")
    assert told.code == 0, told.out
    secret: str = told.rows[0]["token"]
    return secret


def get(plant: Inside, secret: str, path: str, **asked: Any) -> Response:
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    return plant.request("GET", path, params=asked, headers=headers)


def send(plant: Inside, secret: str, *events: Any, **headers: str) -> Response:
    own = JSON | {"authorization": f"Bearer {secret}"} | headers
    return plant.request("POST", "/api/v1/events", content=body(*events), headers=own)


def test_H_HT_01_from_the_first_token_on_nobody_comes_in_without(guarded: Inside) -> None:
    for path in ("/api/v1/kpis", "/api/v1/ledger", "/api/v1/dead-letters", "/api/v1/stream", "/metrics"):
        answer = get(guarded, "", path, machine="filler")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert get(guarded, "ps_wrong", path, machine="filler").status_code == 401
    assert guarded.request("POST", "/api/v1/events", content=body(), headers=JSON).status_code == 401
    assert get(guarded, "", "/health").status_code != 401


@pytest.mark.parametrize("told", ["Basic {}", "{}", "Bearer", "Bearer {}x", "bearer\t{}", "Bearer {} {}"])
def test_H_HT_01_a_token_told_in_another_way_is_none(guarded: Inside, told: str) -> None:
    secret = token(guarded, f"told as {told!r}")
    answer = guarded.request("GET", "/metrics", headers={"authorization": told.format(secret, secret)})
    assert answer.status_code == 401


def test_H_HT_01_a_revoked_token_is_good_no_longer_at_once(guarded: Inside) -> None:
    secret = token(guarded, "gone")
    assert get(guarded, secret, "/metrics").status_code == 200
    assert plantstack("token", "revoke", guarded.running.folder, "gone").code == 0
    assert get(guarded, secret, "/metrics").status_code == 401
    assert send(guarded, secret, said("state", "filler", NOW, "late", state="idle")).status_code == 401


def test_a_right_that_is_missing_is_missed(guarded: Inside) -> None:
    gateway = token(guarded, "gateway", "--may", "send")
    board = token(guarded, "board", "--may", "read")
    event = said("state", "filler", NOW, "r", state="idle")
    assert get(guarded, gateway, "/metrics").status_code == 403
    assert send(guarded, board, event).status_code == 403
    assert send(guarded, gateway, event).status_code == 200
    assert get(guarded, board, "/metrics").status_code == 200


def test_H_HT_02_a_token_of_one_line_reads_nothing_of_a_line_whose_name_begins_like_it(
    guarded: Inside,
) -> None:
    secret = token(guarded, "line 1", "--scope", LINE)
    near = ("", "line-1", LINE, "filler", f"{LINE}/filler")
    far = (
        *("line-10", f"{LINE}0", f"{LINE}0/labeller", "labeller", "tulsa", "acme", "acme/tulsa/packing"),
        *(f"{LINE}/../line-10", f"{LINE}/../line-10/labeller", f"{LINE}/", f"{LINE}/filler/..", "nix", "/"),
    )
    for path in ("/api/v1/kpis", "/api/v1/losses", "/api/v1/readiness", "/api/v1/explain"):
        asked = {"id": "good_parts"}
        told = [get(guarded, secret, path, scope=scope, **asked).status_code for scope in far]
        assert told == [403] * len(far)
    for scope in near:
        answer = get(guarded, secret, "/api/v1/kpis", scope=scope, id="good_parts")
        assert answer.status_code == 200
        assert "labeller" not in answer.text and "line-10" not in answer.text
    for machine in ("labeller", f"{LINE}/../line-10/labeller"):
        assert get(guarded, secret, "/api/v1/ledger", machine=machine).status_code == 403
    assert get(guarded, secret, "/api/v1/ledger", machine="filler").status_code == 200
    assert get(guarded, secret, "/api/v1/dead-letters").status_code == 403
    split = get(guarded, secret, "/api/v1/kpis", id="good_parts", by="machine", structure="as-is")
    assert "labeller" not in split.text


def test_H_HT_03_a_batch_item_of_another_line_is_refused_and_its_neighbours_are_not(guarded: Inside) -> None:
    secret = token(guarded, "line 1 too", "--scope", "line-1")
    names = ("filler", "labeller", f"{LINE}/capper", f"{LINE}0/labeller", f"{LINE}/../line-10/labeller")
    events = [said("state", name, NOW, f"s {n}", state="idle") for n, name in enumerate(names)]
    wide = {"kind": "note", "at": events[0]["at"], "source": "plc", "text": "of the whole project"}
    answer = send(guarded, secret, *events, wide)
    statuses = [row["status"] for row in answer.json()["rows"]]
    assert statuses == ["accepted", "refused", "accepted", "refused", "set_aside", "refused"]
    kept = guarded.running.dead_letters(limit=1000)
    assert not [letter for letter in kept if letter.problem.code == "event-not-allowed"]
    assert send(guarded, secret, wide).status_code == 422


def test_keys_of_requests_are_each_sender_s_own(guarded: Inside) -> None:
    one, other = token(guarded, "a b"), token(guarded, "a")
    mine, yours = (said("state", "filler", NOW, key, state="idle") for key in ("mine", "yours"))
    assert send(guarded, one, mine, **{"Idempotency-Key": "c"}).status_code == 200
    assert send(guarded, other, yours, **{"Idempotency-Key": "b c"}).status_code == 200
    assert send(guarded, other, yours, **{"Idempotency-Key": "c"}).json()["duplicate"] == 1


def test_I7_the_secret_is_kept_nowhere(guarded: Inside) -> None:
    secret = token(guarded, "hidden").encode()
    files = [path for path in guarded.running.folder.rglob("*") if path.is_file()]
    assert files and not [path.name for path in files if secret in path.read_bytes()]
    assert secret.decode() not in plantstack("token", "list", guarded.running.folder).out


def test_what_is_wrong_about_a_token_is_said(guarded: Inside) -> None:
    folder = guarded.running.folder
    token(guarded, "known")
    for words, code in (
        (("add", folder, "known"), "token-known"),
        (("add", folder, "x", "--may", "fly"), "token-rights"),
        (("add", folder, "x", "--may", ""), "token-rights"),
        (("add", folder, "x", "--scope", "nix"), "scope-unknown"),
        (("revoke", folder, "nobody"), "token-unknown"),
    ):
        told = plantstack("token", *words, "--json")
        assert told.code in (1, 2)
        assert json.loads(told.out)["problems"][0]["code"] == code


def test_a_server_that_others_reach_answers_nobody_before_there_is_an_admin_or_a_token(
    tmp_path: Path,
) -> None:
    """Only the page where the token it prints makes the first admin."""
    assert plantstack("init", tmp_path / "p").code == 0
    words = (
        sys.executable,
        "-m",
        "plantstack",
        "serve",
        str(tmp_path / "p"),
        "--host",
        "0.0.0.0",
        "--port",
        "0",
    )
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        told = [served.stdout.readline() for _ in range(3)]
        try:
            port = told[0].partition("0.0.0.0:")[2].partition(" ")[0]
            assert f":{port}/setup" in told[1] and len(told[2].strip()) == 43
            for path in ("/", "/health", "/docs", "/api/v1/kpis", "/metrics"):
                answer = httpx.get(f"http://127.0.0.2:{port}{path}")  # by none of the machine's own names
                assert (answer.status_code, answer.json()["problems"][0]["code"]) == (400, "http-host")
            assert httpx.get(f"http://127.0.0.2:{port}/setup").status_code != 400
        finally:
            served.send_signal(signal.SIGINT)
        assert served.wait(60) == 0
