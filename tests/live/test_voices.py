"""What a token with a scope or sources can do to events of others: nothing, in whatever words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.inside import Inside, inside
from tests.live.shift import clock, said
from tests.live.test_tokens import get, send, token

from plantstack.intervals import HOUR, MINUTE, rfc3339
from plantstack.live.access import Sender
from plantstack.live.limits import Limits

NOW = clock()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW) as plant:
        sent = [
            said("state", "capper", NOW - HOUR, "1", source="plc-c", state="fault"),
            said("count", "capper", NOW - MINUTE, "2", source="plc-c", good=100),
            said("count", "filler", NOW - MINUTE, "1", source="plc-f", good=7),
            said("count", "filler", NOW - MINUTE, "hand", source="tablet-7", good=8),
        ]
        assert {row["status"] for row in plant.send(*sent)} == {"accepted"}
        yield plant


def undone(machine: str, key: str, source: str, target: tuple[str, str]) -> dict[str, Any]:
    named = {"source": target[0], "key": target[1]}
    return said("count", machine, NOW, key, source=source, void=True, supersedes=named)


def told(floor: Inside, secret: str, *events: Any) -> list[str]:
    return [
        f"{row['status']} {row['where']}" if row["status"] == "refused" else row["status"]
        for row in send(floor, secret, *events).json()["rows"]
    ]


def capper(floor: Inside) -> list[Any]:
    floor.fresh()
    whole = token(floor, "board")
    asked = {"id": "good_parts,stop_time", "scope": "capper"}
    return [row["value"] for row in get(floor, whole, "/api/v1/kpis", **asked).json()["rows"]]


def test_H_HT_03_a_token_of_one_machine_takes_back_nothing_of_another(floor: Inside) -> None:
    gateway = token(floor, "gateway", "--scope", "filler", "--may", "send")
    offset, letters = floor.running.offset, floor.running.open_letters()
    assert (
        told(
            floor,
            gateway,
            undone("filler", "v1", "plc-c", ("plc-c", "2")),
            undone("filler", "v2", "plc-c", ("plc-c", "not yet")),
            undone("filler", "v3", "plc-c", ("plc-c", "v1")),
        )
        == ["refused supersedes"] * 3
    )
    assert (floor.running.offset, floor.running.open_letters()) == (offset, letters)
    assert capper(floor)[0] == 100


def test_a_token_of_one_machine_corrects_what_is_its_own(floor: Inside) -> None:
    gateway = token(floor, "gateway", "--scope", "filler", "--may", "send")
    fresh = said("count", "filler", NOW, "new", source="plc-f", good=1)
    better = said(
        "count", "filler", NOW, "b", source="plc-f", good=2, supersedes={"source": "plc-f", "key": "new"}
    )
    sent = (undone("filler", "v", "plc-f", ("plc-f", "1")), better, fresh)
    assert told(floor, gateway, *sent) == ["accepted"] * 3
    assert told(floor, gateway, *sent) == ["duplicate"] * 3


def test_H_HT_03_a_token_of_one_machine_takes_no_identity_of_another(floor: Inside) -> None:
    gateway = token(floor, "gateway", "--scope", "filler", "--may", "send")
    offset = floor.running.offset
    early = {"source": "plc-c", "told_at": rfc3339(NOW - 2 * HOUR)}
    taken = said("state", "filler", NOW - HOUR, "1", state="producing", **early)
    assert told(floor, gateway, taken) == ["refused key"]
    assert floor.running.offset == offset
    assert told(floor, gateway, said("count", "filler", NOW, "1", source="plc-f", good=9)) == ["conflict"]


def test_a_token_speaks_as_the_sources_it_names(floor: Inside) -> None:
    gateway = token(floor, "gateway", "--scope", "filler", "--source", "plc-f", "--source", "gw-*")
    bare = token(floor, "bare", "--scope", "filler")
    for secret, spoken in ((gateway, ("plc-f", "gw-1")), (bare, ("plc-f", "gw-1", "plc-c"))):
        for source in ("plc-f", "gw-1", "plc-c", "tablet-7"):
            event = said("state", "filler", NOW, f"by {source}", source=source, state="idle")
            answer = told(floor, secret, event)[0]
            assert (answer == "refused source") == (source not in spoken)


def test_a_correction_of_another_source_needs_both_named(floor: Inside) -> None:
    back = undone("filler", "v", "tablet-7", ("plc-f", "1"))
    own = undone("filler", "w", "tablet-7", ("tablet-7", "hand"))
    tablet = token(floor, "tablet", "--scope", "filler", "--source", "tablet-7")
    assert told(floor, tablet, back, own) == ["refused supersedes", "accepted"]
    anywhere = token(floor, "anywhere", "--source", "tablet-*")
    assert told(floor, anywhere, back) == ["refused supersedes"]
    foreman = token(floor, "foreman", "--scope", "filler", "--source", "tablet-*", "--source", "plc-*")
    assert told(floor, foreman, back) == ["accepted"]
    whole = token(floor, "whole")
    assert told(floor, whole, undone("filler", "u", "tablet-7", ("plc-c", "2"))) == ["accepted"]


def test_a_token_with_sources_reads_no_letters_of_others_again(floor: Inside) -> None:
    secret = token(floor, "tablet", "--source", "tablet-*")
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
    for what in ("retry", "settle"):
        answer = floor.request("POST", f"/api/v1/letters/{what}", content=b'{"ids":[1]}', headers=headers)
        assert answer.status_code == 403


def test_sources_are_listed_and_an_empty_one_is_none(floor: Inside) -> None:
    folder = floor.running.folder
    token(floor, "tablet", "--source", "tablet-*", "--source", "hand, typed")
    token(floor, "line", "--scope", "line-1")
    rows = plantstack("token", "list", folder, "--json").rows
    assert [row["sources"] for row in rows] == ["tablet-*, hand, typed", "any but people"]
    wrong = plantstack("token", "add", folder, "x", "--source", "", "--json")
    assert wrong.code != 0 and "token-source" in wrong.out


def test_nothing_is_looked_up_for_a_request_that_is_refused_anyway(floor: Inside) -> None:
    limits = Limits(Sender("far", scope="line-10"), floor.running.plant, NOW)
    events = floor.running.ask(lambda stack: stack.log.events())

    def look(*_asked: Any) -> dict[Any, Any]:
        raise AssertionError

    assert {problem and problem.where for problem in limits.objections(events, look)} == {"equipment"}
