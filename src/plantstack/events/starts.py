"""Since when pieces were made, as it was first told: whoever tells the same again need not know it.

The start of pieces that a source tells as such is found between two messages, and one that comes again
comes without the one before it. Who it is says that it is the same.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plantstack.events.identity import hashes, identity_texts
from plantstack.events.log import Log
from plantstack.events.schema import CONTENT

_ASKED_AT_ONCE = 5_000


def starts_as_told(log: Log, events: pa.Table) -> pa.Table:
    """Return events whose counts, where the log knows them, start where they started when first told.

    What is known by runs of old identities only, after 30 days of receipt, keeps the start it came with.

    Args:
        log: as it is now.
        events: with keys, see `schema.CONTENT`.
    """
    rows = pc.indices_nonzero(pc.equal(events.column("kind"), "count"))
    if not len(rows):
        return events
    offsets = _offsets(log, hashes(identity_texts(events.take(rows))))
    starts = _starts(log, sorted({offset for offset in offsets if offset is not None}))
    if not starts:
        return events
    told, ends = (events.column(name).to_pylist() for name in ("from_at", "at"))
    for row, offset in zip(rows.to_pylist(), offsets, strict=True):
        start, end = starts.get(offset, (None, None))
        if end == ends[row]:  # else it is told of another instant: a conflict, with a start of its own
            told[row] = start
    place = events.schema.get_field_index("from_at")
    return events.set_column(place, CONTENT.field("from_at"), pa.array(told, pa.int64()))


def _offsets(log: Log, identities: list[bytes]) -> list[int | None]:
    """Where the log first heard of each; None where it did not."""
    found: dict[bytes, int] = {}
    for start in range(0, len(identities), _ASKED_AT_ONCE):
        asked = identities[start : start + _ASKED_AT_ONCE]
        query = (
            "SELECT identity, min(log_offset) FROM seen"
            f" WHERE identity IN ({', '.join('?' * len(asked))}) GROUP BY identity"
        )
        found.update(log.connection.execute(query, asked))
    return [found.get(identity) for identity in identities]


def _starts(log: Log, offsets: list[int]) -> dict[int | None, tuple[int | None, int]]:
    """From when until when counts at some offsets were made, whether they are sealed or not."""
    found: dict[int | None, tuple[int | None, int]] = {}
    for start in range(0, len(offsets), _ASKED_AT_ONCE):
        asked = offsets[start : start + _ASKED_AT_ONCE]
        marks = ", ".join("?" * len(asked))
        query = f'SELECT log_offset, from_at, "at" FROM event WHERE kind = ? AND log_offset IN ({marks})'
        rows = log.connection.execute(query, ("count", *asked))
        found |= {offset: (start, end) for offset, start, end in rows}
    sealed = [offset for offset in offsets if offset not in found]
    for segment in log.manifest(kinds=("count",)) if sealed else ():
        mine = [one for one in sealed if segment.first_offset <= one <= segment.last_offset]
        if mine:
            wanted = [("log_offset", "in", mine), ("kind", "=", "count")]
            path = log.places.segments / segment.name
            table = pq.read_table(path, columns=["log_offset", "from_at", "at"], filters=wanted)
            columns = (column.to_pylist() for column in table.columns)
            found |= {offset: (start, end) for offset, start, end in zip(*columns, strict=True)}
    return found
