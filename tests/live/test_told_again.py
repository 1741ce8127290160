"""What a source tells again is known: in whatever company it comes, before a restart and after it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.connectors.support import us
from tests.live.test_messages import Floor, floor, message
from tests.stack.floor import NOW, START, plant

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Message
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.events.sealing import SealPolicy
from plantstack.intervals import SECOND
from plantstack.stack import Stack

DELTA = """
schema: 1
source: gateway
file: {format: json}
columns: {at: {column: ts, format: epoch us}, machine: topic.1, pieces: pieces, id: id}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: count, key: "{id}", good: "{pieces}", counter: {counts: delta}}
"""
SEALED_AT_ONCE = SealPolicy(rows=1)


def pieces(second: int, number: int, machine: str = "filler", good: int = 3) -> Message:
    return message(second, machine, pieces=good, id=f"{machine}-{number}")


def reading(one: Floor, text: str = DELTA) -> Floor:
    one.connection = Connection("hall", "test", one.connection.connector, parse_mapping(text, "gateway"))
    return one


def counts(one: Floor) -> list[tuple[int, int | None, int]]:
    """Of each count in the log: second, since which one, pieces."""
    rows = [row for row in one.log.events().to_pylist() if row["kind"] == "count"]
    seconds = [((row["at"] - START) // SECOND, row["from_at"], int(row["good"])) for row in rows]
    return sorted((at, None if since is None else (since - START) // SECOND, n) for at, since, n in seconds)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plant(tmp_path / "p")


@pytest.mark.parametrize("known", ["key", "sequence"])
@pytest.mark.parametrize("is_sealed", [False, True])
def test_pieces_that_come_again_in_another_batch_are_a_duplicate(
    project: Path, known: str, is_sealed: bool
) -> None:
    text = DELTA.replace("key:", f"{known}:")
    sent = [message(second, pieces=3, id=1 + second) for second in (0, 10, 20, 30)]
    with floor(project) as one:
        reading(one, text).send(*sent[:2])
        one.send(*sent[2:])
        if is_sealed:
            one.writer.run(lambda log: log.seal(now=NOW, policy=SEALED_AT_ONCE)).result()
    with floor(project) as one:
        told = [(0, None, 3), (10, 0, 3), (20, 10, 3), (30, 20, 3)]
        assert counts(reading(one, text)) == told
        for again in ([sent[2]], [sent[3]], [sent[1], sent[3]], sent):
            receipt = one.send(*again).receipt
            assert (receipt.accepted, receipt.conflicts, receipt.duplicates) == (0, 0, len(again))
        new = one.send(sent[3], message(40, pieces=5, id=99)).receipt
        assert (new.accepted, new.conflicts, new.duplicates) == (1, 0, 1)
        assert counts(one) == [*told, (40, 30, 5)]


def test_what_comes_again_after_something_late_is_a_duplicate(project: Path) -> None:
    first, late, last = pieces(0, 1), pieces(10, 2), pieces(20, 3)
    with floor(project) as one:
        for messages in ([first], [last], [late]):
            reading(one).send(*messages)
        receipt = one.send(first, late, last).receipt
        assert (receipt.accepted, receipt.duplicates) == (0, 3)
        assert counts(one) == [(0, None, 3), (10, None, 3), (20, 0, 3)]


def test_other_pieces_under_a_known_key_are_a_conflict(project: Path) -> None:
    with floor(project) as one:
        reading(one).send(pieces(0, 1), pieces(10, 2))
        assert one.send(pieces(10, 2, good=4)).receipt.conflicts == 1
        assert one.send(pieces(20, 2)).receipt.conflicts == 1  # at another instant, after nothing
        assert (20, 10, 3) in counts(one)


OVER = """
schema: 1
source: press-shop
zone: America/Chicago
file: {format: csv}
columns: {at: at, good: good}
every: {equipment: filler, at: "{at}"}
events: [{kind: count, good: "{good}", counter: {counts: delta}}]
"""


def test_exports_of_pieces_that_overlap_are_told_once(tmp_path: Path) -> None:
    project, rows = plant(tmp_path / "p"), [f"2026-01-05 06:{minute:02}:00,7\n" for minute in range(6)]
    (tmp_path / "m.yaml").write_text(OVER)
    receipts: list[Any] = []
    with Stack.open(project, write=True) as stack:
        for number, mine in enumerate((rows[:4], rows[2:])):
            path = tmp_path / f"{number}.csv"
            path.write_text("at,good\n" + "".join(mine))
            (one,) = stack.load([path], now=us("2026-03-01T00:00:00Z"), mapping=str(tmp_path / "m.yaml"))
            receipts.append(replace(one.receipt, outcomes=b""))
    assert [(one.accepted, one.duplicates, one.conflicts) for one in receipts] == [(4, 0, 0), (2, 2, 0)]
