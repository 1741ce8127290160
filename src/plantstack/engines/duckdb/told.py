"""Who told what stands: of reasons in the ledger, and which shifts and days were closed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import put_tables
from plantstack.intervals import DAY, Interval

_REACH = 14 * DAY
_ASKED = pa.schema(
    [("number", pa.int64()), ("equipment", pa.string()), ("from_at", pa.int64()), ("until_at", pa.int64())]
)
# What the ledger says in each stretch, and the statement behind its reason where that is an event of its own.
# An instant means the whole halt around it, as a reason that names one does (books 5), within two weeks.
_STANDS = """
with bound as (
    select
        c.number,
        coalesce(max(l.until_at) filter (l.until_at <= c.from_at), c.from_at - $reach) as from_at,
        coalesce(min(l.from_at) filter (l.from_at > c.from_at), c.until_at + $reach) as until_at
    from claimed as c
    left join all_ledger as l
        on
            l.equipment = c.equipment
            and l.from_at < c.until_at + $reach
            and l.until_at > c.from_at - $reach
            and l.account in ('run', 'setup', 'unknown')
    where c.until_at - c.from_at = 1
    group by c.number, c.from_at, c.until_at
    having not coalesce(bool_or(l.from_at <= c.from_at and l.until_at > c.from_at), false)  -- it ran there
),

stretch as (
    select
        c.number,
        c.equipment,
        coalesce(b.from_at, c.from_at) as from_at,
        coalesce(b.until_at, c.until_at) as until_at
    from claimed as c
    left join bound as b on b.number = c.number
),

entry as (
    select c.number, l.account, l.reason, l.reason_offset, l.from_at
    from stretch as c
    join all_ledger as l
        on l.equipment = c.equipment and l.from_at < c.until_at and l.until_at > c.from_at
    where l.equipment in (select equipment from claimed)
),

statement as (
    select log_offset, source, key, told_at
    from everything
    where kind = 'reason' and log_offset in (select reason_offset from entry)
)

select e.number, e.account, coalesce(e.reason, ''), s.source, s.key, s.told_at
from entry as e
left join statement as s on s.log_offset = e.reason_offset
order by e.number, e.from_at
"""

_CLOSED = """
select equipment, kind, from_at, until_at, told_at
from everything as e
anti join gone using (log_offset)
where
    kind in ('close', 'reopen')
    and not void
    and from_at <= $until
    and until_at > $since
    and equipment in (select unnest($places))
order by log_offset
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What the ledger says in a part of a stretch.

    Attributes:
        account: of the time.
        reason: that stands; '' for none.
        source: of the statement it comes from; '' where that is none of a person or mapping.
        key: of the statement.
        told_at: when it was made; None without.
    """

    account: str
    reason: str
    source: str = ""
    key: str = ""
    told_at: int | None = None


def told_in(books: Books, stretches: Sequence[tuple[str, Interval]]) -> list[list[Told]]:
    """What the ledger says in stretches of machines, each in parts and in order of time.

    Args:
        books: in which nothing is owed of these machines.
        stretches: machine by id, and when; one microsecond is an instant, and means the halt around it.
    """
    rows = [
        {"number": number, "equipment": machine, "from_at": span.start, "until_at": span.end}
        for number, (machine, span) in enumerate(stretches)
    ]
    put_tables(books.con, {"claimed": pa.Table.from_pylist(rows, schema=_ASKED)})
    found: list[list[Told]] = [[] for _ in stretches]
    rows_told = books.con.execute(_STANDS, {"reach": _REACH}).fetchall()
    for number, account, reason, source, key, told_at in rows_told:
        found[number].append(Told(account, reason, source or "", key or "", told_at))
    return found


@dataclass(frozen=True, slots=True)
class Closing:
    """A word about whether the pages of a place are closed."""

    equipment: str
    is_close: bool
    span: Interval
    told_at: int


def closings(books: Books, places: Collection[str], window: Interval) -> list[Closing]:
    """What was said about pages of places that touch a window, in the order it came."""
    asked = {"places": sorted(places), "since": window.start, "until": window.end}
    return [
        Closing(equipment, kind == "close", Interval(from_at, until_at), told_at)
        for equipment, kind, from_at, until_at, told_at in books.con.execute(_CLOSED, asked).fetchall()
    ]
