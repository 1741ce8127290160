"""Sessions: who came in, until when; of the cookie's secret only a hash is kept."""

from __future__ import annotations

import hmac
import sqlite3
from dataclasses import dataclass
from hashlib import sha256

from plantstack.events.people.accounts import Role
from plantstack.events.people.hashing import digest
from plantstack.events.people.writing import together
from plantstack.intervals import HOUR, MINUTE

_NOTE_US = MINUTE  # between two notes that a session is in use: not every request is a write


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session lasts, microseconds: without use, and at all."""

    idle_us: int
    whole_us: int


DESK: dict[Role, Life] = {
    "operator": Life(4 * HOUR, 12 * HOUR),
    "supervisor": Life(4 * HOUR, 12 * HOUR),
    "planner": Life(4 * HOUR, 12 * HOUR),
    "maintenance": Life(4 * HOUR, 12 * HOUR),
    "ci": Life(4 * HOUR, 12 * HOUR),
    "exec": Life(2 * HOUR, 12 * HOUR),
    "admin": Life(HOUR, 12 * HOUR),
}
"""At a desk: a working day; the more a role may, the sooner an unused one ends."""

TABLET = Life(2 * HOUR, 10 * HOUR)
"""Signed on at a paired tablet: a shift, and not the next one's. The tablet itself stays paired."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who came in.

    Attributes:
        id: the hash of its secret.
        account: id of the account.
        tablet: id of the tablet it was opened at; '' at a desk.
        started_at: microseconds UTC.
        seen_at: when it was last used, to the minute.
        until_at: when it ends in any case.
        idle_us: how long it lasts without use.
    """

    id: str
    account: str
    tablet: str
    started_at: int
    seen_at: int
    until_at: int
    idle_us: int

    def is_good(self, now: int) -> bool:
        """Whether it still lasts."""
        return now < self.until_at and now < self.seen_at + self.idle_us

    def is_to_note(self, now: int) -> bool:
        """Whether it is time to note that it is in use."""
        return now >= self.seen_at + _NOTE_US


def begin(
    connection: sqlite3.Connection, account_id: str, secret: str, life: Life, now: int, tablet: str = ""
) -> Session:
    """Keep a new session; at a tablet it takes the place of the one before.

    Args:
        connection: of the writer, or beside it.
        account_id: who came in.
        secret: 256 random bits, as text.
        life: how long it lasts.
        now: microseconds UTC.
        tablet: id of the paired tablet; '' at a desk.
    """
    made = Session(digest(secret), account_id, tablet, now, now, now + life.whole_us, life.idle_us)
    with together(connection):
        connection.execute("DELETE FROM session WHERE until_at <= ? OR seen_at + idle_us <= ?", (now, now))
        if tablet:
            connection.execute("DELETE FROM session WHERE tablet = ?", (tablet,))
        row = (made.id, account_id, tablet, now, now, made.until_at, made.idle_us)
        connection.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return made


def find(connection: sqlite3.Connection, secret: str, now: int) -> Session | None:
    """Return the session of a secret while it lasts."""
    sql = (
        "SELECT sha256, account, tablet, started_at, seen_at, until_at, idle_us FROM session WHERE sha256 = ?"
    )
    row = connection.execute(sql, (digest(secret),)).fetchone()
    found = Session(*row) if row else None
    return found if found and found.is_good(now) else None


def note(connection: sqlite3.Connection, session: Session, now: int) -> None:
    """Note that a session is in use."""
    with together(connection):
        connection.execute("UPDATE session SET seen_at = max(seen_at, ?) WHERE sha256 = ?", (now, session.id))


def end(connection: sqlite3.Connection, session_id: str) -> None:
    """End one session, at once."""
    with together(connection):
        connection.execute("DELETE FROM session WHERE sha256 = ?", (session_id,))


def end_all(connection: sqlite3.Connection, account_id: str, but: str = "") -> int:
    """End all sessions of an account but one; return how many."""
    with together(connection):
        sql = "DELETE FROM session WHERE account = ? AND sha256 <> ?"
        return connection.execute(sql, (account_id, but)).rowcount


def listed(connection: sqlite3.Connection, account_id: str, now: int) -> list[Session]:
    """Return the sessions of an account that last, the newest first."""
    sql = (
        "SELECT sha256, account, tablet, started_at, seen_at, until_at, idle_us"
        " FROM session WHERE account = ? ORDER BY started_at DESC"
    )
    found = [Session(*row) for row in connection.execute(sql, (account_id,))]
    return [one for one in found if one.is_good(now)]


def form_token(secret: str) -> str:
    """What a form has to bring along: made from the cookie's secret, which another site cannot read.

    >>> form_token("a") == form_token("a"), form_token("a") == form_token("b")
    (True, False)
    """
    return hmac.new(secret.encode(), b"plantstack form", sha256).hexdigest()


def is_form_token(secret: str, told: str) -> bool:
    """Whether a form brought what its session has; time tells nothing.

    >>> is_form_token("a", form_token("a")), is_form_token("a", ""), is_form_token("a", "ü")
    (True, False, False)
    """
    return hmac.compare_digest(form_token(secret).encode(), told.encode())
