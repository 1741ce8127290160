"""Actions that were closed, with the KPI each was to move."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.engines.duckdb.beside import put_beside
from plantstack.engines.duckdb.books import Books


@dataclass(frozen=True, slots=True)
class Closed:
    """One action that was done.

    Attributes:
        name: as it was told.
        equipment: id; '' is the whole group.
        kpi: id as it was told; '' where none was.
        opened_at: microseconds UTC; `closed_at` likewise.
    """

    name: str
    equipment: str
    kpi: str
    opened_at: int
    closed_at: int


_CLOSED = """
select substr(nid, length('action/') + 1), equipment, kpi, opened_at, closed_at
from action_told
where closed_at is not null
order by closed_at, nid
"""


def closed_actions(books: Books) -> list[Closed]:
    """Every action that was closed, in order of time."""
    put_beside(books, {"said"})
    return [Closed(*row) for row in books.con.execute(_CLOSED).fetchall()]
