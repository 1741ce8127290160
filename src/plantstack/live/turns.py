"""One after the other where two ask for the same: only they wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Lets one thread at a time in under each name."""

    def __init__(self) -> None:
        self._free = Condition()
        self._taken: set[str] = set()

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Wait until nobody else is in under the name, then keep others out."""
        with self._free:
            self._free.wait_for(lambda: name not in self._taken)
            self._taken.add(name)
        try:
            yield
        finally:
            with self._free:
                self._taken.discard(name)
                self._free.notify_all()
