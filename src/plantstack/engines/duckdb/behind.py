"""What is behind a sum: the greatest rows of its facts, the rest in one, and the events they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

import pyarrow as pa

from plantstack.engines.contract import Behind, Fact, MeasureQuery
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import fetch_table, put_tables
from plantstack.engines.duckdb.homes import condition
from plantstack.engines.duckdb.sums import below, in_unit, is_machine_level, sums_of, total_sql, window_of
from plantstack.intervals import HOUR, Interval
from plantstack.measures.measure import FactTable, Measure

MOST = 5  # facts shown of a measure; the rest is one row, so that they still add up
EVENTS = 20  # named of a fact

_SOURCES: Mapping[FactTable, str] = {
    "time": "all_time_fact",
    "pieces": "all_pieces_fact",
    "spans": "all_spans_fact",
    "levels": "beside_level",
}
_KEYS = tuple(f"k{number}" for number in range(7))
# What tells the facts of a table apart; where a table has no such column stands nothing.
_IN_HOUR = ("s.hour_from", f"s.hour_from + {HOUR}")
_IN_SPAN = ("s.from_at", "s.until_at")
_SHOWN: Mapping[FactTable, tuple[str, ...]] = {
    "time": (*_IN_HOUR, "s.account::varchar", "s.reason", "s.order_id", "s.product"),
    "pieces": (*_IN_HOUR, "s.class::varchar", "s.reason", "s.order_id", "s.product"),
    "spans": (*_IN_SPAN, "coalesce(s.class, '')", "s.reason", "s.order_id", "s.product"),
    "levels": (*_IN_SPAN, "s.name", "''", "''", "s.product"),
}
# Plant facts that no event says are about what was counted or seen.
_SEEN = {
    **dict.fromkeys(("plant:crew", "plant:planned_scrap", "plant:route"), "count"),
    "plant:constraint": "state",
}
_AT_MACHINE = ("state", "count", "alive", "alarm", "reading", "setup_check", "inspection")


def facts_behind(
    books: Books,
    query: MeasureQuery,
    measures: Sequence[Measure],
    level: str,
    scope: str,
    *,
    moves: bool,
    end: int,
) -> list[Behind]:
    """Return the greatest facts of measures over a whole scope and window, one answer a measure.

    Each fact table is read once for all that is summed over it.

    Args:
        books: with the homes of the query, and the facts beside the pages where a measure needs them.
        query: scope and window.
        measures: any that are summed.
        level: of the scope.
        scope: id of the equipment.
        moves: whether any equipment has more than one home.
        end: of the period, for what is counted where it is open.
    """
    found = [Behind() for _ in measures]
    at_line = not is_machine_level(query, level)
    passes: dict[tuple[FactTable, int], list[int]] = {}
    for number, measure in enumerate(measures):
        for table in dict.fromkeys(one.table for one in sums_of(measure, at_line=at_line)):
            # what is open at the end has a window of its own
            passes.setdefault((table, number if measure.is_at_end else -1), []).append(number)
    for (table, _), numbers in passes.items():
        asked = [measures[number] for number in numbers]
        sql = _sql(query, asked, table, level, scope, moves=moves, end=end)
        for place, n, total, facts in _by_place(books.con.execute(sql).fetchall(), len(asked)):
            mine = found[numbers[place]]
            told = [_fact(asked[place], fact) for fact in facts]
            mine.n_rest += n - len(told)
            whole = Fraction(in_unit(asked[place], total))
            mine.rest += whole - sum((one.value for one in told), Fraction(0))
            mine.facts += told
    return found


def _by_place(rows: Sequence[Sequence[Any]], n: int) -> Iterator[tuple[int, int, Any, list[Sequence[Any]]]]:
    """Of each measure that has facts: how many there are, their sum, and the greatest."""
    for place, mine in groupby(rows, key=lambda row: row[0]):
        facts = list(mine)
        count, total = facts[0][-2 * n + 2 * place], facts[0][-2 * n + 2 * place + 1]
        yield place, int(count), total, [row[1 : -2 * n] for row in facts]


def _fact(measure: Measure, row: Sequence[Any]) -> Fact:
    equipment, start, end, what, reason, order, product, amount = row
    value = Fraction(in_unit(measure, amount))
    what, reason, order, product = (one or "" for one in (what, reason, order, product))
    return Fact(measure.name, equipment, int(start), int(end), what, reason, order, product, value)


def _sql(
    query: MeasureQuery,
    measures: Sequence[Measure],
    table: FactTable,
    level: str,
    scope: str,
    *,
    moves: bool,
    end: int,
) -> str:
    """One pass over a fact table; rows: number of a measure, a fact of it, how many there are, their sum."""
    numbers, keys = range(len(measures)), ", ".join(_KEYS)
    wholes = (f"count(*) filter (a{n} != 0) as n{n}, sum(a{n}) as t{n}" for n in numbers)
    greatest = (
        f"(select {n} as place, {keys}, a{n} as amount from told where a{n} != 0"
        f" order by abs(a{n}) desc, {keys} limit {MOST})"
        for n in numbers
    )
    told = _told_sql(query, measures, table, level, scope, moves=moves, end=end)
    return (
        f"with told as materialized ({told}), whole as (select {', '.join(wholes)} from told),"
        f" greatest as ({' union all '.join(greatest)})"
        f" select * from greatest cross join whole order by place, abs(amount) desc, {keys}"
    )


def _told_sql(
    query: MeasureQuery,
    measures: Sequence[Measure],
    table: FactTable,
    level: str,
    scope: str,
    *,
    moves: bool,
    end: int,
) -> str:
    """What each fact of a table adds to each measure."""
    at_line = not is_machine_level(query, level)
    is_beside = table in ("spans", "levels")
    at = "coalesce(f.counted_at, f.hour_from)" if table == "spans" else "f.hour_from"
    window, which = window_of(query, at), "true"
    if measures[0].is_at_end:
        window = f"f.from_at < {end} and f.until_at >= {end} and (f.until_at > {end} or not f.is_closed)"
        which = _kinds(measures[0])
    homes = "place_home" if is_beside else "home"
    day = "and s.day >= h.from_day and s.day < h.until_day" if moves else ""
    keys = ", ".join(f"{one} as k{number}" for number, one in enumerate(("s.equipment", *_SHOWN[table])))
    totals = ", ".join(
        f"{_open_sql(one, end) if one.is_at_end else total_sql(one, table, at_line=at_line)} as a{number}"
        for number, one in enumerate(measures)
    )
    some = " or ".join(f"a{number} != 0" for number in range(len(measures)))
    inside = f"{condition(level, scope)} and {below(query) if is_beside else 'true'} and {which}"
    return (
        f"select {keys}, {totals} from (select f.*, 1::hugeint as n from {_SOURCES[table]} as f"
        f" where {window}) as s join {homes} as h on h.equipment = s.equipment {day}"
        f" where {inside} group by {', '.join(_KEYS)} having {some}"
    )


def _open_sql(measure: Measure, end: int) -> str:
    """How many are open, or how long they have been."""
    is_age = measure.sum is not None and measure.sum.column == "wall_us"
    return f"sum({end} - s.from_at)::hugeint" if is_age else "count(*)"


def _kinds(measure: Measure) -> str:
    where = dict(measure.sum.where) if measure.sum else {}
    return f"s.kind in ({', '.join(repr(kind) for kind in where.get('kind', ()))})"


# -- events ------------------------------------------------------------------------------------------

_SCHEMA = pa.schema(
    [
        ("fid", pa.int64()),
        ("kind", pa.string()),
        ("equipment", pa.string()),
        ("from_at", pa.int64()),
        ("until_at", pa.int64()),
        ("account", pa.string()),
        ("order_id", pa.string()),
        ("is_half_open", pa.bool_()),
    ]
)

# From and to the microsecond at which an event `e` says something: a count with `from` belongs to the
# microseconds before its `at` (books 6).
_BEGINS = """case
    when e.kind = 'count' and e.from_at is not null then least(e.from_at, e.at - 1)
    else least(e.at, coalesce(e.from_at, e.at))
