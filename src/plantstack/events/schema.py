"""The one table every event lives in, whatever door it came through.

Instants are int64 microseconds UTC, pieces DECIMAL(18,6). `None` means "not said", except for
`order_id`, `product` and `reason`-like keys of sums, where "no order" is the empty text.
"""

from __future__ import annotations

import pyarrow as pa

SCHEMA_VERSION = 1
PIECES = pa.decimal128(18, 6)

COUNT_CLASSES = ("total", "good", "scrap", "rework", "first_pass", "startup_reject")

STATES = (
    "producing",
    "setup",
    "idle",
    "starved",
    "blocked",
    "waiting",
    "stopped",
    "fault",
    "planned_stop",
    "off",
    "unknown",
)

# What a sender may say. The log adds log_offset and received_at.
CONTENT = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field(
            "equipment", pa.string(), nullable=False
        ),  # permanent id; '' only where the event is about the whole project
        pa.field("at", pa.int64(), nullable=False),
        pa.field("told_at", pa.int64(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("sequence", pa.int64()),  # the source's own order among equal instants
        pa.field("by", pa.string()),
        pa.field("sup_source", pa.string()),  # supersedes
        pa.field("sup_key", pa.string()),
        pa.field("void", pa.bool_(), nullable=False),
        pa.field("order_id", pa.string(), nullable=False),
        pa.field("product", pa.string(), nullable=False),
        pa.field("from_at", pa.int64()),  # alive, count, reason, plan
        pa.field("until_at", pa.int64()),  # state, alive, reason, plan
        pa.field("state", pa.string()),
        pa.field("reason", pa.string()),  # state, reason, count
        pa.field("role", pa.string()),  # reason: symptom | cause
        pa.field("phase", pa.string()),  # order: start | end; alarm: on | off
        pa.field("total", PIECES),
        pa.field("good", PIECES),
        pa.field("scrap", PIECES),
        pa.field("rework", PIECES),
        pa.field("first_pass", PIECES),
        pa.field("startup_reject", PIECES),
        pa.field("unit", pa.string()),
        pa.field("qty", PIECES),  # order, plan
        pa.field("n", PIECES),  # inspection: pieces looked at
        pa.field("n_ok", PIECES),  # inspection: pieces found good ("ok" on the wire)
        pa.field("defects", PIECES),
        pa.field("opportunities", PIECES),
        pa.field("parameter", pa.string()),  # reading, setup_check, inspection
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("ok", pa.bool_()),  # setup_check
        pa.field("quality", pa.string()),  # reading: good | uncertain | bad
        pa.field("code", pa.string()),  # alarm
        pa.field("severity", pa.string()),
        pa.field("method", pa.string()),  # how a state was derived
        pa.field("body", pa.string()),  # JSON of everything else: note, native, x, other kinds' fields
    ]
)

EVENT = pa.schema(
    [
        pa.field("log_offset", pa.int64(), nullable=False),
        pa.field("received_at", pa.int64(), nullable=False),
        *CONTENT,
    ]
)

_NOTHING: dict[pa.DataType, pa.Array] = {}


def nothing(kind: pa.DataType, size: int) -> pa.Array:
    """Return a column that says nothing; all of one type are slices of one block of memory.

    Most of the forty columns of a table say nothing, and filling each anew costs more than the rest.
    """
    known = _NOTHING.get(kind)
    if known is None or len(known) < size:
        known = _NOTHING[kind] = pa.nulls(size, kind)
    return known.slice(0, size)


_REPEATED: dict[tuple[pa.DataType, object], pa.Array] = {}
_KEPT = 64  # different values


def repeated(value: object, kind: pa.DataType, size: int) -> pa.Array:
    """Return a column that says the same in every row, from one block of memory like `nothing`."""
    known = _REPEATED.get((kind, value))
    if known is None or len(known) < size:
        if len(_REPEATED) >= _KEPT:
            _REPEATED.clear()
        known = _REPEATED[(kind, value)] = pa.repeat(pa.scalar(value, kind), size)
    return known.slice(0, size)
