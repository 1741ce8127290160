"""Delimited text -> sheet: the encoding is sniffed here, the cells are DuckDB's work."""

from __future__ import annotations

import codecs
import csv
import io
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from plantstack.connectors.files.intake import CHUNK
from plantstack.connectors.files.sheet import BadLine, Line, Sheet, join_headers, numbered_headers
from plantstack.connectors.mapping.model import FileForm
from plantstack.connectors.mapping.read_columns import LINE_HEADERS
from plantstack.errors import EventError, Problem

MAX_LINE = 2_000_000
KEPT_BYTES = 65_536
_HEAD = 1 << 20
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


_WHY = {
    "MISSING COLUMNS": "the line has fewer cells than the header",
    "TOO MANY COLUMNS": "the line has more cells than the header",
    "UNQUOTED VALUE": "a quote is opened and never closed; all that follows belongs to it",
    "LINE SIZE OVER MAXIMUM": f"the line is longer than {MAX_LINE} bytes",
    "INVALID ENCODING": "the line is not UTF-8 text, or holds a zero byte",
}
_FIX = {
    "TOO MANY COLUMNS": "Put quotes around cells that hold the delimiter.",
    "UNQUOTED VALUE": "Close it, or write 'quote: none'.",
    "INVALID ENCODING": "Write the file's 'encoding', such as cp1252.",
}


@dataclass(frozen=True, slots=True)
class _Head:
    headers: tuple[str, ...]
    lines: int  # physical lines of skipped rows and headers


def text_sheet(path: Path, name: str, form: FileForm) -> Sheet:
    """Prepare a delimited text; `path` is rewritten as UTF-8 with plain line ends.

    Raises:
        EventError: when it is empty, has no usable header or cannot be decoded at all.
    """
    count = _normalise(path, name, form)
    head = _read_head(path, name, form)
    width = len(head.headers)
    options = {
        "file": str(path),
        "delim": form.delimiter,
        "quote": form.quote,
        "comment": form.comment,
        "skip": head.lines,
        "padded": form.format == "lines",
        "longest": MAX_LINE,
    }
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    relation = (
        "read_csv($file, auto_detect=false, header=false, delim=$delim, quote=$quote, escape=$quote, "
        "comment=$comment, skip=$skip, null_padding=$padded, max_line_size=$longest, new_line='\\n', "
        f"store_rejects=true, rejects_limit=0, all_varchar=true, columns={{{columns}}})"
    )
    lines = TextLines(path, name, form, head.lines, count)
    return Sheet(name, relation, dict(options), head.headers, lines, note_bad=lines.note_bad)


def _normalise(path: Path, name: str, form: FileForm) -> int:
    """Rewrite the copy as UTF-8 with plain line ends where it is not; return its number of lines."""
    lines, dirty, last = 0, False, b"\n"
    with path.open("rb") as source:
        start = source.read(4)
        encoding = next(
            (known for mark, known in _BOMS.items() if start.startswith(mark)), form.encoding or "utf-8"
        )
        source.seek(0)
        while chunk := source.read(CHUNK):
            dirty = dirty or b"\r" in chunk or b"\x00" in chunk
            lines, last = lines + chunk.count(b"\n"), chunk[-1:]
    if not dirty and codecs.lookup(encoding).name in ("utf-8", "ascii"):
        return lines + (last != b"\n")
    tidy = path.with_suffix(".utf8")
    lines, last = 0, b"\n"
    with path.open("rb") as source, tidy.open("wb") as target:
        for chunk in _plain_lines(_decoded(source.read, encoding, name)):
            lines, last = lines + chunk.count(b"\n"), chunk[-1:]
            target.write(chunk)
    tidy.replace(path)
    return lines + (last != b"\n")


def _decoded(read: Callable[[int], bytes], encoding: str, name: str) -> Iterator[bytes]:
    if codecs.lookup(encoding).name == "utf-8":
        while chunk := read(CHUNK):
            yield chunk
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := read(CHUNK):
            yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        what = f"is not {encoding} text: {error.reason}"
        raise EventError(Problem("file-encoding", name, what, "Write the right 'encoding'.")) from None


