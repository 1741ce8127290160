"""The canonical NDJSON wire: bytes in, raw event table out, every unreadable line kept and named.

One JSON object a line. A line that cannot be read becomes one dead letter with its number and its
bytes; its neighbours are not touched. Memory is bounded: an over-long line is skipped, not held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa

from plantstack.errors import EventError, Problem
from plantstack.events.batch import KEPT_BYTES, DeadLetter, Decoded, kept
from plantstack.events.columns import Row, raw_table
from plantstack.events.jsontext import check_inside, count_keys, refuse, strict_object

MAX_LINE = 1 << 20
ROWS_AT_ONCE = 4_000

_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
Line = tuple[int, bytes]


def decode_lines(chunks: Iterable[bytes], *, rows: int = ROWS_AT_ONCE) -> Iterator[Decoded]:
    """Read NDJSON from chunks of bytes of any size, at most `rows` lines at a time."""
    dead: list[DeadLetter] = []
    lines: list[Line] = []
    for number, line in split_lines(chunks, dead):
        lines.append((number, line))
        if len(lines) >= rows:
            yield _decoded(lines, dead)
            lines, dead[:] = [], []
    if lines or dead:
        yield _decoded(lines, dead)


def decode_items(body: bytes) -> Decoded:
    """Read one request body: a JSON array of events, one event, or NDJSON.

    Positions count from 1, like lines. An empty body is one dead letter.
    """
    start = body.lstrip()[:1]
    if start == b"[":
        try:
            return _items(_decoded(split_items(body), []))
        except EventError as error:
            return _decoded([], [DeadLetter(kept(body), "line 1", error.problems[0])])
    dead: list[DeadLetter] = []
    lines = list(split_lines([body], dead))
    if not start:
        problem = Problem("event-empty", "line 1", "the message is empty", "send one JSON object")
        dead.append(DeadLetter(body, "line 1", problem))
    return _decoded(lines, dead)


def _items(decoded: Decoded) -> Decoded:
    """The same; what is wrong stands in an item of the array, which has no lines to count."""
    dead = tuple(
        replace(one, where=where, problem=replace(one.problem, where=where))
        for one in decoded.dead
        for where in (one.where.replace("line ", "item ", 1),)
    )
    return replace(decoded, dead=dead)


def split_items(body: bytes) -> list[Line]:
    """Cut a JSON array into its items, numbered from 1.

    Raises:
        EventError: when it is none.
    """
    try:
        return [(number, bytes(item)) for number, item in enumerate(_decode_items(body), 1)]
    except (msgspec.DecodeError, RecursionError) as error:
        what = f"the array is not JSON: {error}"
        raise EventError(Problem("event-not-json", "line 1", what)) from None


def split_lines(chunks: Iterable[bytes], dead: list[DeadLetter]) -> Iterator[Line]:
    """Cut chunks into numbered lines without their ends; blank lines are passed over, giants buried."""
    number, carry, skipped = 1, b"", 0
    for chunk in chunks:
        parts = (carry + chunk if carry else chunk).split(b"\n")
        carry = parts.pop()
        for part in parts:
            if skipped or len(part) > MAX_LINE:
                dead.append(_too_long(number, part, skipped))
                skipped = 0
            elif part and not part.isspace():
                yield number, part
            number += 1
        if len(carry) > MAX_LINE:
            skipped += len(carry) - KEPT_BYTES
            carry = carry[:KEPT_BYTES]
    if skipped or len(carry) > MAX_LINE:
        dead.append(_too_long(number, carry, skipped))
    elif carry and not carry.isspace():
        yield number, carry


def _too_long(number: int, line: bytes, skipped: int) -> DeadLetter:
    where = f"line {number}"
    what = f"the line is {len(line) + skipped} bytes long, at most {MAX_LINE} are read"
    fix = f"the first {KEPT_BYTES} bytes are kept; send smaller events"
    return DeadLetter(kept(line), where, Problem("event-too-long", where, what, fix))


def _decoded(lines: list[Line], dead: list[DeadLetter]) -> Decoded:
    objects: list[Row] = []
    good: list[Line] = []
    dead = list(dead)
    for number, line in lines:
        try:
            objects.append(read_object(line))
            good.append((number, line))
        except EventError as error:
            where = f"line {number}"
            problem = error.problems[0]
            placed = Problem(problem.code, where, problem.what, problem.fix)
            dead.append(DeadLetter(kept(line), where, placed))
    return lay_out(objects, good, dead)


def lay_out(objects: list[Row], lines: list[Line], dead: list[DeadLetter]) -> Decoded:
    """Build the raw table of decoded objects; rows with a faulty field join the dead letters."""
    table, faults = raw_table(objects)
    if faults:
        wrong: dict[int, list[Problem]] = {}
        for row, problem in faults:
            wrong.setdefault(row, []).append(problem)
        dead += [_faulty(objects[row], lines[row], problems) for row, problems in wrong.items()]
        stay = [row for row in range(len(objects)) if row not in wrong]
        table, lines = table.take(pa.array(stay, pa.int64())), [lines[row] for row in stay]
    dead.sort(key=lambda letter: int(letter.where.split()[-1]))
    return Decoded(table, [number for number, _ in lines], [line for _, line in lines], tuple(dead))


def _faulty(row: Row, line: Line, problems: list[Problem]) -> DeadLetter:
    where = f"line {line[0]}"
    what = "; ".join(f"{problem.where}: {problem.what}" for problem in problems)
    source = row.get("source")
    problem = Problem(problems[0].code, where, what, problems[0].fix)
    return DeadLetter(kept(line[1]), where, problem, source if isinstance(source, str) else "")


def read_object(line: bytes) -> Row:
    """Decode one line: fast where it is plain, strictly where anything about it is unusual.

    A duplicate key shows as more `":` than names; a space before a colon, an escaped NUL or nesting
    send the line to the strict reader, which also words the refusal.

    Raises:
        EventError: with one problem.
    """
    try:
        row: Row = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return _refused(line)
    if b" :" in line or b"\t:" in line or b"\r:" in line or b"\\u0000" in line:
        return strict_object(line)
    nested = "x" in row or "supersedes" in row
    if line.count(b'":') != (count_keys(row) if nested else len(row)):
        return strict_object(line)
    if nested:
        check_inside(row)
    return row


def _refused(line: bytes) -> Row:
    """Word the refusal of the fast decoder; what only it dislikes is refused in its own words."""
    strict_object(line)
    refuse("event-not-json", "the line is not one JSON object")
