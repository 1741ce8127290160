"""The events of a few kinds that stand, read from the segments that may hold them and from no others."""

from __future__ import annotations

from collections.abc import Collection

from plantstack.engines.duckdb.books import Books
from plantstack.intervals import Interval


def standing_events(books: Books, kinds: Collection[str], span: Interval | None = None) -> str:
    """Return the SQL of a relation like `event`: what stands of some kinds, as the books know it.

    `everything` opens each segment of the log to look for them; live questions are about a few.

    Args:
        books: opened at an offset.
        kinds: of events.
        span: only events that happened in it, by their `at`; half-open.
    """
    upto = books.stamp.offset
    told = f"kind in ({', '.join(_text(kind) for kind in sorted(kinds))})"
    if span is not None:
        told += f' and "at" >= {span.start} and "at" < {span.end}'
    parts = [f"select * from hot_event where {told}"]
    files = [str(path) for path in books.log.segments(upto, kinds=kinds, span=span)]
    if files:
        # what was sealed since the books were opened is still in memory too
        sealed = (
            f"select s.* from read_parquet([{', '.join(_text(file) for file in files)}],"
            " union_by_name = true) as s anti join hot_event using (log_offset)"
            f" where s.log_offset <= {upto}"
        )
        parts.append(f"select * from ({sealed}) where {told}")
    return (
        f"(select e.* from ({' union all by name '.join(parts)}) as e"
        " anti join gone using (log_offset) where not e.void)"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