def _plain_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Any line end becomes one; a NUL becomes a byte no text has, so its row is rejected and seen."""
    carry = b""
    for chunk in chunks:
        piece = carry + chunk
        carry = b"\r" if piece.endswith(b"\r") else b""
        piece = piece[: len(piece) - len(carry)]
        yield piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\x00", b"\xff")
    if carry:
        yield b"\n"


def _read_head(path: Path, name: str, form: FileForm) -> _Head:
    if form.format == "lines":
        return _Head(LINE_HEADERS, form.skip_rows)
    with path.open("rb") as source:
        text = source.read(_HEAD).decode("utf-8", "replace")
    reader = _reader(io.StringIO(text, newline=""), form)
    rows: list[list[str]] = []
    skipped = io.StringIO(text, newline="")
    lead = sum(1 for _ in zip(range(form.skip_rows), skipped, strict=False))
    reader = _reader(skipped, form)
    taken = lead
    try:
        while len(rows) < form.header_rows and (row := next(reader, None)) is not None:
            taken = lead + reader.line_num
            if row and not _is_comment(row, form):
                rows.append(row)
        first = next((row for row in reader if row and not _is_comment(row, form)), None)
    except csv.Error as error:
        raise EventError(Problem("file-header", name, f"has no readable header: {error}")) from None
    if form.header_rows and len(rows) < form.header_rows:
        raise EventError(Problem("file-empty", name, "is empty", "Check the export."))
    if not form.header_rows:
        return _Head(numbered_headers(len(first or [""])), taken)
    headers = join_headers(rows)
    # Some exports end every row, but not the header, with a separator.
    if first is not None and len(first) == len(headers) + 1 and not first[-1].strip():
        headers = (*headers, "")
    return _Head(headers, taken)


def _reader(source: Iterable[str], form: FileForm) -> csv._reader:  # type: ignore[name-defined]
    if not form.quote:
        return csv.reader(source, delimiter=form.delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(source, delimiter=form.delimiter, quotechar=form.quote)


def _is_comment(row: list[str], form: FileForm) -> bool:
    return bool(form.comment) and row[0].startswith(form.comment)


@dataclass(slots=True)
class TextLines:
    """Rows of a text, found again by counting; bad lines are told once the table was read."""

    path: Path
    name: str
    form: FileForm
    head: int  # lines before the first row
    count: int  # lines in all
    rows: int = 0  # rows that could be read
    bad: tuple[int, ...] = ()  # lines that are no rows

    def note_bad(self, connection: duckdb.DuckDBPyConnection, rows: int) -> list[BadLine]:
        """Take over the lines DuckDB could not split into cells."""
        found = connection.sql(
            "SELECT line, min(error_type::VARCHAR), min(csv_line), min(error_message) "
            "FROM reject_errors GROUP BY line ORDER BY line"
        ).fetchall()
        self.rows, self.bad = rows, tuple(line for line, *_ in found)
        bad = []
        for number, kind, raw, said in found:
            line = Line(f"{self.name}:{number}", (raw or "").encode("utf-8", "replace")[:KEPT_BYTES])
            bad.append(
                BadLine(
                    line, Problem("row-broken", f"line {number}", _WHY.get(kind, said), _FIX.get(kind, ""))
                )
            )
        return bad

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return the lines of rows, counted from 0 among the readable ones."""
        wanted = sorted(set(rows))
        if not wanted:
            return {}
        plain = self.rows + len(self.bad) == self.count - self.head
        numbers = self._counted(wanted) if plain else self._walked(wanted)
        raws = self._raw(set(numbers.values()))
        return {
            row: Line(f"{self.name}:{number}", raws.get(number, b"")[:KEPT_BYTES])
            for row, number in numbers.items()
        }

    def _counted(self, wanted: list[int]) -> dict[int, int]:
        # The n-th bad line pushes every row behind it one line down.
        shifts = [line - self.head - 1 - place for place, line in enumerate(sorted(self.bad))]
        return {row: self.head + 1 + row + bisect_right(shifts, row) for row in wanted}

    def _walked(self, wanted: list[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        bad, row, waiting = set(self.bad), -1, set(wanted)
        with self.path.open(encoding="utf-8", errors="replace", newline="") as source:
            for _ in zip(range(self.head), source, strict=False):
                pass
            reader = _reader(source, self.form)
            start = self.head + 1
            for cells in reader:
                if cells and start not in bad and not _is_comment(cells, self.form):
                    row += 1
                    if row in waiting:
                        found[row] = start
                start = self.head + reader.line_num + 1
        return found

    def _raw(self, numbers: set[int]) -> dict[int, bytes]:
        last = max(numbers, default=0)
        found: dict[int, bytes] = {}
        with self.path.open("rb") as source:
            for number, line in enumerate(source, 1):
                if number in numbers:
                    found[number] = line.rstrip(b"\n")
                if number >= last:
                    break
        return found
