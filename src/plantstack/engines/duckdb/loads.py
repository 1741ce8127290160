"""What the log was told in one go, and which of it can be taken back.

A load is all that was received at one instant: the files of one command, the batch of a connector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from plantstack.engines.duckdb.calculator import Calculator, fetch_table, put_tables
from plantstack.intervals import Interval

OWN = "plantstack"  # the log's own records, never taken back

_LOADS = f"""
select
    min(e.log_offset) as load,
    e.received_at,
    count(*) as events,
    count(*) filter (g.log_offset is null or w.log_offset is not null) as standing,
    list(distinct e.source order by e.source) as sources,
    min(e.at) as from_at,
    max(e.at) as to_at
from everything as e
left join gone as g on g.log_offset = e.log_offset
left join waiting as w on w.log_offset = e.log_offset
where e.source != '{OWN}'
group by e.received_at
order by e.received_at desc
"""

# Of what was named: all that stands, and what only others of the named have replaced or retracted.
# What somebody else has corrected since is left: their word is not taken back.
_STANDING = """
create or replace temp table retractable as
with named_here as (
    select e.*, g.log_offset is not null and w.log_offset is null as is_gone
    from everything as e
    join asked_for using (log_offset)
    left join gone as g on g.log_offset = e.log_offset
    left join waiting as w on w.log_offset = e.log_offset
),

correcting as (
    select c.sup_source, c.sup_key, a.log_offset is not null as is_named
    from everything as c
    left join asked_for as a on a.log_offset = c.log_offset
    left join gone as g on g.log_offset = c.log_offset
    left join waiting as w on w.log_offset = c.log_offset
    where
        c.sup_key is not null
        and (a.log_offset is not null or g.log_offset is null or w.log_offset is not null)
),

corrected as (
    select sup_source, sup_key, bool_or(not is_named) as by_others, bool_or(is_named) as by_named
    from correcting
    group by sup_source, sup_key
)

select
    n.source,
    n.key,
    arg_min(n.kind, n.log_offset) as kind,
    arg_min(n.equipment, n.log_offset) as equipment,
    arg_min(n.at, n.log_offset) as "at",
    min(n.log_offset) as log_offset
