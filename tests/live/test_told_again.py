"""What a source tells again is known: in whatever company it comes, before a restart and after it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.connectors.support import us
from tests.live.test_messages import Floor, floor, message
from tests.live.test_sql import Erp, at, deliver
from tests.stack.floor import NOW, START, plant

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Message
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.events.batch import Batch
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
def test_F17_pieces_that_come_again_in_another_batch_are_a_duplicate(
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


def letters(one: Floor) -> list[str]:
    return [letter.where for letter in one.log.dead_letters(settled=True)]


def test_a_row_that_is_read_again_is_set_aside_once(tmp_path: Path, project: Path) -> None:
    erp = Erp(tmp_path / "erp.db")
    erp.write(1, 1, 0)
    erp.write(2, "many", 1)
    erp.connection.execute("INSERT INTO report VALUES (3, 'nobody', 1, ?, ?)", (at(3), at(3)))
    for _ in range(3):  # a start each
        with floor(project) as one:
            asyncio.run(deliver(one, erp.settings(), 1, lambda _: None))
            assert len(letters(one)) == 2 and "report/2" in letters(one)[0] and "report/3" in letters(one)[1]
    with floor(project) as one:
        given_up = [letter.id for letter in one.log.dead_letters()]
        one.log.append(Batch(), received_at=NOW, settles=given_up)
        asyncio.run(deliver(one, erp.settings(), 1, lambda _: None))
        assert not one.log.dead_letters()  # nobody is asked twice
        erp.write(2, "lots", 1)  # the row says something else, at the same instant
        asyncio.run(deliver(one, erp.settings(), 1, lambda _: None))
        assert [letter.raw.count(b"lots") for letter in one.log.dead_letters()] == [1]
        erp.write(2, "lots", 9)  # another version of it
        asyncio.run(deliver(one, erp.settings(), 1, lambda _: None))
        assert len(one.log.dead_letters()) == 2


def test_two_tables_of_equal_rows_have_letters_of_their_own(tmp_path: Path, project: Path) -> None:
    with floor(project) as one:
        for number in range(2):
            erp = Erp(tmp_path / f"erp-{number}.db")
            erp.write(2, "many", 1)
            asyncio.run(deliver(one, erp.settings(), 1, lambda _: None, name=f"erp-{number}"))
        assert len(letters(one)) == 2


def test_what_comes_twice_without_a_name_is_two_letters(project: Path) -> None:
    body = b'{"kind": "state"'
    with floor(project) as one:
        for _ in range(2):
            assert one.deliveries.door.take(body).receipt.dead_lettered == 1
            assert one.send(Message(body)).receipt.dead_lettered == 1
        assert len(letters(one)) == 4
