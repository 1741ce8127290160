"""A wire between two programs that can be cut and held: any protocol over TCP."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import Self

_CHUNK = 1 << 16


class Wire:
    """Passes bytes on between whoever connects and one port of this machine.

    Attributes:
        port: where to connect instead.
        cuts: how many connections were cut so far.
    """

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.cuts = 0
        self._open: set[socket.socket] = set()
        self._turn = Lock()
        self._flows = Event()
        self._flows.set()
        self._thread = Thread(target=self._run, name="wire", daemon=True)

    @classmethod
    @contextmanager
    def to(cls, port: int) -> Iterator[Self]:
        """A wire to a port, gone at the end."""
        wire = cls(port)
        wire._thread.start()
        try:
            yield wire
        finally:
            wire.flow()
            with suppress(OSError):  # wakes the thread that accepts
                wire._listening.shutdown(socket.SHUT_RDWR)
            wire._thread.join()
            wire._listening.close()
            wire.cut()

    def cut(self) -> None:
        """Cut every connection, in the middle of whatever it carries."""
        with self._turn:
            cut, self._open = self._open, set()
        self.cuts += len(cut) // 2
        for one in cut:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def hold(self) -> None:
        """Pass nothing on, and cut nothing."""
        self._flows.clear()

    def flow(self) -> None:
        """Pass on again."""
        self._flows.set()

    def _run(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to_port), 5)
            except OSError:  # nobody is there: the caller is told the same
                near.close()
                continue
            far.settimeout(None)
            with self._turn:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while part := one.recv(_CHUNK):
                self._flows.wait()
                other.sendall(part)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        with self._turn:
            self._open -= {one, other}