from named_here as n
left join corrected as c on c.sup_source = n.source and c.sup_key = n.key
where coalesce(not c.by_others, true) and (not n.is_gone or c.by_named)
group by n.source, n.key
"""

_REPORTED = """
select c.log_offset, c.equipment, c.from_at, c.until_at, count(distinct r.log_offset) as events
from closed as c
join retractable as r on r.at >= c.from_at and r.at < c.until_at
left join placement as p on p.equipment = r.equipment and p.from_at <= r.at and p.until_at > r.at
where c.equipment in (r.equipment, p.parent, p.line, p.area, p.site)
group by all
order by c.from_at, c.equipment
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be taken back: all of one load, or of one source, in a stretch of time or in all.

    Attributes:
        load: the offset of its first event; 0: of any.
        source: who told; '': anybody.
        span: by `at`.
        days: production days, the last one included.
    """

    load: int = 0
    source: str = ""
    span: Interval | None = None
    days: tuple[str | None, str | None] = (None, None)


def loads(con: Calculator) -> pa.Table:
    """Every load, the newest first: load, received_at, events, standing, sources, from_at, to_at."""
    return fetch_table(con, _LOADS)


def put_retractable(con: Calculator, wanted: Wanted) -> None:
    """Make the table `retractable`: what a retraction of the wanted would name, one row an identity."""
    parts = [f"e.source != '{OWN}'"]
    told: dict[str, int | str] = {}
    if wanted.load:
        parts.append("e.received_at = (select received_at from everything where log_offset = $load)")
        told["load"] = wanted.load
    if wanted.source:
        parts.append("e.source = $source and not e.void")  # its retractions are taken back as loads
        told["source"] = wanted.source
    if wanted.span is not None:
        parts.append("e.at >= $start and e.at < $end")
        told |= {"start": wanted.span.start, "end": wanted.span.end}
    if wanted.days != (None, None):
        parts.append(
            "exists (select 1 from placement as p join day as d on d.site = p.site where p.equipment ="
            " e.equipment and p.from_at <= e.at and p.until_at > e.at and d.from_at <= e.at and d.until_at >"
            " e.at and d.day >= $since and d.day <= $until)"
        )
        told |= {"since": wanted.days[0] or "", "until": wanted.days[1] or "9999-12-31"}
    where = " and ".join(parts)
    con.execute(
        f"create or replace temp table asked_for as select e.log_offset from everything as e where {where}",
        told,
    )
    con.execute(_STANDING)


def put_named(con: Calculator, source: str, keys: pa.Array, received: Sequence[int], since: int) -> None:
    """Make the table `retractable` of what a source told, by key or by instant of receipt.

    Args:
        con: the calculator.
        source: who told.
        keys: of events.
        received: instants at which all that it told is meant.
        since: also that it was there, or was not (`alive` and `gap` of a connection), told since then.
    """
    named = {
        "named_keys": pa.table({"key": keys}),
        "named_instants": pa.table({"received_at": pa.array(received, pa.int64())}),
    }
    put_tables(con, named)
    con.execute(
        "create or replace temp table asked_for as select e.log_offset from everything as e"
        " where e.source = $source and not e.void and (e.key in (select key from named_keys)"
        " or e.received_at in (select received_at from named_instants) or (e.received_at >= $since"
        " and regexp_matches(e.key, '^(alive|gap) ')))",
        {"source": source, "since": since},
    )
    con.execute(_STANDING)


def left_alone(con: Calculator) -> list[str]:
    """The keys that were meant and do not stand, or that others have corrected."""
    sql = (
        "select distinct e.key from everything as e join asked_for using (log_offset)"
        " where e.key not in (select key from retractable)"
    )
    return [key for (key,) in con.execute(sql).fetchall()]


def words_of_presence(con: Calculator) -> pa.Table:
    """The whole events of `retractable` that say that a source was there, or was not."""
    sql = (
        "select e.* from everything as e join retractable as r using (log_offset)"
        " where regexp_matches(e.key, '^(alive|gap) ') order by e.log_offset"
    )
    return fetch_table(con, sql)


def presence_of(con: Calculator, source: str) -> pa.Table:
    """All that says that a source was there, or was not, in the order in which it was told."""
    sql = (
        "select * from everything as e where e.source = $source and not e.void"
        " and regexp_matches(e.key, '^(alive|gap) ') order by e.log_offset"
    )
    found: pa.Table = con.sql(sql, params={"source": source}).to_arrow_table()
    return found


def last_words(con: Calculator, source: str, firsts: pa.Table) -> pa.Table:
    """The standing state of a source before an instant, by machine, and all that it said after it.

    Args:
        con: with the table `retractable`, which counts as gone.
        source: who told.
        firsts: equipment, first_at.
    """
    put_tables(con, {"firsts": firsts})
    sql = """
    with standing as (
        select e.*, f.first_at
        from everything as e
        join firsts as f using (equipment)
        left join gone as g on g.log_offset = e.log_offset
        where
            e.source = $source and not e.void and g.log_offset is null and e.at < f.first_at
            and e.kind not in ('reading', 'plan') and e.log_offset not in (select log_offset from retractable)
    ),

    since as (
        select s.equipment, max(s.at) as last_at
        from standing as s
        where s.kind = 'state'
        group by s.equipment
    )

    select s.* exclude (first_at)
    from standing as s
    join since as l using (equipment)
    where s.at >= l.last_at
    order by s.log_offset
    """
    found: pa.Table = con.sql(sql, params={"source": source}).to_arrow_table()
    return found


def knows_source(con: Calculator, source: str) -> bool:
    """Whether anything in the log is of a source."""
    return bool(con.execute("select 1 from everything where source = $1 limit 1", [source]).fetchall())


def retractable(con: Calculator) -> pa.Table:
    """The rows of `retractable` in the order in which they were told."""
    return fetch_table(con, "from retractable order by log_offset")


def kinds_retractable(con: Calculator) -> pa.Table:
    """What `retractable` comes to: equipment, kind, events, from_at, to_at."""
    return fetch_table(
        con,
        'select equipment, kind, count(*) as events, min("at") as from_at, max("at") as to_at'
        " from retractable group by equipment, kind order by equipment, kind",
    )


def asked_and_left(con: Calculator) -> tuple[int, int]:
    """How many events were meant, and how many of them will not stand or have been corrected since."""
    sql = (
        "select count(*), count(*) - (select count(*) from retractable)"
        " from (select distinct e.source, e.key from everything as e join asked_for using (log_offset))"
    )
    whole, left = con.execute(sql).fetchall()[0]
    return int(whole), int(left)


def reported_under(con: Calculator, closed: Sequence[tuple[int, str, int, int]]) -> pa.Table:
    """The reported periods in which something would be taken back, with how many events.

    Args:
        con: with the table `retractable`.
        closed: offset, scope, start and end of each closed period.
    """
    names = ("log_offset", "equipment", "from_at", "until_at")
    types = (pa.int64(), pa.string(), pa.int64(), pa.int64())
    schema = pa.schema(list(zip(names, types, strict=True)))
    rows = [dict(zip(names, one, strict=True)) for one in closed]
    put_tables(con, {"closed": pa.Table.from_pylist(rows, schema=schema)})
    return fetch_table(con, _REPORTED)
