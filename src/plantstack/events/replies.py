"""Answers that were given to requests with a key of their own, so that the same request gets the same answer.

A sender that timed out sends again under the same key; the answer is kept in the transaction of its events.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from plantstack.events.batch import Receipt
from plantstack.intervals import DAY

KEPT = 30 * DAY


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with a key.

    Attributes:
        key: as its sender chose it, with who sent it in front.
        body: SHA-256 of what was sent.
        answer: what it is answered, once it is known what became of it.
        is_next: its sender goes on only when it was answered, so it takes the place of the one before.
    """

    key: str
    body: str
    answer: Callable[[Receipt], str]
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """An answer given before: to which body, and what it said."""

    body: str
    answer: str


def find(connection: sqlite3.Connection, key: str) -> Told | None:
    """Return the answer given under a key; None when there is none."""
    row = connection.execute("SELECT body, answer FROM reply WHERE key = ?", (key,)).fetchone()
    return Told(*row) if row else None


def keep(connection: sqlite3.Connection, asked: Asked, receipt: Receipt, received_at: int) -> None:
    """Keep an answer, and forget those older than a month; the first answer under a key stays."""
    row = (asked.key, asked.body, asked.answer(receipt), received_at)
    word = "REPLACE" if asked.is_next else "IGNORE"
    connection.execute(f"INSERT OR {word} INTO reply VALUES (?, ?, ?, ?)", row)
    connection.execute("DELETE FROM reply WHERE received_at < ?", (received_at - KEPT,))
