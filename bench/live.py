"""The live tick: today derived again, against what an event costs in the long batch.

A server keeps its books open and has published what was known some hours ago; a tick derives today's pages
again, from their opening border, with what came in since.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from bench.derive import count
from bench.floor import Floor, write_plant
from bench.measure import Result, rounded
from bench.project import Progress, batches, silent
from plantstack.engines.duckdb.books import Books, open_books
from plantstack.engines.duckdb.calculator import open_calculator
from plantstack.engines.duckdb.deriving import derive, dirt_of, publish
from plantstack.events.batch import Batch
from plantstack.events.log import Log
from plantstack.intervals import DAY, HOUR
from plantstack.plant.load import load_plant, plant_content
from plantstack.plant.plant import Plant

PER_EVENT, MORE_MACHINES = 3.0, 5.0
DAYS = 4  # Monday to Wednesday below today
PUBLISHED_AFTER = 8 * HOUR  # into today; by then the production day has begun at every site
_HOT_ROWS = 5_000


@dataclass(frozen=True)
class Tick:
    """How long today took, and of how many events."""

    seconds: list[float]
    events: int
    machines: int

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def tick(machines: int, repeats: int, progress: Progress = silent) -> Tick:
    """Load a week, publish it, let today come in hot, and derive today `repeats` times."""
    floor = Floor(machines=machines, days=DAYS)
    with tempfile.TemporaryDirectory(prefix="bench-live-") as name:
        folder = Path(name)
        write_plant(folder, floor)
        plant = load_plant(folder)
        site_of = {one: plant.site_of(one).id for one in plant.equipment}
        days = list(batches(plant, floor, progress))
        with Log.open(folder, write=True, project_id=plant.project_id) as log:
            today = days.pop().events
            morning = pc.less(today.column("at"), floor.window.end - DAY + PUBLISHED_AFTER)
            days.append(Batch(today.filter(morning)))
            log.bulk(days, received_at=floor.now, site_of=site_of)
            with _opened(folder, plant, log, use_lake=False) as books:
                publish(books)
            _append(log, today.filter(pc.invert(morning)), floor)
            with _opened(folder, plant, log, use_lake=True) as books:
                dirt = dirt_of(books)
                seconds = []
                for _ in range(repeats + 1):  # the first warms up
                    started = time.perf_counter()
                    derive(books, dirt)
                    seconds.append(time.perf_counter() - started)
                events = count(books.con, "logged")
        return Tick(seconds[1:], events, machines)


def _append(log: Log, events: pa.Table, floor: Floor) -> None:
    """Today as a server takes it in: into the hot log, some thousand rows at a time."""
    for start in range(0, len(events), _HOT_ROWS):
        log.append(Batch(events[start : start + _HOT_ROWS]), received_at=floor.now)


@contextmanager
def _opened(folder: Path, plant: Plant, log: Log, *, use_lake: bool) -> Iterator[Books]:
    lake = folder / "lake"
    lake.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        con = open_calculator(folders=[lake, log.places.segments], scratch=Path(scratch))
        config = plant_content(folder).sha256
        upto = log.last_offset()
        yield open_books(con, log, plant, folder, config, upto=upto, use_lake=use_lake)
        con.close()


def compare(small: Tick, large: Tick, batch_us: float) -> list[Result]:
    """Hold ticks against the batch, and many machines against few."""
    each = small.median / small.events * 1e6
    return [
        Result(
            f"live tick of {small.machines} machines: an event, of an event in the long batch",
            each / batch_us,
            PER_EVENT,
            detail={
                "events": small.events,
                "tick_s": rounded(small.seconds),
                "us_an_event": round(each, 2),
                "batch_us_an_event": round(batch_us, 2),
            },
        ),
        Result(
            f"live tick of {large.machines} machines, of {small.machines}",
            large.median / small.median,
            MORE_MACHINES,
            detail={"events": large.events, "tick_s": rounded(large.seconds)},
        ),
    ]
