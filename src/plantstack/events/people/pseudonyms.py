"""Pseudonyms: what events carry instead of a name, another one every so often.

Two entries of one person from two periods carry two pseudonyms, so that nobody can follow a person through
the years. What leads from a pseudonym to its account is kept for some months, then dropped.
"""

from __future__ import annotations

import hmac
import sqlite3
from hashlib import sha256

from plantstack.events.people.writing import together
from plantstack.intervals import DAY

ROTATED, KEPT = 30 * DAY, 180 * DAY
PREFIX = "p-"


def current(connection: sqlite3.Connection, account_id: str, now: int) -> str:
    """Return the pseudonym of an account that holds now; '' when a new one is due."""
    sql = "SELECT pseudonym FROM pseudonym WHERE account = ? AND since > ? ORDER BY since DESC LIMIT 1"
    row = connection.execute(sql, (account_id, now - ROTATED)).fetchone()
    return row[0] if row else ""


def ensure(connection: sqlite3.Connection, account_id: str, fresh: str, now: int) -> str:
    """Return the pseudonym that holds now, the fresh one when a new one is due.

    Args:
        connection: of the writer, or beside it.
        account_id: whose.
        fresh: made by chance; nothing about the account can be told from it.
        now: microseconds UTC.
    """
    with together(connection):
        found = current(connection, account_id, now)
        if found:
            return found
        connection.execute("DELETE FROM pseudonym WHERE since <= ?", (now - KEPT,))
        made = f"{PREFIX}{fresh}"
        connection.execute("INSERT INTO pseudonym VALUES (?, ?, ?)", (made, account_id, now))
        return made


def marked(pseudonym: str, key: str) -> str:
    """A pseudonym with the proof that it was handed out with a key.

    What is entered while a tablet is offline is sent later, maybe after its person signed off: the proof
    keeps it his, and nobody else's pseudonym can be told.

    >>> marked("p-q7k2", "key")
    'p-q7k2.46fda932282f'
    """
    proof = hmac.new(key.encode(), pseudonym.encode(), sha256).hexdigest()
    return f"{pseudonym}.{proof[:12]}" if pseudonym else ""


def unmarked(mark: str, key: str) -> str:
    """The pseudonym of a mark that was handed out with a key; '' for any other.

    >>> unmarked(marked("p-q7k2", "key"), "key"), unmarked("p-q7k2", "key"), unmarked("", "key")
    ('p-q7k2', '', '')
    """
    pseudonym, _, _ = mark.partition(".")
    return pseudonym if mark and hmac.compare_digest(marked(pseudonym, key).encode(), mark.encode()) else ""


def listed(connection: sqlite3.Connection, account_id: str) -> list[tuple[str, int]]:
    """Return the pseudonyms that still lead to an account, and since when each was used; for itself only."""
    sql = "SELECT pseudonym, since FROM pseudonym WHERE account = ? ORDER BY since"
    return connection.execute(sql, (account_id,)).fetchall()
