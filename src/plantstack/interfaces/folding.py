"""Many rows that say the like of each other: the first ones, and what stands behind them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

Row = TypeVar("Row")


def folded(
    rows: Iterable[Row], key: Callable[[Row], Hashable], keep: int = 2
) -> list[tuple[Row, Sequence[Row]]]:
    """The first rows of each key in order; the last of these with all others of it.

    One more than is kept is no fold: a line that says so is as long as the line itself.

    >>> folded(["a1", "b1", "a2", "a3", "a4"], lambda row: row[0])
    [('a1', []), ('b1', []), ('a2', ['a3', 'a4'])]
    >>> folded(["a1", "a2", "a3"], lambda row: row[0])
    [('a1', []), ('a2', []), ('a3', [])]
    """
    all_ = list(rows)
    alike: dict[Hashable, list[Row]] = {}
    for row in all_:
        alike.setdefault(key(row), []).append(row)
    told: list[tuple[Row, Sequence[Row]]] = []
    for row in all_:
        mine = alike[key(row)]
        place = next(n for n, one in enumerate(mine) if one is row)
        if len(mine) <= keep + 1 or place < keep - 1:
            told.append((row, []))
        elif place == keep - 1:
            told.append((row, mine[keep:]))
    return told
