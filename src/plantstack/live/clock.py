"""A clock that never goes back while a server runs, whatever is done to the machine's own."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from plantstack.intervals import SECOND

_CATCHING_UP = 0.9  # of the pace of time, until the machine's clock is level again


class SteadyClock:
    """The instant it is now, in microseconds UTC: later with every look, or the same.

    A step ahead is followed at once. After a step back it goes on from where it was, a tenth slower than
    time, until the machine's clock has caught up: offsets, instants of receipt and the reach of the books
    stay in one order, and what waits for time to pass goes on waiting as long as before.

    >>> wall = iter([100, 40, 50])
    >>> passed = iter([0, 10, 20])
    >>> clock = SteadyClock(lambda: next(wall), lambda: next(passed))
    >>> clock(), clock(), clock()
    (100, 109, 118)
    """

    def __init__(self, wall: Callable[[], int], passed: Callable[[], int]) -> None:
        """Begin at the machine's clock.

        Args:
            wall: the machine's clock, in microseconds UTC.
            passed: microseconds since any beginning; never goes back.
        """
        self.steps = 0  # how often the machine's clock was found to have gone back
        self.ahead_s = 0.0  # of the machine's clock, when looked at last
        self._wall, self._passed = wall, passed
        self._looking = Lock()
        self._told: int | None = None
        self._seen = self._moved = 0

    def __call__(self) -> int:
        """Look at it."""
        with self._looking:
            wall, moved = self._wall(), self._passed()
            if self._told is None:
                self._told = wall
            elif wall < self._told:
                self.steps += wall < self._seen
                self._told += int((moved - self._moved) * _CATCHING_UP)
            self._told = max(self._told, wall)
            self._seen, self._moved = wall, moved
            self.ahead_s = (self._told - wall) / SECOND
            return self._told
