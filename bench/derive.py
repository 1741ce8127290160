"""Deriving hourly facts from sealed segments, against a plain scan of the same files.

Run as a process of its own, so that its peak memory is the derivation's.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Timed, in_turn, rounded
from plantstack.engines.duckdb.books import Books, open_books
from plantstack.engines.duckdb.calculator import Calculator, open_calculator
from plantstack.engines.duckdb.deriving import derive, dirt_of
from plantstack.events.log import Log
from plantstack.plant.load import load_plant, plant_content

FACTS = ("time_fact", "pieces_fact", "spans_fact")
_MACHINES = 50  # of ninety days, a quarter of them; as many as one run of the steps takes into its memory

# The plain scan reads every column that the derivation has to read, and adds up by machine, hour and kind.
_SCAN = """
create or replace temp table scanned as
select
    equipment,
    e.at // 3600000000 as hour,
    kind,
    count(*) as events,
    max(log_offset) as last,
    max(told_at) as told,
    max(sequence) as sequence,
    sum(until_at - coalesce(from_at, e.at)) as us,
    {counts},
    {sums}
from read_parquet({files}, union_by_name = true) as e
group by all
"""
_COUNTED = (
    *("key", "source", "order_id", "product", "state", "reason", "role", "phase", "unit", "method"),
    *("value", "low", "high", "ok", "from_at", "void"),
)
_SUMMED = (
    *("total", "good", "scrap", "rework", "first_pass", "startup_reject"),
    *("n", "n_ok", "defects", "opportunities"),
)

# The least that could be called hourly sums: pieces by machine, hour and kind. Reported, not bounded.
_NARROW = """
create or replace temp table scanned as
select equipment, e.at // 3600000000 as hour, kind, count(*) as events, {sums}
from read_parquet({files}, union_by_name = true) as e
group by all
"""


class Derivation:
    """A project's books, opened over its segments as a writer opens them, and derived in batches."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        plant = load_plant(folder)
        self.log = Log.open(folder, write=False, project_id=plant.project_id)
        places = [self.log.places.segments, folder]
        self.con = open_calculator(folders=places, scratch=scratch)
        self.files = [str(path) for path in self.log.segments()]
        self.plant, self.folder = plant, folder
        self.rows = dict.fromkeys(FACTS, 0)
        self.processor_s: list[float] = []  # of each time everything was derived

    def open(self) -> Books:
        """Settle what stands, lay the plant before the steps."""
        content = plant_content(self.folder)
        return open_books(
            self.con,
            self.log,
            self.plant,
            self.folder,
            content.sha256,
            upto=self.log.last_offset(),
            use_lake=False,
        )

    def whole(self) -> None:
        """Derive everything, a batch of machines at a time; what a batch leaves is counted and let go."""
        begun = time.process_time()
        books = self.open()
        dirt = dirt_of(books)
        machines = sorted(dirt)
        self.rows = dict.fromkeys(FACTS, 0)
        for start in range(0, len(machines), _MACHINES):
            derive(books, {one: dirt[one] for one in machines[start : start + _MACHINES]})
            for fact in FACTS:
                self.rows[fact] += count(self.con, f"fresh_{fact}")
            books.forget_fresh()
        self.processor_s.append(time.process_time() - begun)

    def scan(self, sql: str = _SCAN) -> None:
        """Scan the same files and add up."""
        counts = ", ".join(f"count({name}) as {name}_n" for name in _COUNTED)
        sums = ", ".join(f"sum({name}) as {name}" for name in _SUMMED)
        self.con.execute(sql.format(counts=counts, sums=sums, files=self.files)).fetchall()
        self.con.execute("drop table scanned")


def count(con: Calculator, table: str) -> int:
    return int(con.execute(f"select count(*) from {table}").fetchall()[0][0])


def measure(folder: Path, repeats: int) -> dict[str, object]:
    """Time derivation and scans in turn; peak memory is this process's."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Derivation(folder, Path(scratch))
        times: Timed = in_turn(work.whole, work.scan, repeats)
        _, narrow = in_turn(lambda: None, lambda: work.scan(_NARROW), repeats)
        return {
            "derive_s": rounded(times[0]),
            "processor_s": rounded(work.processor_s),
            "scan_s": rounded(times[1]),
            "narrow_scan_s": rounded(narrow),
            "rows": work.rows,
            "events": work.log.last_offset(),
            "machines_a_batch": _MACHINES,
            "peak_gb": round(_peak_kb() / 1e6, 3),
        }


def _peak_kb() -> int:
    """The most memory this process held; what the operating system tells of its parent does not count."""
    told = Path("/proc/self/status").read_text("utf-8")
    return int(next(line.split()[1] for line in told.splitlines() if line.startswith("VmHWM")))


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))))
