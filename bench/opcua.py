"""What reading 500 tags at 1 Hz costs: our connector, with its intake and alone, beside a bare subscriber.

All read the same server, in turn, each in a process of its own; what counts is processor time of a second.

python -m bench.opcua serve PORT TAGS | ours URL TAGS SECONDS | alone … | bare …
"""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from asyncua import ua
from asyncua.client.client import Client
from asyncua.server.server import Server

from bench.floor import Floor, write_plant
from bench.measure import Result
from bench.project import Progress, silent
from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Connector, Delivery, Messages, Outcome
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.opcua.connector import Server as Reading
from plantstack.connectors.opcua.settings import Address, Settings
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.plant.load import load_plant
from plantstack.stack.files.naming import names_of

TAGS, SHARE = 500, 0.05
SECONDS, WARM_S = 20.0, 4.0
URI = "http://bench.example/"
ITEMS = ("state", "good", "scrap", *(f"reading{n}" for n in range(7)))  # of each machine
MAPPING = """
schema: 1
source: bench
file: {format: json}
columns:
  at: at
  machine: device
  item: item
  value: value
  state: {column: value, map: {run: producing, otherwise: stopped}}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {item: state}, state: "{state}"}
  - {kind: count, when: {item: good}, good: "{value}", counter: {counts: cumulative}}
  - {kind: count, when: {item: scrap}, scrap: "{value}", counter: {counts: cumulative}}
  - {kind: reading, when: {item: {matches: "reading[0-9]"}}, parameter: "{item}", value: "{value}"}
"""


def measure(tags: int, repeats: int, progress: Progress = silent) -> list[Result]:
    """Run a server, and read it with both in turn."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"opc.tcp://127.0.0.1:{port}"
    told: dict[str, list[dict[str, Any]]] = {"ours": [], "alone": [], "bare": []}
    command = [sys.executable, "-m", "bench.opcua"]
    serving = subprocess.Popen(
        [*command, "serve", str(port), str(tags)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert serving.stdout is not None
    try:
        serving.stdout.readline()
        for number in range(repeats):
            for who, found in told.items():
                progress("reading 500 tags of OPC UA", number, repeats)
                run = [*command, who, url, str(tags), str(SECONDS)]
                done = subprocess.run(run, check=True, capture_output=True, text=True)
                found.append(json.loads(done.stdout.strip().splitlines()[-1]))
        progress("reading 500 tags of OPC UA", repeats, repeats)
    finally:
        serving.kill()
        serving.wait()
        serving.stdout.close()
    ours, alone, bare = ([one["share"] for one in found] for found in told.values())
    each, whole = (
        statistics.median(a / b for a, b in zip(some, bare, strict=True)) for some in (alone, ours)
    )
    what = f"OPC UA, {tags} tags at 1 Hz"
    return [
        Result(
            f"{what}, connector and intake, of a core", statistics.median(ours), SHARE, unit="", detail=told
        ),
        Result(f"{what}, connector and intake, of a bare subscriber", whole),
        Result(f"{what}, connector alone, of a core", statistics.median(alone), unit=""),
        Result(f"{what}, connector alone, of a bare subscriber", each),
    ]


async def serve(port: int, tags: int) -> None:
    """Change every tag once a second."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    number = await server.register_namespace(URI)
    nodes = [
        await server.nodes.objects.add_variable(f"ns={number};s={one.tag}", f"{number}:{one.tag}", 0.0)
        for one in addresses(tags)
    ]
    async with server:
        print("ready", flush=True)
        for turn in range(1_000_000):
            begun, now = time.monotonic(), datetime.now(UTC)
            for place, node in enumerate(nodes):
                value = ua.Variant(float(turn + place))
                await server.write_attribute_value(
                    node.nodeid, ua.DataValue(value, ua.StatusCode(), cast(ua.DateTime, now))
                )
            await asyncio.sleep(max(0.0, 1 - (time.monotonic() - begun)))


