"""Messages go through the mapping that reads files: the same events, counters that go on, twice is once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.stack.floor import NOW, START, plant

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Fatal, Message, Messages, Outcome
from plantstack.connectors.drop.connector import Drop
from plantstack.connectors.load import load_files
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.meaning import counters_of
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.stream import Stream
from plantstack.errors import ConfigError, LogError
from plantstack.events import intake
from plantstack.events.batch import Batch, Cursor
from plantstack.events.log import Log
from plantstack.events.schema import CONTENT
from plantstack.events.writer import GroupWriter
from plantstack.intervals import SECOND
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.plant.load import load_plant
from plantstack.stack.files.naming import names_of

TEXT = """
schema: 1
source: gateway
file: {format: json}
columns:
  at: {column: ts, format: epoch us}
  machine: topic.1
  run: {column: run, map: {"true": producing, "false": stopped}}
  pieces: pieces
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {run: {present: true}}, state: "{run}"}
  - {kind: count, when: {pieces: {present: true}}, good: "{pieces}", counter: {counts: cumulative}}
"""
MAPPING = parse_mapping(TEXT, "gateway")


def message(second: int, machine: str = "filler", **fields: Any) -> Message:
    payload = json.dumps({"ts": START + second * SECOND, **fields}).encode()
    return Message(payload, {"topic": f"hall/{machine}", "topic.1": machine}, f"hall/{machine} at {second}")


class Floor:
    """A log with its door, and one connection."""

    def __init__(self, project: Path, log: Log) -> None:
        self.log = log
        self.writer = GroupWriter(log)
        plant_of = load_plant(project)
        door = Door(self.writer, names_of(plant_of), lambda: NOW)
        self.deliveries = Deliveries(project, plant_of, self.writer, door, lambda: NOW)
        self.connection = Connection("hall", "test", Drop(project), MAPPING)

    def send(self, *messages: Message, cursor: str = "") -> Outcome:
        return self.deliveries.write(self.connection, Messages(messages, cursor or None))

    def told(self) -> list[tuple[str, int, Any]]:
        rows = self.log.events().to_pylist()
        return [
            (one["kind"], (one["at"] - START) // SECOND, one["state"] or int(one["good"]))
            for one in rows
            if one["kind"] != "config"
        ]


@contextmanager
def floor(project: Path) -> Iterator[Floor]:
    with Log.open(project, write=True, project_id=load_plant(project).project_id) as log:
        found = Floor(project, log)
        try:
            yield found
        finally:
            found.writer.close()
            found.deliveries.close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plant(tmp_path / "p")


def test_F52_counters_go_on_over_batches_and_restarts(project: Path) -> None:
    with floor(project) as one:
        one.send(message(0, run=True, pieces=100), message(60, pieces=130), cursor="2")
        one.send(message(120, pieces=150), cursor="3")
        assert one.deliveries.cursor_of("hall") == "3"
    with floor(project) as one:
        one.send(message(180, pieces=155))
        assert sorted(one.told(), key=str) == sorted(
            [("state", 0, "producing"), ("count", 60, 30), ("count", 120, 20), ("count", 180, 5)], key=str
        )


def test_where_counters_stand_is_read_once_and_again_when_the_log_says_otherwise(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    read = Carry.read

    def counted(text: str) -> Carry:
        texts.append(text)
        return read(text)

    monkeypatch.setattr(Carry, "read", counted)
    with floor(project) as one:
        for second in range(0, 300, 60):
            one.send(message(second, pieces=100 + second))
        assert texts == [""]
        name = counters_of(MAPPING)
        moved = (one.deliveries.cursor_of(name) or "").replace('"340.', '"330.')
        batch = Batch(one.log.hot()[:0].select(CONTENT.names), cursors=(Cursor(name, moved),))
        one.writer.submit(batch, received_at=NOW).result()
        one.send(message(300, pieces=400))
        assert texts == ["", moved]
        assert one.told()[-1] == ("count", 300, 70)


def test_a_delivery_that_could_not_be_written_moves_no_counter(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with floor(project) as one:
        one.send(message(0, pieces=100))
        one.send(message(60, pieces=130))

        def full(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(intake, "write_rows", full)
        with pytest.raises(LogError):
            one.send(message(120, pieces=150))
        monkeypatch.undo()
        one.send(message(120, pieces=150))
        assert one.told() == [("count", 60, 30), ("count", 120, 20)]


def test_F17_a_message_that_comes_ten_thousand_times_is_one_event(project: Path) -> None:
    with floor(project) as one:
        again = [message(0, run=True)] * 2_000
        for _ in range(5):
            one.send(*again)
        assert one.told() == [("state", 0, "producing")]


def test_a_counter_told_twice_counts_once(project: Path) -> None:
    with floor(project) as one:
        messages = [message(0, pieces=100), message(60, pieces=130)]
        one.send(*messages)
        one.send(*messages, message(120, pieces=140))
        assert sorted(one.told()) == [("count", 60, 30), ("count", 120, 10)]


def test_F22_a_poison_message_between_good_ones_is_kept_and_named(project: Path) -> None:
    with floor(project) as one:
        poison = Message(b'{"ts": 5, "run"', {"topic.1": "filler"}, "hall/filler at noon")
        unknown = message(30, machine="filer", run=True)
        outcome = one.send(message(0, run=True), poison, unknown, message(60, run=False))
        assert (outcome.receipt.accepted, outcome.receipt.dead_lettered) == (2, 2)
        assert sorted(one.told()) == [("state", 0, "producing"), ("state", 60, "stopped")]
        letters = one.log.dead_letters()
        assert [(each.where, each.raw) for each in letters] == [
            ("hall/filler at noon", poison.payload),
            ("hall/filer at 30", unknown.payload),
        ]
        assert {each.source for each in letters} == {"gateway"}


def test_messages_give_the_events_that_a_file_of_them_gives(project: Path, tmp_path: Path) -> None:
    messages = [
        message(20 * n, machine, run=n % 3 > 0, pieces=100 + 7 * n)
        for n in range(40)
        for machine in ("filler", "capper")
    ]
    lines = [
        json.dumps({**json.loads(each.payload), "topic": {"1": each.about["topic.1"]}}) for each in messages
    ]
    (tmp_path / "all.ndjson").write_text("\n".join(lines) + "\n")
    columns = ["kind", "equipment", "at", "from_at", "state", "good"]

    def rows(batches: Sequence[Any]) -> list[str]:
        return sorted(str(row) for batch in batches for row in batch.select(columns).to_pylist())

    file = rows([batch.events for batch in load_files([tmp_path / "all.ndjson"], MAPPING)])
    with floor(project) as one:
        for start in range(0, len(messages), 7):
            one.send(*messages[start : start + 7])
        live = rows([one.log.events().filter(one.log.events()["source"].to_numpy() == "gateway")])
    assert live == file


def said(payload: bytes | str, topic: str = "hall/filler") -> Message:
    levels = {f"topic.{place}": level for place, level in enumerate(topic.split("/"))}
    told = payload if isinstance(payload, bytes) else payload.encode()
    return Message(told, {"topic": topic, **levels}, "the message")


GOOD = json.dumps({"ts": START, "run": True})
AT = f'{{"ts": {START}, '
HOSTILE = {  # messages that are no events, by the number of the list, and what they are called
    "H_MQ_01 empty": (said(b""), "event-not-json"),
    "H_MQ_02 not JSON": (said("running since noon"), "event-not-json"),
    "H_MQ_03 cut off": (said(GOOD[:-4]), "event-not-json"),
    "H_MQ_04 UTF-16": (said(GOOD.encode("utf-16")), "event-not-utf8"),
    "H_MQ_04 byte order mark": (said(b"\xef\xbb\xbf" + GOOD.encode()), "event-not-utf8"),
    "H_MQ_05 a byte that is no UTF-8": (said(AT.encode() + b'"run": "a\xff"}'), "event-not-utf8"),
    "H_MQ_06 lone surrogate": (said(AT + '"run": "\\ud800"}'), "event-surrogate"),
    "H_MQ_07 NUL": (said(AT + '"run": "a\\u0000"}'), "event-nul"),
    "H_MQ_08 100,000 arrays": (
        said(AT + '"run": true, "x": ' + "[" * 10**5 + "]" * 10**5 + "}"),
        "event-too-deep",
    ),
    "H_MQ_09 NaN": (said(AT + '"pieces": NaN}'), "event-not-a-number"),
    "H_MQ_09 Infinity": (said(AT + '"pieces": -Infinity}'), "event-not-a-number"),
    "H_MQ_10 1e400": (said(AT + '"pieces": 1e400}'), "row-unreadable"),
    "H_MQ_11 ten to the 30": (said(f'{AT}"pieces": {10**30}}}'), "row-unreadable"),
    "H_MQ_12 true as a count": (said(AT + '"pieces": true}'), "row-unreadable"),
    "H_MQ_12 a number as a state": (said(AT + '"run": 1}'), "row-unreadable"),
    "H_MQ_13 a key twice": (said(AT + '"run": true, "run": false}'), "event-duplicate-key"),
    "H_MQ_14 negative count": (said(json.dumps({"ts": START, "pieces": -5})), "counter-wild"),
    "H_MQ_15 no offset": (said('{"ts": "2026-03-03T06:00:00", "run": true}'), "row-unreadable"),
    "H_MQ_16 year 9999": (said('{"ts": 253402300799000000, "run": true}'), "row-unreadable"),
    "H_MQ_16 year 1": (said('{"ts": -62135596800000000, "run": true}'), "row-unreadable"),
    "H_MQ_17 second 60": (said('{"ts": "2026-03-03T06:00:60Z", "run": true}'), "row-unreadable"),
    "H_MQ_18 ms for us": (said(json.dumps({"ts": START // 1000, "run": True})), "row-unreadable"),
    "H_MQ_18 ns for us": (said(json.dumps({"ts": START * 1000, "run": True})), "row-unreadable"),
    "H_MQ_19 ten megabytes": (said(b'{"run": "' + b"x" * 10_000_000 + b'"}'), "row-unreadable"),
    "H_MQ_20 a hundred levels": (said(GOOD, "/".join(["a"] * 100)), "event-equipment"),
    "H_MQ_20 empty levels": (said(GOOD, "hall//"), "row-incomplete"),
    "H_MQ_20 dots": (said(GOOD, "hall/../filler"), "event-equipment"),
    "H_MQ_20 right to left": (said(GOOD, "hall/\u202efiller"), "event-equipment"),
    "H_MQ_21 other case": (said(GOOD, "hall/Filler"), "event-equipment"),
    "H_MQ_21 other normal form": (said(GOOD, "hall/fi\u0301ller"), "event-equipment"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_harms_only_itself(project: Path, name: str) -> None:
    hostile, code = HOSTILE[name]
    with floor(project) as one:
        outcome = one.send(message(0, run=True), hostile, message(60, run=False))
        assert [problem.code for problem in outcome.problems] == [code]
        assert sorted(one.told()) == [("state", 0, "producing"), ("state", 60, "stopped")]
        (letter,) = one.log.dead_letters()
        assert letter.where == "the message"
        assert letter.raw == hostile.payload[:65_536]


def test_H_MQ_12_a_number_as_text_is_that_number(project: Path) -> None:
    with floor(project) as one:
        one.send(message(0, pieces="5"), message(60, pieces="7"))
        assert one.told() == [("count", 60, 2)]


TWICE = TEXT + "  - {kind: state, when: {pieces: {present: true}}, state: stopped}\n"


def test_H_MQ_22_a_message_that_two_rules_claim_harms_only_itself(project: Path) -> None:
    with floor(project) as one:
        one.connection = Connection("hall", "test", Drop(project), parse_mapping(TWICE, "gateway"))
        outcome = one.send(message(0, run=True), message(1, run=True, pieces=5), message(2, run=False))
        assert [problem.code for problem in outcome.problems] == ["mapping-overlap"]
        assert "Narrow 'when'" in outcome.problems[0].fix
        assert one.told() == [("state", 0, "producing"), ("state", 2, "stopped")]
        assert [letter.where for letter in one.log.dead_letters()] == ["hall/filler at 1"]
        assert one.send(message(3, run=True, pieces=6)).problems  # alone as well: it never comes again
        one.send(message(4, run=True))
        assert one.told()[-1] == ("state", 4, "producing")


def test_a_mapping_that_no_message_of_many_fits_is_to_blame(project: Path) -> None:
    with floor(project) as one:
        one.connection = Connection("hall", "test", Drop(project), parse_mapping(TWICE, "gateway"))
        with pytest.raises(Fatal) as caught:
            one.send(*(message(second, run=True, pieces=second) for second in range(20)))
        assert caught.value.problems[0].code == "mapping-overlap"
        assert one.told() == []


def test_a_mapping_for_files_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        Stream(parse_mapping(TEXT.replace("format: json", "format: csv"), "sheet"))
    assert caught.value.problems[0].code == "mapping-messages"
