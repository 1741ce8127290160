"""The recipes of the guide, from the signal to a KPI: the files as they stand, real parts on loopback."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import httpx
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from tests.docs.test_connection_guides import GUIDE, pasted
from tests.live.broker import Mosquitto
from tests.live.inside import Inside, Turned
from tests.live.listening import PATIENCE_S
from tests.live.polled import INPUTS, REGISTERS, Box
from tests.live.shift import clock, settled

from plantstack.intervals import MINUTE, SECOND, rfc3339
from plantstack.live.clock import SteadyClock
from plantstack.live.running import Running
from plantstack.testing.faults import Server

START = 1_772_546_400_000_000  # Tuesday 2026-03-03, 08:00 in Tulsa: a shift runs
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Floor:
    """A plant that reads its connections, with a clock that the test moves ahead."""

    def __init__(self, running: Running, turned: Turned) -> None:
        self.running, self.turned = running, turned
        self.inside = Inside(running, turned)

    def events(self, kind: str) -> list[dict[str, Any]]:
        with self.running.deliveries.reading() as log:
            return [one for one in log.events().to_pylist() if one["kind"] == kind]

    def good(self) -> int:
        return sum(int(one["good"]) for one in self.events("count"))

    def state(self) -> str:
        told = sorted(self.events("state"), key=lambda one: (one["at"], one["log_offset"]))
        return str(told[-1]["state"]) if told else ""

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what the machine did to be on disk."""
        end = time.monotonic() + PATIENCE_S
        while not is_so():
            letters = [str(one.problem) for one in self.running.dead_letters()]
            assert time.monotonic() < end, (letters, self.events("state"), self.events("count"))
            time.sleep(0.02)

    def counted(self, pieces: int) -> None:
        """Wait until so many pieces are told."""
        self.until(lambda: self.good() == pieces)

    def kpi(self, name: str) -> float:
        self.inside.fresh()
        window = {"from": rfc3339(START), "to": rfc3339(self.running.clock())}
        (row,) = self.inside.get("kpis", id=name, scope="filler", **window)
        value: float = row["value"]
        return value


@contextmanager
def reading(folder: Path, turned: Turned) -> Iterator[Floor]:
    """Run a project with its connections."""
    begun = time.monotonic_ns()

    def passed() -> int:
        return (time.monotonic_ns() - begun) // 1000

    at = turned.wall
    running = Running(folder, SteadyClock(lambda: turned.wall + passed(), lambda: turned.passed + passed()))
    loop = asyncio.new_event_loop()
    tasks: list[asyncio.Task[None]] = []

    async def read() -> None:
        tasks.append(asyncio.ensure_future(running.read()))
        await tasks[0]

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner, _ended():
            runner.run(read())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield Floor(running, turned)
    finally:
        loop.call_soon_threadsafe(tasks[0].cancel)
        thread.join(PATIENCE_S)
        running.close()
        turned.pass_by(passed() + SECOND)
    assert turned.wall > at


@contextmanager
def _ended() -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError:
        return


def prepared(tmp_path: Path, wanted: str, **instead: str) -> Path:
    """A new project with one connection of the guide, and what differs on this machine."""
    folder = tmp_path / "site"
    for path in pasted("recipes.md", folder):
        if path.stem != wanted:
            path.unlink()
            continue
        text = path.read_text("utf-8")
        for old, new in instead.items() if path.parent.name == "connectors" else ():
            text = re.sub(rf"^(\s*){old}: .*$", rf"\g<1>{old}: {new}", text, flags=re.MULTILINE)
        path.write_text(text, "utf-8")
    return folder


def test_run_contact_and_piece_counter_of_a_modbus_box(tmp_path: Path) -> None:
    with Box() as box:
        folder = prepared(tmp_path, "io-box", host=f"127.0.0.1\n    port: {box.port}", every="250 ms")
        made, turned = 100, Turned(START)
        box.set(INPUTS, 0, 1)
        box.set(REGISTERS, 16, made, 0)
        with reading(folder, turned) as floor:
            floor.until(lambda: floor.state() == "producing")
            for _ in range(6):  # two minutes of work
                turned.pass_by(20 * SECOND)
                made += 10
                box.set(REGISTERS, 16, made, 0)
                floor.counted(made - 100)
            turned.pass_by(2 * MINUTE)  # it runs empty
            box.set(INPUTS, 0, 0)
            floor.until(lambda: floor.state() == "stopped")
            turned.pass_by(MINUTE)
            assert floor.kpi("run_time") == pytest.approx(120, abs=10)
        box.set(REGISTERS, 16, made + 15, 0)  # made while plantstack is off
        with reading(folder, turned) as floor:
            floor.counted(75)
            assert "gap" in {one["method"] for one in floor.events("state")}
            box.stop()
            floor.until(lambda: floor.state() == "unknown")
            health = floor.running.health()
            assert "1 of 1 devices do not answer, such as filler-box" in " ".join(health.why)


