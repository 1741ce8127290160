"""When a line planned each product and when it first left the line: what its sequence is judged by."""

from __future__ import annotations

from plantstack.engines.contract import MeasureQuery
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.homes import condition
from plantstack.engines.duckdb.sums import key_columns, window_of

Firsts = dict[tuple[str, ...], tuple[int | None, int | None]]
"""(axes of `by`, period, product) -> first planned hour, first hour with a good piece."""


def first_hours(books: Books, query: MeasureQuery, level: str, scope: str) -> Firsts:
    """Read the first hours of every product off the hourly sums of exit machines."""
    axes, label = key_columns(query, "f")
    joined = (
        " join label on label.site = h.site and label.day = f.day"
        if query.grain not in ("all", "hour", "shift")
        else ""
    )
    sql = (
        f"select {''.join(axis + ', ' for axis in axes)}{label}, f.product,"
        " min(f.hour_from) filter (f.class = 'plan' and f.qty > 0),"
        " min(f.hour_from) filter (f.class = 'good' and f.qty > 0)"
        " from all_pieces_fact as f join home as h on h.equipment = f.equipment"
        f" and f.day >= h.from_day and f.day < h.until_day{joined}"
        f" where {window_of(query)} and {condition(level, scope)}"
        " and (h.line = '' or h.exit_machine = f.equipment) group by all"
    )
    out: Firsts = {}
    for *key, period, product, planned, made in books.con.execute(sql).fetchall():
        out[(*map(str, key), period or "all", product)] = (planned, made)
    return out