end"""
_ENDS = """case
    when e.kind = 'count' and e.from_at is not null then e.at - 1
    else greatest(e.at, coalesce(e.until_at, e.at))
end"""

# Events of a fact touch it: same equipment (of what is said of places also those above), same time or
# same order. A level is said before the days it holds on. Pieces are those of half-open hours; what ends
# a time or a span may stand at its end.
_TOUCHING = f"""
with mine as (select distinct equipment from wanted_event),

seen as (
    select
        e.log_offset,
        e.kind,
        coalesce(lane.equipment, e.equipment) as equipment,
        e.at,
        {_BEGINS} as begins_at,
        {_ENDS} as ends_at,
        e.order_id
    from everything as e
    anti join gone on gone.log_offset = e.log_offset
    left join lane on lane.lane_equipment = e.equipment
    where
        not e.void
        and e.kind in (select kind from wanted_event)
        and e.equipment in (
            from mine
            union all
            select lane_equipment from lane semi join mine using (equipment)
        )
),

found as (
    select w.fid, s.log_offset, s.at
    from wanted_event as w
    join seen as s
        on
            s.kind = w.kind
            and s.equipment = w.equipment
            and (
                s.begins_at <= w.until_at
                and (s.begins_at < w.until_at or not w.is_half_open)
                and s.ends_at >= w.from_at
                or s.order_id = nullif(w.order_id, '')
            )
    union
    select w.fid, unnest([l.state_offset, l.reason_offset, l.order_offset]), l.from_at
    from wanted_event as w
    join all_ledger as l
        on
            l.equipment = w.equipment
            and l.from_at < w.until_at
            and l.until_at > w.from_at
            and (w.account = 'micro_stop' or l.account = w.account)
    where w.kind = 'state' and w.account != ''
)

