"""Parquet -> sheet: every column as text, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from plantstack.connectors.files.sheet import Line, Sheet
from plantstack.errors import EventError, Problem


def parquet_sheet(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Sheet:
    """Prepare a Parquet file.

    Raises:
        EventError: when it is none.
    """
    try:
        found = connection.sql("SELECT * FROM read_parquet($1)", params=[str(path)]).columns
    except duckdb.Error as error:
        what = f"is no Parquet file: {str(error).splitlines()[0]}"
        raise EventError(Problem("file-parquet", name, what, "Export it again.")) from None
    columns = ", ".join(f"c{place}" for place in range(len(found)))
    texts = ", ".join(f"c{place}::VARCHAR AS c{place}" for place in range(len(found)))
    relation = f"(SELECT {texts} FROM read_parquet($file) AS t({columns}))"
    return Sheet(name, relation, {"file": str(path)}, tuple(found), RowNumbers(name))


@dataclass(frozen=True, slots=True)
class RowNumbers:
    """Rows known by their number only."""

    name: str

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return the rows' numbers, counted from 1."""
        return {row: Line(f"{self.name} row {row + 1}", b"") for row in rows}
