"""What the log heard of a machine of late, before it is sealed: tests at the machine are held against it."""

from __future__ import annotations

import sqlite3

_STANDS = "equipment = ? AND void = 0"
_MILLION = 1_000_000
_REJECTS = "coalesce(scrap, 0) + coalesce(rework, 0) + coalesce(startup_reject, 0)"
_TOTAL = f"coalesce(total, coalesce(good, 0) + {_REJECTS})"


def pieces(
    connection: sqlite3.Connection, machine: str, since: int, until: int, *, rejects: bool = False
) -> float | None:
    """Add up the counts in (since, until], microseconds UTC; None where nothing was counted.

    Args:
        connection: of the log.
        machine: by id.
        since: when the person began.
        until: when they ended.
        rejects: only what was not good.
    """
    sql = (
        f"SELECT sum({_REJECTS if rejects else _TOTAL}) FROM event"
        f' WHERE {_STANDS} AND kind = \'count\' AND "at" > ? AND "at" <= ?'
    )
    found = connection.execute(sql, (machine, since, until)).fetchone()[0]
    return None if found is None else found / _MILLION


def stop_near(connection: sqlite3.Connection, machine: str, at: int, within: int) -> int | None:
    """Return the instant nearest to `at` at which a state other than running was told; None without."""
    sql = (
        f"SELECT \"at\" FROM event WHERE {_STANDS} AND kind = 'state'"
        " AND state NOT IN ('producing', 'unknown')"
        ' AND abs("at" - ?) <= ? ORDER BY abs("at" - ?) LIMIT 1'
    )
    found = connection.execute(sql, (machine, at, within, at)).fetchone()
    return found[0] if found else None


def clock_ahead(connection: sqlite3.Connection, machine: str, newest: int = 50) -> int | None:
    """By how much the clock of a machine's source is ahead of ours, microseconds; less than 0: behind.

    The one that came fastest of the newest events is looked at: what it took on its way cannot be told apart
    from a clock that is behind. None where nothing was told lately.
    """
    sql = (
        f"SELECT max(told_at - received_at) FROM (SELECT told_at, received_at FROM event WHERE {_STANDS}"
        " AND kind IN ('state', 'count', 'reading') AND until_at IS NULL ORDER BY log_offset DESC LIMIT ?)"
    )
    found = connection.execute(sql, (machine, newest)).fetchone()[0]
    return None if found is None else int(found)
