"""Which stops have an owner who may say whether they are its own, and what it said of them (ADR 5, W8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyarrow as pa

from plantstack.engines.duckdb.beside import put_beside
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import fetch_table, put_tables
from plantstack.engines.duckdb.causes import Watch
from plantstack.intervals import Interval

_ASKED = pa.schema(
    [("number", pa.int64()), ("equipment", pa.string()), ("at_us", pa.int64()), ("owner", pa.string())]
)

# One row a stop and owner: how much of the stop is of reasons of that owner, and which of them took most.
_OWNED = """
select
    l.equipment, l.stop_at, max(l.until_at) as until_at, bool_or(l.is_open) as is_open,
    leaf.owner, arg_max(l.reason, l.until_at - l.from_at) as reason,
    sum(least(l.until_at, {end}) - greatest(l.from_at, {start}))::bigint as us,
    any_value(v.verdict) as verdict, any_value(v.instead) as instead, any_value(v."text") as "text",
    any_value(v.source) as source, any_value(v.key) as key, any_value(v.told_at) as told_at
from all_ledger as l
join reason as leaf on leaf.reason = l.reason and leaf.kind = 'stop' and leaf.owner != ''
left join verdict as v
    on v.equipment = l.equipment and v.stop_at = l.stop_at and v.owner = leaf.owner
where
    l.equipment in (select equipment from asked_machine)
    and l.stop_at is not null
    and l.account != 'micro_stop'
    and not (l.account = 'waiting' and l.state in ('starved', 'blocked'))
    and l.from_at < {end}
    and l.until_at > {start}
group by l.equipment, l.stop_at, leaf.owner
order by us desc, l.equipment, l.stop_at
"""

# The same of the stops of a line, wherever they came from: the seconds are those the line stood.
_OF_LINE = """
select
    c.cause as equipment, c.cause_stop_at as stop_at, max(reach.until_at) as until_at, false as is_open,
    c.owner, arg_max(c.reason, c.until_at - c.from_at) as reason,
    sum(c.until_at - c.from_at)::bigint as us,
    arg_max(coalesce(v.verdict, w.verdict), c.from_at) as verdict,
    arg_max(coalesce(v.instead, w.instead), c.from_at) as instead,
    arg_max(coalesce(v."text", w."text"), c.from_at) as "text",
    arg_max(coalesce(v.source, w.source), c.from_at) as source,
    arg_max(coalesce(v.key, w.key), c.from_at) as key,
    arg_max(coalesce(v.told_at, w.told_at), c.from_at) as told_at
from cause_row as c
join stop_reach as reach on reach.equipment = c.cause and reach.stop_at = c.cause_stop_at
left join verdict as v on v.equipment = c.cause and v.stop_at = c.cause_stop_at and v.owner = c.owner
left join verdict as w on w.equipment = c.watched and w.stop_at = c.stop_at and w.owner = c.owner
where
    c.line = '{line}' and c.kind = '{kind}' and c.owner != '' and c.account != 'micro_stop'
    and c.day >= '{first}' and c.day <= '{last}'
group by c.cause, c.cause_stop_at, c.owner
order by us desc, c.cause, c.cause_stop_at
"""

# What stands of the stops around some instants: by whom, whatever was said of them by that owner.
_AT = """
select
    a.number, s.stop_at, v.verdict, v.instead, v."text", v.source, v.key, v.told_at,
    exists (
        from all_ledger as l
        join reason as leaf on leaf.reason = l.reason and leaf.kind = 'stop'
        where
            l.equipment = a.equipment and l.stop_at = s.stop_at and leaf.owner = a.owner
    ) as is_owned
from asked_moment as a
join stop_reach as s on s.equipment = a.equipment and s.stop_at <= a.at_us and s.until_at > a.at_us
left join verdict as v on v.equipment = a.equipment and v.stop_at = s.stop_at and v.owner = a.owner
order by a.number
"""


def owned_stops(books: Books, machines: Collection[str], span: Interval) -> pa.Table:
    """Return the stops of machines in a span whose reason has an owner.

    Short stops are left out, and waits for a neighbour: whose those are, only its line can say.

    Args:
        books: in which nothing is owed of these machines.
        machines: by id.
        span: seconds are cut at its borders.

    Returns:
        Columns equipment, stop_at, until_at, is_open, owner, reason, us, verdict, instead, text, source,
        key, told_at; the last six are null where the owner said nothing. The longest first.
    """
    put_beside(books, {"verdict"})
    put_tables(books.con, {"asked_machine": pa.table({"equipment": pa.array(sorted(machines), pa.string())})})
    return fetch_table(books.con, _OWNED.format(start=span.start, end=span.end))


def owned_of_line(books: Books, line: str, watch: Watch, days: tuple[str | None, str | None]) -> pa.Table:
    """Return the stops behind the stops of a line whose reason has an owner, as `owned_stops`.

    Args:
        books: opened.
        line: id of the line.
        watch: at which of its machines its stops are counted.
        days: first and last production day.
    """
    put_beside(books, {"cause"})
    kind = "line_loss" if watch == "constraint" else "exit_loss"
    first, last = days[0] or "", days[1] or "9999-12-31"
    return fetch_table(books.con, _OF_LINE.format(line=line, kind=kind, first=first, last=last))


def verdicts_at(books: Books, asked: Sequence[tuple[str, int, str]]) -> pa.Table:
    """Return what stands of the stops around some instants.

    Args:
        books: in which nothing is owed of these machines.
        asked: machine by id, an instant in microseconds UTC, and the owner who speaks.

    Returns:
        Columns number (place in `asked`), stop_at, verdict, instead, text, source, key, told_at, is_owned
        (whether the owner owns a reason of that stop); no row where the machine did not stop then.
    """
    put_beside(books, {"verdict"})
    rows = [
        {"number": number, "equipment": machine, "at_us": at, "owner": owner}
        for number, (machine, at, owner) in enumerate(asked)
    ]
    put_tables(books.con, {"asked_moment": pa.Table.from_pylist(rows, schema=_ASKED)})
    return fetch_table(books.con, _AT)
