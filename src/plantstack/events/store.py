"""The SQLite file of the log: its schema, its durability, and how it is opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from plantstack.errors import LogError, Problem
from plantstack.events.hot import EVENT_DDL
from plantstack.events.migrations import MIGRATIONS, migrate

STORE_VERSION = 1 + len(MIGRATIONS)

Probe = Callable[[str, sqlite3.Connection], None]
"""Called at named points of every write, for fault tests: it may raise, stall or end the process.

Points: `opened`, `begun`, `written` (before the commit), `committed`, `filed` (segment files are on
disk, the manifest does not know them yet), `migrating`.
"""

DDL = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    EVENT_DDL,
    """CREATE TABLE seen (identity BLOB NOT NULL, content BLOB NOT NULL, log_offset INTEGER NOT NULL,
       PRIMARY KEY (identity, content)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE conflict (log_offset INTEGER PRIMARY KEY, source TEXT NOT NULL, key TEXT NOT NULL,
       received_at INTEGER NOT NULL) STRICT""",
    """CREATE TABLE dead_letter (id INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, source TEXT NOT NULL,
       place TEXT NOT NULL, raw BLOB NOT NULL, code TEXT NOT NULL, what TEXT NOT NULL, fix TEXT NOT NULL,
       settled_at INTEGER) STRICT""",
    """CREATE TABLE cursor (source TEXT PRIMARY KEY, position TEXT NOT NULL, received_at INTEGER NOT NULL)
       STRICT, WITHOUT ROWID""",
    """CREATE TABLE file (sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, received_at INTEGER NOT NULL)
       STRICT, WITHOUT ROWID""",
    """CREATE TABLE segment (name TEXT PRIMARY KEY, site TEXT NOT NULL, class TEXT NOT NULL,
       first_offset INTEGER NOT NULL, last_offset INTEGER NOT NULL, least_at INTEGER NOT NULL,
       greatest_at INTEGER NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
       kinds TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE TABLE known (name TEXT PRIMARY KEY, rows INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    *(statement for step in MIGRATIONS for statement in step),
)


def least_at(connection: sqlite3.Connection) -> int | None:
    """Return the earliest instant anything in the log speaks of but its own records of the plant files."""
    hot = "SELECT min(\"at\") AS t FROM event WHERE kind <> 'config'"
    sealed = "SELECT min(least_at) FROM segment WHERE kinds <> 'config'"
    found: int | None = connection.execute(f"SELECT min(t) FROM ({hot} UNION ALL {sealed})").fetchone()[0]
    return found


def loaded_files(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return name and instant of receipt of every file that was read whole."""
    return connection.execute("SELECT DISTINCT name, received_at FROM file ORDER BY name").fetchall()


def cursor_names(connection: sqlite3.Connection) -> list[str]:
    """Return whose place in their source the log keeps."""
    return [name for (name,) in connection.execute("SELECT source FROM cursor ORDER BY source")]


def nothing(_point: str, _connection: sqlite3.Connection) -> None:
    """Be the probe of a running system: do nothing."""


def open_writer(path: Path, probe: Probe) -> sqlite3.Connection:
    """Open or create the store for writing: WAL, every commit on disk before it returns.

    Raises:
        LogError: when the store is damaged, newer than this program, or not durable.
    """
    try:
        with ExitStack() as undo:
            opened = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
            connection = undo.enter_context(closing(opened))
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            probe("opened", connection)
            _check_durable(connection)
            if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                _create(connection)
            migrate(connection, STORE_VERSION, lambda: probe("migrating", connection))
            undo.pop_all()
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Open the store for reading; never blocks the writer and never changes the file.

    Raises:
        LogError: when there is no store, or it has another schema than this program.
    """
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    if version != STORE_VERSION:
        connection.close()
        what = f"expected log schema {STORE_VERSION}, found {version}"
        raise LogError(
            Problem("log-schema", path.name, what, "run any writing command once to bring it up to date")
        )
    return connection


def open_empty() -> sqlite3.Connection:
    """Open a store with nothing in it, for readers of a project that has no log yet."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _create(connection)
    return connection


def last_offset(connection: sqlite3.Connection) -> int:
    """Return the greatest offset in the store, hot or sealed."""
    hot = "(SELECT coalesce(max(log_offset), 0) FROM event)"
    query = f"SELECT max({hot}, (SELECT coalesce(max(last_offset), 0) FROM segment))"
    return int(connection.execute(query).fetchone()[0])


def last_receipt(connection: sqlite3.Connection, source: str) -> int:
    """Return when the newest event or dead letter of a source came, of those not sealed; 0: none."""
    events = "(SELECT coalesce(max(received_at), 0) FROM event WHERE source = ?)"
    letters = "(SELECT coalesce(max(received_at), 0) FROM dead_letter WHERE source = ?)"
    return int(connection.execute(f"SELECT max({events}, {letters})", (source, source)).fetchone()[0])


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in DDL:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {STORE_VERSION}")
    connection.execute("COMMIT")


def _check_durable(connection: sqlite3.Connection) -> None:
    """Refuse a store that would acknowledge what a power cut can take back (F11)."""
    journal = connection.execute("PRAGMA journal_mode").fetchone()[0]
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    if journal != "wal" or synchronous < 2:
        what = f"expected journal_mode wal and synchronous FULL, got {journal} and {synchronous}"
        raise LogError(
            Problem("log-not-durable", "log.sqlite", what, "keep the log on a local disk, settings untouched")
        )


def unusable(path: Path, error: sqlite3.Error) -> LogError:
    """Word an SQLite failure as one problem with a next step."""
    text = str(error)
    code, fix = "log-unusable", "restore the last backup beside it and compare"
    if "full" in text:
        code, fix = "log-disk-full", "free some space; sending again is safe"
    elif "readonly" in text or "unable to open" in text:
        code, fix = "log-read-only", "check who owns the log directory and whether it may be written"
    elif "I/O" in text:
        code, fix = "log-io-error", "check the disk; nothing of this batch was acknowledged"
    elif "locked" in text:
        code, fix = "log-busy", "another program holds the log; try again"
    return LogError(Problem(code, path.name, f"the log could not be used: {text}", fix))
