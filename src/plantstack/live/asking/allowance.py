"""How often somebody may ask, and how many at once: every question costs time and money of the endpoint."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from plantstack.intervals import MINUTE, SECOND

_KNOWN = 1_000  # people


class TooOften(Exception):
    """Somebody asked too much, or too many ask at once.

    Attributes:
        wait_s: after which it may be tried again.
    """

    def __init__(self, what: str, wait_s: int) -> None:
        super().__init__(what)
        self.wait_s = wait_s


class Allowance:
    """Lets each person ask so many times in so long, and so many ask at once."""

    def __init__(self, times: int = 10, within: int = 10 * MINUTE, at_once: int = 3) -> None:
        """Begin with nobody.

        Args:
            times: that one person may ask within `within`.
            within: microseconds.
            at_once: questions of all people together.
        """
        self._times, self._within, self._left = times, within, at_once
        self._asked: OrderedDict[str, deque[int]] = OrderedDict()
        self._inside: set[str] = set()
        self._lock = Lock()

    @contextmanager
    def of(self, who: str, now: int) -> Iterator[None]:
        """Let somebody ask while the block lasts.

        Args:
            who: asks; any text that is always the same.
            now: microseconds UTC.

        Raises:
            TooOften: where he has to wait.
        """
        with self._lock:
            self._enter(who, now)
        try:
            yield
        finally:
            with self._lock:
                self._inside.discard(who)
                self._left += 1

    def _enter(self, who: str, now: int) -> None:
        mine = self._asked.setdefault(who, deque())
        self._asked.move_to_end(who)
        while mine and mine[0] <= now - self._within:
            mine.popleft()
        if who in self._inside:
            raise TooOften("a question of yours is still being answered", 5)
        if len(mine) >= self._times:
            raise TooOften("you asked too often", max(1, -(-(mine[0] + self._within - now) // SECOND)))
        if self._left <= 0:
            raise TooOften("others are asking just now", 5)
        mine.append(now)
        self._inside.add(who)
        self._left -= 1
        while len(self._asked) > _KNOWN:
            self._asked.popitem(last=False)