select fid, log_offset
from found
where log_offset is not null
qualify row_number() over (partition by fid order by "at" desc, log_offset desc) <= {EVENTS}
order by fid, log_offset
"""


def events_behind(books: Books, facts: Sequence[tuple[Fact, Measure]]) -> list[tuple[int, ...]]:
    """The offsets of the events behind facts, one list a fact; one question for all of them."""
    rows = [
        row for number, (fact, measure) in enumerate(facts) for row in _wanted(books, number, fact, measure)
    ]
    if not rows:
        return [() for _ in facts]
    put_tables(books.con, {"wanted_event": pa.Table.from_pylist(rows, schema=_SCHEMA)})
    found: dict[int, list[int]] = {}
    for fid, offset in books.con.execute(_TOUCHING).fetchall():
        found.setdefault(fid, []).append(offset)
    return [tuple(found.get(number, ())) for number in range(len(facts))]


def _wanted(books: Books, number: int, fact: Fact, measure: Measure) -> Iterable[dict[str, Any]]:
    table = measure.sum.table if measure.sum is not None else ""
    # a count at the end of the books belongs to what ends there (books 2)
    is_half_open = table == "pieces" and fact.until_at != books.reach(fact.equipment)
    spans = books.plant.spans.get(fact.equipment, ())
    above = {place for span in spans for place in (span.line, span.area, span.site) if place}
    feeds = (_SEEN.get(one, one).partition(":")[0] for one in measure.feeds)  # `count:scrap` is a count
    for feed in dict.fromkeys(feeds):
        is_own = feed in _AT_MACHINE
        start = 0 if measure.kind == "level" and feed == "level" else fact.from_at
        for equipment in dict.fromkeys((fact.equipment, *(() if is_own else sorted(above)))):
            yield {
                "fid": number,
                "kind": feed,
                "equipment": equipment,
                "from_at": start,
                "until_at": fact.until_at,
                "account": fact.what if table == "time" else "",
                "order_id": "" if is_own else fact.order,
                "is_half_open": is_half_open and feed == "count",
            }


def counts_in(books: Books, machine: str, span: Interval) -> pa.Table:
    """The standing counts of a machine that touch a span, half-open, in order of time."""
    # a count at the end of the books belongs to what ends there (books 2)
    end = span.end + (1 if span.end == books.reach(machine) else 0)
    return fetch_table(
        books.con,
        "select e.log_offset as offset, e.kind, e.at, e.from_at, e.source, e.key, e.order_id, e.product,"
        " e.reason, e.unit, e.total, e.good, e.scrap, e.rework, e.first_pass, e.startup_reject"
        " from everything as e anti join gone on gone.log_offset = e.log_offset"
        f" where e.kind = 'count' and not e.void and e.equipment = '{machine}'"
        f" and {_ENDS} >= {span.start} and {_BEGINS} < {end}"
        " order by e.at, e.log_offset",
    )


def since_reported(books: Books, kinds: Sequence[str], where: str, span: Interval) -> pa.Table:
    """The events about a span that came after its pages were closed and say something there.

    Args:
        books: with the table `home`.
        kinds: of the ledger.
        where: which homes are in scope, as SQL.
        span: half-open.
    """
    mine = f"(select h.equipment from home as h where {where})"
    days = f"(select d.day from day as d where d.from_at < {span.end} and d.until_at > {span.start})"
    return fetch_table(
        books.con,
        "with closed as ("
        f" select min(closed_at) as closed_at from reported_cell where equipment in {mine} and day in {days})"
        " select e.log_offset as offset, e.kind, e.equipment, e.at, e.source, e.key"
        " from everything as e cross join closed anti join gone on gone.log_offset = e.log_offset"
        f" where e.kind in ({', '.join(repr(kind) for kind in kinds)}) and e.equipment in {mine}"
        f" and e.log_offset > closed.closed_at and ({_BEGINS} < {span.end} and {_ENDS} >= {span.start}"
        # a state, an order or a reason without an end reaches from before as far as the ledger says
        f" or e.log_offset in (select unnest([l.state_offset, l.reason_offset, l.order_offset])"
        f" from all_ledger as l where l.equipment in {mine} and l.from_at < {span.end}"
        f" and l.until_at > {span.start}))"
        # what retracts nothing that was reported changes nothing
        " and (not e.void or exists (from everything as t where t.source = e.sup_source"
        " and t.key = e.sup_key and t.log_offset <= closed.closed_at))"
        " order by e.log_offset",
    )
