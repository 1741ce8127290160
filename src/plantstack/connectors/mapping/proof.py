"""The tests that stand in a mapping file, run: what they expect against what the mapping says.

problems = run_tests(mapping)

A test of messages is run twice, once with all messages in one batch and once with each by itself: how a
stream is cut must not change what it says.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa

from plantstack.connectors.contract import Message
from plantstack.connectors.files.jsonlines import flat_row
from plantstack.connectors.files.sheet import Sheet, private_connection
from plantstack.connectors.files.tables import name_parts
from plantstack.connectors.load import FileBatch, read_sheet
from plantstack.connectors.mapping.calculator import Calculator
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.cases import Case, Told
from plantstack.connectors.mapping.cycles import Cycles
from plantstack.connectors.mapping.keys import Keys
from plantstack.connectors.mapping.layout import Layout
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.mapping.run import Run
from plantstack.connectors.mapping.sql import Binder
from plantstack.connectors.stream import MessageLines, Stream
from plantstack.errors import PlantstackError, Problem
from plantstack.events.columns import raw_table
from plantstack.events.rules import INSTANTS, WIRE
from plantstack.intervals import SECOND, rfc3339
from plantstack.plant.plant import Plant

_LEFT_OUT = ("kind", "source", "key", "told_at", "void")
_HINT = "Mend the mapping, or the test where it is wrong."


def run_tests(mapping: Mapping, plant: Plant | None = None) -> list[Problem]:
    """Return what the tests of a mapping find; nothing when all of them hold.

    Args:
        mapping: with its tests.
        plant: whose standard cycles the mapping's signals ask for.
    """
    return [problem for case in mapping.tests for problem in _run(mapping, case, plant)]


def _run(mapping: Mapping, case: Case, plant: Plant | None) -> list[Problem]:
    where = str(case.place)
    expected, faults = raw_table(case.events)
    if faults:
        return [
            Problem("mapping-test", where, f"test '{case.name}': {fault.where}: {fault.what}", fault.fix)
            for _, fault in faults
        ]
    ways = {
        "": _live(mapping, case, plant, 1_000_000),
        ", one message at a time": _live(mapping, case, plant, 1),
    }
    found: list[Problem] = []
    for way, batches in ways.items() if case.is_live else [("", _rows(mapping, case, plant))]:
        try:
            came = _Came.of(batches)
        except PlantstackError as error:
            return [Problem("mapping-test", where, f"test '{case.name}': {error}", _HINT)]
        wrong = came.against(expected.to_pylist(), case.set_aside)
        found += [Problem("mapping-test", where, f"test '{case.name}'{way}: {one}", _HINT) for one in wrong]
        if found:  # what is wrong anyway needs not be told twice
            break
    return found


def _rows(mapping: Mapping, case: Case, plant: Plant | None) -> Iterator[FileBatch]:
    rows = [flat_row(one.payload) for one in case.told]
    headers = list(dict.fromkeys(name for row in rows for name in row))
    if mapping.file.format == "json":
        headers += [one for one in _paths(mapping) if one not in headers]
    with (
        tempfile.TemporaryDirectory(prefix="plantstack-") as folder,
        closing(private_connection(Path(folder), memory="512MB")) as connection,
    ):
        cells = {"c0": pa.array(range(1, len(rows) + 1), pa.int64())}
        for place, header in enumerate(headers, 1):
            cells[f"c{place}"] = pa.array([row.get(header) for row in rows], pa.string())
        connection.register("incoming", pa.table(cells))
        connection.execute("CREATE TEMP TABLE given AS FROM incoming")
        lines = MessageLines([_message(case.told[0]), *map(_message, case.told)] if case.told else [])
        sheet = Sheet(case.file, "given", {}, tuple(headers), lines, numbered=True)
        layout = Layout(mapping, sheet, {}, name_parts(connection, mapping, case.file), Binder())
        cycles = Cycles.of(plant) if plant else Cycles()
        calculator = Calculator(connection)
        yield from read_sheet(Run(calculator, layout, Keys(calculator, mapping, 1, ""), cycles), Carry())


def _paths(mapping: Mapping) -> list[str]:
    columns = mapping.columns.values()
    return list(dict.fromkeys(path for one in columns for path in (one.header, one.clock_header) if path))


def _message(told: Told) -> Message:
    return Message(told.payload, told.about, is_snapshot=told.is_snapshot)


def _live(mapping: Mapping, case: Case, plant: Plant | None, size: int) -> Iterator[FileBatch]:
    messages, carry = [_message(one) for one in case.told], Carry()
    with closing(Stream(mapping, plant)) as stream:
        for start in range(0, len(messages), size):
            now = case.received + start * SECOND
            yield from stream.read(messages[start : start + size], carry, now)
            carry = Carry.read(carry.text())  # as after a restart
        if case.alive_until:
            yield from stream.tick(carry, case.alive_until, is_lagging=False)


class _Came:
    """What a mapping said of a test."""

    def __init__(self, events: list[dict[str, Any]], codes: list[str]) -> None:
        self.events = events
        self.codes = codes

    @classmethod
    def of(cls, batches: Iterator[FileBatch]) -> _Came:
        """Gather all batches; what is said again under its key is said once."""
        events: dict[object, dict[str, Any]] = {}
        codes: list[str] = []
        for batch in batches:
            for event in batch.events.to_pylist():
                events[event["key"] or len(events)] = event
            codes += [letter.problem.code for letter in batch.dead]
        return cls(list(events.values()), codes)

    def against(self, expected: list[dict[str, Any]], set_aside: Sequence[str]) -> list[str]:
        """Return in words what is missing and what is too much."""
        left, wrong = list(self.events), []
        for one in expected:
            match = next((event for event in left if _holds(one, event)), None)
            if match is None:
                near = [event for event in left if event["kind"] == one["kind"]]
                beside = f"; of this kind came {_said(near[0])}" if near else ""
                wrong.append(f"did not come: {_said(one)}{beside}")
            else:
                left.remove(match)
        if all(one["kind"] != "alive" for one in expected):  # signs of life matter to who asks for them
            left = [event for event in left if event["kind"] != "alive"]
        wrong += [f"came unexpected: {_said(event)}" for event in left]
        codes = list(self.codes)
        for code in set_aside:
            if code in codes:
                codes.remove(code)
            else:
                wrong.append(f"no row was set aside with {code}")
        return wrong + [f"a row was set aside: {code}" for code in codes]


def _holds(expected: dict[str, Any], event: dict[str, Any]) -> bool:
    for name, value in expected.items():
        if name == "body":
            told = json.loads(event["body"] or "{}")
            if any(told.get(key) != inner for key, inner in json.loads(value or "{}").items()):
                return False
        elif value not in (None, "") and event[name] != value and (name != "void" or value):
            return False
    return True


def _said(event: dict[str, Any]) -> str:
    parts = [event["kind"]]
    for name, value in event.items():
        if value in (None, "") or name in _LEFT_OUT:
            continue
        shown = rfc3339(value) if name in INSTANTS else value
        parts.append(f"{WIRE.get(name, name)}: {shown}")
    return ", ".join(parts)
