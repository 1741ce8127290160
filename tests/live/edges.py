"""Edges for the tests: folders, processes, sources that are acknowledged by moving their files."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plantstack.testing.faults import Producer, Server

Wire = dict[str, Any]
DROP = "schema: 1\nkind: drop\nfolder: inbox\nevery: 100 ms\n"
BAD_EVERY = 97


def folder(place: Path) -> Path:
    """An edge without plant files that reads one folder."""
    (place / "connectors").mkdir(parents=True)
    (place / "inbox").mkdir()
    (place / "connectors" / "drop.yaml").write_text(DROP)
    return place


def drop(edge: Path, name: str, *events: Wire) -> None:
    """Put a file in, whole at once."""
    half_done = edge / "inbox" / f"{name}.part"
    half_done.write_text("".join(json.dumps(event) + "\n" for event in events))
    half_done.rename(edge / "inbox" / f"{name}.ndjson")


def lying(edge: Path) -> list[str]:
    """Files that the edge has not put away: what is in them may come at any time."""
    return sorted(path.name for path in (edge / "inbox").iterdir() if path.is_file())


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def centre(project: Path) -> Server:
    """A server that comes back under the same address."""
    command = (sys.executable, "-m", "plantstack", "serve", str(project), "--port", str(free_port()))
    return Server(project, command)


def forwarding(edge: Path, address: str, *more: str) -> Server:
    """An edge in a process; its address is that of the server."""
    command = (sys.executable, "-m", "plantstack", "forward", str(edge), "--to", address, "--floor", "0 MB")
    return Server(edge, (*command, *more))


def wait_for(is_so: Callable[[], bool], what: str, patience_s: float = 60.0) -> None:
    deadline = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Dropping(Producer):
    """A producer that writes files; a file that was moved away was acknowledged. All it says is good.

    The file that lies there when it stops was not acknowledged, and comes all the same: see `lying`.
    """

    edge: Path

    def is_bad(self, number: int) -> bool:
        return False

    def _is_answered(self, body: bytes, first: int, write: Callable[[str], Any]) -> bool:
        events, name = json.loads(body), f"{self.machine}-{first}"
        drop(self.edge, name, *events)
        while not (self.edge / "inbox" / "done" / f"{name}.ndjson").exists():
            if self._stopping.wait(0.02):
                return False
        counts = {"accepted": len(events)}
        write(json.dumps({"first": first, "items": len(events), "status": 200, "counts": counts}) + "\n")
        return True
