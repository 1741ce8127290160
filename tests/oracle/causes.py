"""Whose loss a stop of a line is (ADR 5), told once more from the ledger of its machines.

> Starved looks upstream, blocked looks downstream. How long a buffer lasts at the pace of who waits bounds
> how far before the wait the cause may lie. A machine's own stop is its own. Breaks and unknown time, the end
> of the line, and a neighbour who waits the other way give no cause but candidates. The greatest overlap wins
> if it is half of all; ties by beginning, then by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import floor

SLACK = 10_000_000
STOPS = ("breakdown", "waiting", "other_stop", "micro_stop", "planned_overrun")


@dataclass(frozen=True)
class Entry:
    """One line of a machine's ledger; `is_stop` says that it belongs to a stop."""

    from_at: int
    until_at: int
    account: str
    state: str
    reason: str = ""

    @property
    def sort(self) -> str:
        if self.account == "run":
            return "free"
        if self.account in ("planned_down", "not_scheduled", "unknown"):
            return "gap"
        if self.account == "waiting" and self.state in ("starved", "blocked"):
            return self.state
        return "own"


@dataclass(frozen=True)
class Run:
    """Entries of one sort, one after the other."""

    machine: str
    sort: str
    entries: tuple[Entry, ...]

    @property
    def start(self) -> int:
        return self.entries[0].from_at

    @property
    def end(self) -> int:
        return self.entries[-1].until_at

    def reason(self) -> str:
        lengths: dict[str, int] = {}
        for one in self.entries:
            lengths[one.reason] = lengths.get(one.reason, 0) + one.until_at - one.from_at
        return min(lengths, key=lambda name: (-lengths[name], name))


@dataclass(frozen=True)
class Laid:
    """To whom a piece of time is laid."""

    outcome: str
    machine: str
    confidence: int
    candidates: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Flow:
    """A line: places of its machines, room behind each, and how long one piece takes each of them."""

    places: dict[str, int]
    rooms: dict[str, Fraction]
    cycles: dict[str, Fraction]
    ledgers: dict[str, list[Entry]]

    def runs(self, machine: str) -> list[Run]:
        return [
            Run(machine, sort, tuple(entries))
            for sort, entries in groupby(self.ledgers[machine], key=lambda one: one.sort)
            if sort != "free"
        ]

    def neighbours(self, run: Run) -> list[str]:
        here, ahead = self.places[run.machine], run.sort == "starved"
        found = {name: here - place if ahead else place - here for name, place in self.places.items()}
        near = min((gap for gap in found.values() if gap > 0), default=0)
        return sorted(name for name, gap in found.items() if gap == near > 0)

    def delay(self, run: Run, neighbour: str) -> int:
        room = self.rooms.get(neighbour if run.sort == "starved" else run.machine, Fraction(0))
        return floor(room * self.cycles.get(run.machine, Fraction(0)) * 1_000_000)

    def candidates(self, wait: Run) -> list[tuple[int, Run]]:
        """Who stood while this one waited, or so long before as the buffer lasts; greatest first."""
        found = []
        for name in self.neighbours(wait):
            for run in self.runs(name):
                search = wait.start - self.delay(wait, name) - SLACK
                start = wait.start if run.sort == "gap" else search
                overlap = min(run.end, wait.end) - max(run.start, start)
                if overlap > 0:
                    found.append((overlap, run))
        return sorted(found, key=lambda one: (-one[0], one[1].start, one[1].machine))

    def laid(self, wait: Run) -> Laid:
        """Follow one wait to its cause."""
        found = self.candidates(wait)
        if not self.neighbours(wait):
            return Laid("end_of_line", "", 0, (), "")
        if not found:
            return Laid("nobody_stood", "", 0, (), "")
        whole = sum(overlap for overlap, _ in found)
        overlap, best = found[0]
        names = self._names(wait, found)
        if 2 * overlap < whole:
            return Laid("split", "", 0, names, "")
        if best.sort == "gap":
            return Laid("gap", "", 0, names, "")
        share = 1000 * overlap // whole
        if best.sort == "own":
            return Laid("found", best.machine, share, names, best.reason())
        if best.sort != wait.sort:
            return Laid("both_wait", "", 0, names, "")
        then = self.laid(best)
        return Laid(then.outcome, then.machine, min(share, then.confidence), then.candidates, then.reason)

    def _names(self, wait: Run, found: list[tuple[int, Run]]) -> tuple[str, ...]:
        lengths: dict[str, int] = {}
        for overlap, run in found:
            name = run.machine
            if run.sort == wait.sort:
                name = self.laid(run).machine or name
            lengths[name] = lengths.get(name, 0) + overlap
        return tuple(sorted(lengths, key=lambda name: (-lengths[name], name)))

    def of_stops(self, watched: str) -> Iterator[tuple[Entry, Laid]]:
        """Every piece of the stops of a machine, and to whom it is laid."""
        for run in self.runs(watched):
            waits = run.sort in ("starved", "blocked")
            laid = self.laid(run) if waits else None
            for one in run.entries:
                if one.account in STOPS:
                    yield one, laid or Laid("own", watched, 1000, (watched,), one.reason)
