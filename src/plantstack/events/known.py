"""Identities that have left the unique index: sorted runs on disk, searched by halving.

A run holds, for each event, 8 bytes of its identity (sorted) and 8 bytes of its content. Both equal
means duplicate; only the identity equal means conflict. Runs grow by merging, so few are searched.
They can be rebuilt from the log at any time.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events.identity import IDENTITY_SQL, content_sql, half, half_sql

RUN = pa.schema(
    [pa.field("identity", pa.uint64(), nullable=False), pa.field("content", pa.uint64(), nullable=False)]
)
_SCANNED_AT_ONCE = 65_536  # rows: so many go to one thread
_GROWTH = 4  # a run is merged into the one before it unless that one is this much larger


class Known:
    """The runs the manifest names, mapped into memory."""

    def __init__(self, directory: Path, connection: sqlite3.Connection, *, lost: bool = False) -> None:
        names = connection.execute("SELECT name FROM known ORDER BY rows DESC, name").fetchall()
        lost = lost or bool(self.missing(directory, connection))
        self._names = [] if lost else [name for (name,) in names]
        self.tables = [_open(directory / name) for name in self._names]
        self._columns = [tuple(_words(table.column(i)) for i in (0, 1)) for table in self.tables]

    @staticmethod
    def missing(directory: Path, connection: sqlite3.Connection) -> list[str]:
        """Name the runs whose file is absent or of another length than the manifest says."""
        rows = connection.execute("SELECT name, rows FROM known").fetchall()
        return [name for name, size in rows if _rows(directory / name) != size]

    def contents(self, identity: bytes) -> list[int]:
        """Return the content halves stored under an identity."""
        wanted = half(identity)
        found = []
        for identities, contents in self._columns:
            place = bisect_left(identities, wanted)
            while place < len(identities) and identities[place] == wanted:
                found.append(contents[place])
                place += 1
        return found

    def __bool__(self) -> bool:
        return bool(self.tables)

    def plan_with(self, fresh: pa.Table) -> tuple[pa.Table, list[str]]:
        """Return the run to write when `fresh`, a sorted run, joins, and the names of those it replaces."""
        merged, replaced = fresh, []
        for name, table in reversed(list(zip(self._names, self.tables, strict=True))):
            if table.num_rows > _GROWTH * merged.num_rows:
                break
            merged = pa.concat_tables([table, merged])
            replaced.append(name)
        return (sorted_run(merged) if replaced else merged), replaced


def run_of(identities: Iterable[bytes], contents: Iterable[bytes]) -> pa.Table:
    """Build a run, not yet sorted, from identity and content hashes."""
    columns = []
    for digests in (identities, contents):
        words = pa.py_buffer(b"".join([digest[:8] for digest in digests]))
        columns.append(pa.Array.from_buffers(pa.uint64(), words.size // 8, [None, words]))
    return pa.Table.from_arrays(columns, schema=RUN)


def run_of_events(events: pa.Table, calculator: duckdb.DuckDBPyConnection | None = None) -> pa.Table:
    """Build a run, in the order of the rows, from events; by a calculator that is there, or its own."""
    if not len(events):
        return RUN.empty_table()
    content, told = content_sql(events)
    pieces = pa.Table.from_batches(told.to_batches(max_chunksize=_SCANNED_AT_ONCE))
    with calculator.cursor() if calculator else duckdb.connect(":memory:") as connection:
        connection.register("told", pieces)
        query = f"SELECT {half_sql(IDENTITY_SQL)} AS identity, {half_sql(content)} AS content FROM told"
        return connection.sql(query).to_arrow_table().cast(RUN)


def sorted_run(run: pa.Table) -> pa.Table:
    """Return the run sorted by identity."""
    return run.take(pc.sort_indices(run.combine_chunks(), sort_keys=[("identity", "ascending")]))


def write_run(path: Path, run: pa.Table) -> None:
    """Write one run as a single block, so that it can be searched in place."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, RUN) as writer:
        for batch in run.combine_chunks().to_batches():
            writer.write_batch(batch)


def _open(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _rows(path: Path) -> int:
    try:
        return int(_open(path).num_rows)
    except (OSError, pa.ArrowInvalid):
        return -1


def _words(column: pa.ChunkedArray) -> memoryview:
    array = column.combine_chunks()
    words = memoryview(array.buffers()[1]).cast("Q")
    return words[array.offset : array.offset + len(array)]
