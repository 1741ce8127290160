"""A real project with a generated history in sealed segments, put there through the log's own door."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from bench.floor import Floor, write_plant
from bench.happen import Shifts, history
from bench.wire import Wire, compact, days_of
from plantstack.events.batch import Batch
from plantstack.events.log import Log
from plantstack.events.validate import validate
from plantstack.intervals import DAY
from plantstack.plant.load import load_plant
from plantstack.plant.plant import Plant
from plantstack.stack.files.naming import names_of

HERE = Path(__file__).parent
OUT = HERE / "out"
_MADE_BY = ("floor.py", "happen.py", "wire.py", "project.py")
Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


def silent(_what: str, _done: int, _of: int) -> None:
    """Say nothing."""


def project_of(floor: Floor, home: Path = OUT, progress: Progress = silent) -> Path:
    """Return a project of this floor, making it when this very generator has not made it before."""
    code = "".join((HERE / name).read_text("utf-8") for name in _MADE_BY)
    stamp = sha256(f"{floor}{code}".encode()).hexdigest()[:12]
    folder = home / f"project-{floor.machines}-{floor.days}-{floor.thin}-{stamp}"
    if not folder.exists():
        half_done = folder.with_suffix(".part")
        shutil.rmtree(half_done, ignore_errors=True)
        half_done.mkdir(parents=True)
        write_plant(half_done, floor)
        fill_log(half_done, floor, progress)
        half_done.rename(folder)
    return folder


def fill_log(folder: Path, floor: Floor, progress: Progress = silent) -> int:
    """Draw the history of a floor and load it; return how many events there are.

    Raises:
        RuntimeError: when the log refuses any of it: then the generator is wrong.
    """
    plant = load_plant(folder)
    site_of = {name: plant.site_of(name).id for name in plant.equipment}
    site_of |= {lane: site_of[machine] for lane, (machine, _) in plant.lanes.items()}
    with Log.open(folder, write=True, project_id=plant.project_id) as log:
        receipt = log.bulk(batches(plant, floor, progress), received_at=floor.now, site_of=site_of)
    if receipt.duplicates or receipt.conflicts:
        raise RuntimeError(f"{receipt.duplicates} duplicates and {receipt.conflicts} conflicts were drawn")
    return receipt.accepted


def batches(plant: Plant, floor: Floor, progress: Progress = silent) -> Iterator[Batch]:
    """Yield the events of all machines day by day, as they would have come in, validated."""
    shifts = Shifts(plant, floor)
    drawn = []
    for number in range(floor.machines):
        drawn.append(compact(history(floor, number, shifts)))
        progress("drawing machines", number + 1, floor.machines)
    wire, names = Wire(floor), names_of(plant)
    edges = [-(2**62), *range(floor.window.start + DAY, floor.window.end + 1, DAY)]
    for day, rows in enumerate(days_of(drawn, edges), 1):
        good, faults = validate(wire.table(rows), names, floor.now)
        if faults:
            raise RuntimeError(f"the generator drew an event nobody may send: {faults[0]}")
        yield Batch(good)
        progress("loading days", day, floor.days)
