"""Counters of few rows are walked in Python, of many differenced in SQL: both say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plantstack.connectors.contract import Message
from plantstack.connectors.files.sheet import Sheet, private_connection
from plantstack.connectors.mapping.calculator import Calculator
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.differences import Differencer
from plantstack.connectors.mapping.keys import Keys
from plantstack.connectors.mapping.layout import Layout
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.mapping.run import FEW_ROWS, Run
from plantstack.connectors.mapping.sql import Binder
from plantstack.connectors.mapping.walking import Walker
from plantstack.connectors.stream import MessageLines, Stream
from plantstack.intervals import SECOND, rfc3339

from .support import us

HEAD = """
schema: 1
source: plc
file: {format: json}
columns: {at: at, machine: machine, part: part, good: good, bad: bad, number: number}
every: {equipment: "{machine}", at: "{at}"}
events:
"""
RULES = {
    "plain": '{kind: count, good: "{good}", counter: {counts: cumulative}}',
    "rated": '{kind: count, good: "{good}", counter: {counts: cumulative, max_rate: 120/min, rollover: 100}}',
    "two": '{kind: count, good: "{good}", scrap: "{bad}", order: "{part}", counter: {counts: cumulative}}',
    "per": '{kind: count, good: "{good}", counter: {counts: cumulative, per: "{part}", zeros: drop}}',
    "delta": '{kind: count, good: "{good}", counter: {counts: delta, per: "{part}"}}',
    "keyed": '{kind: count, good: "{good}", key: "{number}", counter: {counts: cumulative}}',
    "numbered": '{kind: count, good: "{good}", sequence: "{number}", counter: {counts: cumulative}}',
}
START = us("2026-01-05T06:00:00")
ROW = st.fixed_dictionaries(
    {
        "at": st.integers(0, 12).map(lambda second: rfc3339(START + second * SECOND)),
        "machine": st.sampled_from(["press", "saw"]),
        "part": st.sampled_from(["a", "b"]),
        "good": st.integers(0, 12).map(str) | st.sampled_from(["0", "99", "40.5"]),
        "bad": st.integers(0, 4).map(str) | st.none(),
        "number": st.integers(1, 12).map(str),
    }
)


@contextmanager
def run_over(text: str, rows: list[dict[str, Any]]) -> Iterator[Run]:
    mapping = parse_mapping(text)
    names = ["at", "machine", "part", "good", "bad", "number"]
    cells = {"c0": pa.array(range(len(rows)), pa.int64())}
    for place, name in enumerate(names, 1):
        cells[f"c{place}"] = pa.array([row[name] for row in rows], pa.string())
    with TemporaryDirectory() as folder, closing(private_connection(Path(folder), threads=1)) as connection:
        calculator = Calculator(connection)
        calculator.hand_over("given", pa.table(cells))
        lines = MessageLines([Message(b"{}")] * len(rows))
        sheet = Sheet("rows", "given", {}, tuple(names), lines, numbered=True)
        keys = Keys(calculator, mapping, 1, "")
        run = Run(calculator, Layout(mapping, sheet, {}, {}, Binder()), keys)
        run.prepare()
        run.find_bad()
        yield run


def in_order(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(events, key=lambda event: (event["row"], event["at"], event["key"]))


def in_sql(run: Run, carry: Carry) -> tuple[Any, ...]:
    (query,) = run.rules
    assert query.rule.counter
    made = Differencer(run.connection, query, query.rule.counter, 0).run(run.bind, carry)
    wild = run.connection.table(made.wild).fetchall()
    again = run.connection.sql(f"FROM {made.again}").fetchall()
    late = run.connection.sql(made.late).fetchall()
    events = run.connection.sql(made.events).to_arrow_table().to_pylist()
    found = [{name: row[name] for name in ("row", *made.columns)} for row in events]
    return (
        in_order(found),
        [(row, tuple(values)) for row, *values in wild],
        *(sorted(row for (row,) in rows) for rows in (again, late)),
        made.doubts,
    )


def walked(run: Run, carry: Carry) -> tuple[Any, ...]:
    (query,) = run.rules
    assert query.rule.counter
    made = Walker(run.calculator, query, query.rule.counter).run(run.bind, carry)
    told = in_order(made.events.to_pylist())
    return told, made.wild, sorted(made.again), sorted(made.late), made.doubts


def shown(machine: str, number: int, second: int, good: int) -> dict[str, Any]:
    told = {"at": rfc3339(START + second * SECOND), "machine": machine, "part": "a", "bad": None}
    return told | {"good": str(good), "number": str(number)}


@example("numbered", [[shown("saw", 3, 9, 12), shown("saw", 10, 0, 99)], [shown("press", 11, 10, 99)]])
@given(
    st.sampled_from(sorted(RULES)), st.lists(st.lists(ROW, min_size=1, max_size=8), min_size=1, max_size=3)
)
def test_walking_and_sql_say_the_same_of_every_sheet(rule: str, sheets: list[list[dict[str, Any]]]) -> None:
    one, other = Carry(), Carry()
    for rows in sheets:
        with run_over(HEAD + f"  - {RULES[rule]}\n", rows) as run:
            assert walked(run, other) == in_sql(run, one)
        assert other.counters == one.counters
        one, other = Carry.read(one.text()), Carry.read(other.text())


WIRE = (
    HEAD.replace("columns: {", "columns: {run: {column: part, map: {a: producing, otherwise: ignore}}, ")
    + """
  - {kind: state, when: {machine: press}, state: "{run}"}
  - {kind: count, good: "{good}", counter: {counts: cumulative, max_rate: 120/min}}
  - kind: reading
    when: {bad: {present: true}}
    parameter: heat
    value: "{bad}"
    deadband: {change: 1, longest: 1 h}
  - {kind: reading, when: {machine: saw}, parameter: cold, value: "{number}"}
