"""The hour a local clock shows twice: which samples of a counter were taken in it the second time.

Events keep the first reading of their time (a rule of the books); only the order of the samples
and the time between them follow the file, or a counter that only grew would seem to fall.
"""

from __future__ import annotations

from itertools import pairwise

import duckdb

Folds = tuple[tuple[int, int], ...]
"""Half-open spans of instants that stand for two, microseconds UTC."""


def folds_of(steps: list[tuple[int, int]]) -> Folds:
    """The spans that local times read with these offsets have twice.

    >>> folds_of([(0, 7_200), (10_000, 3_600)])
    ((-800, 2800),)
    """
    pairs = pairwise(steps)
    # The step begins where the second hour ends on the wall, which is where the first ended too.
    return tuple(
        (start - before - (before - after), start - before)
        for (_, before), (start, after) in pairs
        if before > after
    )


def set_clocks(connection: duckdb.DuckDBPyConnection, folds: Folds, classes: list[str]) -> None:
    """Move `clock` of the samples told in the second such hour on by its length.

    A file tells it by going back once within the hour, or by a value that grew at the same time.
    Where it goes back more often, nothing is known and nothing is moved.
    """
    for start, end in dict.fromkeys(folds):
        grown = " OR ".join(f"{name} > lag({name}) OVER told" for name in classes)
        turned = (  # an export may begin with the newest row
            "SELECT rowid AS place, *, nth * CASE WHEN arg_min(moment, nth) OVER series > "
            "arg_max(moment, nth) OVER series THEN -1 ELSE 1 END AS turn FROM samples "
            "WINDOW series AS (PARTITION BY equipment, series)"
        )
        marked = (
            "SELECT *, coalesce(moment < lag(moment) OVER told OR "
            f"(moment = lag(moment) OVER told AND ({grown})), false)::INT AS back FROM ({turned}) "
            f"WHERE moment >= {start} AND moment < {end} "
            "WINDOW told AS (PARTITION BY equipment, series ORDER BY turn)"
        )
        passes = (
            "SELECT place, sum(back) OVER (PARTITION BY equipment, series ORDER BY turn) AS pass, "
            f"sum(back) OVER (PARTITION BY equipment, series) AS backs FROM ({marked})"
        )
        connection.execute(
            f"UPDATE samples SET clock = moment + {end - start} WHERE rowid IN "
            f"(SELECT place FROM ({passes}) WHERE backs = 1 AND pass = 1)"
        )
