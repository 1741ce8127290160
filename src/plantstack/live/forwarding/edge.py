"""An edge while it runs: connectors into a log of its own, and a server that is told what is in it.

The log is the outbox: what a source was acknowledged is on disk, whether the server can be reached or not. No
books are kept here; what equipment is called is judged by the plant files where there are any, else by the
server alone.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from plantstack.connectors.connections import Connection, read_connections
from plantstack.connectors.contract import Delivery, Outcome, Retry
from plantstack.connectors.raw import size_of
from plantstack.errors import ConfigError, PlantstackError, Problem, QueryError
from plantstack.events import deadletters
from plantstack.events.batch import Batch, Cursor
from plantstack.events.log import Log
from plantstack.events.names import AnyNames
from plantstack.events.writer import GroupWriter
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Clock, Door
from plantstack.live.forwarding.centre import Centre
from plantstack.live.forwarding.forwarder import Forwarder
from plantstack.live.forwarding.outbox import Outbox, waiting
from plantstack.live.supervisor import Supervisor
from plantstack.plant.load import MAIN_FILE, load_plant, no_plant
from plantstack.stack.files.naming import names_of

STATUS = "forward.json"  # in .plantstack: how it was a moment ago
FLOOR = 1 << 30  # bytes
_WHO = "plantstack/forward/edge"
_NAMED = 20  # letters of which the reason is told
_TELL_S, _SEAL_S, _WATCH_S = 2.0, 60.0, 0.5


class Broken(Exception):
    """Only a new start helps."""


class Edge:
    """One folder of connections, and the server they are told to."""

    def __init__(
        self,
        folder: Path,
        client: httpx.AsyncClient,
        address: str,
        token: Path | None,
        clock: Clock,
        *,
        chance: Callable[[], float] = lambda: 0.5,
        name: str,
        floor: int = FLOOR,
        is_passing: bool = False,
    ) -> None:
        """Take the log; nothing is read or told yet.

        Args:
            folder: with `connectors/` and `mappings/`, and plant files or none.
            client: what requests go through.
            address: of the server.
            token: file of the secret; None where the server needs none.
            clock: the instant of now.
            chance: a number from 0 to 1, so that waits differ.
            name: what this edge is called from its first start on; later ones keep that.
            floor: of the disk so many bytes stay free: below, nothing more is taken in.
            is_passing: it comes and goes; the server shall not miss it.

        Raises:
            ConfigError: with every problem of plant files, connections and mappings.
            LogError: when the log cannot be used, or another process writes it.
        """
        self.folder, self.clock, self.floor, self.is_passing = folder, clock, floor, is_passing
        is_named = (folder / MAIN_FILE).exists()
        plant = load_plant(folder) if is_named else no_plant()
        connections, problems = read_connections(folder)
        if problems:
            raise ConfigError(problems)
        self._log = Log.open(folder, write=True, project_id=plant.project_id, holder="plantstack forward")
        self.writer = GroupWriter(self._log)
        try:
            self.name = self._own_name(name)
        except BaseException:
            self.writer.close()
            self._log.close()
            raise
        door = Door(self.writer, names_of(plant) if is_named else AnyNames(), clock)
        self.deliveries = Deliveries(folder, plant, self.writer, door, clock)
        self.supervisor = Supervisor(connections, self.deliver, self.deliveries.begin, clock, chance)
        centre = Centre(client, address, token, self.name, is_passing=is_passing)
        outbox = Outbox(self.deliveries.reading, self.writer, clock)
        self.forwarder = Forwarder(outbox, centre, self.name, clock, chance)
        self.address, self.delivered = address, 0

    async def run(self) -> None:
        """Read and tell until cancelled.

        Raises:
            Broken: when only a new start helps.
        """
        works = (self.supervisor.run, self.forwarder.run, self._keep_told, self._seal, self._watch)
        try:
            async with asyncio.TaskGroup() as tasks:
                for work in works:
                    tasks.create_task(work())
        except* Broken:
            raise Broken from None

    async def read(self, quiet_s: float, most_s: float) -> None:
        """Read what is connected until nothing has come for a while, or for so long."""
        loop = asyncio.get_running_loop()
        reading = loop.create_task(self.supervisor.run())
        begun = seen_at = loop.time()
        seen = self.delivered
        while loop.time() - seen_at < quiet_s and loop.time() - begun < most_s and not reading.done():
            await asyncio.sleep(0.05)
            if self.delivered != seen:
                seen, seen_at = self.delivered, loop.time()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    async def deliver(self, connection: Connection, delivery: Delivery) -> Outcome:
        """Write what a connector delivers; returns when it is on disk.

        Raises:
            Retry: when the disk is as full as it may be: the source keeps it.
        """
        if (free := shutil.disk_usage(self.folder).free) < self.floor:
            what = f"{free >> 20} MB of the disk are free, {self.floor >> 20} MB stay so: nothing is taken in"
            fix = "Free some space; what was taken in is kept, and told."
            raise Retry(Problem("forward-disk", connection.name, what, fix))
        outcome = await asyncio.to_thread(self.deliveries.write, connection, delivery)
        self.delivered += 1
        return outcome

    def close(self) -> None:
        """Write what was handed over, then let go of the log."""
        self.writer.close()
        self.deliveries.close()
        self.forwarder.state.status = "ended"
        self._note()
        self._log.close()

    def troubles(self) -> list[Problem]:
        """What is wrong with telling, with connections and with the log."""
        why = list(self.forwarder.state.why)
        for one in self.supervisor.states.values():
            why += one.why
        return why + list(self.writer.trouble.problems if self.writer.trouble is not None else ())

    def status(self) -> dict[str, Any]:
        """How it is, beside what the log itself says."""
        state = self.forwarder.state
        return {
            "edge": self.name,
            "to": self.address,
            "status": state.status,
            "is_passing": self.is_passing,
            "heard_at": state.heard_at,
            "why": [problem.as_row() for problem in self.troubles()],
            "ailing": self.supervisor.ailing(),
            "at": self.clock(),
        }

    def _own_name(self, proposed: str) -> str:
        """The name of the first start: it is in the log, so that requests keep theirs."""
        known = self._log.cursor(_WHO)
        if known is None:
            self.writer.submit(Batch(cursors=(Cursor(_WHO, proposed),)), received_at=self.clock()).result()
        return known or proposed

    def _note(self) -> None:
        """Write the status where `--status` finds it; where the disk refuses, it is old, and says so."""
        place = self.folder / ".plantstack" / STATUS
        half_done = place.with_suffix(".part")
        try:
            half_done.write_text(json.dumps(self.status()), "utf-8")
            half_done.replace(place)
        except OSError:
            half_done.unlink(missing_ok=True)

    async def _keep_told(self) -> None:
        while True:
            await asyncio.to_thread(self._note)
            await asyncio.sleep(_TELL_S)

    async def _seal(self) -> None:
        """Pack what was told and is old; what waits stays as it is."""
        while True:
            await asyncio.sleep(_SEAL_S)
            try:
                await asyncio.to_thread(self._sealed)
            except PlantstackError:  # a full disk: told as soon as something is to be written
                continue

    def _sealed(self) -> None:
        with self.deliveries.reading() as log:
            if waiting(log).events:
                return
        self.writer.run(lambda log: log.seal(now=self.clock())).result()

    async def _watch(self) -> None:
        """Never stay up doing nothing."""
        while self.writer.is_alive:
            await asyncio.sleep(_WATCH_S)
        raise Broken


def floor_of(text: str) -> int:
    """Read how much of the disk stays free.

    Raises:
        QueryError: when it is no size.
    """
    try:
        return size_of(text)
    except ValueError:
        what, fix = f"expected a size, came '{text}'", "Write megabytes or gigabytes: '500 MB'."
        raise QueryError(Problem("forward-floor", "--floor", what, fix)) from None


def last_note(folder: Path) -> dict[str, Any]:
    """What an edge said of itself last; nothing where it never ran."""
    try:
        found: dict[str, Any] = json.loads((folder / ".plantstack" / STATUS).read_text("utf-8"))
        return found
    except (OSError, ValueError):
        return {}


def outbox_of(folder: Path) -> dict[str, Any]:
    """What waits in a folder, by its log.

    Raises:
        LogError: when the log cannot be read.
    """
    with Log.open(folder, write=False) as log:
        found = waiting(log)
        newest = deadletters.listed(log.connection, limit=10**9)[-_NAMED:]
    return {
        "waiting": found.events,
        "oldest": found.oldest,
        "not_taken": found.letters,
        "set_aside": found.aside,
        "letters": [one.problem.as_row() | {"where": one.where} for one in newest],
    }
