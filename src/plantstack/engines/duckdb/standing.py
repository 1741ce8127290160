"""The events of a few kinds that stand, read from the segments that may hold them and from no others."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from plantstack.engines.duckdb import lake
from plantstack.engines.duckdb.books import Books
from plantstack.intervals import Interval

# Of these there are few, spread over all segments, and pages ask for them all the time: what is sealed of
# them is read once for each opening of the books. What is sealed later is still in memory as it was logged.
RARE = frozenset(
    (
        *("call", "note", "action", "target", "safety", "close", "reopen"),
        *("attendance", "material", "quality_event", "setup_check"),
    )
)
_TABLE = "sealed_rare"
_FEW = 8  # segments that are opened without more ado


def standing_events(books: Books, kinds: Collection[str], span: Interval | None = None) -> str:
    """Return the SQL of a relation like `event`: what stands of some kinds, as the books know it.

    `everything` opens each segment of the log to look for them; live questions are about a few.

    Args:
        books: opened at an offset.
        kinds: of events.
        span: only events that happened in it, by their `at`; half-open.
    """
    said = logged_events(books, kinds, span)
    return f"(select e.* from {said} as e anti join gone using (log_offset) where not e.void)"


def logged_events(books: Books, kinds: Collection[str], span: Interval | None = None) -> str:
    """The same of all that was logged, also what does not stand and what takes something back."""
    rare, others = RARE.intersection(kinds), set(kinds) - RARE
    parts = [f"select * from hot_event where {_told(kinds, span)}"]
    if books.near is not None and span is not None and books.near.has_events(kinds, span.start):
        parts.append(f"select * from held_event where {_told(kinds, span)}")
        rare, others = frozenset(), set()
    if rare:
        parts.append(f"select * from {_rare(books, rare, span)} where {_told(rare, span)}")
    if others and (read := _read(books, others, span)):
        parts.append(f"select * from {read} where {_told(others, span)}")
    return f"({' union all by name '.join(parts)})"


def _told(kinds: Collection[str], span: Interval | None) -> str:
    within = f' and "at" >= {span.start} and "at" < {span.end}' if span is not None else ""
    return f"kind in ({_texts(sorted(kinds))}){within}"


def _rare(books: Books, kinds: Collection[str], span: Interval | None) -> str:
    """What is sealed of rare kinds: the table of all of them, made when it would open many segments."""
    if _TABLE not in books.memo:
        if len(books.log.segments(books.stamp.offset, kinds=kinds, span=span)) <= _FEW:
            return _read(books, kinds, span) or "(from hot_event where false)"
        found = _read(books, RARE, None)
        source = f"from {found} where {_told(RARE, None)}" if found else "from hot_event where false"
        books.con.execute(f"create temp table {_TABLE} as {source}")
        books.memo[_TABLE] = True
    return _TABLE


def _read(books: Books, kinds: Collection[str], span: Interval | None) -> str:
    """The segments that may hold some events, as SQL; '' where none may."""
    upto = books.stamp.offset
    files = [str(path) for path in books.log.segments(upto, kinds=kinds, span=span)]
    if not files:
        return ""
    # what was sealed since the books were opened is still in memory too
    not_hot = "anti join hot_event using (log_offset)"
    return f"(select s.* from {lake.read(files)} as s {not_hot} where s.log_offset <= {upto})"


def _texts(values: Iterable[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
