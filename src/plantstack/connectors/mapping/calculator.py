"""The statements of a mapping over one sheet: planned anew for each file, planned once for a live wire.

Reading and planning a statement takes many times as long as running it over the few rows of a batch of
messages. What is kept for a wire is what was read of it: the statements are the same, and so is what they
say. (DuckDB plans a prepared statement again wherever it reads a table, so short statements pay.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from plantstack.connectors.mapping.sql import MARK
from plantstack.events.batch import RAW

Parameters = Mapping[str, object]

_MOST = 512  # statements whose plans are kept; more means that their texts change all the time
_NOTHING: Parameters = {}


class Calculator:
    """Runs statements within the tables of one connection."""

    ordinal = "rowid"
    """The SQL of the place of a row in a table that was just made, from 0."""

    is_kept = False
    """Whether it is made for many small sheets."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def run(self, query: str, parameters: Parameters = _NOTHING) -> duckdb.DuckDBPyConnection:
        """Run a statement."""
        return self.connection.execute(query, dict(parameters))

    def rows(self, query: str, parameters: Parameters = _NOTHING) -> list[Any]:
        """Run a query and fetch its rows, each a tuple."""
        return self.run(query, parameters).fetchall()

    def columns(self, query: str, parameters: Parameters = _NOTHING) -> dict[str, Sequence[Any]]:
        """Run a query of few rows and fetch its columns by name."""
        told = self.run(query, parameters)
        names = [column[0] for column in told.description or ()]
        columns = list(zip(*told.fetchall(), strict=True)) or [()] * len(names)
        return dict(zip(names, columns, strict=True))

    def reader(self, query: str, parameters: Parameters, size: int) -> pa.RecordBatchReader:
        """Run a query for columns of events and read its rows in batches of a size."""
        return self.connection.sql(query, params=dict(parameters)).to_arrow_reader(size)

    def table(self, name: str, query: str, parameters: Parameters = _NOTHING) -> None:
        """Make a table of the rows of a query, in their order."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}", parameters)

    def view(self, name: str, query: str) -> None:
        """Give a query without parameters a name."""
        self.run(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")

    def hand_over(self, name: str, rows: pa.Table) -> None:
        """Make a table of rows of ours."""
        self.connection.register("handed_over", rows)
        self.table(name, "FROM handed_over")
        self.connection.unregister("handed_over")

    def name(self, name: str, rows: pa.Table) -> str:
        """Give rows of ours, which are read once, a name; the one in SQL is returned."""
        self.hand_over(name, rows)
        return name


class KeptCalculator(Calculator):
    """Reads each statement once, for sheets of few rows that come again and again with the same columns."""

    ordinal = "row_number() OVER () - 1"  # what is read once is a view, and has no numbers
    is_kept = True

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        self._plans: dict[str, str] = {}
        self._made: dict[str, str] = {}  # view -> of which query
        self._incoming: dict[str, _Incoming] = {}

    def run(self, query: str, parameters: Parameters = _NOTHING) -> duckdb.DuckDBPyConnection:
        """Run a statement."""
        text = _written(query, parameters)
        if text is None:
            return super().run(query, parameters)
        return self._run(text)

    def reader(self, query: str, parameters: Parameters, size: int) -> pa.RecordBatchReader:
        """Run a query and read its rows in batches of a size."""
        if _written(query, parameters) is None:
            return super().reader(query, parameters, size)
        # Asking for Arrow plans a statement twice; of few rows the values are as good.
        columns = self.columns(query, parameters)
        arrays = {name: pa.array(column, type_of(name)) for name, column in columns.items()}
        return pa.table(arrays).to_reader(size)

    def table(self, name: str, query: str, parameters: Parameters = _NOTHING) -> None:
        """Make a table of the rows of a query, in their order."""
        self._made.pop(name, None)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}", dict(parameters))

    def view(self, name: str, query: str) -> None:
        """Give a query without parameters a name."""
        if self._made.get(name) != query:
            self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")
            self._made[name] = query

    def named(self, name: str, query: str, parameters: Parameters, *, is_read_once: bool) -> None:
        """Give a query a name; a table of its rows is made only where they are read more than once."""
        text = _written(query, parameters) if is_read_once else None
        if text is None:
            self.table(name, query, parameters)
        else:
            self.view(name, text)

    def hand_over(self, name: str, rows: pa.Table) -> None:
        """Make a table of rows of ours."""
        self.table(name, f"FROM {self.name(name, rows)}")

    def name(self, name: str, rows: pa.Table) -> str:
        """Give rows of ours, which are read once, a name; the one in SQL is returned."""
        source = self._incoming.get(name)
        if source is None or source.rows.schema != rows.schema:
            self._made.pop(name, None)
            source = self._incoming[name] = _Incoming(rows)
            self.connection.register(f"incoming_{name}", source)
        source.rows = rows
        return f"incoming_{name}"

    def _run(self, text: str) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(self._planned(text))

    def _planned(self, text: str) -> str:
        """The statement that runs a plan of a statement."""
        plan = self._plans.get(text)
        if plan is None:
            if len(self._plans) >= _MOST:
                return text
            plan = self._plans[text] = f"plan_{len(self._plans)}"
            self.connection.execute(f"PREPARE {plan} AS {text}")
        return f"EXECUTE {plan}"


def type_of(name: str) -> pa.DataType:
    """The type of a column of events, or of what stands beside it."""
    if name in RAW.names:
        return RAW.field(name).type
    return pa.int64() if name in ("row", "nth") else pa.string()


class _Incoming:
    """Rows under one name of the calculator, others with every sheet."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows

    def __arrow_c_schema__(self) -> object:
        return self.rows.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)


def _written(query: str, parameters: Parameters) -> str | None:
    """A query with its parameters written out in the types they are bound as; None where one cannot be.

    >>> _written("SELECT $p0, $p10", {"p0": "it's", "p10": 1.5})
    "SELECT CAST('it''s' AS VARCHAR), CAST('1.5' AS DOUBLE)"
    """
    literals = {name: _literal(value) for name, value in parameters.items()}
    if None in literals.values():
        return None
    return MARK.sub(lambda mark: str(literals[mark[1]]), query) if literals else query


def _literal(value: object) -> str | None:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and "\0" not in value:
        escaped = value.replace("'", "''")
        return f"CAST('{escaped}' AS VARCHAR)"
    if isinstance(value, float):
        return f"CAST('{value!r}' AS DOUBLE)"
    if isinstance(value, int | Decimal):
        return f"({value:f})" if isinstance(value, Decimal) else f"({value})"
    return None
