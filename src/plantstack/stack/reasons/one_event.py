"""One event of the log, as it was told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from plantstack.events.log import Log
from plantstack.events.telling import told

_ENVELOPE = ("kind", "equipment", "at", "told_at", "source", "key", "supersedes", "void")


@dataclass(frozen=True, slots=True)
class EventTold:
    """An event as it was told, and when it was received.

    Attributes:
        offset: in the log.
        received_at: microseconds UTC.
        kind: of event; `equipment` it is about, '' for the whole project.
        at: microseconds UTC, when it happened; `told_at` when it was said.
        source: who told it; `key` names it there.
        is_void: whether it takes back what it corrects.
        corrects: source and key of the event that it corrects; None where it corrects none.
        says: every other field, by the name it was told with.
    """

    offset: int
    received_at: int
    kind: str
    equipment: str
    at: int
    told_at: int
    source: str
    key: str
    is_void: bool
    corrects: tuple[str, str] | None
    says: dict[str, Any]


def one_event(log: Log, offset: int) -> EventTold | None:
    """Read one event; None where there is none of this number.

    Args:
        log: of the project.
        offset: of the event.
    """
    rows = _row(log, offset)
    if rows is None:
        return None
    row = rows.to_pylist()[0]
    said: dict[str, Any] = json.loads(told(rows)[0])
    return EventTold(
        offset=offset,
        received_at=row["received_at"],
        kind=row["kind"],
        equipment=row["equipment"] or "",
        at=row["at"],
        told_at=row["told_at"],
        source=row["source"],
        key=row["key"],
        is_void=bool(row["void"]),
        corrects=(row["sup_source"], row["sup_key"]) if row["sup_source"] is not None else None,
        says={name: value for name, value in said.items() if name not in _ENVELOPE},
    )


def _row(log: Log, offset: int) -> pa.Table | None:
    """The row of an offset: of what is not sealed yet, else of the one sealed file that holds it."""
    if not 0 < offset <= log.last_offset():
        return None
    hot = log.hot(offset, after=offset - 1)
    if hot.num_rows:
        return hot
    for segment in log.manifest():
        if segment.first_offset <= offset <= segment.last_offset:
            path = log.places.segments / segment.name
            found = pq.read_table(path, filters=[("log_offset", "=", offset)])
            if found.num_rows:
                return found
    return None
