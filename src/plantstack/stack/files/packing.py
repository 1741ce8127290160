"""Finance packs among the files of a load: events like any other; a changed figure is a correction."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from plantstack.connectors.finance.figures import SOURCE
from plantstack.connectors.finance.read import Given, as_lines, event_of, is_pack, read_pack
from plantstack.connectors.finance.write import PackRow, write_pack
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.errors import ConfigError, EventError, Problem
from plantstack.plant.fiscal import fiscal_periods
from plantstack.plant.plant import Plant
from plantstack.stack.files.loading import Loaded

NAME = "finance-pack.xlsx"
_YEARS = (1900, 2199)
_LINE = re.compile(r"^\d+\.ndjson line (\d+)")

_STANDING = f"""
select e.key, json_extract_string(e.body, '$.value')
from everything as e
anti join gone on gone.log_offset = e.log_offset
where e.kind = 'finance' and e.source = '{SOURCE}' and not e.void
"""


@dataclass
class Packs:
    """The finance packs of one load.

    Attributes:
        plant: whose sites.
        engine: opened when there is a pack, to see which figures stand.
        problems: of the cells of each file.
        cells: where each event of each file was written.
    """

    plant: Plant
    engine: Callable[[], DuckEngine]
    problems: dict[int, list[Problem]] = field(default_factory=dict)
    cells: dict[int, list[str]] = field(default_factory=dict)
    _folder: tempfile.TemporaryDirectory[str] | None = None

    def unpack(self, files: Sequence[Path]) -> list[Path]:
        """Return the files, packs replaced by the events in them."""
        numbers = [number for number, path in enumerate(files) if is_pack(path)]
        if not numbers:
            return list(files)
        self._folder = tempfile.TemporaryDirectory(prefix="plantstack-")
        standing = self._standing()
        found = list(files)
        for number in numbers:
            try:
                given, self.problems[number] = read_pack(files[number], self.plant)
            except EventError as error:
                given, self.problems[number] = [], list(error.problems)
            found[number] = Path(self._folder.name) / f"{number}.ndjson"
            found[number].write_text(as_lines(self._events(number, given, standing)), "utf-8")
        return found

    def _events(
        self, number: int, given: Sequence[Given], standing: dict[str, tuple[str, Decimal]]
    ) -> list[dict[str, Any]]:
        """The events of a pack; from then on its figures stand, for the packs after it."""
        events = []
        for one in given:
            other = _overlapping(one, standing)
            if other:
                what = f"'{one.name}' of days that it has from {other} already"
                fix = "Give it for the same days, or take the earlier pack back; every day counts once."
                self.problems[number].append(Problem("pack-cell", one.where, what, fix))
                continue
            events.append(event_of(one, self.plant, standing))
            standing[one.slot] = (events[-1]["key"], one.value)
            self.cells.setdefault(number, []).append(one.where)
        return events

    def settle(self, files: Sequence[Path], loaded: Sequence[Loaded]) -> None:
        """Say of each pack, under its own name, which of its cells were set aside."""
        for number, problems in self.problems.items():
            loaded[number].file = files[number].name
            cells = self.cells.get(number, [])
            loaded[number].problems[:] = [_at_cell(one, cells) for one in loaded[number].problems]
            loaded[number].problems.extend(problems)
            loaded[number].notes[:] = [one for one in loaded[number].notes if one.code != "file-empty"]
            if not cells and not problems:
                fix = "Fill in the sheet 'figures' and load it again."
                loaded[number].notes.append(
                    Problem("pack-empty", files[number].name, "no figure is filled in", fix)
                )
        if self._folder is not None:
            self._folder.cleanup()

    def _standing(self) -> dict[str, tuple[str, Decimal]]:
        rows = self.engine().books.con.execute(_STANDING).fetchall()
        return {key.partition("#")[0]: (key, Decimal(value)) for key, value in rows}


def _overlapping(given: Given, standing: Mapping[str, tuple[str, Decimal]]) -> str:
    """The other days for which a figure of a site stands and which meet those given; '' none."""
    for slot in standing:
        site, first, last, name = slot.split("/")
        is_same = (site, name) == (given.site, given.name) and slot != given.slot
        if is_same and first <= given.last.isoformat() and given.first.isoformat() <= last:
            return f"{first} to {last}"
    return ""


def _at_cell(problem: Problem, cells: Sequence[str]) -> Problem:
    """A problem of an event, told where its cell is."""
    line = _LINE.search(problem.where)
    return problem if line is None else replace(problem, where=cells[int(line[1]) - 1])


def new_pack(path: Path, plant: Plant, first: date, last: date) -> Path:
    """Write a pack with a row for each site and fiscal period that meets some days.

    Raises:
        ConfigError: when the file exists, or the days are none a workbook can hold.
    """
    if not _YEARS[0] <= first.year <= last.year <= _YEARS[1]:
        what = f"a workbook has no place for {first} to {last}"
        fix = f"Name days of the years {_YEARS[0]} to {_YEARS[1]}."
        raise ConfigError(Problem("pack-days", str(path), what, fix))
    rows = [
        PackRow(site.id, period.from_day, _before(period.until_day))
        for site in plant.sites.values()
        for period in fiscal_periods(site.fiscal, first, last)
    ]
    return write_pack(path, plant, rows)


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
