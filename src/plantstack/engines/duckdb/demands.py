"""What was said could be sold, as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from plantstack.engines.duckdb.books import Books
from plantstack.intervals import Interval


@dataclass(frozen=True, slots=True)
class Said:
    """One statement about demand: of a product, or of a family where none is named."""

    equipment: str
    product: str
    family: str
    span: Interval
    qty: Decimal | None
    sold_out: bool | None


_STANDING = """
select
    e.equipment,
    e.product,
    coalesce(json_extract_string(e.body, '$.family'), '') as family,
    e.from_at,
    e.until_at,
    e.qty,
    try_cast(json_extract_string(e.body, '$.sold_out') as boolean) as sold_out
from everything as e
anti join gone on gone.log_offset = e.log_offset
where e.kind = 'demand' and not e.void and e.until_at > e.from_at
order by e.from_at, e.log_offset
"""


def demands(books: Books) -> list[Said]:
    """Every standing statement about demand, in order of time."""
    rows = books.con.execute(_STANDING).fetchall()
    return [
        Said(equipment, product or "", family, Interval(start, end), qty, sold_out)
        for equipment, product, family, start, end, qty, sold_out in rows
    ]
