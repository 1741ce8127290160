"""What was made, row by row, in arrays: what a search for patterns works on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Named:
    """A column of names.

    Attributes:
        codes: number of the word of each row; -1 where nobody knows.
        words: the names.
    """

    codes: Ints
    words: Sequence[str]

    @classmethod
    def of(cls, names: Sequence[str]) -> Named:
        """Number names as they first appear, so that renaming changes no order; '' is not known.

        >>> Named.of(["b", "a", "", "b"]).codes.tolist()
        [0, 1, -1, 0]
        """
        seen: dict[str, int] = {"": -1}
        codes = np.array([seen.setdefault(one, len(seen) - 1) for one in names], dtype=np.int64)
        return cls(codes, [one for one in seen if one])


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of pieces that were made under the same conditions.

    Attributes:
        total: pieces of each row.
        bad: how many of them are of the kind that is looked for.
        group: rows that are not independent of each other, such as those of one order; 0 to n - 1.
        is_held: rows that no search may see; a pattern found on the others is scored on them.
        named: names by axis, such as product or tool.
        measured: values by axis, NaN where nobody measured.
    """

    total: Floats
    bad: Floats
    group: Ints
    is_held: Bools
    named: Mapping[str, Named]
    measured: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.total)

    def where(self, rows: Bools) -> Sample:
        """Some of the rows."""
        return Sample(
            self.total[rows],
            self.bad[rows],
            self.group[rows],
            self.is_held[rows],
            {axis: Named(one.codes[rows], one.words) for axis, one in self.named.items()},
            {axis: one[rows] for axis, one in self.measured.items()},
        )

    def of(self, bad: Floats) -> Sample:
        """The same rows, another kind of bad piece."""
        return replace(self, bad=bad)


def held_out(start: NDArray[Any], group: Ints, blocks: int = 16) -> Bools:
    """Which rows are held out: every second block of time, whole groups, so that neighbours do not leak.

    Args:
        start: when each row was made, in any unit.
        group: of each row; it belongs to the block in which its first row was made.
        blocks: into how many blocks time is cut.

    >>> held_out(np.arange(8), np.repeat(np.arange(4), 2), blocks=4).tolist()
    [False, False, True, True, False, False, True, True]
    """
    if not len(start):
        return np.zeros(0, dtype=np.bool_)
    first = np.full(int(group.max()) + 1, np.inf)
    np.minimum.at(first, group, start.astype(np.float64))
    low, high = float(start.min()), float(start.max())
    block = np.floor((first[group] - low) / max((high - low) / blocks, 1e-9) + 1e-9)
    held: Bools = np.minimum(block, blocks - 1).astype(np.int64) % 2 == 1
    return held
