"""A source that begins anew says where counters stand: nothing is counted by that, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import pytest

from plantstack.connectors.contract import Message
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.mapping.run import FEW_ROWS
from plantstack.connectors.stream import Stream
from plantstack.intervals import SECOND

from .support import us

START = us("2026-01-05T06:00:00")
HEAD = """
schema: 1
source: hall
file: {format: json}
columns: {at: {column: at, format: epoch us}, good: good}
every: {equipment: press, at: "{at}"}
events:
"""
PLAIN = HEAD + '  - {kind: count, good: "{good}", counter: {counts: cumulative}}\n'
Told = list[tuple[int, int, int]]


def data(second: int, good: int) -> Message:
    payload = json.dumps({"at": START + second * SECOND, "good": good}).encode()
    return Message(payload, {}, f"data of {second}", scope="node")


def birth(second: int, good: int) -> Message:
    return replace(data(second, good), is_snapshot=True, is_fresh=True)


def counted(*deliveries: Sequence[Message], counter: str = "") -> Told:
    """From, to, pieces; the carry goes through its text, as over a restart of ours."""
    text, told = "", []
    with closing(Stream(parse_mapping(PLAIN.replace("cumulative", f"cumulative{counter}")))) as stream:
        for messages in deliveries:
            carry = Carry.read(text)
            parts = list(stream.read(messages, carry, START))
            assert not [letter for part in parts for letter in part.dead]
            told += [event for part in parts for event in part.events.to_pylist() if event["kind"] == "count"]
            text = carry.text()
    seconds = [[(one[name] - START) // SECOND for name in ("from_at", "at")] for one in told]
    return [(since, at, int(one["good"])) for (since, at), one in zip(seconds, told, strict=True)]


@pytest.mark.parametrize(
    ("messages", "made"),
    [
        ([birth(0, 40), data(10, 50), birth(100, 0), data(160, 60)], [(0, 10, 10), (100, 160, 60)]),
        ([birth(0, 40), data(10, 50), birth(100, 7), data(160, 60)], [(0, 10, 10), (10, 160, 60)]),
        ([birth(0, 40), data(10, 50), birth(100, 55), data(160, 60)], [(0, 10, 10), (10, 160, 10)]),
        (
            [data(0, 40), data(9, 50), birth(20, 5), birth(30, 9), birth(40, 1), data(50, 2)],
            [(0, 9, 10), (9, 50, 7)],
        ),
        ([birth(0, 40), *(birth(at, 50) for at in (20, 30, 40)), data(60, 50)], [(0, 60, 10)]),
        ([data(0, 40), data(10, 50), birth(20, 50), birth(30, 50)], [(0, 10, 10)]),
        ([data(0, 40), data(10, 50), birth(5, 3), data(20, 60)], [(0, 10, 10), (10, 20, 10)]),
        ([data(0, 40), birth(20, 0), data(15, 44), data(30, 6)], [(20, 30, 6)]),
    ],
    ids=["at 0", "past 0", "went on", "twice", "storm", "storm after data", "late", "history before"],
)
def test_a_birth_counts_nothing_and_what_it_says_is_counted_next(messages: list[Message], made: Told) -> None:
    assert counted(*[[message] for message in messages]) == made


def test_it_is_the_same_however_the_messages_are_cut() -> None:
    messages = [birth(0, 40), data(10, 50), birth(20, 7), data(30, 60), birth(40, 0), data(50, 90)]
    whole = counted(*[[message] for message in messages])
    assert sum(pieces for *_, pieces in whole) == 10 + 60 + 90
    for cut in range(2 ** (len(messages) - 1)):
        ends = [0, *(at for at in range(1, len(messages)) if cut >> (at - 1) & 1), len(messages)]
        assert counted(*[messages[one:other] for one, other in pairwise(ends)]) == whole


def test_many_rows_say_what_few_say() -> None:
    many = [data(200 + number, 60 + number) for number in range(FEW_ROWS + 1)]
    made = counted([data(0, 50)], [birth(100, 7)], many)
    assert made[0] == (0, 200, 60) and sum(pieces for *_, pieces in made) == 60 + FEW_ROWS


def test_a_counter_that_rolls_over_or_trembles_did_not_begin_again() -> None:
    rolling = ", rollover: 100, max_rate: 60/min"
    assert counted([data(0, 90)], [birth(100, 5)], [data(160, 20)], counter=rolling) == [(0, 160, 30)]
    assert counted([data(0, 90)], [birth(100, 89)], [data(160, 95)], counter=", jitter: 2") == [(0, 160, 5)]
