"""Which stretch of a machine's time has to be derived again, and up to where that reaches.

A derivation may start at any *settled* border between two production days: one that nothing open
crosses. It may stop at a settled border where what is carried over is what was carried before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plantstack.intervals import DAY, Interval

Carried = frozenset[tuple[str, str, int, int]]
"""What stands open at a border: (slot, source, offset, until)."""

NO_DAY, LAST_DAY = "", "9999-12-31"


@dataclass(frozen=True, slots=True)
class Border:
    """The end of a production day of one machine."""

    at: int
    day: str
    is_settled: bool
    carried: Carried = frozenset()


@dataclass(frozen=True, slots=True)
class Window:
    """What is derived in one run for one machine.

    Attributes:
        machine: id.
        dirt: the stretch in which something changed.
        start: the border it starts from; None: from where the books begin.
        until: how far it looks; the pages it may publish end earlier, unless this is `as_of`.
    """

    machine: str
    dirt: Interval
    start: Border | None
    until: int


@dataclass(frozen=True, slots=True)
class Pages:
    """Production days of one machine that are replaced: after < day <= upto."""

    machine: str
    after: str
    upto: str

    def lies_in(self, other: Pages | None) -> bool:
        """Whether other pages of the same machine replace all of these.

        >>> Pages("m", "2026-01-01", "2026-01-05").lies_in(Pages("m", "", LAST_DAY))
        True
        """
        return other is not None and other.after <= self.after and self.upto <= other.upto


def merged(dirt: Iterable[Interval]) -> list[Interval]:
    """Join stretches that meet.

    >>> merged([Interval(5, 9), Interval(0, 5)])
    [Interval(start=0, end=9)]
    """
    out: list[Interval] = []
    for one in sorted(dirt):
        if out and one.start <= out[-1].end:
            out[-1] = Interval(out[-1].start, max(out[-1].end, one.end))
        else:
            out.append(one)
    return out


def window_for(
    machine: str, dirt: Interval, borders: Sequence[Border], hearing_us: int, as_of: int, *, reach: int = 1
) -> Window:
    """Choose where to start and how far to look.

    A new sign of life can make time known back to one silence limit before it, never further.

    Args:
        machine: its id.
        dirt: what changed; the end is the last instant touched.
        borders: the machine's borders as last derived, in time order.
        hearing_us: the longest silence limit of anyone heard on the machine.
        as_of: how far the books reach.
        reach: how many days beyond the dirt to look; grows when nothing settled was found.
    """
    earliest = dirt.start - hearing_us
    known = borders[: bisect_right([border.at for border in borders], earliest)]
    start = next((border for border in reversed(known) if border.is_settled), None)
    return Window(machine, dirt, start, min(as_of, dirt.end + hearing_us + (reach + 1) * DAY))


def pages_of(
    window: Window, new: Sequence[Border], old: Sequence[Border], hearing_us: int, as_of: int
) -> Pages | None:
    """Say which pages of a derived window hold; None: look further and derive again."""
    after = window.start.day if window.start else NO_DAY
    before = {border.day: border for border in old}
    for border in new:
        is_far_enough = border.at + hearing_us <= window.until or window.until == as_of
        if border.at <= window.dirt.end or not is_far_enough or not border.is_settled:
            continue
        was = before.get(border.day)
        if was is not None and was.is_settled and was.carried == border.carried:
            return Pages(window.machine, after, border.day)
    return Pages(window.machine, after, LAST_DAY) if window.until == as_of else None
