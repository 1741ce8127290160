"""What is open where a period ends: stops, calls, holds, counted at an instant and not over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from plantstack.engines.contract import Axis, Exact, MeasureQuery
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import put_tables
from plantstack.engines.duckdb.homes import condition
from plantstack.engines.duckdb.sums import below, in_unit, key_columns
from plantstack.measures.measure import Measure

# What is added up of open things: how many they are, and how old.
_ADDED = {"n": "count(*)", "wall_us": "sum((e.t - s.from_at)::hugeint)"}
_SPLITS = frozenset({"site", "area", "line", "machine", "product", "order"})
BY_SHIFT = "counted where a period ends, asked by the shift: --grain shift"
BY_PLACE = "counted where a period ends: split it by place, product or order"
NOT_KEPT = "what was open is not kept with reported values"


@dataclass(frozen=True, slots=True)
class OpenItems:
    """Counts of what is open: (values of `splits_of`, instant) -> measure -> count; or why there are none."""

    counts: Mapping[tuple[tuple[str, ...], int], Mapping[str, Exact]]
    why: str = ""


def open_items(
    books: Books,
    query: MeasureQuery,
    measures: Sequence[Measure],
    ends: Iterable[int],
    level: str,
    scope: str,
    *,
    moves: bool,
) -> OpenItems:
    """Count what the measures count at the ends of periods.

    Args:
        books: with the table `place_home` of the query.
        query: what was asked.
        measures: counts of what is open.
        ends: of the periods of the answer.
        level: of the scope.
        scope: id of the equipment.
        moves: whether any equipment has more than one home.
    """
    why = _why_not(query)
    instants = sorted(set(ends))
    if why or not measures or not instants:
        return OpenItems({}, why)
    put_tables(books.con, {"open_end": pa.table({"t": pa.array(instants, pa.int64())})})
    axes, _ = key_columns(replace(query, by=splits_of(query)), "s")
    counted = ", ".join(
        f"{_ADDED[measure.sum.column if measure.sum else 'n']} filter ({_kinds(measure)}) as {measure.name}"
        for measure in measures
    )
    wanted = " or ".join(_kinds(measure) for measure in measures)
    day = "and s.day >= h.from_day and s.day < h.until_day" if moves else ""
    rows = books.con.execute(
        f"select {''.join(axis + ', ' for axis in axes)}e.t, {counted}"
        " from (from all_own_spans union all by name from beside_span) as s"
        " join open_end as e on s.from_at < e.t and s.until_at >= e.t"
        f" join place_home as h on h.equipment = s.equipment {day}"
        f" where ({wanted}) and (s.until_at > e.t or not s.is_closed)"
        f" and {condition(level, scope)} and {below(query)} group by all"
    ).fetchall()
    width = len(axes)
    return OpenItems(
        {
            (tuple(str(one) for one in row[:width]), row[width]): {
                measure.name: in_unit(measure, number)
                for measure, number in zip(measures, row[width + 1 :], strict=True)
            }
            for row in rows
        }
    )


def splits_of(query: MeasureQuery) -> tuple[Axis, ...]:
    """The axes of a query that say where something is open; its shift is the one that ends."""
    return tuple(axis for axis in query.by if axis != "shift")


def _kinds(measure: Measure) -> str:
    where = dict(measure.sum.where) if measure.sum else {}
    return "s.kind in (" + ", ".join(f"'{kind}'" for kind in where["kind"]) + ")"


def _why_not(query: MeasureQuery) -> str:
    if query.is_reported:
        return NOT_KEPT
    if "shift" in query.by and query.grain != "shift":
        return BY_SHIFT
    return "" if set(query.by) - {"shift"} <= _SPLITS else BY_PLACE
