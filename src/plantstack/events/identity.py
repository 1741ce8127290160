"""Who an event is (source, key) and what it says (its content), as 16-byte hashes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import md5
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events.schema import CONTENT

SEPARATOR = "\x1f"
_NOTHING = pa.scalar("")
_WHO = ("source", "key")
_ALWAYS = ("kind", "equipment", "at")
_TAGS = {
    column.name: f"{SEPARATOR}{place} "
    for place, column in enumerate(CONTENT)
    if column.name not in (*_WHO, *_ALWAYS)
}
_UNUSUAL = {
    "told_at": 'told_at <> "at"',
    "void": "void",
    "order_id": "order_id <> ''",
    "product": "product <> ''",
}


def canonical(events: pa.Table, *, without: tuple[str, ...] = ()) -> pa.Array:
    """Write each row's content as one text; equal values give equal texts, whatever was sent.

    Columns come in the order of the schema, set apart by a control character; not said is the
    empty text. The text of a row does not depend on the rows beside it.
    """
    if not len(events):
        return pa.array([], pa.string())
    parts = [_NOTHING if column.name in without else _texts(events, column.name) for column in CONTENT]
    shorter: list[pa.Array | pa.Scalar] = []
    for silent, run in groupby(parts, key=lambda part: part is _NOTHING):
        together = list(run)
        # k empty fields are k - 1 separators: one scalar instead of k saves most of the joining
        shorter += [pa.scalar(SEPARATOR * (len(together) - 1))] if silent else together
    joined = pc.binary_join_element_wise(*shorter, SEPARATOR, null_handling="replace", null_replacement="")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def _texts(events: pa.Table, name: str) -> pa.Array | pa.Scalar:
    column = events.column(name)
    if column.null_count == len(column):
        return _NOTHING
    kind = column.type
    if pa.types.is_floating(kind):
        return _float_bits(column).cast(pa.string())
    return column if pa.types.is_string(kind) else pc.cast(column, pa.string())


def _float_bits(column: pa.ChunkedArray) -> pa.Array:
    """Name a float by its bits, exactly; -0.0 is 0.0."""
    return pc.add(column.combine_chunks(), 0.0).view(pa.int64())


def identity_texts(events: pa.Table) -> pa.Array:
    """Write source and key as one text; a source holds no newline, so two never meet."""
    return pc.binary_join_element_wise(events.column("source"), events.column("key"), "\n").combine_chunks()


def content_texts(events: pa.Table) -> pa.Array:
    """Write what events say beside who they are, as short as can be; for comparing, not for keeping.

    Kind, equipment and instant, then what else is said, each led by its place in the schema.
    """
    if not len(events):
        return pa.array([], pa.string())
    parts = [*_texts_of(events, _ALWAYS)]
    for name, tag in _TAGS.items():
        column = events.column(name)
        if column.null_count < len(column) and (said := _unusual(events, name)) is not None:
            parts.append(pc.binary_join_element_wise(tag, said, ""))
    joined = pc.binary_join_element_wise(*parts, "", null_handling="skip")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def _texts_of(events: pa.Table, names: tuple[str, ...]) -> Iterator[pa.Array | pa.Scalar]:
    for place, name in enumerate(names):
        if place:
            yield pa.scalar(SEPARATOR)
        yield pc.cast(events.column(name), pa.string())


def _unusual(events: pa.Table, name: str) -> pa.Array | None:
    """A column as texts, null where it says only what goes without saying; None when it always does."""
    usual = _usual(events, name)
    if usual is None:
        return _texts(events, name)
    if pc.all(usual).as_py():
        return None
    return pc.if_else(usual, pa.scalar(None, pa.string()), _texts(events, name))


def _usual(events: pa.Table, name: str) -> pa.Array | None:
    """Mark where a column says only what goes without saying; None for columns that are silent then."""
    column = events.column(name)
    if name == "told_at":
        return pc.equal(column, events.column("at"))
    if name == "void":
        return pc.invert(column)
    return pc.equal(column, "") if name in ("order_id", "product") else None


def hashes(texts: pa.Array) -> list[bytes]:
    """Hash each text to 16 bytes.

    MD5, because the calculator computes it over whole columns (`half_sql`). It guards against chance,
    and nobody can make a text that hashes like another source's; a forger only loses events of its own.
    """
    return [md5(text, usedforsecurity=False).digest() for text in texts.cast(pa.binary()).to_pylist()]


def half_sql(text: str) -> str:
    """The SQL of `half` of the hash of a text."""
    return f"(md5_number({text}) & 18446744073709551615::UHUGEINT)::UBIGINT"


IDENTITY_SQL = "concat(source, chr(10), key)"
"""`identity_texts` in SQL."""


def content_sql(events: pa.Table) -> tuple[str, pa.Table]:
    """Return `content_texts` in SQL, and the columns to run it on: the same texts, by the calculator."""
    told = {name: events.column(name) for name in (*_ALWAYS, *_WHO)}
    pieces = [part for name in _ALWAYS for part in ("chr(31)", f'"{name}"')][1:]
    for name, tag in _TAGS.items():
        said, usual, quoted = events.column(name), _usual(events, name), f'"{name}"'
        silent = said.null_count if usual is None else pc.sum(usual).as_py() or 0
        if silent == len(said):
            continue
        told[name] = _float_bits(said) if pa.types.is_floating(said.type) else said
        if silent:
            test = _UNUSUAL.get(name, f"{quoted} IS NOT NULL")
            pieces.append(f"CASE WHEN {test} THEN concat('{tag}', {quoted}) ELSE '' END")
        else:  # one text less to make for every row
            pieces += [f"'{tag}'", quoted]
    return f"concat({', '.join(pieces)})", pa.table(told)


def half(digest: bytes) -> int:
    """Return the first 8 bytes of a hash as a number."""
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
        told = events.column("key")
        if not told.null_count and (pc.min(pc.binary_length(told)).as_py() or 0) > 0:
            return events
        keys = told.combine_chunks()
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
