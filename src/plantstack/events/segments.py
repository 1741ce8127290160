"""Sealed events: immutable Parquet files, and the manifest rows that make them part of the log.

A file belongs to one site and one class of kinds and covers a range of days of `at`; inside it is
sorted by equipment and time. A file the manifest does not name is not part of the log.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plantstack.errors import LogError, Problem
from plantstack.events.layout import COMPARED, REPEATED, parts_of
from plantstack.events.schema import EVENT, SCHEMA_VERSION
from plantstack.intervals import Interval

ROW_GROUP = 65_536
# Sorted by equipment and time, numbers grow in small steps and a key begins like the one before it;
# a long one says again what other columns say, and is smaller and sooner written as it is.
_DELTAS = {column.name: "DELTA_BINARY_PACKED" for column in EVENT if pa.types.is_int64(column.type)}
_SHORT_KEY = {"key": "DELTA_BYTE_ARRAY"}
_SHORT = 32  # bytes
ROWS_A_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Segment:
    """One manifest row; the fields are the columns of the `segment` table."""

    name: str
    site: str
    kind_class: str
    first_offset: int
    last_offset: int
    least_at: int
    greatest_at: int
    rows: int
    bytes: int
    sha256: str
    kinds: str


def write_segments(directory: Path, events: pa.Table, site_of: Mapping[str, str]) -> list[Segment]:
    """Write events into as many files as sites, classes and day ranges ask for, durably.

    Nothing is part of the log until `enter` has named the files in the manifest.
    """
    first, last = _span(events, "log_offset")
    written: list[Segment] = []
    for part in parts_of(events, site_of, ROWS_A_FILE):
        name = f"{first:015d}-{last:015d}-{part.kind_class}-{len(written)}.parquet"
        written.append(_write(directory / name, part.events, part.site, part.kind_class))
    sync_directory(directory)
    return written


def enter(connection: sqlite3.Connection, segments: Sequence[Segment]) -> None:
    """Name the files in the manifest; the caller's transaction decides."""
    marks = ", ".join("?" * 11)
    connection.executemany(
        f"INSERT INTO segment VALUES ({marks})", [astuple(segment) for segment in segments]
    )


def listed(
    connection: sqlite3.Connection,
    upto: int,
    kinds: Collection[str] | None = None,
    span: Interval | None = None,
) -> list[Segment]:
    """List the segments that hold an offset <= upto, and may hold one of the kinds and instants."""
    rows = connection.execute(
        "SELECT * FROM segment WHERE first_offset <= ? ORDER BY first_offset, name", (upto,)
    )
    found = [Segment(*row) for row in rows]
    if kinds is not None:
        found = [segment for segment in found if not set(kinds).isdisjoint(segment.kinds.split(","))]
    if span is not None:
        found = [
            segment for segment in found if segment.least_at < span.end and segment.greatest_at >= span.start
        ]
    return found


def check_segments(directory: Path, segments: Sequence[Segment]) -> list[Problem]:
    """Compare every file with its checksum."""
    problems = []
    for segment in segments:
        path = directory / segment.name
        if not path.exists():
            what = f"the segment with offsets {segment.first_offset} to {segment.last_offset} is missing"
        elif path.stat().st_size != segment.bytes or checksum(path) != segment.sha256:
            what = "the segment is not the file that was written"
        else:
            continue
        problems.append(Problem("log-segment-damaged", segment.name, what, "restore this file from a backup"))
    return problems


def read_segments(paths: Sequence[Path], upto: int) -> pa.Table:
    """Read whole segments, rows up to an offset."""
    if not paths:
        return EVENT.empty_table()
    table = pa.concat_tables([pq.read_table(path, schema=EVENT) for path in paths])
    return table.filter(pc.less_equal(table.column("log_offset"), upto)).sort_by("log_offset")


def sweep(directory: Path, connection: sqlite3.Connection, table: str) -> None:
    """Remove files the manifest does not name: a kill came between file and transaction."""
    named = {name for (name,) in connection.execute(f"SELECT name FROM {table}")}
    for path in directory.iterdir():
        if path.name not in named:
            path.unlink()


def offset_at(connection: sqlite3.Connection, directory: Path, received_at: int) -> int:
    """Return the last sealed offset received at or before an instant."""
    for segment in sorted(listed(connection, 2**62), key=lambda found: -found.last_offset):
        rows = pq.read_table(directory / segment.name, columns=["log_offset", "received_at"])
        early = rows.filter(pc.less_equal(rows.column("received_at"), received_at)).column("log_offset")
        if len(early):
            return int(pc.max(early).as_py())
    return 0


def sync_directory(directory: Path) -> None:
    """Make the names in a directory survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the bytes of a file survive a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write(path: Path, events: pa.Table, site: str, kind_class: str) -> Segment:
    half_done = path.with_suffix(".part")
    try:
        with pq.ParquetWriter(
            half_done,
            events.schema,
            compression={
                # Packing nothing costs more than it saves.
                column.name: "NONE" if events.column(column.name).null_count == len(events) else "ZSTD"
                for column in EVENT
            },
            use_dictionary=REPEATED,
            column_encoding=_DELTAS if _has_long_keys(events) else _DELTAS | _SHORT_KEY,
            write_statistics=COMPARED,
            store_schema=False,  # a dictionary is how a text is written, not what it is
        ) as writer:
            writer.write_table(events, row_group_size=ROW_GROUP)
            writer.add_key_value_metadata({"plantstack_schema": str(SCHEMA_VERSION)})
        sync_file(half_done)
    except OSError as error:
        half_done.unlink(missing_ok=True)
        fix = "free some space or check the disk; nothing of this batch was acknowledged"
        raise LogError(
            Problem(
                "log-io-error", path.name, f"the segment could not be written: {error.strerror or error}", fix
            )
        ) from error
    half_done.rename(path)
    first, last = _span(events, "log_offset")
    least, greatest = _span(events, "at")
    kinds = ",".join(sorted(events.column("kind").unique().to_pylist()))
    return Segment(
        path.name,
        site,
        kind_class,
        first,
        last,
        least,
        greatest,
        len(events),
        path.stat().st_size,
        checksum(path),
        kinds,
    )


def _has_long_keys(events: pa.Table) -> bool:
    return (pc.mean(pc.binary_length(events.column("key"))).as_py() or 0) > _SHORT


def _span(events: pa.Table, name: str) -> tuple[int, int]:
    found = pc.min_max(events.column(name)).as_py()
    return found["min"], found["max"]


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
