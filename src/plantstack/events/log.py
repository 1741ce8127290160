"""The append-only log: what was acknowledged is never lost, and nothing is ever changed.

One process writes, any number read. Fresh events are rows of a SQLite file, older ones are sealed
into Parquet segments; an event is in exactly one of the two, and `offset` orders them all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from uuid import uuid4

import pyarrow as pa
from filelock import FileLock

from plantstack.errors import LogError, Problem
from plantstack.events import guard, intake, segments, store
from plantstack.events.batch import CONFLICT, DUPLICATE, Batch, Cursor, Receipt
from plantstack.events.hot import read_hot
from plantstack.events.identity import canonical, hashes, identity_texts
from plantstack.events.known import Known
from plantstack.events.segments import Segment
from plantstack.intervals import Interval

_REMEMBER_EVERY = 1_000  # commits between two notes of the last offset outside the log


class Log:
    """One project's event log, open for reading or as its only writer.

    A reader stands still: it sees the log as it was when it was opened, until `refresh`.
    """

    def __init__(
        self, places: guard.Places, connection: sqlite3.Connection, project_id: str, lock: FileLock | None
    ) -> None:
        self.places = places
        self.project_id = project_id
        self.connection = connection
        self.probe: store.Probe = store.nothing
        self._lock = lock
        self._commits = 0
        self.known = Known(places.known, connection) if lock else None
        self._last = self._read_last_offset()

    @classmethod
    def open(
        cls,
        project_dir: Path,
        *,
        write: bool,
        project_id: str = "",
        holder: str = "a plantstack command",
        probe: store.Probe = store.nothing,
    ) -> Self:
        """Open the log of a project.

        Args:
            project_dir: the project; the log lives in its `log` directory.
            write: become the one writer, creating the log when there never was one.
            project_id: the project we expect; '' takes the log's own.
            holder: how a second writer is told who holds the log.
            probe: fault tests watch and break writes here, see `store.Probe`.

        Raises:
            LogError: when the log is held, damaged, foreign, replaced, cut or not durable.
        """
        places = guard.Places(Path(project_dir))
        return cls._writer(places, project_id, holder, probe) if write else cls._reader(places, project_id)

    @classmethod
    def _writer(cls, places: guard.Places, project_id: str, holder: str, probe: store.Probe) -> Self:
        _refuse_lost(places)
        guard.prepare(places)
        lock = guard.take_lock(places, holder)
        try:
            connection = store.open_writer(places.store, probe)
            own = _own_project(connection, project_id, create=True)
            log = cls(places, connection, own, lock)
            log.probe = probe
            guard.check_same_log(places, own, log.last_offset())
            segments.sweep(places.segments, connection, "segment")
            segments.sweep(places.known, connection, "known")
            guard.write_identity(places, own, log.last_offset())
        except BaseException:
            lock.release()
            raise
        return log

    @classmethod
    def _reader(cls, places: guard.Places, project_id: str) -> Self:
        _refuse_lost(places)
        connection = store.open_reader(places.store) if places.store.exists() else store.open_empty()
        connection.execute("BEGIN")
        own = _own_project(connection, project_id, create=False)
        log = cls(places, connection, own, None)
        guard.check_same_log(places, own, log.last_offset())
        return log

    def close(self) -> None:
        """Let go of the log; a writer notes how far it came."""
        if self._lock:
            guard.write_identity(self.places, self.project_id, self._last)
        self.connection.close()
        if self._lock:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exit: object) -> None:
        self.close()

    def refresh(self) -> int:
        """Let a reader move on to what has been committed since; return the last offset."""
        if not self._lock:
            self.connection.execute("COMMIT")
            self.connection.execute("BEGIN")
        self._last = self._read_last_offset()
        return self._last

    # -- writing -------------------------------------------------------------------------------

    def append(self, batch: Batch, *, received_at: int, cursor: Cursor | None = None) -> Receipt:
        """Write a batch in one transaction: events, dead letters, file mark and cursor together.

        When this returns, everything is on disk and may be acknowledged; when it raises, nothing
        of the batch is in the log.

        Raises:
            LogError: when the log cannot be written; sending the batch again is safe.
        """
        events = batch.events
        told = (hashes(identity_texts(events)), hashes(canonical(events))) if len(events) else ([], [])
        with self.transaction():
            codes = intake.outcomes(self.connection, self.writable_known(), *told)
            stored = intake.write_rows(self.connection, events, told, codes, self._last + 1, received_at)
            intake.write_marks(self.connection, batch, cursor, received_at)
        first = self._last + 1 if stored else None
        self.advance(stored)
        return Receipt(
            accepted=stored,
            duplicates=codes.count(DUPLICATE),
            conflicts=codes.count(CONFLICT),
            dead_lettered=len(batch.dead),
            first_offset=first,
            last_offset=self._last if stored else None,
            outcomes=codes,
        )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run one durable all-or-nothing change.

        Raises:
            LogError: when the log is open for reading only, or the disk refuses.
        """
        self.writable_known()
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.probe("begun", self.connection)
            yield self.connection
            self.probe("written", self.connection)
            self.connection.execute("COMMIT")
        except BaseException as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise store.unusable(self.places.store, error) from error
            raise
        self.probe("committed", self.connection)

    def advance(self, stored: int) -> None:
        """Move the last offset on after a commit."""
        self._last += stored
        self._commits += 1
        if self._commits % _REMEMBER_EVERY == 0:
            guard.write_identity(self.places, self.project_id, self._last)

    def writable_known(self) -> Known:
        """Return the old identities; only a writer has them.

        Raises:
            LogError: when the log is open for reading only.
        """
        if self.known is None:
            raise LogError(
                Problem("log-reading", "log", "the log is open for reading only", "open it for writing")
            )
        return self.known

    # -- reading -------------------------------------------------------------------------------

    def last_offset(self) -> int:
        """Return the offset of the newest event, 0 when there is none."""
        return self._last

    def hot(self, upto: int | None = None, *, after: int = 0) -> pa.Table:
        """Read the unsealed events with after < offset <= upto, in order of offset."""
        return read_hot(self.connection, after, self._last if upto is None else upto)

    def segments(
        self, upto: int | None = None, *, kinds: Collection[str] | None = None, span: Interval | None = None
    ) -> list[Path]:
        """List the sealed files that may hold such events; filter their rows by offset yourself."""
        found = self.manifest(upto, kinds=kinds, span=span)
        return [self.places.segments / segment.name for segment in found]

    def manifest(
        self, upto: int | None = None, *, kinds: Collection[str] | None = None, span: Interval | None = None
    ) -> list[Segment]:
        """List the sealed files with offsets, instants, rows and checksums."""
        return segments.listed(self.connection, self._last if upto is None else upto, kinds, span)

    def events(self, upto: int | None = None) -> pa.Table:
        """Read every event up to an offset into memory: for small logs, tests and exports."""
        bound = self._last if upto is None else upto
        sealed = segments.read_segments(self.segments(bound), bound)
        return pa.concat_tables([sealed, self.hot(bound)]).sort_by("log_offset")

    def conflicted(self, upto: int | None = None) -> list[tuple[str, str]]:
        """List the (source, key) that were told with more than one content."""
        bound = self._last if upto is None else upto
        query = "SELECT DISTINCT source, key FROM conflict WHERE log_offset <= ? ORDER BY source, key"
        return self.connection.execute(query, (bound,)).fetchall()

    def cursor(self, source: str) -> str | None:
        """Return how far a connector had read its source in the last commit."""
        found = self.connection.execute("SELECT position FROM cursor WHERE source = ?", (source,)).fetchone()
        return found[0] if found else None

    def knows_file(self, sha256: str) -> bool:
        """Tell whether a whole file of this content has been loaded before."""
        return (
            self.connection.execute("SELECT 1 FROM file WHERE sha256 = ?", (sha256,)).fetchone() is not None
        )

    def offset_at(self, received_at: int) -> int:
        """Return the last offset received at or before an instant: `as_known_at` by time."""
        hot = self.connection.execute(
            "SELECT max(log_offset) FROM event WHERE received_at <= ?", (received_at,)
        )
        return max(
            hot.fetchone()[0] or 0, segments.offset_at(self.connection, self.places.segments, received_at)
        )

    def _read_last_offset(self) -> int:
        hot = "(SELECT coalesce(max(log_offset), 0) FROM event)"
        query = f"SELECT max({hot}, (SELECT coalesce(max(last_offset), 0) FROM segment))"
        return int(self.connection.execute(query).fetchone()[0])


def _refuse_lost(places: guard.Places) -> None:
    """Refuse to begin a silent new history where there has been a log (F10)."""
    known = guard.read_identity(places)
    empty = not places.store.exists() or places.store.stat().st_size == 0
    if known is not None and empty:
        what = f"the log of project '{known[0]}' is gone; it had reached offset {known[1]}"
        fix = "restore the log from a backup; to begin anew on purpose, remove .plantstack/identity"
        raise LogError(Problem("log-gone", "log", what, fix))


def _own_project(connection: sqlite3.Connection, expected: str, *, create: bool) -> str:
    """Return the project the log belongs to; a new log takes the expected one."""
    found = connection.execute("SELECT value FROM meta WHERE name = 'project_id'").fetchone()
    if found is None and create:
        own = expected or uuid4().hex
        connection.execute("INSERT INTO meta VALUES ('project_id', ?)", (own,))
        return own
    own = found[0] if found else expected
    if expected and own != expected:
        what = f"this log belongs to project '{own}', the plant files say '{expected}'"
        raise LogError(Problem("log-replaced", "log", what, "open the project this log belongs to"))
    return str(own)
