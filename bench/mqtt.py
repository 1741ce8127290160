"""MQTT end to end: what a broker kept is taken into the log and acknowledged, beside a bare subscriber.

Both read the same messages off the same broker, in turn, each in a process of its own, and acknowledge by
hand in the same batches; the bare one does nothing else with them.

python -m bench.mqtt ours FOLDER PORT MESSAGES | bare FOLDER PORT MESSAGES
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from tests.live.broker import Mosquitto

from bench.floor import Floor, write_plant
from bench.measure import Result, rounded
from bench.project import Progress, silent
from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Messages
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.mqtt.connector import Broker
from plantstack.connectors.mqtt.session import Session
from plantstack.connectors.mqtt.settings import Settings
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.intervals import SECOND
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.plant.load import load_plant
from plantstack.stack.files.naming import names_of

MESSAGES, TARGET = 20_000, 0.8
MACHINES = 200
MAPPING = """
schema: 1
source: bench
file: {format: json}
columns:
  at: {column: ts, format: epoch us}
  machine: topic.1
  run: {column: run, map: {"true": producing, "false": stopped}}
  pieces: pieces
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {run: {present: true}}, state: "{run}"}
  - {kind: count, when: {pieces: {present: true}}, good: "{pieces}", counter: {counts: cumulative}}
"""


def measure(messages: int, repeats: int, progress: Progress = silent) -> list[Result]:
    """Let a broker keep messages for a session, and read them, ours and bare in turn."""
    floor = Floor(machines=MACHINES, days=2)
    told: dict[str, list[dict[str, Any]]] = {"ours": [], "bare": []}
    with tempfile.TemporaryDirectory(prefix="bench-mqtt-") as name:
        broker = _broker(_made(Path(name) / "broker"))
        broker.start()
        try:
            for turn in range(repeats):
                for side in told:
                    folder = _made(Path(name) / f"{side}-{turn}")
                    write_plant(folder, floor)
                    _fill(broker.port, folder.name, floor, messages)
                    told[side].append(_child(side, folder, broker.port, messages))
                    progress("reading a broker", 2 * turn + (side == "bare") + 1, 2 * repeats)
        finally:
            broker.stop()
    pairs = list(zip(told["ours"], told["bare"], strict=True))
    ratio = statistics.median(bare["seconds"] / ours["seconds"] for ours, bare in pairs)
    work = statistics.median(bare["busy_s"] / ours["busy_s"] for ours, bare in pairs)
    rate = {side: round(messages / statistics.median(one["seconds"] for one in told[side])) for side in told}
    detail = {f"{side}_s": rounded([one["seconds"] for one in told[side]]) for side in told}
    detail |= {"messages": messages, "ours_per_s": rate["ours"], "bare_per_s": rate["bare"]}
    detail |= {f"{side}_busy_s": rounded([one["busy_s"] for one in told[side]]) for side in told}
    detail["batches"] = told["ours"][0]["batches"]
    what = "MQTT JSON to the log, of a bare subscriber that acknowledges by hand"
    return [Result(what, ratio, TARGET, ">=", detail=detail), Result(f"{what}, by processor time", work)]


def _broker(folder: Path) -> Mosquitto:
    """A broker that does not write to disk with every message, so that it is not what is measured."""
    broker = Mosquitto(folder)
    saving = ("persistence", "autosave")
    lines = [line for line in broker.config.read_text().splitlines() if not line.startswith(saving)]
    broker.config.write_text("\n".join(lines) + "\n")
    return broker


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _settings(port: int, client: str) -> Settings:
    return Settings("127.0.0.1", (f"{client}/#",), client, port)


def _fill(port: int, name: str, floor: Floor, messages: int) -> None:
    """Open a session that the broker keeps, leave it, and send."""
    session = Session(_settings(port, name))
    session.begin()
    session.end()
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    names, start = floor.names, floor.window.start
    last = None
    for number in range(messages):
        fields: dict[str, Any] = {"ts": start + number * SECOND, "pieces": number // len(names)}
        if number % 10 == 0:
            fields["run"] = number % 20 == 0
        topic = f"{name}/{names[number % len(names)]}"
        last = client.publish(topic, json.dumps(fields), qos=1)
        if number % 1_000 == 999:
            last.wait_for_publish(60.0)
    if last is not None:
        last.wait_for_publish(60.0)
    client.disconnect()
    client.loop_stop()


def _child(side: str, folder: Path, port: int, messages: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.mqtt", side, str(folder), str(port), str(messages)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _bare(folder: Path, port: int, messages: int) -> dict[str, Any]:
    """Receive and acknowledge, with the session of the connector and nothing behind it."""
    session, seen, batches = Session(_settings(port, folder.name)), 0, 0
    begun, worked = time.perf_counter(), time.process_time()
    session.begin()
    while seen < messages:
        received = session.gather()
        session.acknowledge(received)
        seen, batches = seen + len(received), batches + bool(received)
    seconds, worked = time.perf_counter() - begun, time.process_time() - worked
    session.end()
    return {"seconds": seconds, "batches": batches, "busy_s": worked}


def _ours(folder: Path, port: int, messages: int) -> dict[str, Any]:
    """Receive, read through the mapping, commit, acknowledge."""
    plant, now = load_plant(folder), Floor(machines=MACHINES, days=2).now
    connection = Connection(
        "bench", "mqtt", Broker(_settings(port, folder.name)), parse_mapping(MAPPING, "bench")
    )
    with Log.open(folder, write=True, project_id=plant.project_id) as log:
        writer = GroupWriter(log)
        door = Door(writer, names_of(plant), lambda: now)
        deliveries = Deliveries(folder, plant, writer, door, lambda: now)
        begun, worked = time.perf_counter(), time.process_time()
        batches = asyncio.run(_read(connection, deliveries, messages))
        seconds, worked = time.perf_counter() - begun, time.process_time() - worked
        kept = log.last_offset() + len(log.dead_letters(limit=10**9))
        writer.close()
        deliveries.close()
    if kept < messages - MACHINES:
        raise RuntimeError(f"only {kept} of {messages} messages are in the log")
    return {"seconds": seconds, "batches": batches, "busy_s": worked}


async def _read(connection: Connection, deliveries: Deliveries, messages: int) -> int:
    seen = batches = 0
    async with aclosing(connection.connector.read(deliveries.begin(connection.name))) as reading:
        delivery = await anext(reading)
        while True:
            if isinstance(delivery, Messages):
                seen, batches = seen + len(delivery.messages), batches + 1
            outcome = await asyncio.to_thread(deliveries.write, connection, delivery)
            if seen >= messages:
                return batches
            delivery = await reading.asend(outcome)


SIDES: dict[str, Callable[[Path, int, int], dict[str, Any]]] = {"ours": _ours, "bare": _bare}

if __name__ == "__main__":
    side, folder, port, messages = sys.argv[1:]
    print(json.dumps(SIDES[side](Path(folder), int(port), int(messages))))
