"""What a cell's period is called, from when until when it lasts, and what was open at its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from plantstack.engines.contract import Axis, MeasureQuery
from plantstack.engines.duckdb.books import Books, kept
from plantstack.engines.duckdb.calculator import put_tables
from plantstack.engines.duckdb.homes import condition
from plantstack.engines.duckdb.sums import key_columns, shift_label, window_of
from plantstack.intervals import HOUR, Interval, from_us
from plantstack.ledger.rules import flag_bit
from plantstack.plant.localtime import offset_at

_FAR = 2**62
_SCOPE = "in_scope"


@dataclass(frozen=True, slots=True)
class Period:
    """One period of an answer: as far as the books of the scope reach.

    Attributes:
        name: its label.
        span: from where it begins at the first of its sites to where it ends at the last.
        length: how long it is at each of them; the days of sites in other zones begin at other instants.
    """

    name: str
    span: Interval
    length: int


def periods_of(
    books: Books, query: MeasureQuery, machines: Sequence[str], labels: Iterable[str]
) -> dict[str, Period]:
    """Name and bound the periods that cells are labelled with.

    Args:
        books: with the tables `label` and `home` of the query.
        query: what was asked.
        machines: all machines in scope; their sites' clocks count.
        labels: as the summing SQL made them: '' for the whole, an instant for an hour.
    """
    _put_scope(books, tuple(machines))
    zones = {books.plant.site_of(machine).zone for machine in machines}
    zone = zones.pop() if len(zones) == 1 else "UTC"
    lengths: dict[str, int] = {}
    if query.grain == "hour":
        spans = {label: _hour(int(label), zone) for label in labels}
    elif query.grain == "all" and query.days == (None, None):
        spans = {}
    elif query.grain == "shift":
        spans = _shifts(books)
    else:
        spans, lengths = _days(books, query)
    bounds = _extent(books, machines)
    if query.span is not None:
        bounds = _clip(query.span, bounds)
    out = {}
    for label in labels:
        name = _hour_name(int(label), zone) if query.grain == "hour" else label
        span = _clip(spans.get(label, bounds), bounds)
        out[label] = Period(name or "all", span, min(lengths.get(label, span.length), span.length))
    return out


def _put_scope(books: Books, machines: tuple[str, ...]) -> None:
    if books.memo.get(_SCOPE) != machines:
        put_tables(books.con, {_SCOPE: pa.table({"equipment": pa.array(machines, pa.string())})})
        books.memo[_SCOPE] = machines


def whole_periods(books: Books, query: MeasureQuery) -> dict[str, Interval]:
    """The periods of a question as calendars have them, whole also where books or question end inside one.

    The question must have been asked before; hours and the whole have none.
    """
    if query.grain in ("hour", "all"):
        return {}
    found = _shifts(books) if query.grain == "shift" else _days(books, replace(query, days=(None, None)))[0]
    return found


def open_at(books: Books, ends: Iterable[int], *, by_machine: bool) -> dict[tuple[int, str], int]:
    """Count stops, changeovers and failures that were open at instants: (instant, machine or '') -> n."""
    instants = sorted(set(ends))
    machine = "s.equipment" if by_machine else "''"
    head = f"select e.t, {machine}, count(*) from"
    # one instant is a filter, which leaves most of the files unread; several are a join of ranges
    if len(instants) == 1:
        at = f"s.from_at < {instants[0]} and s.until_at >= {instants[0]}"
        joined = f"all_own_spans as s cross join (select {instants[0]}::bigint as t) as e where {at} and"
    else:
        put_tables(books.con, {"period_end": pa.table({"t": pa.array(instants, pa.int64())})})
        joined = "all_own_spans as s join period_end as e on s.from_at < e.t and s.until_at >= e.t where"
    sql = (
        f"{head} {joined} s.kind in ('stop', 'changeover', 'failure')"
        " and (s.until_at > e.t or not s.is_closed)"
        " and s.equipment in (select equipment from in_scope) group by 1, 2"
    )
    found = books.con.execute(sql).fetchall() if instants else []
    return {(at, name): count for at, name, count in found}


# Axes that are places; a stop without a clock may be anywhere in its shift, also among other products.
PLACES: tuple[Axis, ...] = ("site", "area", "line", "machine")


def placed_cells(books: Books, query: MeasureQuery, level: str, scope: str) -> set[tuple[str, ...]]:
    """Which cells hold a part of a shift in which time is of known length and unknown place (books 14).

    Every part of its shift is uncertain, not only where such time happens to lie; a whole shift is not.

    Returns:
        The values of the axes that are places, and the label: as the summing SQL makes them.
    """
    if query.grain != "hour" and query.span is None:
        return set()
    axes, label = key_columns(replace(query, by=tuple(one for one in query.by if one in PLACES)), "f")
    has_labels = query.grain not in ("all", "hour", "shift")
    labels = "join label on label.site = h.site and label.day = f.day" if has_labels else ""
    bit, reach = flag_bit("placed"), books.reach_of(query.days[0])
    sql = f"""
        with marked as (
            select distinct equipment, day, shift from {reach}_time_day where flags & {bit} = {bit}
        ),
        placed as (
            select equipment, day, shift, sum(us) as whole_us
            from {reach}_time_day semi join marked using (equipment, day, shift) group by all
        )
        select distinct * exclude (equipment, day, shift, whole_us, us) from (
            select f.equipment, f.day, f.shift, p.whole_us, {"".join(f"{one}, " for one in axes)}
                {label} as period, sum(f.us) as us
            from {reach}_time_fact as f
            join placed as p using (equipment, day, shift)
            join home as h on h.equipment = f.equipment and f.day >= h.from_day and f.day < h.until_day
            {labels}
            where {condition(level, scope)} and {window_of(query)}
            group by all
        ) where {"true" if query.grain == "hour" else "us < whole_us"}
    """
    return {tuple(str(one) for one in row) for row in books.con.execute(sql).fetchall()}


def _extent(books: Books, machines: Sequence[str]) -> Interval:
    """From where the books of a scope begin to where they end."""
    begun = books.begun()
    starts = [begun[machine] for machine in machines if machine in begun]
    end = max((books.reach(machine) for machine in machines if machine in begun), default=0)
    return Interval(min([*starts, end]), end)


def _days(books: Books, query: MeasureQuery) -> tuple[dict[str, Interval], dict[str, int]]:
    """The span of each label over all sites, and its length at the site where it is longest."""
    first, last = query.days
    sql = (
        "select label, min(from_at), max(until_at), max(until_at - from_at) from ("
        " select label.label, d.site, min(d.from_at) as from_at, max(d.until_at) as until_at"
        " from day as d join label using (site, day)"
        " where d.site in (select site from machine semi join in_scope using (equipment))"
        " and d.day >= $first and d.day <= $last group by 1, 2) group by 1"
    )
    told = {"first": first or "", "last": last or "9999-12-31"}
    key = ("days", books.memo[_SCOPE], query.grain, first, last)
    if key not in books.memo or query.grain == "ltm":  # which moves on with the books
        books.memo[key] = books.con.execute(sql, told).fetchall()
    rows = books.memo[key]
    return {row[0]: Interval(row[1], row[2]) for row in rows}, {row[0]: row[3] for row in rows}


def _shifts(books: Books) -> dict[str, Interval]:
    sql = f"""
        select {shift_label("t")}, min(t.from_at), max(t.until_at)
        from tile as t
        where t.calendar in (select calendar from machine_calendar semi join in_scope using (equipment))
        group by 1
    """

    def asked() -> dict[str, Interval]:
        return {label: Interval(start, end) for label, start, end in books.con.execute(sql).fetchall()}

    return kept(books.memo, ("shifts", books.memo[_SCOPE]), asked)


def _hour(start: int, zone: str) -> Interval:
    return Interval(start, start + HOUR - (start + offset_at(zone, start)) % HOUR)


def _hour_name(start: int, zone: str) -> str:
    """The local hour with its offset, which tells the two hours of an autumn night apart.

    >>> _hour_name(1_792_886_400_000_000, "Europe/Berlin")
    '2026-10-25 02:00 +02:00'
    >>> _hour_name(1_792_890_000_000_000, "Europe/Berlin")
    '2026-10-25 02:00 +01:00'
    """
    offset = offset_at(zone, start)
    minutes = abs(offset) // 60_000_000
    sign = "-" if offset < 0 else "+"
    return f"{from_us(start + offset):%Y-%m-%d %H:%M} {sign}{minutes // 60:02d}:{minutes % 60:02d}"


def _clip(span: Interval, bounds: Interval) -> Interval:
    return span.clip(bounds) or Interval(min(span.end, bounds.end), min(span.end, bounds.end))
