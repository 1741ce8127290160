"""Halts people gave a reason for, with the alarms around their begin; and what they said to alarm rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plantstack.engines.duckdb.books import Books

# A halt is what it is in the steps: the longest run that is neither run, set-up nor unknown, with any reason.
_TAPPED = """
with part as (
    select
        equipment,
        from_at,
        until_at,
        account,
        reason_offset,
        coalesce(
            last_value(case when account in ('run', 'setup', 'unknown') then until_at end ignore nulls) over (
                partition by equipment order by from_at
            ),
            -1
        ) as halt
    from all_ledger
),

own as (from part where account not in ('run', 'setup', 'unknown')),

told as (
    select equipment, halt, arg_max(reason, (us, reason)) as reason
    from (
        select o.equipment, o.halt, e.reason, sum(o.until_at - o.from_at) as us
        from own as o
        join everything as e on e.log_offset = o.reason_offset
        join reason as leaf on leaf.reason = e.reason
        where e.kind = 'reason' and e.source in (select unnest($people)) and not leaf.catch_all
        group by all
    )
    group by equipment, halt
),

begun as (
    select t.equipment, t.reason, b.begins_at, b.begins_at // $within as bucket
    from told as t
    join (select equipment, halt, min(from_at) as begins_at from own group by all) as b
        on b.equipment = t.equipment and b.halt = t.halt
),

alarm as (
    select
        e.equipment,
        e.at as t,
        e.code,
        e.told_at,
        e.source,
        e.sequence,
        e.key,
        coalesce(json_extract_string(e.body, '$.first_out') = 'true', false) as is_first_out,
        unnest(range(e.at // $within - 1, e.at // $within + 2)) as bucket
    from everything as e
    anti join gone on gone.log_offset = e.log_offset
    where e.kind = 'alarm' and e.phase = 'on' and not e.void
)

select
    b.equipment,
    b.begins_at,
    b.reason,
    list(a.code order by a.is_first_out desc, a.t, a.told_at, a.source, a.sequence nulls first, a.key)
        filter (a.code is not null) as codes
from begun as b
left join alarm as a
    on
        a.equipment = b.equipment
        and a.bucket = b.bucket
        and b.begins_at between a.t - $within and a.t + $within
group by b.equipment, b.begins_at, b.reason
order by b.begins_at, b.equipment
"""

_RECORD = """
select
    class,
    reason,
    count(*),
    count(*) filter (kind = 'rule_confirmed'),
    count(*) filter (kind = 'rule_overridden')
from all_own_spans
where kind in ('rule_kept', 'rule_confirmed', 'rule_overridden') and is_closed
group by class, reason
order by count(*) desc, class, reason
"""


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """What became of a rule's reasons: halts it spoke for, of them confirmed and overridden by people."""

    code: str
    reason: str
    n: int
    confirmed: int
    overridden: int


def tapped_halts(books: Books, within: int) -> Iterator[tuple[str, int, str, tuple[str, ...]]]:
    """The halts that people gave a reason for: machine, begin, reason, codes of the alarms near it in order.

    Args:
        books: brought up to date.
        within: how far an alarm may be from the begin, microseconds.
    """
    sources = {row[0] for row in books.con.execute(_SOURCES).fetchall()}
    people = [source for source in sources if books.plant.is_person(source)]
    if not people:
        return
    rows = books.con.execute(_TAPPED, {"people": people, "within": within}).fetchall()
    for machine, begins_at, reason, codes in rows:
        yield machine, begins_at, reason, tuple(codes or ())


_SOURCES = "select distinct source from everything where kind = 'reason'"


def rule_records(books: Books) -> list[RuleRecord]:
    """What people said to the alarm rules there are, those that spoke most first."""
    return [RuleRecord(*row) for row in books.con.execute(_RECORD).fetchall()]
