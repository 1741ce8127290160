"""The last step: keys for events that have none, and the raw event table."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from plantstack.connectors.mapping.sql import quoted
from plantstack.events.batch import RAW
from plantstack.events.schema import nothing

SHORT = 80  # bytes: a content up to this length is its own key, readable by people
_FIRST = ("equipment", "at")
_WORDS = ("state", "phase", "role", "quality")  # of few known values, none with a bar
_IS_PLAIN = f"strlen(content) <= {SHORT} AND NOT contains(content, chr(31))"
_KEY = f"CASE WHEN {_IS_PLAIN} THEN content ELSE md5(content) END"


@dataclass(frozen=True, slots=True)
class KeyQuery:
    """The events of one rule, each with a key.

    A key that the mapping does not name is the content and its ordinal among equal events of the
    file, so overlapping exports dedupe and true twins survive.
    """

    kind: str
    sql: str
    columns: tuple[str, ...]
    drop_twins: bool

    def final(self, connection: duckdb.DuckDBPyConnection, parameters: dict[str, object]) -> str:
        """The SQL with keys; looks for twins first, as there are seldom any."""
        if "key" in self.columns:
            return self.sql
        if self.kind == "reading":
            return f"""SELECT *, concat(equipment, '/', parameter, '@', "at") AS key FROM ({self.sql})"""
        listed = ", ".join(quoted(name) for name in self.columns)
        # A hash of few bytes only says who may be a twin; the content itself decides.
        rough = f"SELECT hash({listed}) AS h FROM ({self._suspects(connection, parameters)}) GROUP BY h"
        connection.execute("DROP TABLE IF EXISTS maybe_twins")
        connection.execute(f"CREATE TEMP TABLE maybe_twins AS {rough} HAVING count(*) > 1", parameters)
        bare = f"SELECT *, {self._content()} AS content FROM ({self.sql})"
        if not connection.sql("SELECT 1 FROM maybe_twins LIMIT 1").fetchall():
            return f"SELECT * EXCLUDE (content), {_KEY} AS key FROM ({bare})"
        numbered = f"SELECT *, row_number() OVER (PARTITION BY content ORDER BY row) AS twin FROM ({bare})"
        kept = " AND twin = 1" if self.drop_twins else ""
        return (
            f"SELECT * EXCLUDE (content), {_KEY} AS key FROM ({bare}) "
            f"WHERE hash({listed}) NOT IN (SELECT h FROM maybe_twins) UNION ALL "
            "SELECT * EXCLUDE (content, twin), "
            f"CASE WHEN twin > 1 THEN concat(twin - 1, '#') ELSE '' END || {_KEY} AS key "
            f"FROM ({numbered} WHERE hash({listed}) IN (SELECT h FROM maybe_twins)) WHERE true{kept}"
        )

    def _suspects(self, connection: duckdb.DuckDBPyConnection, parameters: dict[str, object]) -> str:
        """Rows that can have a twin: where time never goes back, those at the instant of a neighbour."""
        beside = f'SELECT *, lag("at") OVER () AS before, lead("at") OVER () AS after FROM ({self.sql})'
        back = f'SELECT 1 FROM ({beside}) WHERE "at" < before LIMIT 1'
        if connection.execute(back, parameters).fetchall():
            return self.sql
        return f'SELECT * FROM ({beside}) WHERE "at" = before OR "at" = after'

    def _content(self) -> str:
        """All that is said, set apart by a bar; by a control character where a word holds a bar."""
        others = sorted(name for name in self.columns if name not in _FIRST)
        words = [quoted(name) for name in self.columns if name not in _WORDS and _is_text(name)]
        plain, safe = (
            f"concat('{self.kind}', {mark}, equipment, {mark}, {quoted('at')}"
            + "".join(f", {mark}, '{name}', {mark}, {quoted(name)}" for name in others)
            + ")"
            for mark in ("'|'", "chr(31)")
        )
        return f"CASE WHEN contains(concat({', '.join(words)}), '|') THEN {safe} ELSE {plain} END"


def _is_text(name: str) -> bool:
    return bool(pa.types.is_string(RAW.field(name).type))


def to_raw(table: pa.Table, kind: str, source: str) -> pa.Table:
    """Lay the columns of one kind into the raw event table."""
    size = table.num_rows
    arrays = []
    given = set(table.column_names)
    for field in RAW:
        if field.name == "kind":
            arrays.append(pa.repeat(pa.scalar(kind, field.type), size))
        elif field.name == "source":
            arrays.append(pa.repeat(pa.scalar(source, field.type), size))
        elif field.name in given:
            column = table.column(field.name)
            arrays.append(column if column.type == field.type else column.cast(field.type))
        elif field.name == "told_at":
            arrays.append(table.column("at"))
        elif field.name == "void":
            arrays.append(pa.repeat(pa.scalar(False), size))
        elif field.name in ("order_id", "product"):
            arrays.append(pa.repeat(pa.scalar("", field.type), size))
        else:
            arrays.append(nothing(field.type, size))
    return pa.Table.from_arrays(arrays, schema=RAW)
