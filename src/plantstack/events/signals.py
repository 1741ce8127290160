"""What is known of signals beside their events: what they feed, doubts of their meaning, proofs of it.

It lies in the log's file, so that a backup has it. A command may add to it while a server runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from plantstack.errors import ConfigError, LogError, Problem
from plantstack.events import guard, store


@dataclass(frozen=True, slots=True)
class Feed:
    """That events of a kind were made of a signal.

    Attributes:
        connection: that tells it.
        tag: the signal.
        machine: of the events, by id.
        kind: of the events.
        since: instant of receipt of the first, microseconds UTC.
    """

    connection: str
    tag: str
    machine: str
    kind: str
    since: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """That a signal may mean something else than it did.

    Attributes:
        connection: that tells it.
        tag: the signal.
        kind: of change: `type`, `scale`, `less`, `range`, `pace`, `words`, `gone`, `swapped`.
        told: one sentence, for people.
        since: when it began, microseconds UTC.
        raised_at: when it was certain.
        settled_at: when somebody said what it means; None while it is open.
        is_changed: its meaning did change, and the mapping says so now; False: it means the same.
        by: role or pseudonym of who settled it.
        note: what they said.
    """

    connection: str
    tag: str
    kind: str
    told: str
    since: int
    raised_at: int
    settled_at: int | None = None
    is_changed: bool = False
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One test of the signals of a machine, made at the machine.

    Attributes:
        connection: that tells them.
        machine: by id.
        test: `count`, `stop`, `reject` or `clock`.
        at: when it was made, microseconds UTC.
        expected: what the person counted, or the instant, as microseconds UTC.
        seen: what the signal said.
        tolerance: how far they may be apart.
        is_good: they are not farther apart.
        by: role or pseudonym of who made it.
        note: what they said.
        recorded_at: when it was written down.
    """

    connection: str
    machine: str
    test: str
    at: int
    expected: float
    seen: float
    tolerance: float
    is_good: bool
    by: str
    note: str
    recorded_at: int


def feed(connection: sqlite3.Connection, feeds: Iterable[Feed]) -> None:
    """Note what is made of signals."""
    rows = [(one.connection, one.tag, one.machine, one.kind, one.since) for one in feeds]
    connection.executemany("INSERT OR IGNORE INTO signal_feed VALUES (?, ?, ?, ?, ?)", rows)


def doubt(connection: sqlite3.Connection, doubts: Iterable[Doubt]) -> None:
    """Raise doubts; of a signal there is at most one that is open."""
    sql = """INSERT INTO signal_doubt (connection, tag, kind, told, since, raised_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM signal_doubt
             WHERE connection = ?1 AND tag = ?2 AND settled_at IS NULL)"""
    for one in doubts:
        connection.execute(sql, (one.connection, one.tag, one.kind, one.told, one.since, one.raised_at))


def doubts(connection: sqlite3.Connection) -> list[Doubt]:
    """Return every doubt there ever was, the oldest first."""
    sql = """SELECT connection, tag, kind, told, since, raised_at, settled_at,
             coalesce(is_changed, 0), coalesce(by, ''), coalesce(note, '') FROM signal_doubt ORDER BY id"""
    return [Doubt(*(*row[:7], bool(row[7]), *row[8:])) for row in connection.execute(sql)]


def feeds(connection: sqlite3.Connection) -> list[Feed]:
    """Return what is made of which signal."""
    sql = "SELECT connection, tag, machine, kind, since FROM signal_feed ORDER BY 1, 2, 3, 4"
    return [Feed(*row) for row in connection.execute(sql)]


def checks(connection: sqlite3.Connection) -> list[Check]:
    """Return every test that was made, in the order it was written down."""
    sql = """SELECT connection, machine, test, at, expected, seen, tolerance, is_good, by, note, recorded_at
             FROM signal_check ORDER BY id"""
    return [Check(*(*row[:7], bool(row[7]), *row[8:])) for row in connection.execute(sql)]


def confirm(
    project: Path, connection: str, tag: str, *, by: str, note: str, is_changed: bool, now: int
) -> None:
    """Say what a doubted signal means.

    Raises:
        ConfigError: when nobody doubts it.
        LogError: when the log cannot be written.
    """
    with closing(_writable(project)) as opened:
        sql = """UPDATE signal_doubt SET settled_at = ?, is_changed = ?, by = ?, note = ?
                 WHERE connection = ? AND tag = ? AND settled_at IS NULL"""
        if not opened.execute(sql, (now, int(is_changed), by, note, connection, tag)).rowcount:
            fix = f"List them with 'plantstack connections doubts {project}'."
            what = f"there is no doubt of '{tag}'"
            raise ConfigError(Problem("doubt-unknown", connection, what, fix))


def record(project: Path, check: Check) -> None:
    """Keep a test.

    Raises:
        LogError: when the log cannot be written.
    """
    row = tuple(getattr(check, name) for name in Check.__dataclass_fields__)
    columns = ", ".join(Check.__dataclass_fields__)
    with closing(_writable(project)) as opened:
        opened.execute(
            f"INSERT INTO signal_check ({columns}) VALUES ({', '.join('?' * len(row))})",
            [int(one) if isinstance(one, bool) else one for one in row],
        )


def _writable(project: Path) -> sqlite3.Connection:
    """Open the file beside a writer: one row, one short transaction, no event."""
    places = guard.Places(project)
    if not places.store.exists():
        raise LogError(Problem("log-none", "log", "there is no log yet", "Start the server once."))
    return store.open_writer(places.store, store.nothing)
