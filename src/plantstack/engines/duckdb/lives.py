"""The lives of machines: failures and PMs done on the clock of running time, and which PM comes next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from plantstack.engines.duckdb.beside import put_beside
from plantstack.engines.duckdb.books import Books
from plantstack.intervals import DAY
from plantstack.measures.catalog import MEASURES

LOOKED_BACK = 28 * DAY
"""Over how long the usual share of running time is taken: whole weeks, so that every shift is in it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant with the running time until then, both in microseconds.

    Attributes:
        kind: failure, pm, now, before.
    """

    at: int
    ran: int
    kind: str


@dataclass(slots=True)
class MachineLife:
    """What is known of one machine at an instant.

    Attributes:
        begins_at: of its books.
        marks: in order of time, up to the instant.
        dues: dates first agreed of its PMs known by then, with whether each was done by then; in order.
    """

    begins_at: int
    marks: list[Mark] = field(default_factory=list)
    dues: list[tuple[int, bool]] = field(default_factory=list)


# Running time is what time_operating counts; between two stretches of it the clock stands.
_MARKS = """
with ran as (
    select
        equipment,
        from_at,
        until_at,
        sum(until_at - from_at) over (partition by equipment order by from_at) as upto
    from all_ledger
    where equipment in ({machines}) and account in ({accounts})
),

mark as (
    select equipment, from_at as at_us, 'failure' as kind from all_own_spans
    where kind = 'failure' and class = 'failure'
    union all
    select equipment, done_at, 'pm' from work_told where type = 'PM' and done_at is not null
    union all
    select machine, {now}::bigint, 'now' from unnest([{machines}]) as one (machine)
    union all
    select machine, {now}::bigint - {back}, 'before' from unnest([{machines}]) as one (machine)
)

select
    m.equipment,
    m.at_us,
    coalesce(r.upto - (r.until_at - least(r.until_at, m.at_us)), 0)::bigint as ran,
    m.kind
from mark as m
asof left join ran as r on r.equipment = m.equipment and r.from_at <= m.at_us
where m.equipment in ({machines}) and m.at_us <= {now}
order by m.at_us, m.kind
"""

_DUES = """
select equipment, due_at, coalesce(done_at <= {now}, false) as is_done
from work_told
where type = 'PM' and due_at is not null and opened_at <= {now} and equipment in ({machines})
order by due_at
"""

_BEGINS = """
select equipment, min(from_at) from all_ledger where equipment in ({machines}) group by equipment
"""


def lives_of(books: Books, machines: Collection[str], now: int) -> dict[str, MachineLife]:
    """What is known at an instant of machines that have books by then.

    Args:
        books: opened.
        machines: ids.
        now: microseconds UTC.
    """
    if not machines:
        return {}
    put_beside(books, {"said"})
    summed = MEASURES["time_operating"].sum
    accounts = dict(summed.where)["account"] if summed else ()
    words = {
        "machines": ", ".join(f"'{one}'" for one in sorted(machines)),
        "accounts": ", ".join(f"'{one}'" for one in accounts),
        "now": now,
        "back": LOOKED_BACK,
    }
    begun = books.con.execute(_BEGINS.format_map(words)).fetchall()
    found = {machine: MachineLife(at) for machine, at in begun if at < now}
    for machine, at, ran, kind in books.con.execute(_MARKS.format_map(words)).fetchall():
        if machine in found:
            found[machine].marks.append(Mark(at, ran, kind))
    for machine, due, is_done in books.con.execute(_DUES.format_map(words)).fetchall():
        if machine in found:
            found[machine].dues.append((due, is_done))
    return found
