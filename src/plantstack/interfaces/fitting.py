"""A table that fits: where a terminal is narrow, what can be spared is left out, never the trust."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.markup import escape
from rich.table import Table

_BETWEEN = 2  # blanks between two columns


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a table.

    Attributes:
        least: 0 where its cells stand in one line; else they are folded, down to so many columns.
        is_spare: whether it is left out where the table is too wide, the last one first.
    """

    title: str
    justify: Literal["left", "right"] = "left"
    least: int = 0
    is_spare: bool = False

    def width(self, cells: Sequence[str]) -> int:
        """How many columns of a terminal its cells take at least.

        >>> Heading("value", "right").width(["1 h 20 min"]), Heading("range", least=5).width(["9 h to 10 h"])
        (10, 5)
        """
        words = (cell.split() if self.least else [cell] for cell in cells)
        return max(self.least, cell_len(self.title), *(cell_len(word) for one in words for word in one), 0)


@dataclass(frozen=True, slots=True)
class Fitting:
    """A table of cells as wide as its place allows."""

    headings: Sequence[Heading]
    rows: Sequence[Sequence[str]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        """Give the fullest table that fits; where none does, the narrowest."""
        columns = range(len(self.headings))
        widths = [self.headings[one].width([row[one] for row in self.rows]) for one in columns]
        kept = list(columns)
        spare = [one for one in columns if self.headings[one].is_spare]
        while spare and sum(widths[one] + _BETWEEN for one in kept) - _BETWEEN > options.max_width:
            kept.remove(spare.pop())
        yield self._of(kept)

    def _of(self, kept: Sequence[int]) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in (self.headings[one] for one in kept):
            if heading.least:
                title, least = heading.title, heading.least
                table.add_column(title, justify=heading.justify, overflow="fold", min_width=least)
            else:
                table.add_column(heading.title, justify=heading.justify, no_wrap=True)
        for row in self.rows:
            table.add_row(*(escape(row[one]) for one in kept))
        return table
