"""Who an event is (source, key) and what it says (its content), as 16-byte hashes.

Both are MD5 of one canonical text: Python, Arrow and DuckDB compute the very same bytes, so the
row-wise door and the bulk door agree on every duplicate. (A hash for finding equals, not a seal.)
"""

from __future__ import annotations

from collections import Counter
from hashlib import md5

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events.schema import CONTENT

SEPARATOR = "\x1f"


def canonical(events: pa.Table, *, without: tuple[str, ...] = ()) -> pa.Array:
    """Write each row's content as one text; equal values give equal texts, whatever was sent.

    Columns come in the order of the schema; not said is the empty text.
    """
    parts = [_texts(events, column.name) for column in CONTENT if column.name not in without]
    joined = pc.binary_join_element_wise(*parts, SEPARATOR, null_handling="replace", null_replacement="")
    if isinstance(joined, pa.Scalar):  # every column constant: an empty table
        return pa.array([], pa.string())
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def _texts(events: pa.Table, name: str) -> pa.Array | pa.Scalar:
    column = events.column(name)
    if column.null_count == len(column):
        return pa.scalar("")
    kind = column.type
    if pa.types.is_floating(kind):
        return _float_bits(column).cast(pa.string())
    return column if pa.types.is_string(kind) else pc.cast(column, pa.string())


def _float_bits(column: pa.ChunkedArray) -> pa.Array:
    """Name a float by its bits: exact, and the same in every engine; -0.0 is 0.0."""
    return pc.add(column.combine_chunks(), 0.0).view(pa.int64())


def identity_texts(events: pa.Table) -> pa.Array:
    """Write source and key as one text; a source holds no newline, so two never meet."""
    return pc.binary_join_element_wise(events.column("source"), events.column("key"), "\n").combine_chunks()


def hashes(texts: pa.Array) -> list[bytes]:
    """Hash each text to 16 bytes."""
    return [md5(text.encode(), usedforsecurity=False).digest() for text in texts.to_pylist()]


def half(digest: bytes) -> int:
    """Return the first 8 bytes as DuckDB's `md5_number_upper` gives them."""
    return int.from_bytes(digest[:8], "little")


class KeyMaker:
    """Makes the keys of rows that carry none, over all batches of one file or request.

    The key is the content and its ordinal among equal rows, so overlapping exports dedupe and true
    twins survive. A reading is known by equipment, parameter and instant instead.
    """

    def __init__(self, *, keep_twins: bool = True) -> None:
        self.keep_twins = keep_twins
        self._seen: Counter[bytes] = Counter()

    def __call__(self, events: pa.Table) -> pa.Table:
        """Return the events with every key filled in."""
        keys = events.column("key").combine_chunks()
        bare = pc.or_kleene(pc.is_null(keys), pc.equal(keys, ""))
        if not pc.any(bare).as_py():
            return events
        rows = pc.indices_nonzero(bare)
        made = self._keys(events.take(rows))
        filled = pc.replace_with_mask(keys, bare, made)
        return events.set_column(events.schema.get_field_index("key"), CONTENT.field("key"), filled)

    def _keys(self, rows: pa.Table) -> pa.Array:
        digests = hashes(canonical(rows, without=("key",)))
        readings = pc.equal(rows.column("kind"), "reading")
        if not pc.any(readings).as_py():
            return pa.array([self._key(digest) for digest in digests], pa.string())
        names = zip(*(rows[name].to_pylist() for name in ("equipment", "parameter", "at")), strict=True)
        return pa.array(
            [
                f"{equipment}/{parameter}@{at}" if reading else self._key(digest)
                for digest, reading, (equipment, parameter, at) in zip(
                    digests, readings.to_pylist(), names, strict=True
                )
            ],
            pa.string(),
        )

    def _key(self, digest: bytes) -> str:
        if not self.keep_twins:
            return digest.hex()
        ordinal = self._seen[digest]
        self._seen[digest] = ordinal + 1
        return f"{digest.hex()}#{ordinal}" if ordinal else digest.hex()
