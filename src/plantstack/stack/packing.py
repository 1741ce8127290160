"""Finance packs among the files of a load: events like any other; a changed figure is a correction."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from plantstack.connectors.finance.figures import SOURCE
from plantstack.connectors.finance.read import as_lines, event_of, is_pack, read_pack
from plantstack.connectors.finance.write import PackRow, write_pack
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.errors import EventError, Problem
from plantstack.plant.fiscal import fiscal_periods
from plantstack.plant.plant import Plant
from plantstack.stack.loading import Loaded

NAME = "finance-pack.xlsx"

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
    """

    plant: Plant
    engine: Callable[[], DuckEngine]
    problems: dict[int, list[Problem]] = field(default_factory=dict)
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
            events = [event_of(one, self.plant, standing) for one in given]
            found[number].write_text(as_lines(events), "utf-8")
        return found

    def settle(self, files: Sequence[Path], loaded: Sequence[Loaded]) -> None:
        """Say of each pack, under its own name, which of its cells were set aside."""
        for number, problems in self.problems.items():
            loaded[number].file = files[number].name
            loaded[number].problems.extend(problems)
        if self._folder is not None:
            self._folder.cleanup()

    def _standing(self) -> dict[str, tuple[str, Decimal]]:
        rows = self.engine().books.con.execute(_STANDING).fetchall()
        return {key.partition("#")[0]: (key, Decimal(value)) for key, value in rows}


def new_pack(path: Path, plant: Plant, first: date, last: date) -> Path:
    """Write a pack with a row for each site and fiscal period that meets some days.

    Raises:
        ConfigError: when the file exists.
    """
    rows = [
        PackRow(site.id, period.from_day, _before(period.until_day))
        for site in plant.sites.values()
        for period in fiscal_periods(site.fiscal, first, last)
    ]
    return write_pack(path, plant, rows)


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
