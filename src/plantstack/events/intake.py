"""What becomes of each row of a batch: new, told before, or told differently."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import pyarrow as pa

from plantstack.events.batch import ACCEPTED, CONFLICT, DUPLICATE, Batch, Cursor, DeadLetter
from plantstack.events.hot import to_rows
from plantstack.events.identity import half
from plantstack.events.known import Known

_ASKED_AT_ONCE = 5_000
_INSERT_DEAD = """INSERT INTO dead_letter (received_at, source, place, raw, code, what, fix, identity, sender)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (identity) DO NOTHING"""


def outcomes(
    connection: sqlite3.Connection, known: Known, identities: Sequence[bytes], contents: Sequence[bytes]
) -> bytes:
    """Decide each row against the log and the rows before it in the same batch."""
    told = _told(connection, identities)
    codes = bytearray()
    for identity, content in zip(identities, contents, strict=True):
        recent = told.setdefault(identity, [])
        old = known.contents(identity) if known else ()
        if content[:8] in recent or (old and half(content) in old):
            codes.append(DUPLICATE)
            continue
        codes.append(CONFLICT if recent or old else ACCEPTED)
        recent.append(content[:8])
    return bytes(codes)


def _told(connection: sqlite3.Connection, identities: Sequence[bytes]) -> dict[bytes, list[bytes]]:
    """Find what the unique index holds under these identities."""
    told: dict[bytes, list[bytes]] = {}
    for start in range(0, len(identities), _ASKED_AT_ONCE):
        asked = identities[start : start + _ASKED_AT_ONCE]
        marks = ",".join("?" * len(asked))
        query = f"SELECT identity, content FROM seen WHERE identity IN ({marks})"
        for identity, content in connection.execute(query, asked):
            told.setdefault(identity, []).append(content)
    return told


def write_rows(
    connection: sqlite3.Connection,
    events: pa.Table,
    hashes: tuple[Sequence[bytes], Sequence[bytes]],
    codes: bytes,
    first_offset: int,
    received_at: int,
) -> int:
    """Write the rows that are not duplicates under rising offsets; return how many they are."""
    rows, seen, conflicts = [], [], []
    offset = first_offset
    source, key = events.column("source"), events.column("key")
    statement, told = to_rows(events)
    for place, (row, identity, content, code) in enumerate(zip(told, *hashes, codes, strict=True)):
        if code == DUPLICATE:
            continue
        rows.append((offset, received_at, *row))
        seen.append((identity, content[:8], offset))
        if code == CONFLICT:
            conflicts.append((offset, source[place].as_py(), key[place].as_py(), received_at))
        offset += 1
    connection.executemany(statement, rows)
    connection.executemany("INSERT INTO seen VALUES (?, ?, ?)", seen)
    connection.executemany("INSERT INTO conflict VALUES (?, ?, ?, ?)", conflicts)
    return offset - first_offset


def write_marks(connection: sqlite3.Connection, batch: Batch, cursor: Cursor | None, received_at: int) -> int:
    """Write what goes with the rows: dead letters, the file's hash, how far sources are read.

    Returns:
        How many of the letters are new; whoever settled one need not do so again.
    """
    letters = [_dead_row(letter, received_at) for letter in batch.dead]
    new = connection.executemany(_INSERT_DEAD, letters).rowcount if letters else 0
    if batch.file:
        known = filter(None, (batch.file.sha256, batch.file.plain))
        rows = [(mark, batch.file.name, received_at) for mark in known]
        connection.executemany("INSERT OR IGNORE INTO file VALUES (?, ?, ?)", rows)
    for moved in (*batch.cursors, *([cursor] if cursor else [])):
        connection.execute(
            "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)", (moved.source, moved.position, received_at)
        )
    return new


def _dead_row(letter: DeadLetter, received_at: int) -> tuple[int | str | bytes | None, ...]:
    problem = letter.problem
    what = (letter.source, letter.where, letter.raw, problem.code, problem.what, problem.fix)
    return received_at, *what, letter.identity or None, letter.sender
