"""Input that could not become an event: kept whole until somebody settles it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from plantstack.errors import Problem

_COLUMNS = "id, received_at, source, place, raw, code, what, fix, settled_at, sender"


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A dead letter in the log."""

    id: int
    received_at: int
    source: str
    where: str
    raw: bytes
    problem: Problem
    settled_at: int | None
    sender: str = ""  # name of the token it came with


def listed(
    connection: sqlite3.Connection,
    *,
    after: int = 0,
    limit: int = 1_000,
    settled: bool = False,
    source: str = "",
    code: str = "",
) -> list[StoredLetter]:
    """List dead letters in the order they came, the settled ones only on request.

    Args:
        connection: of the log.
        after: only those behind this number.
        limit: at most so many.
        settled: also those that are settled.
        source: only of this source; '' is any.
        code: only with this reason; '' is any.
    """
    query = f"""SELECT {_COLUMNS} FROM dead_letter WHERE id > ? AND (settled_at IS NULL OR ?)
                AND ? IN ('', source) AND ? IN ('', code) ORDER BY id LIMIT ?"""
    return [_stored(row) for row in connection.execute(query, (after, settled, source, code, limit))]


def find(connection: sqlite3.Connection, number: int) -> StoredLetter | None:
    """Return one dead letter, settled or not."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM dead_letter WHERE id = ?", (number,)).fetchone()
    return _stored(row) if row else None


def _stored(row: tuple[Any, ...]) -> StoredLetter:
    number, received_at, source, place, raw, code, what, fix, settled_at, sender = row
    problem = Problem(code, place, what, fix)
    return StoredLetter(number, received_at, source, place, raw, problem, settled_at, sender)


def grouped(connection: sqlite3.Connection) -> list[tuple[str, str, int, int, int]]:
    """Count the open letters: source, code, how many, when the first and the last came."""
    return connection.execute(
        """SELECT source, code, count(*), min(received_at), max(received_at) FROM dead_letter
           WHERE settled_at IS NULL GROUP BY source, code ORDER BY count(*) DESC, source, code"""
    ).fetchall()


def recent(connection: sqlite3.Connection, since: int) -> list[tuple[str, int, int]]:
    """Count the open letters that came from an instant on: source, how many, when the newest came."""
    return connection.execute(
        """SELECT source, count(*), max(received_at) FROM dead_letter
           WHERE settled_at IS NULL AND received_at >= ? GROUP BY source ORDER BY count(*) DESC, source""",
        (since,),
    ).fetchall()


def settle(connection: sqlite3.Connection, letters: Iterable[int], now: int) -> None:
    """Note that these letters were retried or given up; they are kept."""
    connection.executemany(
        "UPDATE dead_letter SET settled_at = ? WHERE id = ?", [(now, number) for number in letters]
    )


def count(connection: sqlite3.Connection) -> int:
    """Count the letters nobody has settled."""
    return int(connection.execute("SELECT count(*) FROM dead_letter WHERE settled_at IS NULL").fetchone()[0])
