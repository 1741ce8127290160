"""How far a long piece of work has come, told while it lasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait

import duckdb

Tell = Callable[[float], None]
"""Told what share of a piece of work is done, 0 to 1."""
TICK_S = 0.1


def silent(share: float) -> None:
    """Tell nobody."""


def within(tell: Tell, start: float, end: float) -> Tell:
    """Tell of a part of some work as of so much of the whole.

    >>> within(lambda share: print(f"{share:.2f}"), 0.5, 0.75)(0.2)
    0.55
    """
    return lambda share: tell(start + (end - start) * min(max(share, 0.0), 1.0))


def execute(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object], tell: Tell
) -> None:
    """Run a statement that may take long, telling how much of it is done.

    Only a connection that was made to measure knows (see `sheet.private_connection`), its cursors do not.
    """
    with ThreadPoolExecutor(1) as worker:
        running = worker.submit(connection.execute, query, parameters)
        try:
            while not wait([running], timeout=TICK_S).done:
                tell(connection.query_progress() / 100)
        finally:
            if not running.done():  # somebody has had enough of waiting
                connection.interrupt()
        running.result()
