"""Sealed events: immutable Parquet files, and the manifest rows that make them part of the log.

A file belongs to one site and one class of kinds and covers a range of days of `at`; inside it is
sorted by equipment and time. A file the manifest does not name is not part of the log.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plantstack.errors import LogError, Problem
from plantstack.events.schema import EVENT, SCHEMA_VERSION, nothing
from plantstack.intervals import DAY, Interval

ROW_GROUP = 65_536
_OWN = ("key", "sup_key", "body")  # texts that seldom repeat gain nothing from a dictionary
_REPEATED = [column.name for column in EVENT if pa.types.is_string(column.type) and column.name not in _OWN]
_COMPARED = [column.name for column in EVENT if column.name not in _OWN]
# Sorted by equipment and time, numbers grow in small steps and a key begins like the one before it.
_DELTAS = {column.name: "DELTA_BINARY_PACKED" for column in EVENT if pa.types.is_int64(column.type)} | {
    "key": "DELTA_BYTE_ARRAY"
}
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
    sites = _sites(events.column("equipment"), site_of)
    classes = pc.if_else(pc.equal(events.column("kind"), "reading"), "readings", "rest")
    groups = pa.table({"site": sites, "class": classes})
    written: list[Segment] = []
    for site, kind_class in sorted({(row["site"], row["class"]) for row in _distinct(groups)}):
        mask = pc.and_(pc.equal(groups["site"], site), pc.equal(groups["class"], kind_class))
        mine = events if pc.all(mask).as_py() else events.filter(mask)
        for part in _day_ranges(mine):
            name = f"{first:015d}-{last:015d}-{kind_class}-{len(written)}.parquet"
            written.append(_write(directory / name, part, site, kind_class))
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


def _sites(equipment: pa.ChunkedArray, site_of: Mapping[str, str]) -> pa.Array:
    coded = equipment.combine_chunks().dictionary_encode()
    names = pa.array([site_of.get(name, "") for name in coded.dictionary.to_pylist()], pa.string())
    return names.take(coded.indices)


def _distinct(groups: pa.Table) -> list[dict[str, str]]:
    found: list[dict[str, str]] = groups.group_by(["site", "class"]).aggregate([]).to_pylist()
    return found


def _day_ranges(events: pa.Table) -> list[pa.Table]:
    """Cut at days of `at` so that no part is much larger than a file should be, each part sorted."""
    if len(events) <= ROWS_A_FILE:
        return [_sorted(events)]
    days = pc.floor(pc.divide(events.column("at").cast(pa.float64()), DAY)).cast(pa.int64())
    counts = pa.table({"day": days}).group_by("day").aggregate([([], "count_all")]).sort_by("day").to_pylist()
    cuts, size = [counts[0]["day"]], 0
    for row in counts:
        if size and size + row["count_all"] > ROWS_A_FILE:
            cuts.append(row["day"])
            size = 0
        size += row["count_all"]
    spans = zip(cuts, [*cuts[1:], counts[-1]["day"] + 1], strict=True)
    return [_sorted(events.filter(pc.and_(pc.greater_equal(days, a), pc.less(days, b)))) for a, b in spans]


def _sorted(events: pa.Table) -> pa.Table:
    """Sort by equipment, then time; columns that say nothing are not moved, repeated texts as numbers."""
    order = _order(events)

    def moved(column: pa.Field) -> pa.Array:
        told = events.column(column.name)
        if told.null_count == len(told):
            return nothing(column.type, len(told))
        if column.name in _REPEATED:
            coded = _whole(told.dictionary_encode())
            return coded if len(coded.dictionary) == 1 and not coded.null_count else coded.take(order)
        return told.take(order).combine_chunks()

    with ThreadPoolExecutor(2) as together:
        columns = list(together.map(moved, EVENT))
    fields = [
        pa.field(column.name, array.type, column.nullable)
        for column, array in zip(EVENT, columns, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _order(events: pa.Table) -> pa.Array:
    """The places of the rows by equipment, time and offset; the rows come in order of offset."""
    coded = _whole(events.column("equipment").dictionary_encode())
    ranks = pc.sort_indices(pc.sort_indices(coded.dictionary)).take(coded.indices)
    at = events.column("at").combine_chunks()
    if not pc.any(pc.less(at[1:], at[:-1])).as_py():  # the sort is stable, so time need not be sorted again
        return pc.array_sort_indices(ranks)
    return pc.sort_indices(
        pa.table({"rank": ranks, "at": at}), sort_keys=[("rank", "ascending"), ("at", "ascending")]
    )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return column.combine_chunks()


def _write(path: Path, events: pa.Table, site: str, kind_class: str) -> Segment:
    half_done = path.with_suffix(".part")
    try:
        with pq.ParquetWriter(
            half_done,
            events.schema,
            compression="zstd",
            use_dictionary=_REPEATED,
            column_encoding=_DELTAS,
            write_statistics=_COMPARED,
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