def addresses(tags: int) -> tuple[Address, ...]:
    """The tags: machine and item."""
    machines = [f"m{n:04}" for n in range(tags // len(ITEMS))]
    return tuple(Address(f"{one}.{item}", URI, f"s={one}.{item}") for one in machines for item in ITEMS)


def settings(url: str, tags: int) -> Settings:
    return Settings(url, addresses(tags))


class Share:
    """The share of a core that this process takes, after a warm-up."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.begun = seconds, time.monotonic()
        self._from: tuple[float, float] | None = None
        self.values = 0

    def heard(self, values: int) -> bool:
        """Note values; whether it was long enough."""
        now = time.monotonic()
        if self._from is None:
            if now - self.begun >= WARM_S:
                self._from = now, time.process_time()
            return False
        self.values += values
        return now - self._from[0] >= self.seconds

    def told(self) -> dict[str, Any]:
        begun, used = self._from or (self.begun, 0.0)
        lasted = time.monotonic() - begun
        share = (time.process_time() - used) / lasted
        return {"share": round(share, 4), "values_s": round(self.values / lasted)}


async def ours(url: str, tags: int, seconds: float) -> dict[str, Any]:
    """Read with the connector, through the mapping into a log."""
    with tempfile.TemporaryDirectory(prefix="bench-opcua-") as name:
        folder = Path(name) / "p"
        folder.mkdir()
        write_plant(folder, Floor(machines=tags // len(ITEMS) // 4 * 4 + 4, days=1))
        plant = load_plant(folder)
        with Log.open(folder, write=True, project_id=plant.project_id) as log:
            writer = GroupWriter(log)
            door = Deliveries(folder, plant, writer, Door(writer, names_of(plant), _now), _now)
            one = Connection("bench", "opcua", Reading(settings(url, tags)), parse_mapping(MAPPING, "bench"))

            async def take(delivery: Delivery) -> Outcome:
                return await asyncio.to_thread(door.write, one, delivery)

            told = await _read(one.connector, take, seconds)
            told |= {"dead": len(log.dead_letters()), "rows": log.last_offset()}
            writer.close()
            door.close()
            return told


async def alone(url: str, tags: int, seconds: float) -> dict[str, Any]:
    """Read with the connector, and throw away what it yields."""

    async def take(delivery: Delivery) -> Outcome:
        return Outcome()

    return await _read(Reading(settings(url, tags)), take, seconds)


async def _read(
    connector: Connector, take: Callable[[Delivery], Awaitable[Outcome]], seconds: float
) -> dict[str, Any]:
    share = Share(seconds)
    async with aclosing(connector.read(None)) as reading:
        delivery = await anext(reading)
        while not share.heard(len(delivery.messages) if isinstance(delivery, Messages) else 0):
            delivery = await reading.asend(await take(delivery))
    return share.told()


def _now() -> int:
    return time.time_ns() // 1_000


async def bare(url: str, tags: int, seconds: float) -> dict[str, Any]:
    """Subscribe with the library alone, and count."""
    share, done = Share(seconds), asyncio.Event()

    class Counting:
        def datachange_notification(self, node: Any, val: Any, data: Any) -> None:
            if share.heard(1):
                done.set()

    async with Client(url) as client:
        number = await client.get_namespace_index(URI)
        subscription = await client.create_subscription(1_000, Counting())
        nodes = [client.get_node(f"ns={number};{one.identifier}") for one in addresses(tags)]
        await subscription.subscribe_data_change(nodes)
        await done.wait()
        return share.told()


def main(arguments: list[str]) -> None:
    """Do one part in this process."""
    what, *rest = arguments
    if what == "serve":
        asyncio.run(serve(int(rest[0]), int(rest[1])))
        return
    read = {"ours": ours, "alone": alone, "bare": bare}[what]
    print(json.dumps(asyncio.run(read(rest[0], int(rest[1]), float(rest[2])))))


if __name__ == "__main__":
    main(sys.argv[1:])
