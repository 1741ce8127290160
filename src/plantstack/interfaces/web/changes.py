"""What changed within a part of a page: a tick moves a few numbers, so only these are sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TAGS = re.compile(r"(?=<)")

Splice = tuple[int, int, str]
"""From which piece on, how many of them, become which text."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page as it is, and as it was before it last changed.

    Attributes:
        dated: the round in which it became so.
        html: as it is.
        was_dated: the round in which it became what it was; 0 where it was nothing.
        was: as it was.
    """

    dated: int
    html: str
    was_dated: int = 0
    was: str = ""

    def next(self, now: int, html: str) -> Part:
        """The part in a later round."""
        return self if html == self.html else Part(now, html, self.dated, self.html)

    def told(self, seen: int, is_known: bool) -> str | Sequence[Splice]:
        """What a reader has to be sent who saw a round: pieces, where it has the text they are pieces of."""
        if is_known and 0 < self.was_dated <= seen:
            found = splices(self.was, self.html)
            if sum(len(text) + 8 for _, _, text in found) < len(self.html):
                return found
        return self.html


def splices(was: str, now: str) -> list[Splice]:
    """What makes one text the other; both are counted in pieces that each begin with a `<`.

    >>> splices("<b>1</b><i>2</i>", "<b>1</b><i>3</i>")
    [(2, 1, '<i>3')]
    >>> splices("<b>1</b>", "<b>1</b><b>2</b>")
    [(2, 0, '<b>2</b>')]
    """
    before, after = pieces(was), pieces(now)
    if len(before) == len(after):
        return list(_runs(before, after))
    start, most = 0, min(len(before), len(after))
    while start < most and before[start] == after[start]:
        start += 1
    end = 0
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return [(start, len(before) - start - end, "".join(after[start : len(after) - end]))]


def pieces(text: str) -> list[str]:
    """A text in pieces that each begin with a `<`; the first may not.

    >>> pieces("at <b>1</b>"), pieces("<i>")
    (['at ', '<b>1', '</b>'], ['<i>'])
    """
    return [piece for piece in _TAGS.split(text) if piece]


def _runs(before: Sequence[str], after: Sequence[str]) -> Iterator[Splice]:
    """Runs of pieces that differ, of texts of the same number of pieces."""
    start = 0
    while start < len(after):
        end = start
        while end < len(after) and before[end] != after[end]:
            end += 1
        if end > start:
            yield start, end - start, "".join(after[start:end])
        start = end + 1
