"""Delimited text -> sheet: the head is read here, the cells are DuckDB's work."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from plantstack.connectors.files.progress import Tell, silent
from plantstack.connectors.files.scan import MAX_LINE, scan_text
from plantstack.connectors.files.shdr import Laid, lay_out
from plantstack.connectors.files.sheet import Sheet, join_headers, numbered_headers
from plantstack.connectors.files.text_lines import TextLines, is_comment, text_reader
from plantstack.connectors.mapping.model import FileForm
from plantstack.connectors.mapping.read_columns import LINE_HEADERS
from plantstack.errors import EventError, Problem

_HEAD = 1 << 20


@dataclass(frozen=True, slots=True)
class _Head:
    headers: tuple[str, ...]
    lines: int  # physical lines of skipped rows and headers


def text_sheet(path: Path, name: str, form: FileForm, tell: Tell = silent) -> Sheet:
    """Prepare a delimited text; `path` is rewritten as UTF-8 with plain line ends where it is not.

    Raises:
        EventError: when it is empty, has no usable header or cannot be decoded at all.
    """
    scan = scan_text(path, name, form, tell)
    laid = Laid()
    if form.format == "lines" and form.delimiter == "|":
        laid = lay_out(path, name, form)
        scan = scan_text(path, name, form) if laid.origin or laid.skipped else scan
    head = _read_head(path, name, form)
    options = {
        "file": str(path),
        "delim": form.delimiter,
        "quote": form.quote,
        "comment": form.comment,
        "skip": head.lines,
        "padded": form.format == "lines",
        "longest": MAX_LINE,
        # Threads start in the middle of the file, so they must be able to trust every line end.
        "parallel": not (scan.has_long_cells or scan.spoiled),
    }
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(head.headers)))
    relation = (
        "read_csv($file, auto_detect=false, header=false, delim=$delim, quote=$quote, escape=$quote, "
        "comment=$comment, skip=$skip, null_padding=$padded, max_line_size=$longest, parallel=$parallel, "
        f"new_line='\\n', store_rejects=true, rejects_limit=0, all_varchar=true, columns={{{columns}}})"
    )
    lines = TextLines(path, name, form, head.lines, scan, len(head.headers), origin=laid.origin)
    return Sheet(
        name,
        relation,
        dict(options),
        head.headers,
        lines,
        note_bad=lines.note_bad,
        notes=laid.notes(name),
    )


def _read_head(path: Path, name: str, form: FileForm) -> _Head:
    if form.format == "lines":
        return _Head(LINE_HEADERS, form.skip_rows)
    with path.open("rb") as source:
        text = source.read(_HEAD).decode("utf-8", "replace")
    rows: list[list[str]] = []
    skipped = io.StringIO(text, newline="")
    lead = sum(1 for _ in zip(range(form.skip_rows), skipped, strict=False))
    reader = text_reader(skipped, form)
    taken = lead
    try:
        while len(rows) < form.header_rows and (row := next(reader, None)) is not None:
            taken = lead + reader.line_num
            if row and not is_comment(row, form):
                rows.append(row)
        first = next((row for row in reader if row and not is_comment(row, form)), None)
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
