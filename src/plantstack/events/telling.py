"""Events -> the canonical wire: one line of JSON an event, which read again is the same event.

Who it is (source, key), when it was told and what it says stay as they are; offset and receipt belong to the
log it lies in and are not told.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pyarrow as pa

from plantstack.events.rules import INSTANTS, WIRE
from plantstack.events.schema import CONTENT
from plantstack.intervals import rfc3339

_encode = msgspec.json.Encoder(decimal_format="number").encode
_CORRECTS = ("sup_source", "sup_key")
_ALWAYS = ("kind", "equipment", "at", "source", "key")
_NOTHING: dict[str, object] = {"void": False, "order_id": "", "product": ""}


def told(events: pa.Table) -> list[bytes]:
    """Write each event as one line, without its end.

    Args:
        events: with the columns of `CONTENT`, validated.
    """
    spoken = [one.name for one in CONTENT if events.column(one.name).null_count < len(events)]
    return [_line(row) for row in events.select(spoken).to_pylist()]


def _line(row: dict[str, Any]) -> bytes:
    body, source, key = row.pop("body", None), *(row.pop(name, None) for name in _CORRECTS)
    if row["told_at"] == row["at"]:
        del row["told_at"]
    said: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or (name not in _ALWAYS and _NOTHING.get(name) == value):
            continue
        said[WIRE.get(name, name)] = rfc3339(value) if name in INSTANTS else value
    if source is not None:
        said["supersedes"] = {"source": source, "key": key}
    line = _encode(said)
    inner = (body or "").strip()[1:-1].strip()  # as it was written: no number is read and written again
    return line[:-1] + b"," + inner.encode() + b"}" if inner else line
