"""A table of text cells with named columns, and the way back from a row to its line and text."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from plantstack.errors import EventError, Problem, did_you_mean


@dataclass(frozen=True, slots=True)
class Line:
    """Where a row stands in its file, what it says there, and whether it is the same when it comes again."""

    where: str
    raw: bytes
    identity: str = ""  # see `events.batch.DeadLetter`


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no row at all."""

    line: Line
    problem: Problem


class Lines(Protocol):
    """Finds lines again; only asked when something is wrong with them."""

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return the lines of some rows."""


KEPT_BYTES = 65_536
NoteBad = Callable[[duckdb.DuckDBPyConnection, int], list[BadLine]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table in DuckDB: columns c0, c1, ... as text, in the order of the file.

    Headers never become identifiers, so a header can say what it likes.
    """

    name: str
    relation: str  # SQL that stands in a FROM clause
    parameters: dict[str, object]
    headers: tuple[str, ...]
    lines: Lines
    part: str = ""  # its own name within the file
    numbered: bool = False  # c0 is the row's number in the file
    note_bad: NoteBad = lambda connection, rows: []  # lines that are no rows, known once it was read
    notes: tuple[Problem, ...] = ()  # worth knowing, nothing lost
    rows: int | None = None  # how many there are, where that is known without counting

    def column(self, header: str) -> str:
        """The SQL name of the column with this header.

        Raises:
            EventError: when no column or more than one has it.
        """
        found = [place for place, name in enumerate(self.headers) if name == header]
        if len(found) == 1:
            return f"c{found[0] + self.numbered}"
        if found:
            places = ", ".join(str(place + 1) for place in found)
            what = f"the header '{header}' stands over several columns ({places})"
            raise EventError(Problem("file-header", self.name, what, "Rename all but one."))
        raise EventError(Problem("file-header", self.name, f"has no column '{header}'", self._meant(header)))

    def _meant(self, header: str) -> str:
        """What to do about a header that is not there."""
        names = [name for name in self.headers if name]
        if any("\ufffd" in name for name in names):
            return "The header is not UTF-8: write the file's 'encoding', such as cp1252."
        if len(names) == 1 and any(mark in names[0] for mark in ",;\t|"):
            return f"The whole header is one cell, '{names[0]:.80}': check 'delimiter' of the file."
        return did_you_mean(header, names)


def cells_relation(path: Path, width: int, skip: int) -> tuple[str, dict[str, object]]:
    """The CSV of one of our own parsers, each row led by its number."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    relation = (
        "read_csv($file, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', skip=$skip, "
        "new_line='\\n', max_line_size=20000000, null_padding=true, parallel=false, "
        f"columns={{{columns}}})"
    )
    return relation, {"file": str(path), "skip": skip}


@dataclass(frozen=True, slots=True)
class SheetLines:
    """Rows of a sheet, known by their number."""

    path: Path
    name: str

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return the lines of rows by the sheet's own row numbers."""
        csv.field_size_limit(1 << 24)
        wanted = set(rows)
        found: dict[int, Line] = {}
        with self.path.open(encoding="utf-8", newline="") as source:
            for row in csv.reader(source):
                if int(row[0]) in wanted:
                    raw = "\t".join(row[1:]).encode()[:KEPT_BYTES]
                    found[int(row[0])] = Line(f"{self.name} row {row[0]}", raw)
        return found


def join_headers(rows: list[list[str]]) -> tuple[str, ...]:
    """Make one header of several header rows; a blank upper cell belongs to the one on its left.

    >>> join_headers([["", "Minutes", ""], ["Batch", "1", "2"]])
    ('Batch', 'Minutes / 1', 'Minutes / 2')
    """
    width = max((len(row) for row in rows), default=0)
    parts: list[list[str]] = [[] for _ in range(width)]
    for number, row in enumerate(rows):
        last = ""
        for place in range(width):
            cell = " ".join(row[place].split()) if place < len(row) else ""
            last = cell or (last if number < len(rows) - 1 else "")
            if last:
                parts[place].append(last)
    return tuple(" / ".join(part) for part in parts)


def numbered_headers(width: int) -> tuple[str, ...]:
    """Headers of a file that has none: the columns' numbers from 1."""
    return tuple(str(place + 1) for place in range(width))


def private_connection(
    folder: Path, *, memory: str = "4GB", threads: int | None = None, is_optimized: bool = True
) -> duckdb.DuckDBPyConnection:
    """A calculator that can read one folder and nothing else, and cannot be told otherwise.

    Its cursors are as bound as it is, and each has temporary tables of its own. It measures how far its
    own statements have come, and prints nothing of it.

    Args:
        folder: what it can read.
        memory: that it may take.
        threads: that it works with; None: all of the machine.
        is_optimized: whether plans are made better before they run, which pays with many rows.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": memory,
    }
    connection = duckdb.connect(config=config | ({"threads": threads} if threads else {}))
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET allowed_directories = [$1]", [str(folder)])
    connection.execute("SET temp_directory = $1", [str(folder / "spill")])
    connection.execute("SET enable_external_access = false")
    for setting in (
        "enable_progress_bar = true",
        "enable_progress_bar_print = false",
        "progress_bar_time = 0",
    ):
        connection.execute(f"SET {setting}")
    if not is_optimized:
        steps = ",".join(name for (name,) in connection.execute("FROM duckdb_optimizers()").fetchall())
        connection.execute(f"SET disabled_optimizers = '{steps}'")
    connection.execute("SET lock_configuration = true")
    return connection
