"""Events far before all others: legal, as history is loaded late, and worth a word, as clocks are wrong.

One event of a clock that was never set makes decades of unknown time, and nothing else shows why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.errors import Problem
from plantstack.intervals import DAY, rfc3339

FAR = 365 * DAY
OLD = 946_684_800_000_000  # 2000-01-01
_FIX = "If that clock was not set, correct or retract them: the time since then counts as unknown."


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Events no two neighbours of which are far apart."""

    first: int
    last: int
    count: int
    equipment: str  # of the first


@dataclass(slots=True)
class Clocks:
    """The stretches of time one file speaks of."""

    stretches: list[_Stretch] = field(default_factory=list)

    def see(self, events: pa.Table) -> None:
        """Take some events in."""
        if not len(events):
            return
        at = events.column("at")
        span = pc.min_max(at).as_py()
        if span["max"] - span["min"] < FAR:
            found = [_Stretch(span["min"], span["max"], len(at), "")]
        else:
            found = _cut(sorted(at.to_pylist()))
        known = self.stretches[0].first if self.stretches else None
        self.stretches = _joined([*self.stretches, *found])
        if self.stretches[0].first != known:
            row = pc.index(at, span["min"]).as_py()
            equipment = events.column("equipment")[row].as_py()
            self.stretches[0] = replace(self.stretches[0], equipment=equipment)

    def notes(self, file: str, known_since: int | None) -> Iterator[Problem]:
        """Say what lies far before the rest.

        Args:
            file: where the events stand.
            known_since: the earliest instant that was in the log before, None when it was empty.
        """
        if not self.stretches:
            return
        first, last = self.stretches[0], self.stretches[-1]
        greatest = max(self.stretches, key=lambda one: (one.count, one.first))
        early = sum(one.count for one in self.stretches if one.first < greatest.first)
        if early:
            what = f"more than a year before the rest of the file ({_day(greatest)})"
            yield _note(file, first, early, what)
        elif first.last < OLD:
            yield _note(file, first, first.count, "before the year 2000")
        elif known_since is not None and last.last < known_since - FAR:
            what = "more than a year before everything the log knew of"
            yield _note(file, first, sum(one.count for one in self.stretches), what)


def _cut(instants: list[int]) -> list[_Stretch]:
    found, start = [], 0
    for place in range(1, len(instants) + 1):
        if place == len(instants) or instants[place] - instants[place - 1] >= FAR:
            found.append(_Stretch(instants[start], instants[place - 1], place - start, ""))
            start = place
    return found


def _joined(stretches: list[_Stretch]) -> list[_Stretch]:
    joined: list[_Stretch] = []
    for one in sorted(stretches, key=lambda stretch: stretch.first):
        if joined and one.first - joined[-1].last < FAR:
            before = joined[-1]
            joined[-1] = replace(before, last=max(before.last, one.last), count=before.count + one.count)
        else:
            joined.append(one)
    return joined


def _day(stretch: _Stretch) -> str:
    return rfc3339(stretch.first)[:10]


def _note(file: str, first: _Stretch, count: int, what: str) -> Problem:
    events = "1 event lies" if count == 1 else f"{count:,} events lie"
    told = f"{events} {what}, the first: '{first.equipment}' at {rfc3339(first.first)}"
    return Problem("clock-apart", file, told, _FIX)
