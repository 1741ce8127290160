"""Who told what stands: of a reason in the ledger, and whether a page was closed over an instant."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from plantstack.engines.duckdb.books import Books

_TOLD = """
select log_offset, source, key, told_at, coalesce(reason, '') as reason
from everything
where log_offset in (select unnest($offsets)) and kind = 'reason'
"""

# The last word about the pages that an instant lies in: of a day or shift the least that was said as a whole.
_CLOSED = """
select kind, told_at, source
from everything as e
anti join gone using (log_offset)
where
    kind in ('close', 'reopen')
    and not void
    and from_at <= $at
    and until_at > $at
    and equipment in (select unnest($places))
order by log_offset desc
limit 1
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A statement: under which identity, when it was made, and the reason it gives."""

    source: str
    key: str
    told_at: int
    reason: str


def told_reasons(books: Books, offsets: Iterable[int]) -> dict[int, Told]:
    """The statements at offsets of the log; those that are no reasons of people or mappings are absent."""
    wanted = sorted(set(offsets))
    rows = books.con.execute(_TOLD, {"offsets": wanted}).fetchall() if wanted else []
    return {row[0]: Told(row[1], row[2], row[3], row[4]) for row in rows}


def closed_at(books: Books, places: Collection[str], at: int) -> int | None:
    """When the pages of places were closed over an instant, as whoever closed them said; None: they are open.

    Args:
        books: brought up to date.
        places: a machine and all it stands in, by id.
        at: microseconds UTC.
    """
    rows = books.con.execute(_CLOSED, {"places": sorted(places), "at": at}).fetchall()
    return rows[0][1] if rows and rows[0][0] == "close" else None
