"""A server under test: `plantstack serve` in a process of its own, on a free port of this machine."""

from __future__ import annotations

import http.client
import json
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Timer
from typing import Any, Self
from urllib.parse import urlsplit

START_S = 120.0  # a start that takes longer is a failure, also on a machine with other work
_ADDRESS = re.compile(r"http://\S+")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said to one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        """The JSON of the body."""
        return json.loads(self.body)


class Server:
    """A server in a process; it can be killed, stopped, paused, and short of disk.

    Attributes:
        address: where it answers; '' while it is down.
    """

    def __init__(self, project: Path, command: Sequence[str] = ()) -> None:
        """Prepare one.

        Args:
            project: the project it runs.
            command: another command line that prints an address, for a server broken on purpose.
        """
        self.project = project
        self.address = ""
        self._command = tuple(command) or (
            *(sys.executable, "-m", "plantstack", "serve", str(project)),
            *("--port", "0"),
        )
        self._complaints = project.parent / f"{project.name}.stderr"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def started(cls, project: Path, command: Sequence[str] = ()) -> Iterator[Self]:
        """A server that runs, and is gone at the end whatever happens."""
        server = cls(project, command)
        try:
            server.start()
            yield server
        finally:
            server.kill()

    def start(self) -> None:
        """Start it, and return as soon as it says where it answers.

        Raises:
            RuntimeError: with its own words when it ends instead.
        """
        with self._complaints.open("a", encoding="utf-8") as complaints:
            process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=complaints)
        watchdog = Timer(START_S, process.kill)
        watchdog.start()
        self._process = process
        try:
            with process.stdout or nullcontext(BytesIO()) as told:
                found = _ADDRESS.search(told.readline().decode())
        finally:
            watchdog.cancel()
        if not found:
            raise RuntimeError(f"the server ended with {self._process.wait()}: {self.complaints()}")
        self.address = found.group()

    @property
    def pid(self) -> int:
        """The process."""
        return self._running().pid

    def kill(self) -> None:
        """Kill -9; nothing happens when it is down."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; return the exit code."""
        return self._end(signal.SIGTERM)

    def wait(self) -> int:
        """Wait until it ends by itself; return the exit code."""
        return self._ended(self._running())

    def pause(self) -> None:
        """Let it stand still (SIGSTOP)."""
        self._running().send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again (SIGCONT)."""
        self._running().send_signal(signal.SIGCONT)

    def limit_files(self, bytes_: int | None) -> None:
        """Let no file grow beyond a size, as on a full disk; None gives the space back."""
        most = resource.RLIM_INFINITY if bytes_ is None else bytes_
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def complaints(self) -> str:
        """What it wrote to standard error since it was made."""
        return self._complaints.read_text("utf-8") if self._complaints.exists() else ""

    def peak_mb(self) -> float:
        """The most memory it had so far."""
        told = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(told.split("VmHWM:")[1].split()[0]) / 1024

    def memory_mb(self) -> float:
        """The memory it has now."""
        told = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(told.split("VmRSS:")[1].split()[0]) / 1024

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout_s: float = 60.0,
    ) -> Reply:
        """Send one request on a connection of its own: a GET, or a POST of JSON where there is a body.

        Raises:
            OSError: when it cannot be reached, or does not answer in time.
        """
        return request(self.address, path, body, headers, timeout_s=timeout_s)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        process = self._process
        if process.poll() is None:
            process.send_signal(number)
        return self._ended(process)

    def _ended(self, process: subprocess.Popen[bytes]) -> int:
        code = process.wait(START_S)
        self._process, self.address = None, ""
        return code


def request(
    address: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout_s: float = 60.0,
) -> Reply:
    """Send one request to an address; see `Server.ask`.

    Raises:
        OSError: when it cannot be reached, or does not answer in time.
    """
    if not address:
        raise ConnectionError("the server is down")
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=timeout_s)
    try:
        told = dict(headers or {})
        if body is not None:
            told.setdefault("Content-Type", "application/json")
        connection.request("GET" if body is None else "POST", path, body, told)
        answer = connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), answer.read())
    except http.client.HTTPException as error:
        raise ConnectionError(f"no whole answer: {error!r}") from error
    finally:
        connection.close()
