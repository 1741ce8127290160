"""Workbook -> sheets: parsed by a limited child process, read like any other text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from plantstack.connectors.files.child import Limits, Parser, parse_apart
from plantstack.connectors.files.progress import Tell, silent, within
from plantstack.connectors.files.sheet import (
    Sheet,
    SheetLines,
    cells_relation,
    join_headers,
    numbered_headers,
)
from plantstack.connectors.files.workbook import check_workbook
from plantstack.errors import EventError, Problem

_PARSER = Parser("excel_child.py", "file-workbook", "excel")
_PARSED = 0.7  # of the work with a workbook: it lies there as text
_TOLD_EVERY = 10_000  # rows
_SIZE = re.compile(rb',"([0-9]+)"\n')


def read_workbook(
    path: Path, name: str, sheets: Iterable[str], limits: Limits | None = None, tell: Tell = silent
) -> dict[str, Path]:
    """Turn the named sheets (none: the first) into CSV files beside `path`.

    Returns:
        Sheet name -> CSV, each row led by its number in the sheet.

    Raises:
        EventError: when it is no workbook, lacks a sheet, or breaks the limits.
    """
    check_workbook(path, name)
    wanted = list(sheets)
    written = _Written(len(wanted) or 1, within(tell, 0, _PARSED))
    output = parse_apart(_PARSER, path, name, wanted, limits or Limits(), written.look)
    return _split(output, path, within(tell, _PARSED, 1))


@dataclass(slots=True)
class _Written:
    """How much of the sheets the parser has written: it says first how many rows a sheet has."""

    sheets: int
    tell: Tell
    seen: int = 0  # bytes
    begun: int = 0  # sheets
    rows: int = 0  # of the sheet begun last
    of: int = 1

    def look(self, output: Path) -> None:
        """Read what has come since the last look, and tell."""
        with output.open("rb") as source:
            source.seek(self.seen)
            for line in source:
                if not line.endswith(b"\n"):
                    break
                self.seen += len(line)
                self.rows += 1
                if line.startswith(b'"#"') and (said := _SIZE.search(line)):
                    self.begun, self.rows, self.of = self.begun + 1, 0, int(said[1])
        self.tell((max(self.begun, 1) - 1 + self.rows / max(self.of, 1)) / self.sheets)


def _split(output: Path, path: Path, tell: Tell) -> dict[str, Path]:
    """One CSV per sheet, each row as wide as the widest."""
    size, place = output.stat().st_size, 0
    found: dict[str, Path] = {}
    csv.field_size_limit(1 << 24)
    with output.open(encoding="utf-8", newline="") as source:
        writer = None
        target = None
        for number, row in enumerate(csv.reader(source)):
            place += sum(map(len, row))  # at least: quotes, commas and long letters are not counted
            if number % _TOLD_EVERY == 0:
                tell(place / size)
            if row[0] == "#":
                if target is not None:
                    target.close()
                found[row[1]] = path.with_suffix(f".sheet{len(found)}")
                target = found[row[1]].open("w", encoding="utf-8", newline="")
                writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
            elif writer is not None:
                writer.writerow(row)
        if target is not None:
            target.close()
    return found


def excel_sheet(path: Path, file: str, sheet: str, header_rows: int, skip_rows: int = 0) -> Sheet:
    """One sheet, ready to be queried; rows to skip are counted as the sheet shows them, blank ones too.

    Raises:
        EventError: when the sheet is empty.
    """
    name = f"{file} sheet '{sheet}'"
    with path.open(encoding="utf-8", newline="") as source:
        lead, rows = 0, list[list[str]]()
        for number, *cells in csv.reader(source):
            if int(number) <= skip_rows:
                lead += 1
            elif len(rows) <= header_rows:
                rows.append(cells)
            else:
                break
    width = max((len(row) for row in rows), default=0)
    if len(rows) < max(header_rows, 1):
        raise EventError(Problem("file-empty", name, "the sheet is empty", "Check the export."))
    headers = join_headers(rows[:header_rows]) if header_rows else numbered_headers(width)
    relation, parameters = cells_relation(path, width + 1, lead + header_rows)
    return Sheet(name, relation, parameters, headers, SheetLines(path, name), part=sheet, numbered=True)
