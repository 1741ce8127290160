"""Readings while a machine ran, in subgroups of an hour of one product."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from plantstack.engines.duckdb.books import Books
from plantstack.intervals import HOUR, Interval


@dataclass(frozen=True, slots=True)
class HourOf:
    """The readings of one parameter of a machine in one hour of one product.

    Attributes:
        at: the first of them, microseconds UTC.
        n: how many.
        mean: in their unit; `variance` in its square, 0 where n is 1.
    """

    machine: str
    product: str
    parameter: str
    unit: str
    at: int
    n: int
    mean: float
    variance: float


_HOURS = """
with told as (
    select
        e.equipment,
        e.parameter,
        coalesce(e.unit, '') as unit,
        e.at,
        e.value,
        coalesce(e.product, '') as product
    from everything as e
    anti join gone on gone.log_offset = e.log_offset
    where
        e.kind = 'reading'
        and not e.void
        and e.value is not null
        and coalesce(e.quality, 'good') = 'good'
        and e.equipment in ({machines})
        and e.at >= {start}
        and e.at < {end}
),

ran as (
    select equipment, from_at, until_at, product from all_ledger
    where account = 'run' and equipment in ({machines}) and until_at > {start} and from_at < {end}
)

select
    t.equipment,
    coalesce(nullif(t.product, ''), r.product) as product,
    t.parameter,
    t.unit,
    min(t.at) as first_at,
    count(*) as n,
    avg(t.value) as mean,
    coalesce(var_samp(t.value), 0) as variance
from told as t
asof join ran as r on r.equipment = t.equipment and r.from_at <= t.at
where t.at < r.until_at
group by 1, 2, 3, 4, t.at // {hour}
order by 1, 2, 3, 5
"""


def hours_of(books: Books, machines: Collection[str], span: Interval) -> list[HourOf]:
    """Every subgroup of some machines in a span; what was read while a machine stood is no process."""
    if not machines:
        return []
    names = ", ".join(f"'{one}'" for one in sorted(machines))
    sql = _HOURS.format(machines=names, start=span.start, end=span.end, hour=HOUR)
    return [HourOf(*row) for row in books.con.execute(sql).fetchall()]
