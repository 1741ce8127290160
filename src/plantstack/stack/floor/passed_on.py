"""To which machine of a line the waits of another are laid, for a page that is live.

The facts of ADR 5 are made for all books at once, which takes a second; a page of the floor looks at one
line and one shift many times a minute. This follows the same rules, W2 to W5, and tests hold it against
those facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from plantstack.intervals import SECOND, Interval
from plantstack.stack.floor.rows import Entry
from plantstack.stack.floor.sight import Sight

_SLACK = 10 * SECOND  # clocks of machines differ (W3)
_GAPS = ("planned_down", "not_scheduled", "unknown")
_WAITS = ("starved", "blocked")


@dataclass(frozen=True, slots=True)
class Cause:
    """What a wait is laid to.

    Attributes:
        machine: id of the one that stood.
        account: of its time; `state` what it said of itself.
        reason: that took most of its own stop; '' where nobody gave one.
    """

    machine: str
    account: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Run:
    """Entries of one sort of one machine, one after the other."""

    machine: str
    sort: str
    entries: tuple[Entry, ...]

    @property
    def start(self) -> int:
        return self.entries[0].from_at

    @property
    def end(self) -> int:
        return self.entries[-1].until_at


@dataclass(slots=True)
class PassedOn:
    """The machines of a line in a stretch of time, and whom they waited for.

    Attributes:
        flow: ids in the order of the flow.
        entries: of the ledger, by machine.
        room: pieces behind each machine.
        ideal_us: by machine and product ('' for any): from, until, microseconds a piece.
    """

    flow: Sequence[str]
    entries: Mapping[str, Sequence[Entry]]
    room: Mapping[str, float]
    ideal_us: Mapping[tuple[str, str], Sequence[tuple[int, int, float]]]
    _runs: dict[str, list[_Run]] = field(default_factory=dict)

    def cause(self, wait: Entry) -> Cause | None:
        """Whom an entry of a machine that waits is laid to; None where it waits for nobody that is known."""
        runs = self._of(wait.machine)
        mine = next((one for one in runs if one.start <= wait.from_at < one.end), None)
        return self._laid(mine) if mine is not None and mine.sort in _WAITS else None

    def _of(self, machine: str) -> list[_Run]:
        if machine not in self._runs:
            self._runs[machine] = list(_runs(self.entries.get(machine, ())))
        return self._runs[machine]

    def _laid(self, wait: _Run) -> Cause | None:
        found = sorted(self._overlaps(wait), key=lambda one: (-one[0], one[1].start, one[1].machine))
        if not found:
            return None
        most, best = found[0]
        if 2 * most < sum(overlap for overlap, _ in found):
            return None  # split: no one held half of it
        if best.sort == "own":
            return _cause(best)
        return self._laid(best) if best.sort == wait.sort else None

    def _overlaps(self, wait: _Run) -> Iterator[tuple[int, _Run]]:
        """What the neighbour did while this one waited, or so long before as the buffer lasts."""
        neighbour = self._neighbour(wait)
        search = wait.start - self._delay_us(wait, neighbour) - _SLACK
        for run in self._of(neighbour) if neighbour else ():
            start = wait.start if run.sort == "gap" else search
            overlap = min(run.end, wait.end) - max(run.start, start)
            if overlap > 0:
                yield overlap, run

    def _neighbour(self, wait: _Run) -> str:
        at = self.flow.index(wait.machine) + (-1 if wait.sort == "starved" else 1)
        return self.flow[at] if 0 <= at < len(self.flow) else ""

    def _delay_us(self, wait: _Run, neighbour: str) -> int:
        room = self.room.get(neighbour if wait.sort == "starved" else wait.machine, 0.0)
        for product in (wait.entries[0].product, ""):
            for from_at, until_at, cycle in self.ideal_us.get((wait.machine, product), ()):
                if from_at <= wait.start < until_at:
                    return int(room * cycle)
        return 0


def _sort(entry: Entry) -> str:
    if entry.account == "run":
        return "free"
    if entry.account in _GAPS:
        return "gap"
    return entry.state if entry.account == "waiting" and entry.state in _WAITS else "own"


def _runs(entries: Sequence[Entry]) -> Iterator[_Run]:
    """Runs of one sort; time that nobody knows of between two entries ends one."""
    part = 0
    parts: list[int] = []
    for before, one in zip((None, *entries), entries, strict=False):
        part += before is None or before.until_at != one.from_at
        parts.append(part)
    numbered = zip(parts, entries, strict=True)
    for (_, sort), told in groupby(numbered, key=lambda one: (one[0], _sort(one[1]))):
        mine = tuple(one for _, one in told)
        if sort != "free":
            yield _Run(mine[0].machine, sort, mine)


def _cause(run: _Run) -> Cause:
    """The reason that took most of the own time of a run, by name where equal (W7)."""
    us: dict[str, int] = {}
    for one in run.entries:
        us[one.reason] = us.get(one.reason, 0) + one.length
    reason = min(us, key=lambda name: (-us[name], name))
    longest = max((one for one in run.entries if one.reason == reason), key=lambda one: one.length)
    return Cause(run.machine, longest.account, longest.state, reason)


_IDEAL = """
select equipment, product, from_at, until_at, ideal_num::double * 1e6 / ideal_den::double
from standard
where equipment in (select unnest($machines)) and ideal_num is not null
"""


def passed_on(sight: Sight, line: str, span: Interval) -> PassedOn:
    """Look at the machines that stand in a line now.

    Args:
        sight: at a place; the line may have more machines than are seen.
        line: its id.
        span: microseconds UTC; waits that reach out of it are cut there.
    """
    found = sight.plant.lines[line]
    machines = [one for one in found.flow if sight.place(one) == line]
    ideal: dict[tuple[str, str], list[tuple[int, int, float]]] = {}
    for machine, product, *rest in sight.books.con.execute(_IDEAL, {"machines": machines}).fetchall():
        ideal.setdefault((machine, product), []).append((rest[0], rest[1], rest[2]))
    room = {one.after: float(one.capacity) for one in found.buffers}
    return PassedOn(machines, sight.entries(span, machines), room, ideal)
