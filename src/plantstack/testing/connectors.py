"""Conformance of a connector: whatever is cut off when, every event is in the log once.

    source = Source(prepare=lambda folder: ..., connect=lambda folder: MyConnector(folder / "recorded"))
    assert check_connector(source, project) == []

A recorded source is read to its end, then again and again with a cut: before a delivery is written, and
after it is written but before the connector learns of it. After each cut a new connector goes on from the
cursor that is in the log. The log must say the same as without a cut.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Connector, Delivery
from plantstack.connectors.mapping.model import Mapping
from plantstack.errors import PlantstackError
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.plant.load import load_plant
from plantstack.stack.files.naming import names_of

NAME = "source"
_CUTS = ("before", "after")


@dataclass(frozen=True, slots=True)
class Source:
    """A recorded source, laid out anew for every round.

    Attributes:
        prepare: lays it out in an empty folder.
        connect: a connector that reads it; called again after each cut.
        mapping: how what it reads becomes events.
        now: the instant of receipt, microseconds UTC.
        idle_s: a live source has come to its end when it is silent for so long.
    """

    prepare: Callable[[Path], None]
    connect: Callable[[Path], Connector]
    mapping: Mapping | None = None
    now: int = 0
    idle_s: float = 1.0


@dataclass(frozen=True, slots=True)
class _Read:
    """What a round left in the log."""

    events: Counter[tuple[str, str]]  # source and key of what stands in the log
    letters: int
    deliveries: int


def check_connector(source: Source, project: Path) -> list[str]:
    """Read a recorded source whole, and with a cut at each delivery; return what was wrong.

    Args:
        source: what to read.
        project: the folder of a plant that knows its equipment; copied, not changed.
    """
    try:
        whole = asyncio.run(_round(source, project, None, ""))
    except PlantstackError as error:
        return [f"it cannot be read: {problem}" for problem in error.problems]
    wrong = [] if whole.deliveries else ["it delivered nothing"]
    if any(count > 1 for count in whole.events.values()):
        wrong.append("an event is in the log twice although nothing was cut")
    for cut in _CUTS:
        for number in range(whole.deliveries):
            found = asyncio.run(_round(source, project, number, cut))
            where = f"cut off {cut} delivery {number + 1} was written"
            lost, more = whole.events - found.events, found.events - whole.events
            wrong += [f"{where}: {len(lost)} events are lost"] if lost else []
            wrong += [f"{where}: {len(more)} events are told again under another key"] if more else []
            if found.letters < whole.letters:
                wrong.append(f"{where}: {whole.letters - found.letters} dead letters are lost")
    return wrong


async def _round(source: Source, project: Path, cut_at: int | None, cut: str) -> _Read:
    with (
        tempfile.TemporaryDirectory(prefix="plantstack-") as name,
        _deliveries(project, name, source) as door,
    ):
        folder = Path(name) / "source"
        folder.mkdir()
        source.prepare(folder)
        count, goes_on = 0, True
        while goes_on:
            goes_on, count = await _read(source, folder, door, count, (cut_at, cut))
        with Log.open(door.folder, write=False) as log:
            told = log.events()
            names = zip(*(told[column].to_pylist() for column in ("kind", "source", "key")), strict=True)
            events = Counter((who, key) for kind, who, key in names if kind != "config")
            return _Read(events, len(log.dead_letters()), count)


async def _read(
    source: Source, folder: Path, door: Deliveries, count: int, cut: tuple[int | None, str]
) -> tuple[bool, int]:
    """Read until the end or the cut; tell whether there was a cut, and how much was delivered so far."""
    connector = source.connect(folder)
    connection = Connection(NAME, NAME, connector, source.mapping)
    problems = await connector.check()
    if problems:
        raise PlantstackError(problems)
    async with aclosing(connector.read(door.begin(NAME))) as reading:
        delivery = await _next(anext(reading), source.idle_s)
        while delivery is not None:
            is_cut = count == cut[0]
            count += 1
            if is_cut and cut[1] == "before":
                return True, count
            outcome = await asyncio.to_thread(door.write, connection, delivery)
            if is_cut:
                return True, count
            delivery = await _next(reading.asend(outcome), source.idle_s)
    return False, count


async def _next(coming: Awaitable[Delivery], idle_s: float) -> Delivery | None:
    try:
        return await asyncio.wait_for(coming, idle_s)
    except (StopAsyncIteration, TimeoutError):
        return None


@contextmanager
def _deliveries(project: Path, name: str, source: Source) -> Iterator[Deliveries]:
    """A log of its own beside the plant files; no books are kept."""
    folder = Path(name) / "project"
    kept_out = shutil.ignore_patterns("log", "lake", "reported", ".plantstack", "connectors")
    shutil.copytree(project, folder, ignore=kept_out)
    plant = load_plant(folder)
    with Log.open(folder, write=True, project_id=plant.project_id) as log:
        writer = GroupWriter(log)
        door = Door(writer, names_of(plant), lambda: source.now)
        deliveries = Deliveries(folder, plant, writer, door, lambda: source.now)
        yield deliveries
        writer.close()
        deliveries.close()