"""
)
SENT = ROW | ROW.map(lambda row: row | {"at": "yesterday"}) | ROW.map(lambda row: row | {"good": "many"})


def said(stream: Stream, rows: list[dict[str, Any]], carry: Carry) -> list[Any]:
    found: list[Any] = []
    messages = [Message(json.dumps(row).encode()) for row in rows]
    for part in stream.read(messages, carry, START):
        found += [part.events.to_pylist(), part.dead, part.notes]
    return [*found, carry.text()]


@settings(max_examples=15)
@given(st.lists(st.lists(SENT, min_size=1, max_size=5), min_size=2, max_size=6))
def test_a_stream_that_has_read_much_says_what_a_new_one_says(batches: list[list[dict[str, Any]]]) -> None:
    mapping = parse_mapping(WIRE)
    carry, other = Carry(), Carry()
    with closing(Stream(mapping)) as stream:
        for rows in batches:
            with closing(Stream(mapping)) as fresh:
                assert said(stream, rows, carry) == said(fresh, rows, other)


def test_many_messages_at_once_say_what_they_say_one_batch_after_the_other() -> None:
    rows = [
        {"at": rfc3339(START + n * SECOND), "machine": "press", "good": n % 90, "number": n}
        for n in range(FEW_ROWS + 1)
    ]
    messages = [Message(json.dumps(row).encode()) for row in rows]
    text = f"{HEAD}  - {RULES['rated']}\n"
    told, carries = [], []
    with closing(Stream(parse_mapping(text))) as stream:
        for size in (len(rows), 1_000):
            carry = Carry()
            starts = range(0, len(rows), size)
            parts = [
                part for start in starts for part in stream.read(messages[start : start + size], carry, START)
            ]
            told.append(sorted((e["at"], e["good"], e["key"]) for p in parts for e in p.events.to_pylist()))
            carries.append(carry.counters)
    assert told[0] == told[1]
    assert len(told[0]) == FEW_ROWS
    assert carries[0] == carries[1]
