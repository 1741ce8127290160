"""The append-only log: what was acknowledged is never lost, and nothing is ever changed.

One process writes, any number read. Fresh events are rows of a SQLite file, older ones are sealed
into Parquet segments; an event is in exactly one of the two, and `offset` orders them all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self
from uuid import uuid4

import pyarrow as pa
from filelock import FileLock

from plantstack.errors import LogError, Problem
from plantstack.events import deadletters, guard, intake, replies, sealing, segments, store
from plantstack.events.batch import CONFLICT, DUPLICATE, Batch, Cursor, Receipt
from plantstack.events.bulk import ROWS_A_FLUSH
from plantstack.events.bulk import bulk as load
from plantstack.events.deadletters import StoredLetter
from plantstack.events.hot import read_hot
from plantstack.events.identity import content_texts, hashes, identity_texts
from plantstack.events.known import Known
from plantstack.events.replies import Asked
from plantstack.events.segments import Segment
from plantstack.intervals import Interval

NO_SITES: Mapping[str, str] = MappingProxyType({})
_REMEMBER_EVERY = 1_000  # commits between two notes of the last offset outside the log
_FEW = 10_000  # events that are kept at hand


@dataclass(frozen=True, slots=True)
class Entry:
    """A batch on its way into the log, with what goes into the same transaction."""

    batch: Batch
    received_at: int
    cursor: Cursor | None = None
    settles: tuple[int, ...] = ()
    asked: Asked | None = None


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
        self._last = store.last_offset(self.connection)
        self._hot: tuple[tuple[int, int], pa.Table] | None = None  # what a reader read last, by its span

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
        before = _what_was(places)
        guard.prepare(places)
        with ExitStack() as undo:
            lock = guard.take_lock(places, holder)
            undo.callback(lock.release)
            connection = undo.enter_context(closing(store.open_writer(places.store, probe)))
            log = cls(places, connection, _own_project(connection, project_id, create=True), lock)
            log.probe = probe
            guard.check_same_log(before, log.project_id, log.last_offset())
            if Known.missing(places.known, connection):
                sealing.rebuild_known(log)
            segments.sweep(places.segments, connection, "segment")
            segments.sweep(places.known, connection, "known")
            guard.write_identity(places, log.project_id, log.last_offset())
            undo.pop_all()
        return log

    @classmethod
    def _reader(cls, places: guard.Places, project_id: str) -> Self:
        before = _what_was(places)
        with ExitStack() as undo:
            found = store.open_reader(places.store) if places.store.exists() else store.open_empty()
            connection = undo.enter_context(closing(found))
            connection.execute("BEGIN")
            log = cls(places, connection, _own_project(connection, project_id, create=False), None)
            guard.check_same_log(before, log.project_id, log.last_offset())
            undo.pop_all()
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
            self._hot = None
        self._last = store.last_offset(self.connection)
        return self._last

    # -- writing -------------------------------------------------------------------------------

    def append(
        self, batch: Batch, *, received_at: int, cursor: Cursor | None = None, settles: Sequence[int] = ()
    ) -> Receipt:
        """Write a batch in one transaction: events, dead letters, file mark and cursor together.

        When this returns, everything is on disk and may be acknowledged; when it raises, nothing
        of the batch is in the log.

        Args:
            batch: validated events and the dead letters of the same input.
            received_at: the instant of receipt.
            cursor: how far the source has been read.
            settles: earlier dead letters that this batch retries.

        Raises:
            LogError: when the log cannot be written; sending the batch again is safe.
        """
        return self.append_all([Entry(batch, received_at, cursor, tuple(settles))])[0]

    def append_all(self, entries: Sequence[Entry]) -> list[Receipt]:
        """Write several batches in one transaction, all or none, each with its own receipt."""
        told = [_hashes(entry.batch.events) for entry in entries]
        receipts = []
        last = self._last
        with self.transaction() as connection:
            for entry, hashed in zip(entries, told, strict=True):
                receipts.append(self._write(connection, entry, hashed, last + 1))
                last = receipts[-1].last_offset or last
        self.advance(last - self._last)
        return receipts

    def _write(
        self,
        connection: sqlite3.Connection,
        entry: Entry,
        hashed: tuple[list[bytes], list[bytes]],
        first: int,
    ) -> Receipt:
        codes = intake.outcomes(connection, self.writable_known(), *hashed)
        stored = intake.write_rows(connection, entry.batch.events, hashed, codes, first, entry.received_at)
        letters = intake.write_marks(connection, entry.batch, entry.cursor, entry.received_at)
        deadletters.settle(connection, entry.settles, entry.received_at)
        receipt = Receipt(
            accepted=stored,
            duplicates=codes.count(DUPLICATE) + len(entry.batch.dead) - letters,
            conflicts=codes.count(CONFLICT),
            dead_lettered=letters,
            first_offset=first if stored else None,
            last_offset=first + stored - 1 if stored else None,
            outcomes=codes,
        )
        if entry.asked:
            replies.keep(connection, entry.asked, receipt, entry.received_at)
        return receipt

    def bulk(
        self,
        batches: Iterable[Batch],
        *,
        received_at: int,
        site_of: Mapping[str, str] = NO_SITES,
        cursor: Cursor | None = None,
        rows: int = ROWS_A_FLUSH,
    ) -> Receipt:
        """Write large loads straight into segments, under the same rules as `append`.

        Each flush of some hundred thousand rows is one transaction; the cursor comes with the last.

        Args:
            batches: validated batches of any size, taken one after the other.
            received_at: the instant of receipt of all of them.
            site_of: the site of each equipment id, so that segments can be cut by site.
            cursor: how far the source has been read.
            rows: at most this many rows a flush.
        """
        self.writable_known()
        return load(self, batches, received_at=received_at, site_of=site_of, cursor=cursor, rows=rows)

    def seal(
        self,
        *,
        now: int,
        policy: sealing.SealPolicy = sealing.DEFAULT_POLICY,
        site_of: Mapping[str, str] = NO_SITES,
    ) -> list[Segment]:
        """Move hot rows into segments when the policy says so; return the files written."""
        self.writable_known()
        if not sealing.is_due(self, policy, now):
            return []
        written = sealing.seal(self, site_of)
        sealing.forget(self, policy, now)
        return written

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
        """Read the unsealed events with after < offset <= upto, in order of offset.

        Who asks a reader that stands still for the same few again is given what was read.
        """
        span = after, self._last if upto is None else upto
        if self._hot is not None and self._hot[0] == span:
            return self._hot[1]
        found = read_hot(self.connection, *span)
        if self._lock is None and len(found) <= _FEW:
            self._hot = span, found
        return found

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

    def conflicted(self, upto: int | None = None, *, after: int = 0) -> list[tuple[str, str]]:
        """List the (source, key) that were told again with another content in after < offset <= upto."""
        bound = self._last if upto is None else upto
        query = (
            "SELECT DISTINCT source, key FROM conflict"
            " WHERE log_offset > ? AND log_offset <= ? ORDER BY source, key"
        )
        return self.connection.execute(query, (after, bound)).fetchall()

    def dead_letters(
        self, *, after: int = 0, limit: int = 1_000, settled: bool = False
    ) -> list[StoredLetter]:
        """List dead letters in the order they came, the settled ones only on request."""
        return deadletters.listed(self.connection, after=after, limit=limit, settled=settled)

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


def _hashes(events: pa.Table) -> tuple[list[bytes], list[bytes]]:
    return (hashes(identity_texts(events)), hashes(content_texts(events))) if len(events) else ([], [])


def _what_was(places: guard.Places) -> guard.Remembered | None:
    """Read what we know of this log from outside it, before it can move on.

    Raises:
        LogError: rather than begin a silent new history where there has been a log (F10).
    """
    known = guard.read_identity(places)
    empty = not places.store.exists() or places.store.stat().st_size == 0
    if known is not None and empty:
        what = f"the log of project '{known[0]}' is gone; it had reached offset {known[1]}"
        fix = "restore the log from a backup; to begin anew on purpose, remove .plantstack/identity"
        raise LogError(Problem("log-gone", "log", what, fix))
    return known


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
