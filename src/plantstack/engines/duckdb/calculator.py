"""A DuckDB connection that can read the lake and the segments, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from plantstack.ledger.rules import vocabulary_sql

Calculator = duckdb.DuckDBPyConnection

MEMORY = "1200MB"


def open_calculator(
    *, folders: Iterable[Path] = (), scratch: Path | None = None, threads: int = 2
) -> Calculator:
    """Open an in-memory calculator locked to the given folders.

    Args:
        folders: the only folders whose files may be read or written.
        scratch: where large sorts may spill; None keeps everything in memory.
        threads: how many cores to use.
    """
    con = duckdb.connect(config={"threads": threads, "memory_limit": MEMORY})
    con.execute("set autoinstall_known_extensions = false")
    con.execute("set autoload_known_extensions = false")
    con.execute("set preserve_insertion_order = false")
    con.execute("set timezone = 'UTC'")
    # nothing here outlives the process: a checkpoint in the midst of a derivation rewrites tables for nobody
    con.execute("set checkpoint_threshold = '1TB'")
    con.execute("set enable_progress_bar = false")  # what is long is told by the interfaces
    allowed = [str(folder) for folder in folders]
    if scratch is not None:
        con.execute("set temp_directory = ?", [str(scratch)])
        allowed.append(str(scratch))
    con.execute("set allowed_directories = ?", [allowed])
    con.execute("set enable_external_access = false")
    for statement in vocabulary_sql():
        con.execute(statement)
    con.execute("set allowed_configs = ['threads']")
    con.execute("set lock_configuration = true")
    return con


@contextmanager
def one_thread(con: Calculator) -> Iterator[None]:
    """Work with one thread meanwhile: where little is to be done, sharing it out is a third of the work."""
    threads = con.execute("select current_setting('threads')").fetchall()[0][0]
    con.execute("set threads = 1")
    try:
        yield
    finally:
        con.execute(f"set threads = {threads}")


def put_tables(con: Calculator, tables: Mapping[str, pa.Table]) -> None:
    """Copy Arrow tables into the connection under their names."""
    for name, table in tables.items():
        con.register("incoming", table)
        con.execute(f'create or replace temp table "{name}" as from incoming').fetchall()
        con.unregister("incoming")


def fetch_table(con: Calculator, sql: str) -> pa.Table:
    """Run a query and return its rows as an Arrow table."""
    table: pa.Table = con.sql(sql).to_arrow_table()
    return table
