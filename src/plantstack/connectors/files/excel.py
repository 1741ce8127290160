"""Workbook -> sheets: parsed by a limited child process, read like any other text."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from plantstack.connectors.files.child import Limits, Parser, parse_apart
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


def read_workbook(
    path: Path, name: str, sheets: Iterable[str], limits: Limits | None = None
) -> dict[str, Path]:
    """Turn the named sheets (none: the first) into CSV files beside `path`.

    Returns:
        Sheet name -> CSV, each row led by its number in the sheet.

    Raises:
        EventError: when it is no workbook, lacks a sheet, or breaks the limits.
    """
    check_workbook(path, name)
    return _split(parse_apart(_PARSER, path, name, sheets, limits or Limits()), path)


def _split(output: Path, path: Path) -> dict[str, Path]:
    """One CSV per sheet, each row as wide as the widest."""
    found: dict[str, Path] = {}
    csv.field_size_limit(1 << 24)
    with output.open(encoding="utf-8", newline="") as source:
        writer = None
        target = None
        for row in csv.reader(source):
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
