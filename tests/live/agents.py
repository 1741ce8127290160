"""An agent of two machines for the tests, and a log that takes in what is read of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

from tests.stack.floor import START

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Alive, Connector, Delivery
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.mtconnect.connector import MTConnect
from plantstack.connectors.mtconnect.settings import Settings
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.intervals import HOUR, SECOND, rfc3339
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.plant.load import load_plant
from plantstack.stack.files.naming import names_of
from plantstack.testing.agent import ReplayAgent
from plantstack.testing.recording import Model, Observed

PATIENCE_S = 30.0
Until = Callable[[Delivery], bool]
_DEVICE = """
<Device id="{name}" name="{name}" uuid="uuid-{name}"><DataItems>
<DataItem category="EVENT" id="{name}-avail" name="avail" type="AVAILABILITY"/></DataItems><Components>
<Controller id="{name}-c" name="controller"><Components><Path id="{name}-p" name="path"><DataItems>
<DataItem category="EVENT" id="{name}-run" name="execution" type="EXECUTION"/>
<DataItem category="EVENT" id="{name}-parts" name="parts" type="PART_COUNT"/>
<DataItem category="SAMPLE" id="{name}-heat" name="heat" type="TEMPERATURE" units="CELSIUS"/>
<DataItem category="CONDITION" id="{name}-logic" name="logic" type="LOGIC_PROGRAM"/>
</DataItems></Path></Components></Controller></Components></Device>
"""
DEVICES = (
    '<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.3"><Header instanceId="1"/><Devices>'
    + "".join(_DEVICE.format(name=name) for name in ("filler", "capper"))
    + "</Devices></MTConnectDevices>"
)
TEXT = """
schema: 1
source: agent
file: {format: mtconnect}
columns:
  execution:
    column: value
    map: {ACTIVE: producing, READY: idle, STOPPED: stopped, UNAVAILABLE: unknown}
every:
  equipment: "{device}"
  at: "{time}"
  sequence: "{sequence}"
  key: "{device}/{instance}/{sequence}"
events:
  - {kind: state, when: {type: Execution}, state: "{execution}"}
  - kind: count
    when: {type: PartCount, value: {not: UNAVAILABLE}}
    good: "{value}"
    counter: {counts: cumulative}
  - {kind: reading, when: {type: Temperature, value: {not: UNAVAILABLE}}, parameter: heat, value: "{value}"}
"""
MAPPING = parse_mapping(TEXT, "agent")


def at(second: float) -> str:
    """An instant of the test."""
    return rfc3339(START + round(second * SECOND))


def model(folder: Path) -> Model:
    """The device model of the two machines."""
    path = folder / "Devices.xml"
    path.write_text(DEVICES)
    return Model.read(path)


def seen(of: Model, second: float, name: str, value: str, device: str = "filler") -> Observed:
    """What a machine tells at a second of the test."""
    return Observed(at(second), of.items[device, name], value)


def shift(of: Model, pieces: int = 40) -> list[Observed]:
    """A machine that starts, makes pieces, stops now and then, and says how hot it is."""
    found = [seen(of, 0, "avail", "AVAILABLE"), seen(of, 0, "execution", "READY")]
    for number in range(pieces):
        second = 60 * number
        state = "STOPPED" if number % 10 == 9 else "ACTIVE"
        found.append(seen(of, second + 1, "execution", state))
        found.append(seen(of, second + 2, "parts", str(number)))
        found.append(seen(of, second + 3, "heat", f"{20 + number / 10}"))
    return found


def settings(agent: ReplayAgent, **more: Any) -> Settings:
    """A connection that asks often."""
    return Settings(**{"url": agent.url, "every_s": 0.02, **more})


class Ending(MTConnect):
    """Reads until everything is read: a recording that has an end."""

    async def read(self, since: str | None) -> Any:
        """Yield what comes, up to the word that the agent is there."""
        async with aclosing(super().read(since)) as reading:
            async for delivery in reading:
                yield delivery
                if isinstance(delivery, Alive):
                    return


async def heard(connector: Connector, since: str | None) -> list[Delivery]:
    """Read from a cursor on, without a log."""
    async with aclosing(connector.read(since)) as reading:
        return [delivery async for delivery in reading]


class Cell:
    """A log with one connection, and a clock in the hand of the test."""

    def __init__(self, project: Path, log: Log, mapping: Mapping) -> None:
        self.log, self.mapping, self.now = log, mapping, START + 10 * HOUR
        plant = load_plant(project)
        self.writer = GroupWriter(log)
        door = Door(self.writer, names_of(plant), lambda: self.now)
        self.deliveries = Deliveries(project, plant, self.writer, door, lambda: self.now)

    def read(
        self, connector: Connector, *, until: Callable[[Delivery], bool] | None = None
    ) -> list[Delivery]:
        """Read to the end, or until a delivery is written; return them all."""
        return asyncio.run(self._read(connector, until or (lambda delivery: False)))

    async def _read(self, connector: Connector, until: Callable[[Delivery], bool]) -> list[Delivery]:
        connection, came = Connection("cell", "mtconnect", connector, self.mapping), []  # type: Connection, list[Delivery]
        async with aclosing(connector.read(self.deliveries.begin("cell"))) as reading:
            try:
                delivery = await asyncio.wait_for(anext(reading), PATIENCE_S)
                while True:
                    came.append(delivery)
                    outcome = await asyncio.to_thread(self.deliveries.write, connection, delivery)
                    if until(delivery):
                        return came
                    delivery = await asyncio.wait_for(reading.asend(outcome), PATIENCE_S)
            except StopAsyncIteration:
                return came

    def told(self, *kinds: str) -> list[dict[str, Any]]:
        """The events of some kinds, in the order of their time."""
        rows = self.log.events().to_pylist()
        return sorted((row for row in rows if row["kind"] in kinds), key=lambda row: (row["at"], row["key"]))

    def states(self) -> list[tuple[float, str]]:
        """Second and state of every state event."""
        return [((row["at"] - START) / SECOND, row["state"]) for row in self.told("state")]


@contextmanager
def cell(project: Path, mapping: Mapping = MAPPING) -> Iterator[Cell]:
    """A log of a project, being written."""
    with Log.open(project, write=True, project_id=load_plant(project).project_id) as log:
        found = Cell(project, log, mapping)
        try:
            yield found
        finally:
            found.writer.close()
            found.deliveries.close()
