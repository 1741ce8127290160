"""Polled devices on loopback: a real Modbus server, one that answers anything, and what a poller tells."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from tests.live.listening import PATIENCE_S, Listening

from plantstack.connectors.contract import Connector, Delivery, Gap, Messages, Outcome
from plantstack.connectors.registry import connector_of
from plantstack.plant.source import Fields, Report, parse_block

INPUTS = 2  # the function that reads discrete inputs
HOLDING = 3  # holding registers
REGISTERS = 4  # the function that reads input registers


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Box:
    """An I/O box: a Modbus server of the library's own, in a thread, whose inputs the test sets."""

    def __init__(self, units: Sequence[int] = (1,)) -> None:
        self.port = free_port()
        self.asked: list[tuple[int, int, int]] = []  # function, address, count
        self._units = units
        self._loop = asyncio.new_event_loop()
        self._listens, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Box:
        self._thread.start()
        assert self._listens.wait(PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the power away."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def set(self, function: int, address: int, *values: int, unit: int = 1) -> None:
        """What the machine does to the box."""
        setting = self._server.context.async_setValues(unit, function, address, list(values))
        asyncio.run_coroutine_threadsafe(setting, self._loop).result(PATIENCE_S)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        async def action(
            function: int, _start: int, address: int, count: int, _now: list[int], new: object
        ) -> None:
            if new is None:
                self.asked.append((function, address, count))

        def device(unit: int) -> SimDevice:
            bits = [SimData(0, values=[False] * 16, datatype=DataType.BITS)]
            words = [SimData(0, values=[0] * 24, datatype=DataType.REGISTERS)]
            tables = ([*bits], [SimData(0, values=[False] * 16, datatype=DataType.BITS)], words, [*words])
            return SimDevice(unit, simdata=tables, action=action)

        self._server = ModbusTcpServer(
            [device(unit) for unit in self._units], address=("127.0.0.1", self.port)
        )
        await self._server.serve_forever(background=True)
        self._listens.set()
        await self._stop.wait()
        self._server.close()


class Hostile(Listening):
    """A TCP server that answers each request with what the test says; None says nothing at all."""

    def __init__(self, answer: Callable[[bytes], bytes | None]) -> None:
        super().__init__()
        self.answer = answer
        self.requests: list[bytes] = []

    def serve(self, session: socket.socket) -> None:
        """Answer each request."""
        while request := session.recv(4096):
            self.requests.append(request)
            answer = self.answer(request)
            if answer == b"":
                break
            if answer is not None:
                session.sendall(answer)


def connector(kind: str, text: str) -> Connector:
    """The connector of a connection file; its problems fail the test."""
    report = Report()
    block = parse_block(text.encode(), "box.yaml", report)
    assert block is not None, report.problems
    fields = Fields(block, "connection", report)
    made = connector_of(kind, fields, Path())
    fields.close()
    assert not report.problems, report.problems
    return made


def problems(kind: str, text: str) -> list[str]:
    """The codes of what is wrong with a connection file."""
    report = Report()
    block = parse_block(text.encode(), "box.yaml", report)
    assert block is not None
    fields = Fields(block, "connection", report)
    connector_of(kind, fields, Path())
    fields.close()
    return [one.code for one in report.problems]


class Told:
    """What a poller told so far."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    def take(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)

    @property
    def observations(self) -> list[dict[str, Any]]:
        found = []
        for one in self.deliveries:
            if isinstance(one, Messages):
                found += [json.loads(each.payload) for each in one.messages]
        return found

    def of(self, tag: str, device: str = "") -> list[Any]:
        """The values of a tag; a bad one is its reason."""
        return [
            each["value"] if each["quality"] == "good" else each["why"]
            for each in self.observations
            if each["tag"] == tag and device in ("", each["device"])
        ]

    @property
    def gaps(self) -> list[Gap]:
        return [one for one in self.deliveries if isinstance(one, Gap)]


def tell(
    poller: Connector,
    until: Callable[[Told], bool],
    *,
    since: str | None = None,
    do: Sequence[tuple[Callable[[Told], bool], Callable[[], None]]] = (),
) -> Told:
    """Read until something was told; meanwhile do something once something else was."""
    told, steps = Told(), list(do)

    async def reading() -> None:
        async with aclosing(poller.read(since)) as deliveries:
            told.take(await anext(deliveries))
            while True:
                while steps and steps[0][0](told):
                    await asyncio.to_thread(steps.pop(0)[1])
                if not steps and until(told):
                    return
                told.take(await deliveries.asend(Outcome()))

    async def bounded() -> None:
        await asyncio.wait_for(reading(), PATIENCE_S)

    asyncio.run(bounded())
    return told
