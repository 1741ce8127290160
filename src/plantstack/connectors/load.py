"""Files -> batches of raw events and dead letters; knows no log and no clock.

for batch in load_files(paths, mapping):
    good, faults = validate(batch.events, plant, received_at)
    log.append(Batch(good, (*batch.dead, *batch.bury(faults)), batch.mark), ...)
"""

from __future__ import annotations

import json
import tempfile
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa

from plantstack.connectors.files.intake import (
    LARGE,
    Spooled,
    shown_name,
    size_of,
    spool,
    unpacked_suffix,
    weight,
)
from plantstack.connectors.files.progress import Tell, silent, within
from plantstack.connectors.files.sheet import Line, Lines, Sheet, private_connection
from plantstack.connectors.files.tables import main_sheets, name_parts
from plantstack.connectors.files.text_lines import check_fit
from plantstack.connectors.mapping.calculator import Calculator
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.cycles import Cycles
from plantstack.connectors.mapping.keys import Keys
from plantstack.connectors.mapping.layout import Layout
from plantstack.connectors.mapping.meaning import meaning_of
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.mapping.run import Run
from plantstack.connectors.mapping.sieve import SAID, Tally
from plantstack.connectors.mapping.sql import Binder
from plantstack.errors import EventError, Problem
from plantstack.events.batch import RAW, DeadLetter, FileMark, merged
from plantstack.events.forms import shown
from plantstack.events.scratch import Scratch
from plantstack.events.wire import decode_lines
from plantstack.events.wire_csv import decode_csv
from plantstack.plant.plant import Plant

NDJSON = (".ndjson", ".jsonl")
_NAME_ONE = "A file in other words needs a mapping: name one with --mapping."
_CHUNK = 1 << 20
# Of the work with a file that has been done once it is copied, is a readable text or table, and all its
# cells are read; a workbook is no text before a parser has been through it.
_COPIED, _READABLE, _PARSED, _CELLS = 0.05, 0.1, 0.3, 0.4


