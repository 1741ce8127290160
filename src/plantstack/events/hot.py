"""Hot rows: from Arrow to SQLite and back, typed, pieces as whole millionths."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events.schema import CONTENT, EVENT, PIECES

_MILLION = pa.scalar(Decimal(1_000_000), pa.decimal128(7, 0))
_MILLIONTH = pa.scalar(Decimal("0.000001"), pa.decimal128(6, 6))
_TYPES = {
    pa.string(): "TEXT",
    pa.int64(): "INTEGER",
    pa.bool_(): "INTEGER",
    pa.float64(): "REAL",
    PIECES: "INTEGER",
}
_DDL_COLUMNS = ",\n".join(
    f'  "{column.name}" {_TYPES[column.type]}' + ("" if column.nullable else " NOT NULL")
    for column in CONTENT
)
EVENT_DDL = f"""CREATE TABLE event (
  log_offset INTEGER PRIMARY KEY,
  received_at INTEGER NOT NULL,
{_DDL_COLUMNS}
) STRICT"""


def to_rows(events: pa.Table) -> tuple[str, Iterator[tuple[Any, ...]]]:
    """Return the statement that writes events, and the content of each as the values it takes.

    Before these it takes offset and instant of receipt. A column that says nothing of any event is not in
    it: most of the forty never are, and binding nothing to each costs more than all else of a row.
    """
    names = [
        column.name
        for column in CONTENT
        if not column.nullable or events.column(column.name).null_count < len(events)
    ]
    columns = ", ".join(f'"{name}"' for name in ("log_offset", "received_at", *names))
    statement = f"INSERT INTO event ({columns}) VALUES ({', '.join('?' * (2 + len(names)))})"
    return statement, zip(*(_values(events.column(name)) for name in names), strict=True)


def _values(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_decimal(column.type):
        column = to_millionths(column)
    values: list[Any] = column.to_pylist()
    return values


def to_millionths(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Turn DECIMAL(18,6) into whole millionths, exactly."""
    return pc.multiply(column, _MILLION).cast(pa.int64())


def from_millionths(column: pa.Array) -> pa.Array:
    """Turn whole millionths back into DECIMAL(18,6), exactly."""
    return pc.multiply(column.cast(pa.decimal128(19, 0)), _MILLIONTH).cast(PIECES)


def read_hot(connection: sqlite3.Connection, after: int, upto: int) -> pa.Table:
    """Read the hot events with after < offset <= upto, in order of offset.

    Only columns that say anything are fetched; one cheap pass finds them.
    """
    where = "FROM event WHERE log_offset > ? AND log_offset <= ?"
    probes = ", ".join(f'count("{column.name}")' for column in EVENT)
    said = connection.execute(f"SELECT {probes} {where}", (after, upto)).fetchone()
    used = [column.name for column, count in zip(EVENT, said, strict=True) if count]
    if not used:
        return EVENT.empty_table()
    names = ", ".join(f'"{name}"' for name in used)
    rows = connection.execute(f"SELECT {names} {where} ORDER BY log_offset", (after, upto)).fetchall()
    found = dict(zip(used, zip(*rows, strict=True), strict=True))
    return pa.Table.from_arrays(
        [_column(column.type, found.get(column.name), len(rows)) for column in EVENT], schema=EVENT
    )


def _column(kind: pa.DataType, values: tuple[Any, ...] | None, size: int) -> pa.Array:
    if values is None:
        return pa.nulls(size, kind)
    if pa.types.is_decimal(kind):
        return from_millionths(pa.array(values, pa.int64()))
    if pa.types.is_boolean(kind):
        return pa.array(values, pa.int64()).cast(pa.bool_())
    return pa.array(values, kind)