def _sent(broker: Mosquitto) -> Callable[[int, dict[str, Any]], None]:
    """What the master sends of a port."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()

    def send(port: int, message: dict[str, Any]) -> None:
        published = client.publish(f"iolink/hall-1/port/{port}", json.dumps(message), qos=1)
        published.wait_for_publish(PATIENCE_S)

    return send


def test_pieces_of_an_io_link_sensor_over_mqtt(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Mosquitto(folder)
    broker.start()
    try:
        site = prepared(tmp_path, "io-link", host=f"127.0.0.1\nport: {broker.port}")
        turned, send = Turned(START), _sent(broker)
        made = 65_500  # the counter of the sensor rolls over on the way
        with reading(site, turned) as floor:
            heard = floor.running.supervisor.states["io-link"]
            while heard.heard_at is None:  # it subscribes meanwhile, and the master goes on sending
                send(1, {"valid": True, "data": {"count": made, "signal": 82}})
                time.sleep(0.3)
            made += 1
            send(1, {"valid": True, "data": {"count": made, "signal": 82}})
            floor.counted(1)
            for pieces in range(10, 70, 10):  # two minutes of work
                turned.pass_by(20 * SECOND)
                send(1, {"valid": True, "data": {"count": (made + pieces) % 65_536, "signal": 82}})
                floor.counted(pieces + 1)
            turned.pass_by(3 * MINUTE)
            send(4, {"valid": True, "data": {"count": 1, "signal": 82}})  # a port of nobody
            send(1, {"valid": True, "data": {"count": (made + 61) % 65_536, "signal": 82}})
            floor.counted(62)
            assert "stopped" in {one["state"] for one in floor.events("state")}
            assert floor.kpi("run_time") == pytest.approx(120, abs=10)  # from the first piece to the last
            send(1, {"valid": False, "data": {}})
            assert floor.good() == 62
            assert floor.running.open_letters() == 0
    finally:
        broker.stop()


def board(name: str) -> str:
    """A program of the guide for the board."""
    text = (GUIDE / "recipes.md").read_text("utf-8")
    (found,) = (program for program in PYTHON.findall(text) if name in program[:40])
    return str(found)


def test_pulses_over_http_of_the_program_for_the_board(tmp_path: Path) -> None:
    compile(board("main.py"), "main.py", "exec")
    (tmp_path / "pulse.py").write_text(board("pulse.py"), "utf-8")
    found = spec_from_file_location("pulse", tmp_path / "pulse.py")
    assert found is not None and found.loader is not None
    pulse = module_from_spec(found)
    found.loader.exec_module(pulse)
    site = tmp_path / "site"
    pasted("recipes.md", site)
    for path in (site / "connectors").glob("*.yaml"):
        path.unlink()  # the board needs none
    now = clock() // SECOND
    begun = now - 612
    with Server.started(site) as server:
        is_there = True

        def post(events: list[dict[str, Any]]) -> int:
            if not is_there:
                return 0
            return server.ask("/api/v1/events", json.dumps(events).encode()).status

        pulses = pulse.Pulses("filler", 7, begun)
        for second in range(613):  # ten minutes of a piece every 2 s; it stands from minute 4 to 6
            is_there = not 100 < second < 200  # the network is away
            made = min(second, 240) // 2 + max(0, min(second, 600) - 360) // 2
            pulses.look(made, begun + second)
            if second % 20 == 0:
                pulses.send(post)
        while pulses.waiting:
            pulses.send(post)
        window = f"from={rfc3339(begun * SECOND)}&to={rfc3339(now * SECOND)}"
        with httpx.Client(base_url=server.address, timeout=120) as client:
            settled(client)
        rows = server.ask(f"/api/v1/kpis?id=good_parts,run_time&scope=filler&{window}").said["rows"]
        values = {row["kpi"]: row["value"] for row in rows}
        assert values["good_parts"] == 240
        assert values["run_time"] == pytest.approx(488, abs=5)
        assert server.ask("/api/v1/dead-letters").said["rows"] == []
        assert server.stop() == 0
