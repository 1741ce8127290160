"""The pandas version of the rules, timed in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from bench.frames.books import Books
from bench.frames.facts import facts_of
from bench.frames.read import Plant, read_events
from bench.measure import rounded
from plantstack.events.log import Log
from plantstack.intervals import DAY, Interval
from plantstack.plant.load import load_plant
from plantstack.plant.tables import plant_tables


def books_in_pandas(folder: Path) -> Books:
    """Read a project's segments and keep its books in frames."""
    plant = load_plant(folder)
    with Log.open(folder, write=False, project_id=plant.project_id) as log:
        files = [str(path) for path in log.segments()]
        segments = log.manifest()
    window = Interval(
        min(one.least_at for one in segments) - 40 * DAY, max(one.greatest_at for one in segments) + 40 * DAY
    )
    frames = Plant.of(plant_tables(plant, window))
    return Books(read_events(files, frames), frames)


def whole(folder: Path) -> int:
    """Make all facts; return how many rows they have."""
    return facts_of(books_in_pandas(folder)).rows


def measure(folder: Path, repeats: int) -> dict[str, object]:
    """Time it, on the clock and in processor time."""
    seconds, busy = [], []
    rows = 0
    for _ in range(repeats):
        started, worked = time.perf_counter(), time.process_time()
        rows = whole(folder)
        seconds.append(time.perf_counter() - started)
        busy.append(time.process_time() - worked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {
        "pandas_s": rounded(seconds),
        "processor_s": rounded(busy),
        "rows": rows,
        "peak_gb": round(peak, 3),
    }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))))
