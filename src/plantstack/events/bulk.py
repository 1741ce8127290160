"""Large loads: whole tables straight into segments, under the same rules as row by row.

The same identity and content is a duplicate, the same identity with other content a conflict that
is kept; decided by joining hashes instead of asking an index for each row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events import intake, segments
from plantstack.events.batch import CONFLICT, DUPLICATE, Batch, Cursor, Receipt
from plantstack.events.known import run_of_events, sorted_run
from plantstack.events.schema import CONTENT, EVENT, repeated
from plantstack.events.sealing import RunEntry, Writable, spill

ROWS_A_FLUSH = 500_000

_TWINS = f"""
SELECT row, CASE WHEN nth > 1 THEN {DUPLICATE} ELSE {CONFLICT} END AS code
FROM (
  SELECT row,
    row_number() OVER (PARTITION BY identity, content ORDER BY row) AS nth,
    first_value(row) OVER (PARTITION BY identity ORDER BY row) AS leader
  FROM fresh
)
WHERE row <> leader
"""
_KNOWN = f"""
SELECT fresh.row AS row, max(CASE WHEN old.content = fresh.content THEN {DUPLICATE} ELSE 0 END) AS same
FROM fresh JOIN old USING (identity)
GROUP BY fresh.row
"""


@dataclass(frozen=True, slots=True)
class _Runs:
    """Who the events of a flush are and what they say: as they come, and sorted."""

    fresh: pa.Table
    ordered: pa.Table
    calculator: duckdb.DuckDBPyConnection


def bulk(
    log: Writable,
    batches: Iterable[Batch],
    *,
    received_at: int,
    site_of: Mapping[str, str],
    cursor: Cursor | None = None,
    rows: int = ROWS_A_FLUSH,
) -> Receipt:
    """Write batches straight into segments; each flush is one transaction.

    A kill in between keeps the finished flushes; loading the same again adds only the rest. The
    cursor and the mark of the last file come with the last flush.
    """
    spill(log, log.last_offset())
    receipt = Receipt()
    with (
        duckdb.connect(":memory:") as calculator,
        ThreadPoolExecutor(1) as background,  # one flush is written while the next is made ready
    ):
        writing: Future[Receipt] | None = None
        for gathered, is_last in _gathered(batches, rows):
            events = pa.concat_tables([CONTENT.empty_table(), *(batch.events for batch in gathered)])
            fresh = run_of_events(events, calculator)
            runs = _Runs(fresh, sorted_run(fresh), calculator)
            if writing:
                receipt += writing.result()
            last_cursor = cursor if is_last else None
            writing = background.submit(
                _flush, log, gathered, events, runs, received_at, site_of, last_cursor
            )
        return receipt + writing.result() if writing else receipt


def _gathered(batches: Iterable[Batch], rows: int) -> Iterator[tuple[list[Batch], bool]]:
    """Gather batches until they make a good file, and tell the last gathering."""
    ready: list[Batch] = []
    size = 0
    for batch in batches:
        if size and size + len(batch.events) > rows:
            yield ready, False
            ready, size = [], 0
        ready.append(batch)
        size += len(batch.events)
    yield ready, True


def _flush(
    log: Writable,
    batches: list[Batch],
    events: pa.Table,
    runs: _Runs,
    received_at: int,
    site_of: Mapping[str, str],
    cursor: Cursor | None,
) -> Receipt:
    ordered, codes = runs.ordered, _codes(log, runs)
    first = log.last_offset() + 1
    clashes = EVENT.empty_table()
    if pc.any(pc.cast(codes, pa.bool_())).as_py():  # seldom: a filter copies every column
        keep = pc.not_equal(codes, DUPLICATE)
        kept = _stamped(events.filter(keep), first, received_at)
        ordered = sorted_run(runs.fresh.filter(keep))
        clashes = kept.filter(pc.equal(codes.filter(keep), CONFLICT))
    else:
        kept = _stamped(events, first, received_at)
    entry, written = None, []
    if len(kept):
        written = segments.write_segments(log.places.segments, kept, site_of)
        entry = RunEntry(log, ordered)
        log.probe("filed", log.connection)
    with log.transaction() as connection:
        segments.enter(connection, written)
        if entry:
            entry.enter(connection)
        _note_conflicts(connection, clashes)
        letters = sum(intake.write_marks(connection, batch, None, received_at) for batch in batches)
        intake.write_marks(connection, Batch(), cursor, received_at)
    if entry:
        entry.settle()
    log.advance(len(kept))
    outcomes = codes.buffers()[1].to_pybytes()[: len(codes)]
    return Receipt(
        accepted=len(kept),
        duplicates=outcomes.count(DUPLICATE) + sum(len(batch.dead) for batch in batches) - letters,
        conflicts=outcomes.count(CONFLICT),
        dead_lettered=letters,
        first_offset=first if len(kept) else None,
        last_offset=first + len(kept) - 1 if len(kept) else None,
        outcomes=outcomes,
    )


def _note_conflicts(connection: sqlite3.Connection, clashes: pa.Table) -> None:
    columns = (clashes.column(name).to_pylist() for name in ("log_offset", "source", "key", "received_at"))
    connection.executemany("INSERT INTO conflict VALUES (?, ?, ?, ?)", zip(*columns, strict=True))


def _codes(log: Writable, runs: _Runs) -> pa.Array:
    """Decide each row against the runs and the rows before it."""
    fresh = runs.fresh
    codes = bytearray(len(fresh))  # all ACCEPTED
    with runs.calculator.cursor() as connection:
        connection.register("fresh", fresh.append_column("row", _counted(0, len(fresh))))
        if _has_twins(runs.ordered.column("identity").combine_chunks()):
            for row, code in connection.execute(_TWINS).fetchall():
                codes[row] = code
        if log.known:
            connection.register("old", pa.concat_tables(log.known.tables))
            for row, same in connection.execute(_KNOWN).fetchall():
                if codes[row] != DUPLICATE:
                    codes[row] = same or CONFLICT
    return pa.Array.from_buffers(pa.uint8(), len(codes), [None, pa.py_buffer(bytes(codes))])


def _has_twins(ordered: pa.Array) -> bool:
    return bool(pc.any(pc.equal(ordered[1:], ordered[:-1])).as_py())


def _counted(first: int, size: int) -> pa.Array:
    """The numbers from `first` on, without a Python object for each."""
    ones = repeated(1, pa.int64(), size)
    return pc.cumulative_sum(ones, start=first - 1)


def _stamped(events: pa.Table, first: int, received_at: int) -> pa.Table:
    offsets = _counted(first, len(events))
    received = repeated(received_at, pa.int64(), len(events))
    columns = [offsets, received, *(events.column(name) for name in CONTENT.names)]
    return pa.Table.from_arrays(columns, schema=EVENT)
