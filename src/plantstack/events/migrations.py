"""How an older store becomes a newer one: one step a version, all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from plantstack.errors import LogError, Problem

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (  # 1 -> 2: a server answers over the network
        """CREATE TABLE reply (key TEXT PRIMARY KEY, body TEXT NOT NULL, answer TEXT NOT NULL,
       received_at INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
        """CREATE TABLE token (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, scope TEXT NOT NULL,
       may TEXT NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER) STRICT, WITHOUT ROWID""",
    ),
    (  # 2 -> 3: what signals are known to be, and whether they were proven
        """CREATE TABLE signal_feed (connection TEXT NOT NULL, tag TEXT NOT NULL, machine TEXT NOT NULL,
       kind TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (connection, tag, machine, kind))
       STRICT, WITHOUT ROWID""",
        """CREATE TABLE signal_doubt (id INTEGER PRIMARY KEY, connection TEXT NOT NULL, tag TEXT NOT NULL,
       kind TEXT NOT NULL, told TEXT NOT NULL, since INTEGER NOT NULL, raised_at INTEGER NOT NULL,
       settled_at INTEGER, is_changed INTEGER, by TEXT, note TEXT) STRICT""",
        """CREATE TABLE signal_check (id INTEGER PRIMARY KEY, connection TEXT NOT NULL, machine TEXT NOT NULL,
       test TEXT NOT NULL, at INTEGER NOT NULL, expected REAL NOT NULL, seen REAL NOT NULL,
       tolerance REAL NOT NULL, is_good INTEGER NOT NULL, by TEXT NOT NULL, note TEXT NOT NULL,
       recorded_at INTEGER NOT NULL) STRICT""",
    ),
    (  # 3 -> 4: old answers are found without looking at all of them
        "CREATE INDEX reply_age ON reply (received_at)",
    ),
    (  # 4 -> 5: tokens name the sources they speak as
        "ALTER TABLE token ADD COLUMN sources TEXT NOT NULL DEFAULT ''",
    ),
    (  # 5 -> 6: open letters are counted without reading their bytes
        """CREATE INDEX IF NOT EXISTS letter_open ON dead_letter (received_at, source)
       WHERE settled_at IS NULL""",
    ),
    (  # 6 -> 7: letters know who sent them, and those of one row of a table are one
        "ALTER TABLE dead_letter ADD COLUMN sender TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE dead_letter ADD COLUMN identity TEXT",
        "CREATE UNIQUE INDEX letter_identity ON dead_letter (identity)",
    ),
    (  # people come in: who they are stands in this file and nowhere else
        """CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT UNIQUE, number INTEGER UNIQUE,
       role TEXT NOT NULL, scope TEXT NOT NULL, language TEXT NOT NULL DEFAULT '',
       theme TEXT NOT NULL DEFAULT 'auto', gloves INTEGER NOT NULL DEFAULT 0, password TEXT, pin TEXT,
       state TEXT NOT NULL DEFAULT 'active', created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
        """CREATE TABLE pseudonym (pseudonym TEXT PRIMARY KEY, account TEXT NOT NULL, since INTEGER NOT NULL)
       STRICT, WITHOUT ROWID""",
        """CREATE TABLE session (sha256 TEXT PRIMARY KEY, account TEXT NOT NULL, tablet TEXT NOT NULL,
       started_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, until_at INTEGER NOT NULL,
       idle_us INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
        """CREATE TABLE tablet (id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, label TEXT NOT NULL,
       station TEXT NOT NULL, paired_by TEXT NOT NULL, paired_at INTEGER NOT NULL, seen_at INTEGER NOT NULL,
       revoked_at INTEGER) STRICT, WITHOUT ROWID""",
        """CREATE TABLE pairing (sha256 TEXT PRIMARY KEY, label TEXT NOT NULL, station TEXT NOT NULL,
       made_by TEXT NOT NULL, until_at INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
        """CREATE TABLE attempt (subject TEXT PRIMARY KEY, failures INTEGER NOT NULL,
       last_at INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
        "CREATE TABLE setup (sha256 TEXT PRIMARY KEY, until_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        """CREATE TABLE audit (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL,
       what TEXT NOT NULL, about TEXT NOT NULL, device TEXT NOT NULL, more TEXT NOT NULL) STRICT""",
        """CREATE TRIGGER audit_stands BEFORE UPDATE ON audit
       BEGIN SELECT raise(ABORT, 'the audit only grows'); END""",
        """CREATE TRIGGER audit_stays BEFORE DELETE ON audit
       BEGIN SELECT raise(ABORT, 'the audit only grows'); END""",
        """CREATE TRIGGER audit_is_one BEFORE INSERT ON audit
       WHEN EXISTS (SELECT 1 FROM audit WHERE id = new.id)
       BEGIN SELECT raise(ABORT, 'the audit only grows'); END""",  # REPLACE fires no trigger of DELETE
    ),
)
"""Statements that lead from version n + 1 to n + 2; only ever appended to."""


def migrate(
    connection: sqlite3.Connection,
    target: int,
    probe: Callable[[], None] = lambda: None,
    steps: Sequence[tuple[str, ...]] = MIGRATIONS,
) -> None:
    """Bring the store to the target version in one transaction; a kill leaves the old version whole.

    Raises:
        LogError: when the store is newer than this program.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > target or version < 1:
        what = f"expected log schema 1 to {target}, found {version}"
        raise LogError(
            Problem("log-schema", "log.sqlite", what, "install the version of plantstack that wrote it")
        )
    if version == target:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in steps[version - 1 : target - 1]:
            for statement in statements:
                connection.execute(statement)
            probe()
        connection.execute(f"PRAGMA user_version = {target}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
