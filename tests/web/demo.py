"""A small demo group that runs in this process with a clock that stands still, for tests of pages.

The same seed and the same instant: every picture of a page is the same picture, until a test lets time pass.
"""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import uvicorn
from argon2 import PasswordHasher
from filelock import FileLock

from plantstack.demo import build_demo
from plantstack.demo.living.ahead import Living, living
from plantstack.events import tokens
from plantstack.events.people import accounts, sessions
from plantstack.events.people.accounts import ROLES, Account
from plantstack.events.people.hashing import hashed
from plantstack.events.people.sessions import Life
from plantstack.events.people.writing import beside
from plantstack.interfaces.api.app import create_app
from plantstack.interfaces.api.callers import SESSION
from plantstack.interfaces.api.patience import PatientProtocol
from plantstack.intervals import DAY, SECOND
from plantstack.live.running import Running

NOW = int(datetime(2026, 10, 16, 20, 30, tzinfo=UTC).timestamp()) * SECOND
"""A Friday: Tulsa is in its late shift (15:30), Pune in its night shift, Leipzig went home at 22:00."""

DAYS, SITES, SEED, AHEAD = 5, 3, 1, 1
PATIENCE_S = 30.0
STATES = {
    "running": "tul-1",
    "stopped": "pun-2",  # it failed a minute ago, and maintenance is called
    "no data": "tul-mix-1",
    "all planned": "lei-1",  # its people went home half an hour ago
}
"""By what they do at `NOW`; also, `pun-1` stands and nobody says why, `tul-2` is being set up."""

PASSWORD = "a long way home"
"""Of the accounts, which are named as their roles and are good for everything."""

_TOKEN = "token-of-the-tests"
_AUTHORIZED = {"Authorization": f"Bearer {_TOKEN}"}
_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_LIFE = Life(30 * DAY, 30 * DAY)

Rows = list[dict[str, Any]]


class Frozen:
    """A clock that goes only when a test says so, in microseconds UTC."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


class DemoSite:
    """A running demo group.

    Attributes:
        url: where it is served, such as `http://127.0.0.1:40123`.
        folder: of the project.
        clock: of the server; use `advance`.
        running: the plant behind it.
    """

    def __init__(self, url: str, folder: Path, clock: Frozen, running: Running, life: Living) -> None:
        self.url, self.folder, self.clock, self.running = url, folder, clock, running
        self._life = life

    @property
    def now(self) -> int:
        """The instant at which the clock stands, microseconds UTC."""
        return self.clock.at

    def advance(self, seconds: float) -> None:
        """Let time pass; returns when what happened meanwhile is in the books."""
        self.clock.at += round(seconds * SECOND)
        self.fresh()

    def fresh(self) -> None:
        """Wait until the books hold everything up to the clock."""
        self._until(lambda: self._life.told >= self.clock.at, "the group does not go on")
        self.running.keeper.tell()
        self._until(self._is_fresh, "the books do not keep up")

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Ask the API, as a token does that may do everything."""
        return httpx.get(self.url + path, params=params, headers=_AUTHORIZED, timeout=PATIENCE_S)

    def send(self, *events: dict[str, Any]) -> Rows:
        """Send events as anybody does, and wait until the books hold them."""
        url = f"{self.url}/api/v1/events"
        answer = httpx.post(url, json=list(events), headers=_AUTHORIZED, timeout=PATIENCE_S)
        rows: Rows = answer.json()["rows"]
        self.fresh()
        return rows

    def cookies(self, role: str) -> dict[str, str]:
        """Cookies of somebody with a role who is signed in."""
        if role not in ROLES:
            raise ValueError(f"no role: {role}; one of {ROLES}")
        return {SESSION: _secret(role)}

    def _is_fresh(self) -> bool:
        books, offset = self.running.keeper.standing, self.running.offset
        return books.offset >= offset and min(books.as_of.values()) >= self.clock.at

    def _until(self, is_so: Any, otherwise: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not is_so():
            if time.monotonic() > end:
                raise TimeoutError(f"{otherwise}: {self.running.health().why}")
            time.sleep(0.02)


def built(shared: Path) -> Path:
    """The group of all tests of this run, made once; shared by processes that test side by side."""
    folder = shared / "demo-group"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            making = folder.with_name("demo-group-making")
            build_demo(making, until=NOW, days=DAYS, sites=SITES, seed=SEED, ahead=AHEAD)
            _let_in(making)
            making.rename(folder)
    return folder


def _let_in(folder: Path) -> None:
    """Make an account for each role, signed in, and a token for whoever asks the API."""
    tokens.add(folder, tokens.Token("tests", "", tokens.RIGHTS, NOW, sources=("*",)), _TOKEN)
    with beside(folder) as connection:
        for role in ROLES:
            accounts.add(connection, Account(f"a-{role}", role, role, "", NOW), hashed(PASSWORD, _HASHER))
            sessions.begin(connection, f"a-{role}", _secret(role), _LIFE, NOW)


def _secret(role: str) -> str:
    return f"session-of-{role}"


@contextmanager
def serving(folder: Path, at: int = NOW, *, port: int = 0) -> Iterator[DemoSite]:
    """Serve a group of its own folder with a clock that stands still, through the real application.

    Args:
        folder: of the project.
        at: where the clock stands, microseconds UTC.
        port: where it was served before, so that it comes back there; 0 is any that is free.
    """
    clock = Frozen(at)
    connections = living(folder)
    life = connections[0].connector
    assert isinstance(life, Living)
    running = Running(folder, clock, also=connections)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(64)
        config = uvicorn.Config(
            create_app(running), http=PatientProtocol, ws="none", log_level="critical",
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="demo site")
        thread.start()
        try:
            site = DemoSite(f"http://127.0.0.1:{listening.getsockname()[1]}", folder, clock, running, life)
            site._until(lambda: server.started or not thread.is_alive(), "the server does not start")
            site.fresh()
            yield site
        finally:
            running.say_goodbye()
            server.should_exit = True
            thread.join(PATIENCE_S)
            running.close()


def copied(folder: Path, to: Path) -> Path:
    """A copy of a group that a test may write into; what cannot change is linked, not copied."""
    shutil.copytree(folder, to, copy_function=_linked)
    return to


def _linked(source: str, target: str) -> str:
    """Sealed files are never written again; all others are copied."""
    if source.endswith(".parquet"):
        os.link(source, target)
        return target
    return str(shutil.copy2(source, target))
