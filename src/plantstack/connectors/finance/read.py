"""The filled-in workbook -> events, one a cell; a cell that is wrong is named by sheet, row and column."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from plantstack.connectors.files.excel import read_workbook
from plantstack.connectors.finance.figures import FIGURES, HEAD, SHEET, SOURCE, Figure
from plantstack.errors import EventError, Problem, did_you_mean
from plantstack.intervals import rfc3339
from plantstack.plant.localtime import resolve
from plantstack.plant.plant import Plant

_MOST = Decimal(10) ** 12
_BY_NAME = {one.name: one for one in FIGURES}


@dataclass(frozen=True, slots=True)
class Given:
    """One figure of one cell.

    Attributes:
        site: id.
        first: first day of the period.
        last: last day.
        name: of the figure.
        value: as written.
        where: the cell, for whoever has to look at it.
    """

    site: str
    first: date
    last: date
    name: str
    value: Decimal
    where: str = ""

    @property
    def slot(self) -> str:
        """What the figure is about, whatever its value."""
        return f"{self.site}/{self.first}/{self.last}/{self.name}"


def is_pack(path: Path) -> bool:
    """Whether a file is a workbook with the sheet of figures and that of the guide."""
    if path.suffix.lower() != ".xlsx" or not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            book = archive.read("xl/workbook.xml")[:100_000]
    except (zipfile.BadZipFile, KeyError, OSError):
        return False
    return f'name="{SHEET}"'.encode() in book and b'name="read me"' in book


def read_pack(path: Path, plant: Plant) -> tuple[list[Given], list[Problem]]:
    """Read every cell; good ones are returned, the others are problems.

    Raises:
        EventError: when the workbook cannot be read at all.
    """
    with tempfile.TemporaryDirectory(prefix="plantstack-") as folder:
        copy = Path(folder) / "pack.xlsx"
        shutil.copyfile(path, copy)
        cells = read_workbook(copy, path.name, [SHEET])[SHEET]
        with cells.open(encoding="utf-8", newline="") as source:
            rows = list(csv.reader(source))
    if not rows:
        raise EventError(Problem("pack-empty", f"{path.name} {SHEET}", "the sheet is empty"))
    return _Pack(path.name, plant, rows[0][1:]).read(rows[1:])


class _Pack:
    def __init__(self, name: str, plant: Plant, head: Sequence[str]) -> None:
        self.name = name
        self.plant = plant
        self.head = [one.strip().lower() for one in head]
        self.problems: list[Problem] = []
        self.seen: dict[str, list[tuple[date, date, str]]] = {}

    def read(self, rows: Sequence[Sequence[str]]) -> tuple[list[Given], list[Problem]]:
        known = [*HEAD, *_BY_NAME]
        for column, name in enumerate(self.head):
            if name and name not in known:
                self._wrong("1", column, f"there is no figure '{name}'", did_you_mean(name, known))
        for name in HEAD:
            if name not in self.head:
                self._wrong("1", len(self.head), f"the column '{name}' is missing", "Put it back.")
        for column, name in enumerate(self.head):
            if name in known and name in self.head[:column]:
                fix = "Leave one of the two: nothing of them is read."
                self._wrong("1", column, f"the column '{name}' stands here twice", fix)
        is_whole = all(self.head.count(name) == 1 for name in HEAD)
        return [one for row in rows for one in self._row(row)] if is_whole else [], self.problems

    def _row(self, row: Sequence[str]) -> Iterator[Given]:
        number, cells = row[0], dict(zip(self.head, row[1:], strict=False))
        told = [name for name in _BY_NAME if cells.get(name, "").strip() and self.head.count(name) == 1]
        site = self._site(number, cells["site"]) if told else None
        first, last = (self._day(number, side, cells[side]) if told else None for side in ("from", "to"))
        if site is None or first is None or last is None:
            return
        if not self._is_free(number, site, first, last):
            return
        for name in told:
            value = self._number(number, _BY_NAME[name], cells[name])
            if value is not None:
                yield Given(site, first, last, name, value, self._where(number, self.head.index(name)))

    def _site(self, row: str, text: str) -> str | None:
        labels = {one.label.lower(): one.id for one in self.plant.sites.values() if one.label}
        wanted = text.strip()
        found = wanted if wanted in self.plant.sites else labels.get(wanted.lower())
        if found is None:
            fix = did_you_mean(wanted, [*self.plant.sites])
            self._wrong(row, self.head.index("site"), f"there is no site '{wanted}'", fix)
        return found

    def _day(self, row: str, side: str, text: str) -> date | None:
        try:
            return datetime.fromisoformat(text.strip()).date()
        except ValueError:
            came = f"came '{text.strip()}'" if text.strip() else "the cell is empty"
            self._wrong(row, self.head.index(side), f"expected a date, {came}", "Write it as 2026-03-31.")
            return None

    def _is_free(self, row: str, site: str, first: date, last: date) -> bool:
        """Whether the period is one, and no other row of the site says something of its days."""
        if last < first:
            self._wrong(row, self.head.index("to"), "the period ends before it begins", "Swap the two dates.")
            return False
        for start, end, other in self.seen.get(site, []):
            if first <= end and start <= last:
                what = f"the period overlaps that of row {other}"
                self._wrong(row, self.head.index("from"), what, "Every day counts once.")
                return False
        self.seen.setdefault(site, []).append((first, last, row))
        return True

    def _number(self, row: str, figure: Figure, text: str) -> Decimal | None:
        column = self.head.index(figure.name)
        try:
            value = Decimal(text.strip())
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) >= _MOST:
            self._wrong(row, column, f"expected a number below a trillion, came '{text.strip()}'", "")
            return None
        if value < 0 and not figure.may_be_negative:
            self._wrong(row, column, f"'{figure.name}' is below zero", "Write what was used, sold or made.")
            return None
        return round(value, 4)

    def _wrong(self, row: str, column: int, what: str, fix: str) -> None:
        self.problems.append(Problem("pack-cell", self._where(row, column), what, fix))

    def _where(self, row: str, column: int) -> str:
        where = f"{self.name} sheet {SHEET} row {row} column {_letters(column)}"
        return f"{where} ({self.head[column]})" if 0 <= column < len(self.head) else where


def _letters(column: int) -> str:
    """The column as a workbook names it.

    >>> _letters(0), _letters(27)
    ('A', 'AB')
    """
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def event_of(given: Given, plant: Plant, standing: Mapping[str, tuple[str, Decimal]]) -> dict[str, Any]:
    """The event of a cell as it stands in a file.

    It is told at the start of its period, so that a period that is not over yet adds no time to the books.

    Args:
        given: the figure.
        plant: whose production days.
        standing: slot -> (key, value) of the figures told before; another value replaces them.
    """
    site = plant.sites[given.site]
    start = resolve(site.zone, given.first, site.day_start)
    end = resolve(site.zone, given.last + timedelta(days=1), site.day_start)
    key, was = standing.get(given.slot, (given.slot, given.value))
    event: dict[str, Any] = {
        "kind": "finance",
        "equipment": given.site,
        "at": rfc3339(start),
        "source": SOURCE,
    }
    event |= {"name": given.name, "value": str(given.value), "from": rfc3339(start), "until": rfc3339(end)}
    if was == given.value:
        return event | {"key": key}
    slot, _, version = key.partition("#")
    changed = f"{slot}#{int(version or 1) + 1}"
    return event | {"key": changed, "supersedes": {"source": SOURCE, "key": key}}


def as_lines(events: Sequence[Mapping[str, Any]]) -> str:
    """Events as the lines of a file."""
    return "".join(json.dumps(event) + "\n" for event in events)
