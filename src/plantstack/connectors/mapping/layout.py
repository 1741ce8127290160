"""Sheets -> one relation the cells are read from: wide columns turned to rows, joined sheets beside."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from plantstack.connectors.files.sheet import Sheet
from plantstack.connectors.mapping.model import Column, Join, Mapping
from plantstack.connectors.mapping.sql import Binder
from plantstack.errors import EventError, Problem


@dataclass(frozen=True, slots=True)
class Layout:
    """Where cells are found."""

    mapping: Mapping
    sheet: Sheet
    joined: dict[str, Sheet]
    groups: dict[str, str]  # named groups of the file's name
    bind: Binder

    def find(self, column: Column, header: str) -> str:
        """The SQL of a cell.

        Raises:
            EventError: when the sheet has no such column.
        """
        if column.constant is not None:
            return f"{self.bind(column.constant)}::VARCHAR"
        if column.group:
            return f"{self.bind(self.groups.get(column.group))}::VARCHAR"
        if column.of:
            place = list(self.joined).index(column.of)
            return f"j{place}_{self.joined[column.of].column(header)}"
        wide = self.mapping.wide
        if wide and header in (wide.name, wide.value):
            return "wide_name" if header == wide.name else "wide_value"
        return self.sheet.column(header)


@dataclass(frozen=True, slots=True)
class Laid:
    """The relation of all cells."""

    source: str  # what stands in FROM; with a column `line` when rows are not simply the lines of a text
    parameters: dict[str, object]
    rows: int | None = None  # of the file, where that is known, or they are not the rows of the relation


def lay_out(connection: duckdb.DuckDBPyConnection, layout: Layout) -> Laid:
    """Make the relation of all cells.

    Raises:
        EventError: when a join or the wide part does not fit the sheets.
    """
    mapping, sheet = layout.mapping, layout.sheet
    if not mapping.wide and not mapping.joins:
        return Laid(sheet.relation, dict(sheet.parameters), sheet.rows)
    line = "c0::BIGINT" if sheet.numbered else "NULL::BIGINT"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE main AS SELECT *, {line} AS line FROM {sheet.relation}",
        sheet.parameters,
    )
    if not sheet.numbered:
        connection.execute("UPDATE main SET line = rowid")
    counted = connection.sql("SELECT count(*) FROM main").fetchall()
    if mapping.wide:
        _widen(connection, layout)
    for place, join in enumerate(mapping.joins):
        _join(connection, layout, place, join)
    return Laid(f"(SELECT * FROM main ORDER BY {_order(mapping)})", {}, counted[0][0])


def _order(mapping: Mapping) -> str:
    return "line, wide_place" if mapping.wide else "line"


def _widen(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    wide, sheet = layout.mapping.wide, layout.sheet
    assert wide is not None
    for header in wide.keep:
        sheet.column(header)
    turned = [
        (place, header) for place, header in enumerate(sheet.headers) if header and header not in wide.keep
    ]
    if not turned:
        raise EventError(
            Problem("file-header", sheet.name, "has no columns to turn into rows", "Check 'wide: keep'.")
        )
    bind = Binder()
    names = ", ".join(f"({place}, {bind(header)}::VARCHAR)" for place, header in turned)
    cells = " ".join(f"WHEN {place} THEN c{place + sheet.numbered}" for place, _ in turned)
    query = (
        "CREATE OR REPLACE TEMP TABLE main AS SELECT * FROM "
        "(SELECT main.*, v.place AS wide_place, v.name AS wide_name, "
        f"CASE v.place {cells} END AS wide_value FROM main CROSS JOIN (VALUES {names}) v(place, name))"
    )
    if not wide.keep_blank:
        query += " WHERE nullif(trim(wide_value), '') IS NOT NULL"
    connection.execute(query, bind.values)


def _join(connection: duckdb.DuckDBPyConnection, layout: Layout, place: int, join: Join) -> None:
    other = layout.joined[join.name]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE other AS SELECT * FROM {other.relation}", other.parameters
    )
    theirs = [f"trim({other.column(there)})" for _, there in join.on]
    twice = connection.sql(
        f"SELECT {theirs[0]} FROM other GROUP BY {', '.join(theirs)} HAVING count(*) > 1 LIMIT 1"
    ).fetchall()
    if twice:
        what = f"has '{twice[0][0]}' more than once, so it cannot be joined"
        raise EventError(Problem("file-join", other.name, what, "Name all columns that make a row unique."))
    mine = [f"trim(main.{layout.sheet.column(here)})" for here, _ in join.on]
    same = " AND ".join(f"{left} = {right}" for left, right in zip(mine, _prefixed(theirs), strict=True))
    width = len(other.headers) + other.numbered
    columns = ", ".join(f"other.c{number} AS j{place}_c{number}" for number in range(width))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE main AS SELECT main.*, {columns} FROM main LEFT JOIN other ON {same}"
    )


def _prefixed(trimmed: list[str]) -> list[str]:
    return [text.replace("trim(", "trim(other.") for text in trimmed]
