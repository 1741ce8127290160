"""The last step: events of one kind laid into the raw event table."""

from __future__ import annotations

import pyarrow as pa

from plantstack.events.batch import RAW
from plantstack.events.schema import nothing, repeated


def to_raw(table: pa.Table, kind: str, source: str) -> pa.Table:
    """Lay the columns of one kind into the raw event table."""
    size = table.num_rows
    arrays = []
    given = set(table.column_names)
    for field in RAW:
        if field.name == "kind":
            arrays.append(repeated(kind, field.type, size))
        elif field.name == "source":
            arrays.append(repeated(source, field.type, size))
        elif field.name in given:
            column = table.column(field.name)
            arrays.append(column if column.type == field.type else column.cast(field.type))
        elif field.name == "told_at":
            arrays.append(table.column("at"))
        elif field.name == "void":
            arrays.append(repeated(False, field.type, size))
        elif field.name in ("order_id", "product"):
            arrays.append(repeated("", field.type, size))
        else:
            arrays.append(nothing(field.type, size))
    return pa.Table.from_arrays(arrays, schema=RAW)
