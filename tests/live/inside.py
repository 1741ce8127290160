"""A plant that runs inside the test, with a clock that the test turns: for what is slow or rare elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from tests.live.shift import JSON, body, plant

from plantstack.interfaces.api.app import create_app
from plantstack.live.clock import SteadyClock
from plantstack.live.running import Running

Rows = list[dict[str, Any]]


class Turned:
    """The machine's clock and the time that passes, in microseconds, as the test sets them."""

    def __init__(self, wall: int) -> None:
        self.wall, self.passed = wall, 0

    def pass_by(self, length: int) -> None:
        self.wall, self.passed = self.wall + length, self.passed + length


class Inside:
    """A running plant without a process; the books are fresh when told to be."""

    def __init__(self, running: Running, turned: Turned) -> None:
        self.running, self.turned = running, turned
        self.app = create_app(running, body_s=0.2)
        self._network = httpx.ASGITransport(self.app, raise_app_exceptions=False)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def requested() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._network, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **more)

        return asyncio.run(requested())

    def send(self, *events: Any, **headers: str) -> Rows:
        answer = self.request("POST", "/api/v1/events", content=body(*events), headers=JSON | headers)
        rows: Rows = answer.json()["rows"]
        return rows

    def fresh(self) -> None:
        self.running.keeper.freshen()

    def get(self, path: str, **asked: Any) -> Rows:
        rows: Rows = self.request("GET", f"/api/v1/{path}", params=asked).json()["rows"]
        return rows


@contextmanager
def inside(folder: Path, at: int, *, silence: str = "1 h", more: str = "") -> Iterator[Inside]:
    """Run a new plant from an instant on, with more lines in its plant file."""
    turned = Turned(at)
    clock = SteadyClock(lambda: turned.wall, lambda: turned.passed)
    main = plant(folder, silence=silence) / "plant.yaml"
    main.write_text(f"{main.read_text('utf-8')}\n{more}\n", "utf-8")
    running = Running(folder, clock)
    try:
        yield Inside(running, turned)
    finally:
        running.close()
