"""Moving old events into segments, and old identities into runs; nothing is ever dropped.

Each move writes its files first, durably, and then names them in the manifest in the same
transaction that removes the rows: a kill in between leaves files nobody names, swept at next open.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from plantstack.events import segments
from plantstack.events.guard import Places
from plantstack.events.hot import read_hot
from plantstack.events.known import RUN, Known, run_of, run_of_events, sorted_run, write_run
from plantstack.events.schema import CONTENT
from plantstack.events.segments import Segment
from plantstack.events.store import Probe
from plantstack.intervals import DAY, HOUR


@dataclass(frozen=True, slots=True)
class SealPolicy:
    """When hot rows are sealed, and how long identities stay in the unique index."""

    rows: int = 1_000_000
    readings_us: int = HOUR
    rest_us: int = DAY
    identity_us: int = 30 * DAY
    identities: int = 5_000_000


DEFAULT_POLICY = SealPolicy()


class Writable(Protocol):
    """What sealing and bulk loading need of a log open for writing."""

    places: Places
    connection: sqlite3.Connection
    probe: Probe
    known: Known | None

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """Run one durable all-or-nothing change."""

    def last_offset(self) -> int:
        """Return the offset of the newest event."""

    def offset_at(self, received_at: int) -> int:
        """Return the last offset received at or before an instant."""

    def advance(self, stored: int) -> None:
        """Move the last offset on after a commit."""


def is_due(log: Writable, policy: SealPolicy, now: int) -> bool:
    """Tell whether hot rows are too many or too old."""
    count = log.connection.execute("SELECT count(*) FROM event").fetchone()[0]
    if count >= policy.rows:
        return True
    query = "SELECT 1 FROM event WHERE (kind = 'reading') = ? AND received_at <= ? LIMIT 1"
    ages = ((1, policy.readings_us), (0, policy.rest_us))
    return any(log.connection.execute(query, (is_reading, now - age)).fetchone() for is_reading, age in ages)


def seal(log: Writable, site_of: Mapping[str, str]) -> list[Segment]:
    """Move all hot rows into segments, by site, kind class and days."""
    upto = log.last_offset()
    hot = read_hot(log.connection, 0, upto)
    if not len(hot):
        return []
    written = segments.write_segments(log.places.segments, hot, site_of)
    log.probe("filed", log.connection)
    with log.transaction() as connection:
        segments.enter(connection, written)
        connection.execute("DELETE FROM event WHERE log_offset <= ?", (upto,))
    return written


def forget(log: Writable, policy: SealPolicy, now: int) -> None:
    """Move identities that are older than the policy, or too many, from the index into a run."""
    count = log.connection.execute("SELECT count(*) FROM seen").fetchone()[0]
    upto = log.last_offset() if count > policy.identities else log.offset_at(now - policy.identity_us)
    spill(log, upto)


def spill(log: Writable, upto: int) -> None:
    """Move the identities of all offsets up to one from the unique index into a run."""
    query = "SELECT identity, content FROM seen WHERE log_offset <= ?"
    pairs = log.connection.execute(query, (upto,)).fetchall()
    if not pairs:
        return
    entry = RunEntry(log, sorted_run(run_of(*zip(*pairs, strict=True))))
    with log.transaction() as connection:
        entry.enter(connection)
        connection.execute("DELETE FROM seen WHERE log_offset <= ?", (upto,))
    entry.settle()


class RunEntry:
    """A new run on its way into the manifest: written, entered, then settled."""

    def __init__(self, log: Writable, fresh: pa.Table) -> None:
        self._log = log
        known = log.known or Known(log.places.known, log.connection)
        self._run, self._replaced = known.plan_with(fresh)
        taken = {name for (name,) in log.connection.execute("SELECT name FROM known")}
        numbers = (f"{number:06d}.arrow" for number in range(len(taken) + 1))
        self._name = next(name for name in numbers if name not in taken)
        path = log.places.known / self._name
        write_run(path, self._run)
        segments.sync_file(path)
        segments.sync_directory(log.places.known)

    def enter(self, connection: sqlite3.Connection) -> None:
        """Name the run in the manifest in place of those it swallowed."""
        connection.executemany("DELETE FROM known WHERE name = ?", [(name,) for name in self._replaced])
        connection.execute("INSERT INTO known VALUES (?, ?)", (self._name, len(self._run)))

    def settle(self) -> None:
        """Use the new run, and remove the files of the old ones."""
        self._log.known = Known(self._log.places.known, self._log.connection)
        for name in self._replaced:
            (self._log.places.known / name).unlink(missing_ok=True)


def rebuild_known(log: Writable) -> None:
    """Compute all runs again from the segments, when one was lost."""
    log.known = Known(log.places.known, log.connection, lost=True)
    runs = [RUN.empty_table()]
    for segment in segments.listed(log.connection, log.last_offset()):
        table = segments.read_segments([log.places.segments / segment.name], segment.last_offset)
        runs.append(run_of_events(table.select(CONTENT.names)))
    whole = sorted_run(pa.concat_tables(runs))
    entry = RunEntry(log, whole)
    with log.transaction() as connection:
        connection.execute("DELETE FROM known")
        entry.enter(connection)
    entry.settle()