@dataclass(frozen=True, slots=True)
class FileBatch:
    """Part of a file: events as its rows tell them, and what could not be read."""

    file: str
    events: pa.Table = field(default_factory=RAW.empty_table)
    dead: tuple[DeadLetter, ...] = ()
    mark: FileMark | None = None  # with the last batch of a file that said something
    notes: tuple[Problem, ...] = ()  # worth knowing, nothing lost: stale rows, clocks that went back
    rows: Sequence[int] = ()  # the row of each event
    lines: Lines | None = None
    carry: str = ""  # counters' last samples, for the next file of the same source
    refused: tuple[Problem, ...] = ()  # why the file could not be read, or not to its end
    number: int = 0  # of the file among those of the load
    share: float = 0.0  # of the file that was read so far, 0 to 1
    is_last: bool = False  # whether the file was read to its end with this batch

    def bury(self, faults: Iterable[tuple[int, Problem]]) -> tuple[DeadLetter, ...]:
        """Turn problems of events, found behind this door, into dead letters of their rows."""
        found: dict[int, list[Problem]] = {}
        sources: dict[int, str] = {}
        for event, problem in faults:
            row = int(self.rows[event])
            told = found.setdefault(row, [])
            if problem not in told:  # one row may give several events that are wrong alike
                told.append(problem)
            sources[row] = self.events.column("source")[event].as_py() or ""
        first = {row: merged(problems) for row, problems in found.items()}
        return _dead(first, self.lines, sources.__getitem__, self.file)


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a load has come: bytes of all its files, as they lie on the disk."""

    file: str
    events: int  # of this file
    done: int
    whole: int


Progress = Callable[[Reading], None]
"""Told after each batch, and now and then within a large file."""


@dataclass(slots=True)
class _Bar:
    """How far one file of a load has come; never goes back."""

    progress: Progress
    file: str
    before: int  # bytes of the files before it
    size: int
    whole: int
    events: int = 0
    share: float = 0.0

    def __call__(self, share: float) -> None:
        self.share = max(self.share, min(share, 1.0))
        done = self.before + int(self.size * self.share)
        self.progress(Reading(self.file, self.events, done, self.whole))


def load_files(
    paths: Iterable[Path],
    mapping: Mapping | None,
    *,
    known: Callable[[str], bool] = lambda mark: False,
    carry: str = "",
    folder: Path | None = None,
    scratch: Path | None = None,
    progress: Progress = lambda reading: None,
    plant: Plant | None = None,
) -> Iterator[FileBatch]:
    """Read files one after another.

    Args:
        paths: any of the formats of `mapping.file`; canonical `.ndjson`, `.jsonl` and `.csv` need no
            mapping; packed or not.
        mapping: how rows become events.
        known: whether a file with this `mark.sha256` was loaded before; such a file gives one note.
        carry: `FileBatch.carry` of the last file loaded before, so that counters go on.
        folder: links that lead out of it are refused.
        scratch: below which files are copied while they are read; None: the system's place for it.
        progress: called after each batch, and now and then within a large file.
        plant: whose standard cycles say how long a pause between two pieces may be.

    A file that cannot be read gives a batch that says why, and the next file is read.
    """
    kept = Carry.read(carry)
    with Scratch(scratch) as place:
        room = _Room(place.path, Cycles.of(plant) if plant and mapping and mapping.signals else Cycles())
        listed = list(paths)
        sizes = [size_of(path) for path in listed]
        for number, path in enumerate(listed):
            bar = _Bar(progress, shown_name(path), sum(sizes[:number]), sizes[number], sum(sizes))
            for batch in _load_file(path, mapping, known, kept, folder, room, bar):
                bar.events += batch.events.num_rows
                yield replace(batch, number=number)
                bar(batch.share)


class _Room:
    """One private folder and one calculator for all files of a load; each file has its own corner."""

    def __init__(self, place: Path, cycles: Cycles) -> None:
        self.place = place
        self.cycles = cycles
        self._calculator: duckdb.DuckDBPyConnection | None = None

    def corner(self) -> tempfile.TemporaryDirectory[str]:
        """A folder for one file, gone after it."""
        return tempfile.TemporaryDirectory(dir=self.place)

    def calculator(self, path: Path) -> duckdb.DuckDBPyConnection:
        """A connection with tables of its own for a file, to be closed after it."""
        if weight(path) >= LARGE:  # worth a calculator that can tell how far it is
            return private_connection(self.place)
        if self._calculator is None:
            self._calculator = private_connection(self.place)
        return self._calculator.cursor()


def _load_file(
    path: Path,
    mapping: Mapping | None,
    known: Callable[[str], bool],
    carry: Carry,
    folder: Path | None,
    room: _Room,
    tell: Tell,
) -> Iterator[FileBatch]:
    name, rows, mark = shown_name(path), 0, None
    with room.corner() as corner, closing(room.calculator(path)) as connection:
        try:
            copy = Path(corner) / f"file{unpacked_suffix(path.name)}"
            file = spool(path, copy, folder=folder, tell=within(tell, 0, _COPIED))
            if not _is_blank(file, mapping):
                groups = name_parts(connection, mapping, name) if mapping else {}
                mark = _mark(file, mapping, groups)
                if known(mark.sha256):
                    batches = _known(mark)
                elif mapping:
                    batches = _mapped(connection, file, mapping, groups, carry, room.cycles, tell)
                    if known(mark.plain):
                        yield FileBatch(name, notes=(_again(name),))
                else:
                    batches = _canonical(file)
                for batch in batches:
                    rows += len(batch.events) + len(batch.dead) + len(batch.notes)
                    yield batch
            told = carry.text()
            if rows:
                yield FileBatch(name, mark=mark, carry=told, share=1.0, is_last=True)
            else:  # never known again: every empty file is the same
                yield FileBatch(name, notes=(_silent(name, mark),), carry=told, share=1.0, is_last=True)
        except EventError as error:
            yield FileBatch(name, refused=error.problems, share=1.0)


def _is_blank(file: Spooled, mapping: Mapping | None) -> bool:
    """Whether there is nothing in a file.

    Raises:
        EventError: when there should be at least a header.
    """
    is_text = mapping is None or mapping.file.format in ("csv", "lines")
    if not is_text or file.size > _CHUNK or file.path.read_bytes().strip():
        return False
    if mapping is None and file.path.suffix in NDJSON:
        return True
    raise EventError(Problem("file-empty", file.name, "is empty, without even a header", "Check the export."))


def _silent(name: str, mark: FileMark | None) -> Problem:
    """Say that a file gave nothing at all."""
    if mark is None:
        return Problem("file-empty", name, "is empty")
    return Problem("file-empty", name, "has a header and no rows")


def _known(mark: FileMark) -> Iterator[FileBatch]:
    note = Problem("file-known", mark.name, "was loaded before, perhaps under another name")
    yield FileBatch(mark.name, notes=(note,))


def _again(name: str) -> Problem:
    """Say that the mapping has changed since a file was loaded."""
    what = "was loaded before; the mapping has changed since, so it is read again"
    fix = "What a row says in other words now does not replace what it said: retract the old events."
    return Problem("file-again", name, what, fix)


def _mark(file: Spooled, mapping: Mapping | None, groups: dict[str, str]) -> FileMark:
    """A file as one mapping tells it.

    Two mappings may read two sheets of the same workbook, a mended mapping may make more of a file; and
    where the name of the file says which machine or day it is about, equal bytes under another name say
    something else.
    """
    if mapping is None:
        return FileMark(file.sha256, file.name)
    told = [file.sha256, mapping.source, groups]
    marks = [sha256(json.dumps(one).encode()).hexdigest() for one in ([*told, meaning_of(mapping)], told)]
    return FileMark(marks[0], file.name, plain=marks[1])


def _canonical(file: Spooled) -> Iterator[FileBatch]:
    """Read a file that is written in our own words."""
    suffix = file.path.suffix
    if suffix not in (*NDJSON, ".csv"):
        what = f"expected .ndjson, .jsonl or .csv of events, came '{suffix or 'no suffix'}'"
        raise EventError(Problem("file-mapping", file.name, what, _NAME_ONE))
    if suffix == ".csv":
        _check_ours(file)
    decode = decode_csv if suffix == ".csv" else decode_lines
    with file.path.open("rb") as stream:
        if stream.read(len(BOM_UTF8)) != BOM_UTF8:
            stream.seek(0)
        for decoded in decode(iter(lambda: stream.read(_CHUNK), b"")):
            lines = _WireLines(file.name, decoded.lines, decoded.raws)
            named = tuple(
                DeadLetter(letter.raw, f"{file.name} {letter.where}", letter.problem, letter.source)
                for letter in decoded.dead
            )
            rows = range(decoded.table.num_rows)
            share = stream.tell() / max(file.size, 1)
            yield FileBatch(file.name, decoded.table, named, rows=rows, lines=lines, share=share)


def _check_ours(file: Spooled) -> None:
    """Make sure that a CSV names the one column that every canonical file has and hardly another.

    Raises:
        EventError: showing what its first line is instead.
    """
    with file.path.open("rb") as source:
        head = source.readline(_CHUNK).removeprefix(BOM_UTF8).replace(b'"', b"").strip()
    if b"kind" not in [name.strip() for name in head.split(b",")]:
        came = shown(head[:200].decode("utf-8", "replace"))
        what = f"expected a header with a column 'kind', came {came}"
        raise EventError(Problem("file-mapping", file.name, what, _NAME_ONE))


def _mapped(
    connection: duckdb.DuckDBPyConnection,
    file: Spooled,
    mapping: Mapping,
    groups: dict[str, str],
    carry: Carry,
    cycles: Cycles,
    tell: Tell,
) -> Iterator[FileBatch]:
    readable = _PARSED if mapping.file.format == "excel" else _READABLE
    sheets, joined = main_sheets(connection, file, mapping, within(tell, _COPIED, readable))
    calculator = Calculator(connection)
    keys = Keys(calculator, mapping, len(sheets), file.sha256)
    for number, sheet in enumerate(sheets):
        layout = Layout(mapping, sheet, joined, groups, Binder())
        part = within(tell, number / len(sheets), (number + 1) / len(sheets))
        run = Run(calculator, layout, keys, cycles)
        for batch in read_sheet(run, carry, within(part, readable, _CELLS)):
            yield replace(batch, share=(number + batch.share) / len(sheets))


def read_sheet(run: Run, carry: Carry, tell: Tell = silent) -> Iterator[FileBatch]:
    """Yield the events of one sheet and what could not be read of it; the carry moves on.

    Raises:
        EventError: when the mapping is not meant for it.
    """
    mapping, sheet = run.mapping, run.layout.sheet
    run.prepare(tell)
    unreadable = sheet.note_bad(run.connection, run.tally.rows)
    dead = tuple(DeadLetter(bad.line.raw, bad.line.where, bad.problem, mapping.source) for bad in unreadable)
    check_fit(sheet.name, len(run.find_bad()), run.tally.rows)
    run.check_overlaps()
    bad = dict(run.tally.bad)
    source = mapping.source
    dead += _dead(bad, sheet.lines, lambda row: source, sheet.name)
    notes, given = _notes(sheet, run.tally), 0
    yield FileBatch(sheet.name, dead=dead, notes=notes, share=_CELLS)
    for found in run.events(carry):
        given += len(found.events)
        share = _CELLS + (1 - _CELLS) * found.share
        yield FileBatch(sheet.name, found.events, rows=found.rows, lines=sheet.lines, share=share)
    wild = {row: problem for row, problem in run.tally.bad.items() if row not in bad}
    if wild:
        dead = _dead(wild, sheet.lines, lambda row: source, sheet.name)
        yield FileBatch(sheet.name, dead=dead, share=1.0)
    # What is known of a counter shows only when it is differenced.
    if later := tuple(note for note in _notes(sheet, run.tally) if note not in notes):
        notes += later
        yield FileBatch(sheet.name, notes=later, share=1.0)
    if run.tally.rows and not (given or run.tally.bad or unreadable or notes):
        what = f"none of its {run.tally.rows} rows gave an event"
        silent = Problem("file-silent", sheet.name, what, "Check 'when' of the rules.")
        yield FileBatch(sheet.name, notes=(silent,), share=1.0)


def _notes(sheet: Sheet, tally: Tally) -> tuple[Problem, ...]:
    """Say how many rows were left out or are odd, and name the first."""
    notes = list(sheet.notes)
    for word, (code, said) in SAID.items():
        if noted := tally.noted.get(word):
            found = sheet.lines.find(noted.rows)
            places = ", ".join(found[row].where for row in noted.rows if row in found)
            first = f" ({places}{', ...' if noted.count > len(noted.rows) else ''})" if places else ""
            notes.append(Problem(code, sheet.name, f"{said}: {noted.count}{first}"))
    return tuple(notes)


def _dead(
    problems: dict[int, Problem], lines: Lines | None, source_of: Callable[[int], str], file: str
) -> tuple[DeadLetter, ...]:
    found = lines.find(problems) if lines is not None and problems else {}
    letters = []
    for row, problem in sorted(problems.items()):
        line = found.get(row)
        raw, where, identity = (line.raw, line.where, line.identity) if line else (b"", file, "")
        letters.append(DeadLetter(raw, where, problem, source_of(row), identity))
    return tuple(letters)


@dataclass(frozen=True, slots=True)
class _WireLines:
    name: str
    numbers: Sequence[int]
    raws: Sequence[bytes]

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return the lines of rows of this batch."""
        return {row: Line(f"{self.name} line {self.numbers[row]}", self.raws[row]) for row in rows}
