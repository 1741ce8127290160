"""What goes wrong, at moments that chance picks: kills, and connections that are cut."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Self
from urllib.parse import urlsplit

import numpy as np

from plantstack.testing.faults.server import Server


class Chance:
    """A seeded chance that says its seed, so that what it found can be found again."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._generator = np.random.default_rng(seed)

    def child(self) -> Chance:
        """Another one for a thread of its own."""
        return Chance(self.whole(0, 2**31))

    def whole(self, least: int, below: int) -> int:
        """A whole number."""
        return int(self._generator.integers(least, below))

    def between(self, least: float, most: float) -> float:
        """A number."""
        return float(self._generator.uniform(least, most))


def kill_at_random(
    server: Server, chance: Chance, *, rounds: int, least_s: float = 0.2, most_s: float = 2.0
) -> None:
    """Kill -9 and start again, some times, at random moments (F01).

    Raises:
        RuntimeError: when it does not start again by itself.
    """
    for _ in range(rounds):
        time.sleep(chance.between(least_s, most_s))
        server.kill()
        server.start()


class CutProxy:
    """Stands between a sender and a server, and cuts connections.

    Attributes:
        address: where to send to.
        is_cutting: an answer is swallowed and its connection cut after the server gave it (F43).
    """

    def __init__(self, server: Server) -> None:
        self.is_cutting = False
        self.cut = 0
        self._target = urlsplit(server.address)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = Thread(target=self._run, name="cut-proxy", daemon=True)

    @classmethod
    @contextmanager
    def before(cls, server: Server) -> Iterator[Self]:
        """A proxy before a server, gone at the end."""
        proxy = cls(server)
        proxy._thread.start()
        try:
            yield proxy
        finally:
            with suppress(OSError):  # wakes the thread that accepts
                proxy._listening.shutdown(socket.SHUT_RDWR)
            proxy._thread.join()
            proxy._listening.close()

    def _run(self) -> None:
        """Pass on one connection after the other: one request, one answer."""
        while True:
            try:
                sender, _ = self._listening.accept()
            except OSError:
                return
            with sender, suppress(OSError):  # one of them has gone: the next connection is another
                self._pass_on(sender)

    def _pass_on(self, sender: socket.socket) -> None:
        with socket.create_connection((self._target.hostname, self._target.port), 60) as server:
            sender.settimeout(60)
            server.sendall(_whole(sender))
            answer = _whole(server)
            if self.is_cutting:
                self.cut += 1
            else:
                sender.sendall(answer)


def _whole(connection: socket.socket) -> bytes:
    """Read one message of HTTP with a Content-Length, or without a body."""
    told = b""
    while b"\r\n\r\n" not in told:
        told += _more(connection)
    head, _, body = told.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    ]
    while lengths and len(body) < int(lengths[0]):
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(1 << 16)
    if not part:
        raise ConnectionError("the other side has gone")
    return part
