"""Ctrl-C: told in one line, with the exit code that shells know, wherever it comes in between."""

from __future__ import annotations

STOPPED = 130
"""The exit code of whoever was stopped by Ctrl-C."""


def is_stop(error: BaseException) -> bool:
    """Whether somebody pressed Ctrl-C; DuckDB says so in its own way when it meets one of its queries.

    >>> is_stop(KeyboardInterrupt()), is_stop(RuntimeError("Query interrupted")), is_stop(RuntimeError("x"))
    (True, True, False)
    """
    return isinstance(error, KeyboardInterrupt) or (
        isinstance(error, RuntimeError) and str(error) == "Query interrupted"
    )
