"""Which equipment a sender means: a permanent id, or a path that was valid at that instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

Span = tuple[int, int, str]  # from, until, equipment
_NEVER: Span = (0, 0, "")


class Names:
    """Every name equipment has or had, with the half-open span in which it means what.

    >>> names = Names([("filler", -(2**62), 2**62, "filler"), ("acme/line-1/filler", 0, 100, "filler")])
    >>> names.resolve(pa.array(["acme/line-1/filler", "acme/line-1/filler"]), pa.array([99, 100])).to_pylist()
    ['filler', None]
    """

    def __init__(self, rows: Iterable[tuple[str, int, int, str]]) -> None:
        self._spans: dict[str, list[Span]] = {}
        for name, start, until, equipment in rows:
            self._spans.setdefault(name, []).append((start, until, equipment))

    @classmethod
    def of(cls, table: pa.Table) -> Names:
        """Read a table (name, from_at, until_at, equipment)."""
        columns = [table.column(name).to_pylist() for name in ("name", "from_at", "until_at", "equipment")]
        return cls(zip(*columns, strict=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __contains__(self, name: object) -> bool:
        return name in self._spans

    def resolve(self, names: pa.Array, at: pa.Array) -> pa.Array:
        """Return the permanent id meant by each name at each instant, null where there is none."""
        coded = names.dictionary_encode()
        spans = [self._spans.get(name, [_NEVER]) for name in coded.dictionary.to_pylist()]
        firsts = [found[0] for found in spans]
        if all(len(found) == 1 for found in spans) and not at.null_count and len(at):
            reach = pc.min_max(at).as_py()
            if all(start <= reach["min"] and reach["max"] < until for start, until, _ in firsts):
                ids = pa.array([equipment for *_, equipment in firsts], pa.string())
                # Most senders use permanent ids: then nothing has to be written anew.
                return names if ids.equals(coded.dictionary) else ids.take(coded.indices)
        if all(len(found) == 1 for found in spans):
            lows, highs, ids = (
                pa.array([span[i] for span in firsts], kind).take(coded.indices)
                for i, kind in enumerate((pa.int64(), pa.int64(), pa.string()))
            )
            inside = pc.and_(pc.less_equal(lows, at), pc.less(at, highs))
            return pc.if_else(inside, ids, pa.scalar(None, pa.string()))
        rows = zip(coded.indices.to_pylist(), at.to_pylist(), strict=True)
        return pa.array(
            [_meant(spans[i], instant) if i is not None else None for i, instant in rows], pa.string()
        )


class AnyNames(Names):
    """Every name, taken as it comes: for whoever passes events on and has no plant files.

    >>> AnyNames().resolve(pa.array(["acme/line-1/filler", ""]), pa.array([99, 100])).to_pylist()
    ['acme/line-1/filler', None]
    """

    def __init__(self) -> None:
        super().__init__(())

    def resolve(self, names: pa.Array, at: pa.Array) -> pa.Array:
        """Return each name; what is not named is null."""
        return pc.if_else(pc.equal(names, ""), pa.scalar(None, pa.string()), names)


def _meant(spans: list[Span], instant: int | None) -> str | None:
    if instant is None:
        return None
    return next((equipment for start, until, equipment in spans if start <= instant < until), None)
