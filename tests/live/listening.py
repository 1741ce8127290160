"""A TCP server on loopback, a thread a session: what test servers of devices have in common."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self

PATIENCE_S = 20.0


class Listening:
    """Accepts sessions and lets `serve` talk with each, until it ends; `cut` ends all of them."""

    def __init__(self) -> None:
        self.sessions = self.most_sessions = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        self._threads.append(threading.Thread(target=self._accept, daemon=True))
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def cut(self) -> None:
        """End every session."""
        with self._turn:
            for one in self._open:
                with suppress(OSError):  # the other side has left already
                    one.shutdown(socket.SHUT_RDWR)

    def serve(self, session: socket.socket) -> None:
        """Talk until the session ends."""
        raise NotImplementedError

    def _accept(self) -> None:
        while True:
            try:
                session, _ = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(session,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, session: socket.socket) -> None:
        with self._turn:
            self._open.add(session)
            self.sessions += 1
            self.most_sessions = max(self.most_sessions, len(self._open))
        with session:
            with suppress(OSError):
                self.serve(session)
            with self._turn:  # before it is closed, so that nobody cuts what is gone
                self._open.discard(session)
