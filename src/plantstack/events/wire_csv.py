"""The canonical CSV wire: the same names as the NDJSON wire, as headers.

A record is one line, so an unclosed quote spoils one record and not the rest of the file. An empty
cell is "not said". `supersedes.source` and `supersedes.key` are two columns, `x` is a JSON object.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from plantstack.errors import EventError, Problem, did_you_mean
from plantstack.events.batch import DeadLetter, Decoded, kept
from plantstack.events.columns import Row
from plantstack.events.fields import Form
from plantstack.events.jsontext import refuse, strict_object
from plantstack.events.kinds import FIELDS
from plantstack.events.wire import ROWS_AT_ONCE, Line, lay_out, split_lines

_FORMS: dict[str, set[Form]] = {}
for _fields in FIELDS.values():
    for _name, _field in _fields.items():
        _FORMS.setdefault(_name, set()).add(_field.form)
_HEADERS = (set(_FORMS) - {"supersedes"}) | {"supersedes.source", "supersedes.key"}
_FLAGS = {name for name, forms in _FORMS.items() if forms == {Form.FLAG}}
_FLAG_OR_COUNT = {name for name, forms in _FORMS.items() if Form.FLAG in forms} - _FLAGS
_BOM = b"\xef\xbb\xbf"


def decode_csv(chunks: Iterable[bytes], *, rows: int = ROWS_AT_ONCE) -> Iterator[Decoded]:
    """Read canonical CSV from chunks of bytes, at most `rows` records at a time.

    Raises:
        EventError: with every problem of the header; nothing of such a file is read.
    """
    dead: list[DeadLetter] = []
    lines = split_lines(chunks, dead)
    header = _header(next(lines, (1, b"")))
    ready: list[Line] = []
    for number, line in lines:
        ready.append((number, line))
        if len(ready) >= rows:
            yield _decoded(header, ready, dead)
            ready, dead[:] = [], []
    if ready or dead:
        yield _decoded(header, ready, dead)


def _header(line: Line) -> list[str]:
    number, raw = line
    try:
        names = [name.strip() for name in _cells(raw.removeprefix(_BOM))]
    except EventError as error:
        problem = error.problems[0]
        raise EventError(Problem(problem.code, f"line {number}", problem.what, problem.fix)) from error
    where = f"line {number}"
    problems = [
        Problem("event-unknown-field", where, f"unknown column '{name}'", did_you_mean(name, _HEADERS))
        for name in names
        if name not in _HEADERS
    ]
    problems += [
        Problem("event-duplicate-key", where, f"the column '{name}' occurs twice", "keep one of them")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    problems += [
        Problem(
            "event-missing",
            where,
            f"expected a column '{name}', found none",
            "the first line names the columns",
        )
        for name in ("kind", "equipment", "at", "source")
        if name not in names
    ]
    if problems:
        raise EventError(problems)
    return names


def _decoded(header: list[str], lines: list[Line], dead: list[DeadLetter]) -> Decoded:
    objects: list[Row] = []
    good: list[Line] = []
    dead = list(dead)
    for number, line in lines:
        try:
            objects.append(_row(header, _cells(line)))
            good.append((number, line))
        except EventError as error:
            problem = error.problems[0]
            placed = Problem(problem.code, f"line {number}", problem.what, problem.fix)
            dead.append(DeadLetter(kept(line), f"line {number}", placed))
    return lay_out(objects, good, dead)


def _cells(line: bytes) -> list[str]:
    if b"\x00" in line:
        refuse("event-not-utf8", "the line holds zero bytes", "save the file as UTF-8")
    try:
        text = line.decode("utf-8").removesuffix("\r")
    except UnicodeDecodeError as error:
        refuse("event-not-utf8", f"byte {error.start + 1} of the line is not UTF-8", "save the file as UTF-8")
    try:
        found = list(csv.reader([text], strict=True))
    except csv.Error as error:
        refuse("event-not-csv", f"the line is not CSV: {error}", "a record is one line, quotes are doubled")
    return found[0] if found else []


def _row(header: list[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        what = f"expected {len(header)} cells, got {len(cells)}"
        refuse("event-not-csv", what, "quote texts that hold a comma")
    row: dict[str, Any] = {name: cell for name, cell in zip(header, cells, strict=True) if cell != ""}
    superseded = {part: row.pop(name) for part in ("source", "key") if (name := f"supersedes.{part}") in row}
    if superseded:
        row["supersedes"] = superseded
    if "x" in row:
        row["x"] = strict_object(row["x"].encode())
    for name in row.keys() & _FLAGS:
        row[name] = _flag(row[name])
    for name in row.keys() & _FLAG_OR_COUNT:  # `ok` is a count in an inspection, a flag in a setup_check
        row[name] = {"true": True, "false": False}.get(row[name], row[name])
    return row


def _flag(cell: str) -> Any:
    return {"true": True, "false": False}.get(cell.lower(), cell)
