"""What stands in the log under some pseudonyms: for the one whose they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from plantstack.engines.duckdb.books import Books

_ENTERED = """
select kind, count(*) as n, min(told_at) as first_at, max(told_at) as last_at
from everything
where "by" in (select unnest(?))
group by kind
order by kind
"""


@dataclass(frozen=True, slots=True)
class Entered:
    """Events of one kind.

    Attributes:
        kind: as `reason`.
        n: how many.
        first_at: when the first was told, microseconds UTC; `last_at` the last.
    """

    kind: str
    n: int
    first_at: int
    last_at: int


def entered_by(books: Books, pseudonyms: Collection[str]) -> list[Entered]:
    """Count what was entered, by kind."""
    if not pseudonyms:
        return []
    return [Entered(*row) for row in books.con.execute(_ENTERED, [sorted(pseudonyms)]).fetchall()]
