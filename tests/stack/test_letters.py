"""Dead letters are read again once something was mended, settled with their events, and never doubled."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.test_messages import TEXT, floor, message
from tests.stack.floor import NOW, START, plant, written

from plantstack.connectors.contract import Message
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.errors import LogError, QueryError
from plantstack.intervals import MINUTE, rfc3339
from plantstack.stack import Stack
from plantstack.stack.files.letters import CANNOT, READ, STILL, Wanted, retry, settle

LATER = NOW + MINUTE


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = plant(tmp_path / "p")
    (folder / "mappings").mkdir(exist_ok=True)
    mend(folder, TEXT)
    return folder


def mend(project: Path, text: str) -> None:
    (project / "mappings" / "gateway.yaml").write_text(text, "utf-8")


def anybody(_sender: str) -> None:
    """Nobody judges: there were no tokens."""


def tried(project: Path, *, dry: bool = False, **wanted: Any) -> list[tuple[str, int, str]]:
    with Stack.open(project, write=not dry) as stack:
        found = retry(stack.log, project, stack.plant, Wanted(**wanted), now=LATER, dry=dry, may=anybody)
    return [(one.status, one.events, one.problem.code if one.problem else "") for one in found]


def told(project: Path, kind: str) -> list[dict[str, Any]]:
    with Stack.open(project) as stack:
        return [one for one in stack.log.events().to_pylist() if one["kind"] == kind]


def still_open(project: Path) -> list[int]:
    with Stack.open(project) as stack:
        return [one.id for one in stack.log.dead_letters()]


MENDED = TEXT.replace('"false": stopped', '"false": stopped, walk: idle')


def test_messages_come_in_once_the_mapping_knows_the_word(project: Path) -> None:
    """With the columns of their topic, which are kept beside the bytes."""
    with floor(project) as found:
        found.send(message(0, run=True), message(60, run="walk"), message(120, run="fly"))
    assert tried(project) == [(STILL, 0, "row-unreadable")] * 2
    mend(project, MENDED)
    assert tried(project, dry=True) == [(READ, 1, ""), (STILL, 0, "row-unreadable")]
    assert still_open(project) == [1, 2]  # it was only said
    assert tried(project) == [(READ, 1, ""), (STILL, 0, "row-unreadable")]
    assert [one["state"] for one in told(project, "state")] == ["producing", "idle"]
    assert still_open(project) == [2]
    assert tried(project, source="gateway") == [(STILL, 0, "row-unreadable")]


def test_pieces_of_a_machine_that_was_not_in_the_plant_are_counted_whole(project: Path) -> None:
    with floor(project) as found:
        for number in range(4):
            found.send(message(60 * number, "labeller", pieces=10 * number))
    assert len(still_open(project)) == 3  # the first value is a baseline, and no event
    plan = project / "plant.yaml"
    text = plan.read_text("utf-8").replace(
        "\nmachines:", "\nmachines:\n  labeller: {under: line-1, kind: cyclic}", 1
    )
    plan.write_text(text.replace("flow: [filler,", "flow: [labeller, filler,"), "utf-8")
    with Stack.open(project, write=True) as stack:
        stack.rebuild(now=NOW)
    assert [status for status, *_ in tried(project)] == [READ] * 3
    assert sum(int(one["good"]) for one in told(project, "count")) == 30
    assert still_open(project) == []
    with floor(project) as found:
        found.send(message(60 * 4, "labeller", pieces=45))
    assert sum(int(one["good"]) for one in told(project, "count")) == 45


def test_events_in_our_own_words(project: Path, tmp_path: Path) -> None:
    event = {"kind": "state", "equipment": "labeller", "at": rfc3339(START), "state": "idle", "source": "mes"}
    config = {"kind": "config", "at": rfc3339(START), "source": "mes", "content": "x", "sha256": "y"}
    with Stack.open(project, write=True) as stack:
        stack.load([written(tmp_path, "own.ndjson", [event, config])], now=NOW)
    assert {code for _, _, code in tried(project)} != {""}
    with Stack.open(project, write=True) as stack:
        connection = stack.log.connection
        mended = json.dumps({**event, "equipment": "filler"}).encode()
        connection.execute("UPDATE dead_letter SET raw = ? WHERE id = 1", (mended,))
    assert [status for status, *_ in tried(project)] == [READ, STILL]
    assert [one["equipment"] for one in told(project, "state")] == ["filler"]


def test_rows_of_files_are_loaded_again_and_not_guessed(project: Path, tmp_path: Path) -> None:
    sheet = "schema: 1\nsource: sheet\nfile: {format: csv}\ncolumns: {at: at, state: state}\n"
    sheet += 'every: {equipment: filler, at: "{at}"}\nevents:\n  - {kind: state, state: "{state}"}\n'
    (project / "mappings" / "sheet.yaml").write_text(sheet, "utf-8")
    path = tmp_path / "a.csv"
    path.write_text(f"at,state\n{rfc3339(START)},wobbling\n{rfc3339(START + MINUTE)},idle\n", "utf-8")
    with Stack.open(project, write=True) as stack:
        stack.load([path], now=NOW, mapping="sheet")
    assert tried(project, mapping="sheet") == [(CANNOT, 0, "letter-file")]


def test_without_its_topic_a_message_is_not_guessed(project: Path) -> None:
    with floor(project) as found:
        found.send(message(0, run="walk"))
    for path in (project / "raw" / "hall").iterdir():
        path.unlink()
    mend(project, MENDED)
    assert tried(project) == [(CANNOT, 0, "letter-raw")]


def test_F05_what_cannot_be_written_stays_open(project: Path) -> None:
    with floor(project) as found:
        found.send(message(0, run="walk"))
    mend(project, MENDED)
    with Stack.open(project) as stack, pytest.raises(LogError):
        retry(stack.log, project, stack.plant, Wanted(), now=LATER, may=anybody)
    assert still_open(project) == [1]


def test_given_up_they_are_kept_and_no_longer_open(project: Path) -> None:
    with floor(project) as found:
        found.send(message(0, run="walk"), message(1, run="fly"))
    with Stack.open(project, write=True) as stack:
        settle(stack.log, [1], now=LATER)
        assert [one.settled_at for one in stack.log.dead_letters(settled=True)] == [LATER, None]
        with pytest.raises(QueryError):
            retry(stack.log, project, stack.plant, Wanted(ids=(1,)), now=LATER, may=anybody)


def test_the_commands_list_show_retry_and_settle(project: Path) -> None:
    with floor(project) as found:
        found.send(message(0, run="walk"), message(1, run="fly"))
    listed = plantstack("letters", "list", project, "--json").rows
    assert [(row["id"], row["source"], row["code"]) for row in listed] == [
        (1, "gateway", "row-unreadable"),
        (2, "gateway", "row-unreadable"),
    ]
    assert "row-unreadable" in plantstack("letters", "list", project).out
    shown = plantstack("letters", "show", project, 2)
    assert '"fly"' in shown.out and "row-unreadable" in shown.out
    mend(project, MENDED)
    dry = plantstack("letters", "retry", project, "--dry")
    assert "1 letter would be read, 1 events; 1 still cannot be read" in dry.out
    assert plantstack("letters", "retry", project, 1, "--json").rows[0]["status"] == READ
    assert plantstack("letters", "settle", project).code == 2
    assert plantstack("letters", "settle", project, "--all").out.strip() == "1 letter settled."
    assert plantstack("letters", "list", project).out.strip() == "There are no dead letters."
    assert len(plantstack("letters", "list", project, "--settled", "--json").rows) == 2


PLAIN = """
schema: 1
source: gateway
file: {format: json}
columns: {at: received, machine: topic.1, state: {column: value, map: {RUN: producing}}}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, state: "{state}"}
"""


def test_plain_texts_are_kept_with_their_bytes_and_each_is_read_again(project: Path) -> None:
    """Of QoS 0: nothing but what they say tells one from another."""
    mend(project, PLAIN)
    words = [b"RUN", b"STOP", b"FAULT", b"STOP", b'{"a": 1}', b"\xff"]
    about = {"topic": "hall/filler/state", "topic.1": "filler"}
    with floor(project) as found:
        found.connection = replace(found.connection, mapping=parse_mapping(PLAIN, "gateway"))
        found.send(*(Message(word, about, about["topic"], is_text=True) for word in words))
        assert [one.raw for one in found.log.dead_letters()] == words[1:]
    mend(project, PLAIN.replace("RUN: producing", "RUN: producing, STOP: stopped, FAULT: fault"))
    assert sorted(tried(project)) == [(READ, 1, "")] * 3 + [(STILL, 0, "row-unreadable")] * 2
    states = [one["state"] for one in sorted(told(project, "state"), key=lambda one: one["at"])]
    assert states == ["producing", "stopped", "fault", "stopped"]
