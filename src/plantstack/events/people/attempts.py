"""Attempts to come in: after some that failed, the next one has to wait, longer each time.

An attempt is counted before the secret is looked at, so that many at once are no way around it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from plantstack.events.people.writing import together
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND


@dataclass(frozen=True, slots=True)
class Patience:
    """How failures of one kind of subject are borne with.

    Attributes:
        free: failures in a row before anybody has to wait.
        longest_us: the wait doubles from one second up to this, microseconds.
        forgotten_us: after so long without an attempt all is forgotten.
        most: failures after which only a reset helps; None: never.
        fades_us: for each so long without an attempt one failure is forgotten; 0: none before all are.
    """

    free: int
    longest_us: int
    forgotten_us: int
    most: int | None = None
    fades_us: int = 0

    def wait_us(self, failures: int) -> int:
        """How long after so many failures in a row the next attempt may come, microseconds.

        >>> [Patience(3, MINUTE, DAY).wait_us(n) // SECOND for n in (0, 2, 3, 4, 5, 30)]
        [0, 0, 1, 2, 4, 60]
        """
        return min(SECOND << min(failures - self.free, 32), self.longest_us) if failures >= self.free else 0

    def left(self, failures: int, quiet_us: int) -> int:
        """How many of some failures still count after a while without an attempt.

        >>> [Patience(5, MINUTE, DAY, fades_us=HOUR).left(3, n * MINUTE) for n in (0, 59, 60, 130, 600, 1440)]
        [3, 3, 2, 1, 0, 0]
        """
        if quiet_us >= self.forgotten_us:
            return 0
        return max(failures - max(quiet_us, 0) // self.fades_us, 0) if self.fades_us else failures


PATIENCE = {
    # Short for an account: whoever knows a name must not be able to keep its owner out.
    "account": Patience(free=5, longest_us=MINUTE, forgotten_us=DAY),
    # A name nobody has is borne with as one that somebody has: nothing tells the two apart.
    "name": Patience(free=5, longest_us=MINUTE, forgotten_us=DAY),
    # A browser that came in before has a count of its own: what others guess is not on it.
    "browser": Patience(free=5, longest_us=MINUTE, forgotten_us=DAY),
    "pin": Patience(free=3, longest_us=5 * MINUTE, forgotten_us=3650 * DAY, most=10),
    # Many people share a tablet or an address, and it is never a day without them: slips of the week must
    # not add up to a wait for all of them. Whoever goes on guessing leaves it no such pause.
    "tablet": Patience(free=5, longest_us=15 * MINUTE, forgotten_us=DAY, fades_us=30 * MINUTE),
    "address": Patience(free=20, longest_us=5 * MINUTE, forgotten_us=HOUR, fades_us=10 * MINUTE),
}
_ONE_S_OWN = ("account", "pin", "browser")


def begin(connection: sqlite3.Connection, subjects: Sequence[str], now: int) -> int | None:
    """Count an attempt, unless one of its subjects has to wait.

    Args:
        connection: of the writer, or beside it.
        subjects: as `account a-1` and `address 10.0.0.7`; the first word is of `PATIENCE`.
        now: microseconds UTC.

    Returns:
        0 when it may go on, else how long to wait, microseconds; None when only a reset helps.
    """
    with together(connection):
        connection.execute(
            "DELETE FROM attempt WHERE last_at <= ? AND subject NOT LIKE 'pin %'", (now - DAY,)
        )
        waits = [_wait(connection, subject, now) for subject in subjects]
        if None in waits:
            return None
        longest = max((wait for wait in waits if wait), default=0)
        if not longest:
            for subject in subjects:
                _count(connection, subject, now)
        return longest


def passed(connection: sqlite3.Connection, subjects: Sequence[str]) -> None:
    """Forget failures of an account that came in; of an address only this attempt was none."""
    with together(connection):
        for subject in subjects:
            if subject.partition(" ")[0] in _ONE_S_OWN:
                reset(connection, subject)
            else:
                sql = "UPDATE attempt SET failures = max(failures - 1, 0) WHERE subject = ?"
                connection.execute(sql, (subject,))


def reset(connection: sqlite3.Connection, subject: str) -> None:
    """Forget all failures of a subject."""
    with together(connection):
        connection.execute("DELETE FROM attempt WHERE subject = ?", (subject,))


def is_shut(connection: sqlite3.Connection, subject: str) -> bool:
    """Whether only a reset helps."""
    most = PATIENCE[subject.partition(" ")[0]].most
    failures, _ = _standing(connection, subject)
    return most is not None and failures >= most


def is_spent(connection: sqlite3.Connection, subject: str, now: int) -> bool:
    """Whether a subject has failed so often that it has to wait between attempts."""
    patience = PATIENCE[subject.partition(" ")[0]]
    failures, last_at = _standing(connection, subject)
    return patience.left(failures, now - last_at) >= patience.free


def _wait(connection: sqlite3.Connection, subject: str, now: int) -> int | None:
    patience = PATIENCE[subject.partition(" ")[0]]
    failures, last_at = _standing(connection, subject)
    if patience.most is not None and failures >= patience.most:
        return None
    return max(last_at + patience.wait_us(patience.left(failures, now - last_at)) - now, 0)


def _count(connection: sqlite3.Connection, subject: str, now: int) -> None:
    failures, last_at = _standing(connection, subject)
    left = PATIENCE[subject.partition(" ")[0]].left(failures, now - last_at)
    connection.execute("INSERT OR REPLACE INTO attempt VALUES (?, ?, ?)", (subject, left + 1, now))


def _standing(connection: sqlite3.Connection, subject: str) -> tuple[int, int]:
    row = connection.execute("SELECT failures, last_at FROM attempt WHERE subject = ?", (subject,)).fetchone()
    return row if row else (0, 0)
