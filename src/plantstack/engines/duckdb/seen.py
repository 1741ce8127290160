"""What was seen and told of machines, row by row, with the run it belongs to: the facts that analyses read.

Every row carries when it was told (`told_at`) and received (`received_at`), so that whoever asks what was
known at an instant can leave out the rest. Pieces, readings and settings stand as they were told, corrected
ones taken out; product, order, shift and crew are those of the ledger where the row itself names none.
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import fetch_table
from plantstack.intervals import Interval

_TOLD = """
with told as (
    select e.*, coalesce(l.machine, e.equipment) as place
    from everything as e
    anti join gone on gone.log_offset = e.log_offset
    left join lane_of as l on l.lane = e.equipment
    where e.kind = '{kind}' and not e.void and e.at >= {start} and e.at < {end}
        and coalesce(l.machine, e.equipment) in ({machines})
),

ran as (
    select equipment, from_at, until_at, product, order_id, shift, crew, account
    from all_ledger
    where equipment in ({machines}) and until_at > {start} and from_at < {end}
)
"""

_RUN = """
    coalesce(nullif(t.product, ''), r.product, '') as product,
    coalesce(nullif(t.order_id, ''), r.order_id, '') as order_id,
    coalesce(r.shift, '') as shift,
    coalesce(r.crew, '') as crew"""

_KNOWN = "t.place as equipment, t.log_offset, coalesce(t.told_at, t.at) as told_at, t.received_at"

_READINGS = f"""{_TOLD}
select {_KNOWN}, t.at as seen_at, t.parameter, t.value, coalesce(t.unit, '') as unit, {_RUN},
    case r.account when 'run' then true when 'unknown' then null else false end as is_running
from told as t
asof left join ran as r on r.equipment = t.place and r.from_at <= t.at
where t.value is not null and coalesce(t.quality, 'good') = 'good'
order by 1, 5, 2
"""

# A setting is made for the run that comes next: the first entry at or after it in which something runs.
_SETUPS = f"""{_TOLD},

runs as (select * from ran where account = 'run')

select {_KNOWN}, t.at as seen_at, t.parameter, t.value, t.low, t.high, t.ok, {_RUN}
from told as t
asof left join runs as r on r.equipment = t.place and r.until_at > t.at
order by 1, 5, 2
"""

_PIECES = f"""{_TOLD},

counting as (
    select place, bool_or(total is not null) as has_total from told group by place
)

select {_KNOWN}, coalesce(t.from_at, t.at) as from_at, t.at as until_at,
    case
        when t.total is not null then t.total
        when not c.has_total or t.good is not null
            then coalesce(t.good, 0) + coalesce(t.scrap, 0) + coalesce(t.rework, 0)
    end::double as total,
    t.good::double as good, t.scrap::double as scrap, coalesce(t.reason, '') as reason, {_RUN},
    coalesce(t.body, '') as body
from told as t
inner join counting as c using (place)
asof left join ran as r on r.equipment = t.place and r.from_at < t.at
where coalesce(t.unit, '') in ('', 'pc', 'pieces')
order by 1, from_at, 2
"""

_TIME = """
select l.equipment, l.from_at, l.until_at, l.account::varchar as account,
    -- a machine that says it is starved or blocked has said why it waits
    coalesce(nullif(l.reason, ''), case when l.state in ('starved', 'blocked') then l.state::varchar end, '')
        as reason,
    coalesce(e.told_at, e.at, case when l.state in ('starved', 'blocked') then l.from_at end)
        as reason_told_at,
    coalesce(e.received_at, case when l.state in ('starved', 'blocked') then l.from_at end)
        as reason_received_at,
    coalesce(l.product, '') as product, coalesce(l.order_id, '') as order_id,
    coalesce(l.shift, '') as shift, coalesce(l.crew, '') as crew
from all_ledger as l
left join everything as e on e.log_offset = l.reason_offset
where l.equipment in ({machines}) and l.until_at > {start} and l.from_at < {end}
order by 1, 2
"""

_KINDS = (
    ("readings", "reading", _READINGS),
    ("setups", "setup_check", _SETUPS),
    ("pieces", "count", _PIECES),
)


def seen(books: Books, machines: Collection[str], span: Interval) -> dict[str, pa.Table]:
    """Return readings, setups, pieces and time of some machines in a span, in order of machine and time.

    Args:
        books: in which nothing of these machines is owed.
        machines: their ids; none gives no tables.
        span: readings, settings and counts of which the instant lies in it, and entries that touch it.
    """
    if not machines:
        return {}
    lanes = [(lane, machine) for lane, (machine, _) in books.plant.lanes.items() if machine in machines]
    books.con.execute("create or replace temp table lane_of (lane varchar, machine varchar)")
    if lanes:
        books.con.executemany("insert into lane_of values (?, ?)", lanes)
    asked = {
        "machines": ", ".join(f"'{one}'" for one in sorted(machines)),
        "start": span.start,
        "end": span.end,
    }
    tables = {"time": fetch_table(books.con, _TIME.format(**asked))}
    for name, kind, sql in _KINDS:
        tables[name] = fetch_table(books.con, sql.format(kind=kind, **asked))
    return tables
