"""Edges that tell this server what they read: when each was heard last, so that an absent one is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock

from plantstack.events import store, tokens
from plantstack.events.batch import Batch, Cursor
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.intervals import MINUTE
from plantstack.live.door import Clock

SILENT = 10 * MINUTE  # an edge with nothing to tell says every minute that it is there
_KEPT = "plantstack/edge/"  # no connection can be named so
_EVERY = MINUTE
_MOST = 1_000
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Edges:
    """Who of them was heard when; kept in the log, so that a restart forgets none."""

    def __init__(
        self, writer: GroupWriter, reading: Callable[[], AbstractContextManager[Log]], clock: Clock
    ) -> None:
        """Read who was heard before.

        Args:
            writer: of the log.
            reading: the log as it is on disk now.
            clock: the instant of now.
        """
        self._writer, self._reading, self._clock = writer, reading, clock
        self._turn = Lock()
        with reading() as log:
            names = [name for name in store.cursor_names(log.connection) if name.startswith(_KEPT)]
            self._heard = {name.removeprefix(_KEPT): int(log.cursor(name) or 0) for name in names}

    def listen(self, token: str, edge: str) -> None:
        """Note that an edge was heard; at most once a minute on disk.

        Args:
            token: by which it came; '' where none is needed.
            edge: what it calls itself; anything but a plain name is passed over, and so is who only comes
                and goes, ` passing`.

        Raises:
            LogError: when the log cannot be written.
        """
        name, now = token or edge, self._clock()
        with self._turn:
            is_new = name not in self._heard
            if not _NAME.fullmatch(edge) or (is_new and len(self._heard) >= _MOST):
                return
            if not is_new and now - self._heard[name] < _EVERY:
                return
            self._heard[name] = now
        self._writer.submit(Batch(cursors=(Cursor(f"{_KEPT}{name}", str(now)),)), received_at=now).result()

    def absent(self) -> list[str]:
        """Say which edges have not been heard of for long; one whose token was revoked is gone."""
        now = self._clock()
        with self._turn:
            late = {name: now - at for name, at in self._heard.items() if now - at > SILENT}
        if not late:
            return []
        with self._reading() as log:
            known = tokens.listed(log.connection)
        gone = {one.name for one in known if one.revoked_at is not None}
        return [
            f"edge {name} has not been heard of for {length // MINUTE} min"
            for name, length in sorted(late.items())
            if name not in gone
        ]
