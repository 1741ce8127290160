"""One signal over time: what is known of it, what it is like of late, and what became of the difference."""

from __future__ import annotations

import msgspec

from plantstack.connectors.knowing.changes import (
    ENOUGH,
    LASTING,
    Change,
    changed,
    is_as_known,
    is_lower,
)
from plantstack.connectors.knowing.likeness import Likeness, Value
from plantstack.intervals import SECOND

HOURS = 24  # with values, until it is known what a signal is like
LEAST = 100  # values until then
_FEW = 8  # values that are compared after a day of a slow signal


class Signal(msgspec.Struct, omit_defaults=True):
    """A tag of a connection.

    Attributes:
        known: what it is like.
        now: what it was like since it was last compared.
        odd: what it was like since it is otherwise than known; None: it is as known.
        held: what it was like before that, and is not yet part of what is known.
        kind: of that difference.
        is_known: enough was seen to compare.
        doubted: a change was told of and nobody has said yet what it means.
        feeds: `MACHINE KIND` of the events that were made of it.
        scope: of the connection that tells it.
        number: the last number.
        since: instant of the first value of `odd`.
    """

    known: Likeness = msgspec.field(default_factory=Likeness)
    now: Likeness = msgspec.field(default_factory=Likeness)
    odd: Likeness | None = None
    held: Likeness | None = None
    kind: str = ""
    is_known: bool = False
    doubted: bool = False
    feeds: list[str] = msgspec.field(default_factory=list)
    scope: str = ""
    number: float | None = None
    last: int = 0
    since: int = 0

    def see(self, value: Value, is_bad: bool, at: int, hour: int) -> None:
        """Take a value in.

        Args:
            value: as it came.
            is_bad: its source says so.
            at: its instant, microseconds UTC.
            hour: microseconds of what counts as an hour.
        """
        now = self.now
        if self.last:
            now.waited((at - self.last) / SECOND)
        if not now.n:
            now.first = at
        if not now.n or at // hour != now.last // hour:
            now.hours += 1
        now.last = self.last = at
        number = now.see(value, is_bad)
        if number is None:
            return
        if self.number is not None:
            now.rose(number - self.number)
        self.number = number

    def is_due(self, hour: int) -> bool:
        """Whether what came of late can be compared, or learned from."""
        now = self.now
        lasted = now.last - now.first
        return lasted >= hour and (now.n >= ENOUGH or (lasted >= HOURS * hour and now.n >= _FEW))

    def compare(self) -> Change | None:
        """Compare what came of late and begin anew; return a change that has lasted, once."""
        now, self.now = self.now, Likeness()
        if not self.is_known:
            self.known.join(now)
            self.is_known = self.known.hours >= HOURS and self.known.n >= LEAST
            return None
        if self.doubted:
            self.odd = joined(self.odd, now)
            return None
        change = changed(self.known, now)
        if change is None and self.odd is None and not is_lower(self.known, now):
            self._learn(now)
            return None
        if change is None and is_as_known(self.known, now):  # so what was odd may be so again
            self._learn(joined(self.odd, now))
            self.odd, self.kind = None, ""
            return None
        self.held = None
        if self.odd is None or (change and not self.kind):
            self.since, self.kind = now.first, change.kind if change else ""
        self.odd = joined(self.odd, now)
        change = changed(self.known, self.odd) or change
        if change is None or self.odd.hours < LASTING[change.kind]:
            return None
        self.doubted, self.kind = True, change.kind
        return change

    def _learn(self, now: Likeness) -> None:
        """Take in what came before: where a change begins, the two would be mixed."""
        if self.held is not None:
            self.known.join(self.held)
        self.held = now

    def settle(self) -> None:
        """Somebody said what the change means: it is like that from now on."""
        self.known = joined(self.odd, self.now)
        self.is_known = self.known.hours >= HOURS and self.known.n >= LEAST
        self.odd = self.held = None
        self.now, self.kind, self.doubted = Likeness(), "", False


def joined(one: Likeness | None, other: Likeness) -> Likeness:
    """Return both together."""
    both = Likeness() if one is None else one
    both.join(other)
    return both
