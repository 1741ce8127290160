"""Levels at the end of periods: what stood there, beside their sums over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

import pyarrow as pa

from plantstack.engines.contract import Axis, MeasureQuery
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import put_tables
from plantstack.engines.duckdb.homes import condition
from plantstack.engines.duckdb.money import Rate, converted
from plantstack.engines.duckdb.sums import below, key_columns
from plantstack.measures.measure import Measure

_AXES = frozenset({"site", "area", "line", "machine", "product"})
BY_DAY = "levels are kept by the day, of places and products: no hours, shifts, orders or reasons"

# Where a period ends at each site: with its own production day, and never beyond its books.
_OWN_END = """
create or replace temp table level_own_end as
select
    e.t,
    r.site,
    least(
        case
            when exists (select 1 from day as d where d.until_at = e.t)
                then (select max(d.until_at) from day as d where d.site = r.site and d.until_at <= e.t)
            else e.t
        end,
        r.as_of
    ) as own
from level_end as e
cross join site_reach as r
"""

Ends: TypeAlias = Mapping[tuple[tuple[str, ...], int], Mapping[str, Fraction | None]]
"""(values of the axes, instant) -> measure -> the level there; None where money has no rate."""


def can_be_asked(query: MeasureQuery) -> bool:
    """Whether levels have sums for the splits and periods of a query."""
    is_fine = query.grain in ("hour", "shift") or query.span is not None
    return not is_fine and not query.is_reported and set(query.by) <= _AXES


def level_ends(
    books: Books,
    query: MeasureQuery,
    measures: Sequence[Measure],
    ends: Iterable[int],
    level: str,
    scope: str,
    *,
    moves: bool,
    rates: Sequence[Rate] | None,
) -> Ends:
    """Read the levels that stand at the ends of periods.

    Args:
        books: with the facts beside the pages, the table `place_home` of the query, and `money_rate`.
        query: what was asked.
        measures: levels.
        ends: of the periods of the answer.
        level: of the scope.
        scope: id of the equipment.
        moves: whether any equipment has more than one home.
        rates: by number, where money is converted.
    """
    instants = sorted(set(ends))
    if not measures or not instants:
        return {}
    put_tables(books.con, {"level_end": pa.table({"t": pa.array(instants, pa.int64())})})
    books.con.execute(_OWN_END)
    axes, _ = key_columns(replace(query, by=_axes(query)), "s")
    day = "and s.day >= h.from_day and s.day < h.until_day" if moves else ""
    rated = "join money_rate as mr on mr.site = h.clock and mr.from_day <= s.day and mr.until_day > s.day"
    sql = (
        f"select {''.join(axis + ', ' for axis in axes)}e.t, {'mr.rate' if rates else '-1'} as rate,"
        " s.name, sum(s.value) from beside_level as s"
        f" join place_home as h on h.equipment = s.equipment {day} {rated if rates else ''}"
        " join level_own_end as e on e.site = h.clock and s.from_at < e.own and s.until_at >= e.own"
        f" where {condition(level, scope)} and {below(query)} group by all"
    )
    width = len(axes)
    found: dict[tuple[tuple[str, ...], int], dict[str, list[tuple[Rate, Fraction]]]] = {}
    for row in books.con.execute(sql).fetchall():
        place, (t, number, name, value) = tuple(str(one) for one in row[:width]), row[width:]
        for measure in measures:
            if name in measure.said:
                is_rated = rates is not None and measure.is_money
                rate = rates[number] if rates is not None and is_rated else Rate("", "", Fraction(1))
                found.setdefault((place, t), {}).setdefault(measure.name, []).append((rate, Fraction(value)))
    return {
        key: {name: converted(parts)[0] for name, parts in by_name.items()} for key, by_name in found.items()
    }


def _axes(query: MeasureQuery) -> tuple[Axis, ...]:
    return tuple(axis for axis in query.by if axis in _AXES)
