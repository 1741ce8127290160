"""The last step: keys for events that have none, and the raw event table."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from plantstack.connectors.mapping.sql import quoted
from plantstack.events.batch import RAW


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
        content = self._content()
        if self.kind == "reading":
            return f"""SELECT *, concat(equipment, '/', parameter, '@', "at") AS key FROM ({self.sql})"""
        listed = ", ".join(quoted(name) for name in self.columns)
        # A hash of few bytes only says who may be a twin; the content itself decides.
        rough = f"SELECT hash({listed}) AS h FROM ({self.sql}) GROUP BY h HAVING count(*) > 1"
        connection.execute("DROP TABLE IF EXISTS maybe_twins")
        connection.execute(f"CREATE TEMP TABLE maybe_twins AS {rough}", parameters)
        if not connection.sql("SELECT 1 FROM maybe_twins LIMIT 1").fetchall():
            return f"SELECT *, md5({content}) AS key FROM ({self.sql})"
        said = f"(SELECT *, {content} AS content FROM ({self.sql}))"
        numbered = f"SELECT *, row_number() OVER (PARTITION BY content ORDER BY row) AS twin FROM {said}"
        key = "md5(content) || CASE WHEN twin > 1 THEN '#' || (twin - 1) ELSE '' END"
        kept = " AND twin = 1" if self.drop_twins else ""
        return (
            f"SELECT * EXCLUDE (content), md5(content) AS key FROM {said} "
            f"WHERE hash({listed}) NOT IN (SELECT h FROM maybe_twins) UNION ALL "
            f"SELECT * EXCLUDE (content, twin), {key} AS key FROM ({numbered} "
            f"WHERE hash({listed}) IN (SELECT h FROM maybe_twins)) WHERE true{kept}"
        )

    def _content(self) -> str:
        parts = ", ".join(f"'{name}', {quoted(name)}" for name in sorted(self.columns))
        return f"concat_ws(chr(31), '{self.kind}', {parts})"


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
            arrays.append(pa.nulls(size, field.type))
    return pa.Table.from_arrays(arrays, schema=RAW)
