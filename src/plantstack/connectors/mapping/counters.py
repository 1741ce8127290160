"""Counters -> pieces made since the last sample: resets, rollovers, jitter and wild jumps.

The rule of one step is plain Python (`step`). Series without a surprise are differenced in SQL;
only the series that have one are walked, so both ways give the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from plantstack.connectors.mapping.model import Counter
from plantstack.intervals import SECOND

GRACE = SECOND  # microseconds that the instants of two samples may be wrong by
Values = tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a series: an instant and what each of its counters shows."""

    row: int
    at: int
    values: Values


@dataclass(frozen=True, slots=True)
class Last:
    """The last trusted sample of a series.

    Attributes:
        at: microseconds UTC.
        value: what the counter showed.
        owed: pieces a source that began anew told of and that nothing has counted yet; the next sample does.
        since: with `owed`: from when on they were made.
    """

    at: int
    value: Decimal
    owed: Decimal = Decimal(0)
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """When a sample was taken that is not believed, and the last ones that were."""

    at: int
    last: tuple[Last | None, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """What one sample says: pieces since the samples before, or nothing because one is wild."""

    row: int
    since: int | None
    pieces: Values
    wild: bool = False
    doubt: Doubt | None = None  # with `wild`


def step(
    counter: Counter, last: Last | None, at: int, value: Decimal
) -> tuple[Decimal | None, Last | None, bool]:
    """Take one sample of a cumulative counter.

    Returns:
        Pieces since the last trusted sample (None for the first value), the sample to compare the
        next one with, and whether this one is wild and was left out.
    """
    if value < 0 or (counter.rollover is not None and value >= counter.rollover):
        return None, last, True
    if last is None:
        return None, Last(at, value), False
    grown = value - last.value
    if 0 > grown >= -counter.jitter and value > 0:  # nothing falls to 0 by trembling
        return Decimal(0), Last(at, last.value), False
    if grown < 0:
        grown = value  # started again from 0
        if counter.rollover is not None:
            wrapped = value + counter.rollover - last.value
            grown = wrapped if is_plausible(counter, wrapped, at - last.at) else value
    if not is_plausible(counter, grown, at - last.at):
        return None, last, True
    return grown, Last(at, value), False


def begun_anew(counter: Counter, last: Last | None, shown: Last | None) -> Last | None:
    """Return what to go on from when a source that is new says what its counter shows; nothing is counted.

    What did not fall is counted with the next sample, from the one before. What fell began again: that is
    known here only, for with the next sample the counter may be past its old value.

    >>> begun_anew(Counter(True), Last(0, Decimal(50)), Last(9, Decimal(3)))
    Last(at=9, value=Decimal('3'), owed=Decimal('3'), since=0)
    >>> begun_anew(Counter(True), Last(0, Decimal(50)), Last(9, Decimal(50)))
    Last(at=0, value=Decimal('50'), owed=Decimal('0'), since=None)
    """
    if last is None or shown is None:
        return last or shown
    if shown.at < last.at or shown.value >= last.value:
        return last
    pieces, after, is_wild = step(counter, last, shown.at, shown.value)
    if is_wild or after is None or after.value != shown.value:  # not to be believed, or it trembles
        return last
    owed = last.owed + (pieces or 0)
    return replace(after, owed=owed, since=(last.at if last.since is None else last.since) if owed else None)


def is_plausible(counter: Counter, pieces: Decimal, elapsed_us: int) -> bool:
    """Whether so many pieces can be made in so much time.

    Instants of samples are not sharper than `GRACE`: values of one poll come at once, and what has no time
    of its own is stamped when it is received. One piece can end between any two samples.

    >>> fast = Counter(True, max_rate=Fraction(2, 1_000_000))
    >>> [is_plausible(fast, Decimal(pieces), 1_000_000) for pieces in (4, 5)]
    [True, False]
    """
    if counter.max_rate is None or pieces <= 1:
        return True
    return Fraction(pieces) <= counter.max_rate * (max(elapsed_us, 0) + GRACE)


class Series:
    """The counters of one series, taken sample by sample in their order.

    A wild value that the next sample continues from is a counter that was set: the pieces of the
    jump itself are not known and never counted, counting goes on from there. A row with one wild
    counter is left out whole, so nothing of its other counters is lost either.
    """

    def __init__(self, counter: Counter, width: int) -> None:
        self.counter = counter
        self.last: list[Last | None] = [None] * width
        self._wild: list[Last | None] = [None] * width

    def take(self, sample: Sample) -> Made:
        """Take the next sample."""
        steps = [self._step(place, sample.at, value) for place, value in enumerate(sample.values)]
        if any(wild for _, _, _, wild in steps):
            for place, value in enumerate(sample.values):
                if steps[place][3] and value is not None and self._in_range(value):
                    self._wild[place] = Last(sample.at, value)
            doubt = Doubt(sample.at, tuple(self.last))
            return Made(sample.row, None, tuple(None for _ in steps), wild=True, doubt=doubt)
        starts = [since for pieces, since, _, _ in steps if since is not None and pieces is not None]
        for place, (_, _, after, _) in enumerate(steps):
            self.last[place], self._wild[place] = after, None
        return Made(sample.row, min(starts, default=None), tuple(pieces for pieces, *_ in steps))

    def resume(self, last: Sequence[Last | None], wild: Sequence[Last | None] = ()) -> None:
        """Go on from what an earlier file left."""
        self.last = list(last)
        self._wild = list(wild) or [None] * len(last)

    def standing(self) -> tuple[tuple[Last | None, ...], tuple[Last | None, ...]]:
        """What `resume` needs to go on."""
        return tuple(self.last), tuple(self._wild)

    def _step(
        self, place: int, at: int, value: Decimal | None
    ) -> tuple[Decimal | None, int | None, Last | None, bool]:
        last, wild = self.last[place], self._wild[place]
        if value is None:
            return None, None, last, False
        pieces, after, is_wild = step(self.counter, last, at, value)
        if is_wild and wild is not None and value >= wild.value:
            pieces, after, is_wild = step(self.counter, wild, at, value)
            return _with_owed(last, pieces, wild.at, after, is_wild)
        return _with_owed(last, pieces, last.at if last else None, after, is_wild)

    def _in_range(self, value: Decimal) -> bool:
        return value >= 0 and (self.counter.rollover is None or value < self.counter.rollover)


def _with_owed(
    last: Last | None, pieces: Decimal | None, since: int | None, after: Last | None, is_wild: bool
) -> tuple[Decimal | None, int | None, Last | None, bool]:
    """A step, with the pieces told of by a source that began anew."""
    if last is None or not last.owed or pieces is None:
        return pieces, since, after, is_wild
    return pieces + last.owed, last.since, after, is_wild
