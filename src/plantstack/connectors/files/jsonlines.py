"""JSON objects -> sheet: one row an object, a column for each path to a value, as in `data.speed`.

A file is one object a line, or one array of objects. Texts, numbers, true and false become cells; what is
null or not there says nothing. Objects need not be alike: what one of them lacks is an empty cell.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from plantstack.connectors.files.sheet import KEPT_BYTES, BadLine, Line, Sheet, cells_relation
from plantstack.errors import EventError, Problem, did_you_mean
from plantstack.events.jsontext import number_text
from plantstack.events.wire import read_object, split_items, split_lines

MOST_COLUMNS = 10_000
MOST_ARRAY = 256 << 20  # bytes: an array is read as a whole
_CHUNK = 1 << 20

Flat = dict[str, str]


def flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path to each value of an object, and the value as a cell.

    >>> dict(flat({"id": 7, "data": {"on": True, "x": [1, None]}}))
    {'id': '7', 'data.on': 'true', 'data.x.0': '1'}
    """
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from flat(inner, f"{path}.{place}" if path else str(place))
    elif value is not None:
        yield path, _cell(value)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value)


def flat_row(line: bytes) -> Flat:
    """Read one object as a row of cells.

    Raises:
        EventError: with one problem, when it is no object, or two of its values have the same path.
    """
    told, row = read_object(line), {}
    for name, value in told.items():
        kind = type(value)
        if kind is str:
            row[name] = value
        elif kind is dict or kind is list:
            return _nested(told)
        elif value is not None:
            row[name] = _cell(value)
    return row


def _nested(told: dict[str, Any]) -> Flat:
    found = list(flat(told))
    row = dict(found)
    if len(row) != len(found):
        paths = [path for path, _ in found]
        twice = next(path for path in paths if paths.count(path) > 1)
        what = f"two values have the path '{twice}'"
        raise EventError(
            Problem("event-duplicate-key", "", what, "A name with a dot stands for what is inside.")
        )
    return row


@dataclass(slots=True)
class JsonLines:
    """Lines of a file, found again by counting, and those that are no objects."""

    path: Path
    name: str
    bad: dict[int, Problem]

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return the lines of some rows, by their number from 1."""
        wanted = set(rows)
        return {
            number: Line(f"{self.name} line {number}", raw[:KEPT_BYTES])
            for number, raw in _lines(self.path, self.name)
            if number in wanted
        }

    def note_bad(self, _connection: duckdb.DuckDBPyConnection, _rows: int) -> list[BadLine]:
        """Return the lines that are no objects."""
        found = self.find(self.bad)
        return [BadLine(found[number], problem) for number, problem in self.bad.items()]


def json_sheet(path: Path, name: str, wanted: Iterable[str]) -> Sheet:
    """Read a file of JSON objects.

    Args:
        path: the file.
        name: as people know it.
        wanted: paths that may be asked for; one that no object has is noted, and empty everywhere.

    Raises:
        EventError: when it is neither lines of objects nor an array, or its objects have too many fields.
    """
    bad: dict[int, Problem] = {}
    headers: dict[str, int] = {}
    for _, row in _rows(path, name, bad):
        for header in row:
            headers.setdefault(header, len(headers))
        if len(headers) > MOST_COLUMNS:
            what = f"its objects have more than {MOST_COLUMNS} different fields"
            raise EventError(Problem("file-json", name, what, "Check what is a value and what a name."))
    absent = [path for path in dict.fromkeys(wanted) if path not in headers]
    notes = [
        Problem("field-absent", name, f"no object has the field '{path}'", did_you_mean(path, headers))
        for path in absent
    ]
    headers |= {path: len(headers) + place for place, path in enumerate(absent)}
    cells = path.with_suffix(".cells")
    with cells.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        for number, row in _rows(path, name, {}):
            writer.writerow([number, *(row.get(header, "") for header in headers)])
    relation, parameters = cells_relation(cells, len(headers) + 1, 0)
    lines = JsonLines(path, name, bad)
    return Sheet(
        name,
        relation,
        parameters,
        tuple(headers),
        lines,
        numbered=True,
        note_bad=lines.note_bad,
        notes=tuple(notes),
    )


def _rows(path: Path, name: str, bad: dict[int, Problem]) -> Iterator[tuple[int, Flat]]:
    for number, line in _lines(path, name):
        try:
            yield number, flat_row(line)
        except EventError as error:
            bad[number] = error.problems[0]


def _lines(path: Path, name: str) -> Iterator[tuple[int, bytes]]:
    """The objects of a file with their numbers."""
    with path.open("rb") as stream:
        begin = stream.read(_CHUNK).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        stream.seek(0)
        if begin != b"[":
            yield from split_lines(iter(lambda: stream.read(_CHUNK), b""), [])
            return
        if path.stat().st_size > MOST_ARRAY:
            what = f"is one array of more than {MOST_ARRAY} bytes"
            raise EventError(Problem("file-too-large", name, what, "Write one object a line."))
        yield from split_items(stream.read())
