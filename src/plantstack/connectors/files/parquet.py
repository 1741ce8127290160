"""Parquet -> sheet: every column as text, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from plantstack.connectors.files.sheet import KEPT_BYTES, Line, Sheet
from plantstack.errors import EventError, Problem

MAX_ROWS = 500_000_000  # a file of few bytes can say it has more rows than there are atoms in a disk


def parquet_sheet(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Sheet:
    """Prepare a Parquet file.

    Raises:
        EventError: when it is none, or says it is too large.
    """
    try:
        headers = connection.sql("SELECT * FROM read_parquet($1)", params=[str(path)]).columns
        counted = connection.execute("SELECT num_rows FROM parquet_file_metadata($1)", [str(path)]).fetchall()
    except duckdb.Error as error:
        what = f"is no Parquet file: {str(error).splitlines()[0].replace(str(path), name)}"
        raise EventError(Problem("file-parquet", name, what, "Export it again.")) from None
    if counted[0][0] > MAX_ROWS:
        what = f"says it has {counted[0][0]} rows, more than {MAX_ROWS}"
        raise EventError(Problem("file-too-large", name, what, "Split it."))
    columns = ", ".join(f"c{place}" for place in range(len(headers)))
    texts = ", ".join(f"c{place}::VARCHAR AS c{place}" for place in range(len(headers)))
    relation = f"(SELECT {texts} FROM read_parquet($file) AS t({columns}))"
    tidy = tuple(" ".join(header.split()) for header in headers)
    rows = ParquetRows(connection, relation, len(headers), path, name)
    return Sheet(name, relation, {"file": str(path)}, tidy, rows)


@dataclass(frozen=True, slots=True)
class ParquetRows:
    """Rows of a Parquet file, known by their number."""

    connection: duckdb.DuckDBPyConnection
    relation: str
    width: int
    path: Path
    name: str

    def find(self, rows: Iterable[int]) -> dict[int, Line]:
        """Return rows by their number from 0, as people count them from 1, their cells set apart by tabs."""
        cells = ", chr(9), ".join(f"c{place}" for place in range(self.width))
        counted = f"SELECT row_number() OVER () - 1 AS nth, * FROM {self.relation}"
        query = f"SELECT nth, concat({cells}) FROM ({counted}) WHERE nth IN (SELECT unnest($rows))"
        found = self.connection.execute(query, {"file": str(self.path), "rows": list(rows)}).fetchall()
        return {
            row: Line(f"{self.name} row {row + 1}", (text or "").encode()[:KEPT_BYTES]) for row, text in found
        }
