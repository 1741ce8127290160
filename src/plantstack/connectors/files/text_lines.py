"""The way back from the rows of a text to its lines, and the lines that are no rows."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from plantstack.connectors.files.scan import MAX_LINE, SPOILED, Scan
from plantstack.connectors.files.sheet import KEPT_BYTES, BadLine, Line
from plantstack.connectors.mapping.model import FileForm
from plantstack.errors import EventError, Problem

MOST_BAD = 100_000  # more bad lines than this, or half of all, is a wrong mapping and not a bad file
_SOME_BAD = 1_000
_WHY = {
    "UNQUOTED VALUE": "a quoted cell does not end where its quote does",
    "LINE SIZE OVER MAXIMUM": f"the line is longer than {MAX_LINE} bytes",
    "INVALID ENCODING": "the line is not UTF-8 text, or holds a zero byte",
}
_COUNTED = ("MISSING COLUMNS", "TOO MANY COLUMNS")
_FIX = {
    "MISSING COLUMNS": "Write an empty cell where nothing is known.",
    "TOO MANY COLUMNS": "Put quotes around cells that hold the delimiter.",
    "UNQUOTED VALUE": "Close it, or write 'quote: none'.",
    "INVALID ENCODING": "Write the file's 'encoding', such as cp1252.",
}


def text_reader(source: Iterable[str], form: FileForm) -> csv._reader:  # type: ignore[name-defined]
    """Python's reader of the same dialect, for the few lines that are looked at one by one."""
    csv.field_size_limit(2 * MAX_LINE)
    if not form.quote:
        return csv.reader(source, delimiter=form.delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(source, delimiter=form.delimiter, quotechar=form.quote)


def is_comment(row: list[str], form: FileForm) -> bool:
    """Whether a row is a comment of the file."""
    return bool(form.comment) and row[0].startswith(form.comment)


@dataclass(slots=True)
class TextLines:
    """Rows of a text, found again by counting; bad lines are known once the table was read."""

    path: Path
    name: str
    form: FileForm
    head: int  # lines before the first row
    scan: Scan
    cells: int = 0  # of the header
    rows: int = 0  # rows that could be read
    bad: tuple[int, ...] = ()  # lines that are no rows
    origin: Sequence[int] = ()  # lines of the file as it came, where they are not those that are read

    def note_bad(self, connection: duckdb.DuckDBPyConnection, rows: int) -> list[BadLine]:
        """Take over the lines that could not be split into cells; none may be lost silently.

        Raises:
            EventError: when so many are bad that the mapping cannot be meant for this file.
        """
        (counted,) = connection.sql("SELECT count(DISTINCT line) FROM reject_errors").fetchall()[0]
        check_fit(self.name, counted, rows + counted)
        found = connection.sql(
            "SELECT line, min(error_type::VARCHAR), min(csv_line) FROM reject_errors"
            " GROUP BY line ORDER BY line"
        ).fetchall()
        self.rows, self.bad = rows, tuple(line for line, *_ in found)
        raws = self._raw(set(self.bad))
        made = [
            self._bad(number, kind, raws.get(number, (raw or "").encode())) for number, kind, raw in found
        ]
        missing = self._missing()
        if missing:
            what = f"{missing} lines gave neither a row nor a problem"
            made.append(
                BadLine(Line(self.name, b""), Problem("rows-missing", self.name, what, "Check its quotes."))
            )
        return made

    def _bad(self, number: int, kind: str, raw: bytes) -> BadLine:
        why = self.scan.spoiled.get(number, "")
        line = Line(self._where(number), raw.removeprefix(SPOILED) if why else raw)
        fix = _FIX.get("UNQUOTED VALUE" if "quote" in why else "" if why else kind, "")
        if not why and kind in _COUNTED:
            came: list[str] = next(text_reader([raw.decode("utf-8", "replace")], self.form), [])
            why = f"expected {self.cells} cells as in the header, came {len(came)}"
        return BadLine(line, Problem("row-broken", line.where, why or _WHY.get(kind, kind.lower()), fix))

    def _missing(self) -> int:
        missing = self.scan.lines - self.head - self.rows - len(self.bad)
        if not missing or self.scan.has_long_cells:
            return 0
        mark = self.form.comment.encode()
        with self.path.open("rb") as source:
            behind = (line for number, line in enumerate(source) if number >= self.head)
            return missing - sum(line == b"\n" or (bool(mark) and line.startswith(mark)) for line in behind)

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return the lines of rows, counted from 0 among the readable ones."""
        wanted = sorted(set(rows))
        if not wanted:
            return {}
        plain = self.rows + len(self.bad) == self.scan.lines - self.head
        numbers = self._counted(wanted) if plain else dict(self._walked(set(wanted)))
        raws = self._raw(set(numbers.values()))
        return {row: Line(self._where(number), raws.get(number, b"")) for row, number in numbers.items()}

    def _where(self, number: int) -> str:
        return f"{self.name}:{self.origin[number - 1] if self.origin else number}"

    def _counted(self, wanted: list[int]) -> dict[int, int]:
        # The n-th bad line pushes every row behind it one line down.
        shifts = [line - self.head - 1 - place for place, line in enumerate(sorted(self.bad))]
        return {row: self.head + 1 + row + bisect_right(shifts, row) for row in wanted}

    def _walked(self, waiting: set[int]) -> Iterator[tuple[int, int]]:
        bad, row = set(self.bad), -1
        with self.path.open(encoding="utf-8", errors="replace", newline="") as source:
            for _ in zip(range(self.head), source, strict=False):
                pass
            reader = text_reader(source, self.form)
            start = self.head + 1
            for cells in reader:
                if cells and start not in bad and not is_comment(cells, self.form):
                    row += 1
                    if row in waiting:
                        yield row, start
                start = self.head + reader.line_num + 1

    def _raw(self, numbers: set[int]) -> dict[int, bytes]:
        last = max(numbers, default=0)
        found: dict[int, bytes] = {}
        with self.path.open("rb") as source:
            for number, line in enumerate(source, 1):
                if number in numbers:
                    found[number] = line.rstrip(b"\n")[:KEPT_BYTES]
                if number >= last:
                    break
        return found


def check_fit(name: str, bad: int, rows: int) -> None:
    """Refuse a file whose rows mostly cannot be read, instead of burying each.

    Raises:
        EventError: with the share of bad rows.
    """
    if bad > MOST_BAD or (bad > _SOME_BAD and 2 * bad > rows):
        what = f"{bad} of {rows} rows cannot be read"
        raise EventError(Problem("file-unfit", name, what, "Check that the mapping is meant for it."))
