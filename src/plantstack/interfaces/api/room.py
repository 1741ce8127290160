"""How many bytes of bodies may be in the house at once: many large senders wait outside, not in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.exceptions import HTTPException


class Room:
    """Counts the bytes of requests that are being taken in; used from one event loop."""

    def __init__(self, most: int) -> None:
        """Begin empty.

        Args:
            most: bytes of all bodies together.
        """
        self.most, self.taken = most, 0

    @contextmanager
    def guest(self) -> Iterator[Callable[[int], None]]:
        """Yield what a request calls for each part of its body; all of it is given back at the end."""
        own = 0

        def take(size: int) -> None:
            nonlocal own
            if self.taken + size > self.most:
                what = "too much is coming in at once; nothing was kept, send again later"
                raise HTTPException(503, what, {"Retry-After": "1"})
            self.taken += size
            own += size

        try:
            yield take
        finally:
            self.taken -= own
