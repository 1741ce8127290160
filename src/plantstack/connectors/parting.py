"""Messages that cannot be read together are read in parts, until those that spoil it are found.

So whoever may send one message cannot stop the intake of all others (F22).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import fields, replace

import duckdb
import pyarrow as pa

from plantstack.connectors.load import FileBatch
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.run import MANY_ROWS
from plantstack.errors import EventError, Problem

_MOST_FAILED = 256  # parts; each costs about what a delivery costs


def read_apart(
    read: Callable[[Sequence[int]], list[FileBatch]], places: Sequence[int], carry: Carry
) -> tuple[list[FileBatch], dict[int, Problem]]:
    """Read messages, all at once where that can be done.

    Args:
        read: reads the messages at some places, and moves the carry on.
        places: of the messages in the order they came.
        carry: where counters, orders and signals stand; messages that cannot be read do not move it.

    Returns:
        What was read, and why the messages at other places cannot be.

    Raises:
        EventError: when none of many can be read, or too many parts cannot: the mapping is to blame.
        duckdb.OperationalError: when memory or disk is to blame, and no message.
    """
    parts: list[FileBatch] = []
    failed: list[Problem] = []
    culprits: dict[int, Problem] = {}
    left = [places]
    while left:
        some = left.pop()
        before = _copy(carry)
        try:
            parts += read(some)
        except duckdb.OperationalError:
            raise
        except (EventError, duckdb.Error, pa.ArrowException) as error:
            for one in fields(Carry):
                setattr(carry, one.name, getattr(before, one.name))
            failed.append(_problem(error))
            if len(failed) > _MOST_FAILED:
                raise EventError(failed[0]) from error
            if len(some) == 1:
                culprits[some[0]] = failed[-1]
            else:
                middle = len(some) // 2
                left += [some[middle:], some[:middle]]
    if failed and len(places) >= MANY_ROWS and not any(len(part.events) for part in parts):
        raise EventError(failed[0])
    return parts, culprits


def _copy(carry: Carry) -> Carry:
    """As it is now; only what signals remember is changed in place."""
    shallow = {name: dict(getattr(carry, name)) for name in ("counters", "orders", "changes", "readings")}
    return replace(carry, **shallow, signals=deepcopy(carry.signals))


def _problem(error: Exception) -> Problem:
    if isinstance(error, EventError):
        return error.problems[0]
    what = f"cannot be worked out: {str(error).splitlines()[0]}"
    return Problem("row-unreadable", "", what, "Look at its numbers and instants.")
