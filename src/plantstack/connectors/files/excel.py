"""Workbook -> sheets: parsed by a limited child process, read like any other text."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from plantstack.connectors.files.sheet import Line, Sheet, join_headers, numbered_headers
from plantstack.connectors.files.workbook import check_workbook
from plantstack.errors import EventError, Problem, did_you_mean

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 60
WALL_SECONDS = 90.0
MAX_BYTES = 1 << 30
_CHILD = Path(__file__).with_name("excel_child.py")
_KEPT = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child process may use."""

    memory: int = MEMORY_BYTES
    cpu_s: int = CPU_SECONDS
    wall_s: float = WALL_SECONDS
    output: int = MAX_BYTES


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
    limits = limits or Limits()
    output = path.with_suffix(".cells")
    command = [sys.executable, "-I", "-X", "utf8", str(_CHILD), str(path)]
    command += [str(limits.memory), str(limits.cpu_s), str(limits.output), *sheets]
    with output.open("wb") as target:
        try:
            done = subprocess.run(
                command, stdout=target, stderr=subprocess.PIPE, timeout=limits.wall_s, env={}, check=False
            )
        except subprocess.TimeoutExpired:
            _refuse(name, f"took longer than {limits.wall_s:g} s to read", "Export only the sheets needed.")
    if done.returncode:
        _refuse(name, _reason(done.returncode, done.stderr), "Export the sheet again, or as CSV.")
    return _split(output, path)


def _reason(code: int, said: bytes) -> str:
    if code == 3:
        return f"cannot be read: {said.decode('utf-8', 'replace')}"
    return "cannot be read within the limits of memory and time"


def _refuse(name: str, what: str, fix: str) -> None:
    raise EventError(Problem("file-workbook", name, what, fix))


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
    """One sheet, ready to be queried.

    Raises:
        EventError: when the sheet is empty.
    """
    with path.open(encoding="utf-8", newline="") as source:
        rows = [
            row[1:] for row, _ in zip(csv.reader(source), range(skip_rows + header_rows + 1), strict=False)
        ]
    width = max((len(row) for row in rows), default=0)
    if len(rows) < skip_rows + max(header_rows, 1):
        raise EventError(Problem("file-empty", f"{file} {sheet}", "the sheet is empty", "Check the export."))
    headers = (
        join_headers(rows[skip_rows : skip_rows + header_rows]) if header_rows else numbered_headers(width)
    )
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width + 1))
    relation = (
        "read_csv($file, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', skip=$skip, "
        f"new_line='\\n', max_line_size=20000000, null_padding=true, parallel=false, columns={{{columns}}})"
    )
    parameters: dict[str, object] = {"file": str(path), "skip": skip_rows + header_rows}
    return Sheet(
        f"{file} {sheet}", relation, parameters, headers, SheetLines(path, f"{file} {sheet}"), numbered=True
    )


@dataclass(frozen=True, slots=True)
class SheetLines:
    """Rows of a sheet, known by their number."""

    path: Path
    name: str

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return the lines of rows by the sheet's own row numbers."""
        wanted = set(rows)
        found: dict[int, Line] = {}
        with self.path.open(encoding="utf-8", newline="") as source:
            for row in csv.reader(source):
                if int(row[0]) in wanted:
                    raw = "\t".join(row[1:]).encode()[:_KEPT]
                    found[int(row[0])] = Line(f"{self.name} row {row[0]}", raw)
        return found


def missing_sheet(name: str, wanted: str, known: Iterable[str]) -> EventError:
    """The error of a sheet that is not there."""
    return EventError(Problem("file-sheet", name, f"has no sheet '{wanted}'", did_you_mean(wanted, known)))
