"""Rows of events as they would come in: whole columns where there are many, plain objects where few.

Beside each event stands the instant at which it was heard: the log takes them in that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from plantstack.events.batch import RAW
from plantstack.events.columns import raw_table
from plantstack.events.schema import PIECES
from plantstack.intervals import rfc3339

Ints = NDArray[np.int64]
_MICRO = 1_000_000
_INSTANTS = ("at", "told_at", "from", "until", "due_at", "shipped_at", "made_from", "made_until")


class Rows:
    """Events being gathered; ask for all of them at the end."""

    def __init__(self) -> None:
        self._tables: list[pa.Table] = []
        self._heard: list[Ints] = []
        self._said: list[dict[str, Any]] = []
        self._said_heard: list[int] = []
        self._spent: list[tuple[str, int, float]] = []

    def columns(self, kind: str, source: str, keys: pa.Array, at: Ints, **said: Any) -> None:
        """Add many events of one kind and source.

        Args:
            kind: the kind of all of them.
            source: who tells.
            keys: the source's own names.
            at: when each happened.
            said: columns of the event table; a single text stands for all. `heard` is when each was
                heard (default: when it was told, else when it happened).
        """
        size = len(at)
        heard = said.pop("heard", None)
        given = {"kind": kind, "source": source, "key": keys, "at": at, **said}
        arrays = [_column(given.get(field.name), field.type, size) for field in RAW]
        self._tables.append(pa.Table.from_arrays(arrays, schema=RAW))
        self._heard.append(said.get("told_at", at) if heard is None else heard)

    def say(self, kind: str, equipment: str, at: int, source: str, key: str, **said: Any) -> None:
        """Add one event as it would be sent; instants are microseconds.

        `heard` is when it came (default: when it was told, else when it happened). Names that are
        words of Python carry a trailing underscore, as in `from_`.
        """
        heard = said.pop("heard", None)
        row: dict[str, Any] = {"kind": kind, "equipment": equipment, "at": at, "source": source, "key": key}
        row |= {name.rstrip("_"): value for name, value in said.items() if value is not None}
        if kind == "work_order" and "cost" in row:
            self._spent.append((source, at, row["cost"]))
        self._said_heard.append(int(row.get("told_at", at) if heard is None else heard))
        for name in _INSTANTS:
            if name in row:
                row[name] = rfc3339(int(row[name]))
        row |= {name: Decimal(str(float(one))) for name, one in row.items() if isinstance(one, float)}
        self._said.append(row)

    def spent(self, source: str, start: int, until: int) -> float:
        """What the work orders of a source cost that were done in a span."""
        return sum(cost for told, at, cost in self._spent if told == source and start <= at < until)

    def all(self) -> tuple[pa.Table, Ints]:
        """Every event in the order in which it was heard, and when.

        Raises:
            ValueError: when an object could not be read as an event at all.
        """
        table, faults = raw_table(self._said)
        if faults:
            raise ValueError(f"the simulation says what no event can say: {faults[0]}")
        whole = pa.concat_tables([*self._tables, table])
        heard = np.concatenate([*self._heard, np.array(self._said_heard, dtype=np.int64)])
        order = np.argsort(heard, kind="stable")
        return whole.take(pa.array(order)), heard[order]


def texts(words: Sequence[str], codes: Ints) -> pa.Array:
    """Texts by their numbers; a negative number says nothing."""
    picked = pa.array(np.where(codes < 0, 0, codes), mask=codes < 0)
    return pa.array(words, pa.string()).take(picked)


def numbered(prefix: str, numbers: Ints) -> pa.Array:
    """Keys such as `prefix-17`."""
    return pc.binary_join_element_wise(pa.scalar(prefix), pa.array(numbers).cast(pa.string()), "-")


def keys(prefix: str, size: int) -> pa.Array:
    """Keys of a source's own numbering."""
    return numbered(prefix, np.arange(size))


def _column(value: Any, kind: pa.DataType, size: int) -> pa.Array:
    if value is None:
        return pa.nulls(size, kind)
    if isinstance(value, str | bool):
        return pa.repeat(pa.scalar(value, kind), size)
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return value
    if kind == PIECES:
        return _pieces(np.asarray(value, dtype=np.int64))
    return pa.array(value, kind)


def _pieces(whole: Ints) -> pa.Array:
    """Whole pieces as decimals with six places: their millionths, sign-extended to 128 bits."""
    wide = np.empty((len(whole), 2), dtype=np.int64)
    wide[:, 0] = whole * _MICRO
    wide[:, 1] = whole >> 63
    return pa.Array.from_buffers(PIECES, len(whole), [None, pa.py_buffer(wide.tobytes())])
