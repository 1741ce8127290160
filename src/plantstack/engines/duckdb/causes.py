"""Whose loss the stops of a line are, row by row: read off the facts of ADR 5."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa

from plantstack.engines.duckdb.beside import put_beside
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.calculator import fetch_table
from plantstack.intervals import Interval

Watch = Literal["constraint", "exit"]
"""At which machine the stops of a line are counted; the exit where it names no constraint."""

_FAR = 2**62


def line_causes(
    books: Books, line: str, watch: Watch, days: tuple[str | None, str | None], span: Interval | None
) -> pa.Table:
    """Return every stretch of the stops of a line in a window, and to whom it is laid.

    Args:
        books: opened.
        line: id of the line.
        watch: at which of its machines.
        days: first and last production day.
        span: exact instants instead; stretches are cut there.

    Returns:
        Columns watched, from_at, until_at (microseconds UTC), stop_at, outcome, cause, confidence
        (thousandths), candidates (ids, the likeliest first, by commas), reason, owner, verdict.
    """
    put_beside(books, {"cause"})
    kind = "line_loss" if watch == "constraint" else "exit_loss"
    start, end = (span.start, span.end) if span else (-_FAR, _FAR)
    return fetch_table(
        books.con,
        f"select watched, greatest(from_at, {start}) as from_at, least(until_at, {end}) as until_at,"
        " stop_at, outcome, cause, confidence, candidates, reason, owner, verdict from cause_row"
        f" where line = '{line}' and kind = '{kind}' and from_at < {end} and until_at > {start}"
        f" and day >= '{days[0] or ''}' and day <= '{days[1] or '9999-12-31'}'"
        " order by from_at",
    )


def astray_verdicts(books: Books) -> pa.Table:
    """Return the verdicts about no stop, or of an owner who owns no reason of the stop."""
    put_beside(books, {"cause"})
    return fetch_table(
        books.con,
        "select v.equipment, v.at, v.owner from verdict_said as v anti join ("
        " select s.equipment, s.stop_at, s.until_at, l.owner from stop_reach as s"
        " join (select c.equipment, c.stop_at, r.owner from all_ledger as c join reason as r"
        " on r.reason = c.reason and r.kind = 'stop' where c.stop_at is not null"
        " union select watched, stop_at, owner from cause_row) as l"
        " on l.equipment = s.equipment and l.stop_at = s.stop_at"
        ") as k on k.equipment = v.equipment and k.stop_at <= v.at and k.until_at > v.at"
        " and k.owner = v.owner order by v.at, v.equipment",
    )
