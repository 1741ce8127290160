"""The last days of lake and log as tables of the connection, for questions about now.

Whoever reads files binds all of them before the first row, which takes several times as long as the rest of a
question about one shift. Books that stay open hold the last days beside what they derived.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from plantstack.engines.duckdb import lake
from plantstack.engines.duckdb.calculator import Calculator
from plantstack.events.log import Log
from plantstack.intervals import DAY, HOUR, Interval, from_us
from plantstack.ledger.outputs import PAGED
from plantstack.plant.structure import FAR_FUTURE

_DAYS = 3
_EVENTS_BACK = 30 * HOUR  # a day and what lies around it
_EVENTS = 200_000  # at most; of a plant that tells more they stay in their files
_NOT_HELD = ("reading",)


@dataclass(frozen=True, slots=True)
class Near:
    """The last days, as tables `held_<table>` of what is published and views `near_<table>` of all of it.

    Attributes:
        con: where the tables are, beside `fresh_<table>` and `day`.
        folder: of the project.
        manifest: the published generation that is read.
        day: the first production day that is held.
        at: what ends after this instant lies in the days that are held, at every site.
        events_at: from when on `held_event` has all sealed events but readings; None where they are too many.
    """

    con: Calculator
    folder: Path
    manifest: lake.Manifest
    day: str
    at: int
    events_at: int | None

    @classmethod
    def of(
        cls, con: Calculator, folder: Path, manifest: lake.Manifest, log: Log, upto: int, end: int
    ) -> Near | None:
        """Hold the days before an instant and events to an offset; None where no calendar reaches it."""
        day = f"{from_us(end - _DAYS * DAY):%Y-%m-%d}"
        at = con.execute("select max(from_at) from day where day = $1", [day]).fetchall()[0][0]
        if at is None:
            return None
        found = cls(con, folder, manifest, day, at, _hold_events(con, log, upto, end - _EVENTS_BACK))
        found.fill()
        for table in PAGED:
            both = f"from held_{table} union all by name from fresh_{table}"
            con.execute(f"create or replace temp view near_{table} as {both}")
        return found

    def fill(self) -> None:
        """Read what is held from the lake; nothing of it was derived again yet."""
        for table, columns in PAGED.items():
            self.con.execute(f"create or replace temp table held_{table} ({columns})")
            names = self.manifest.files.get(table, {}).values()
            if names:
                rows = f"from {lake.parquet(self.folder, names)} where day >= '{self.day}'"
                self.con.execute(f"insert into held_{table} by name {rows}")

    def has_events(self, kinds: Collection[str], start: int) -> bool:
        """Whether all sealed events of some kinds from an instant on are held."""
        return (
            self.events_at is not None and start >= self.events_at and not set(kinds).intersection(_NOT_HELD)
        )

    def leave(self, within: str) -> None:
        """Leave what was derived again to the fresh tables: rows `f` in pages `p`, by a condition."""
        for table in PAGED:
            self.con.execute(f"delete from held_{table} as f using published as p where {within}")


def _hold_events(con: Calculator, log: Log, upto: int, start: int) -> int | None:
    """Make `held_event` of what is sealed from an instant on; None where that is too much."""
    files = [str(path) for path in log.segments(upto, span=Interval(start, FAR_FUTURE))]
    kinds = ", ".join(f"'{kind}'" for kind in _NOT_HELD)
    told = f'log_offset <= {upto} and "at" >= {start} and kind not in ({kinds})'
    rows = f"{lake.read(files)} where {told}" if files else "hot_event where false"
    if con.execute(f"select count(*) from {rows}").fetchall()[0][0] > _EVENTS:
        return None
    con.execute(f"create or replace temp table held_event as from {rows}")
    return start
