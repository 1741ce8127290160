"""Input that could not become an event: kept whole until somebody settles it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from plantstack.errors import Problem


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


def listed(
    connection: sqlite3.Connection, *, after: int = 0, limit: int = 1_000, settled: bool = False
) -> list[StoredLetter]:
    """List dead letters in the order they came, the settled ones only on request."""
    open_only = "" if settled else "AND settled_at IS NULL"
    query = f"""SELECT id, received_at, source, place, raw, code, what, fix, settled_at FROM dead_letter
                WHERE id > ? {open_only} ORDER BY id LIMIT ?"""
    return [
        StoredLetter(number, received_at, source, place, raw, Problem(code, place, what, fix), settled_at)
        for number, received_at, source, place, raw, code, what, fix, settled_at in connection.execute(
            query, (after, limit)
        )
    ]


def settle(connection: sqlite3.Connection, letters: Iterable[int], now: int) -> None:
    """Note that these letters were retried or given up; they are kept."""
    connection.executemany(
        "UPDATE dead_letter SET settled_at = ? WHERE id = ?", [(now, number) for number in letters]
    )


def count(connection: sqlite3.Connection) -> int:
    """Count the letters nobody has settled."""
    return int(connection.execute("SELECT count(*) FROM dead_letter WHERE settled_at IS NULL").fetchone()[0])
