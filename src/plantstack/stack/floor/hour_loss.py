"""What cost an hour its pieces: the greatest of what stopped, slowed or scrapped, and what nothing explains.

Everything is measured as minutes of the machine that paces the line: stops by the accounts of the ledger, a
wait laid to the machine it waited for (ADR 5), slow running as run time less the standard time of what was
made, scrap and the gap to the plan as pieces times the standard time of one. Breaks that the plan left out
cost it nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from plantstack.engines.contract import Exact
from plantstack.intervals import HOUR, SECOND, Interval
from plantstack.stack.floor.output import Hour, machine_hours
from plantstack.stack.floor.pace import Standards, standards_of
from plantstack.stack.floor.passed_on import PassedOn, passed_on
from plantstack.stack.floor.rows import Entry
from plantstack.stack.floor.sight import Sight
from plantstack.stack.floor.states import LOST

_UNPLANNED = ("planned_down", "no_order", "unknown")  # cost pieces only where work was planned


@dataclass(frozen=True, slots=True)
class HourLoss:
    """What cost most of an hour.

    Attributes:
        machine: id of the one it is laid to; of one that waited, the one it waited for.
        account: where the time went; `slow` and `scrap` are losses of pace and of pieces, `unexplained` is
            what is missing from the plan and is none of these.
        state: what the machine said of itself (`starved`, `blocked`, ...); '' where it is no stop.
        reason: symptom, '' where nobody gave one; `label` is what people call it.
        us: microseconds of the machine that paces the line.
    """

    machine: str
    account: str
    state: str
    reason: str
    label: str
    us: int


@dataclass(frozen=True)
class HourLosses:
    """The hours of one line or lone machine.

    Attributes:
        sight: at it.
        place: its id.
        machine: that paces it.
        entries: of that machine, in its shift.
        works: stretches in which the plan works.
    """

    sight: Sight
    place: str
    machine: str
    entries: Sequence[Entry]
    works: Sequence[Interval]

    def loss(self, hour: Hour, *, is_missed: bool) -> HourLoss | None:
        """The greatest loss of an hour; None where there was none.

        Args:
            hour: that has begun.
            is_missed: whether its plan was missed: then pace and scrap are looked at as well, and what is
                missing from the plan beyond all of them is named as unexplained where it is the greatest.
        """
        found = list(self._stops(hour, is_missed=is_missed))
        if is_missed:
            found += self._paces(hour)
            rest = self._gap_us(hour) - sum(one.us for one in found)
            found.append(HourLoss(self.machine, "unexplained", "", "", "", rest))
        lost = [one for one in found if one.us > 0]
        return max(lost, key=lambda one: (one.us, one.account, one.reason), default=None)

    def all(self, hour: Hour) -> Iterator[tuple[HourLoss, float | None]]:
        """Every loss of an hour with the pieces it cost at the standard pace; None where there is no pace."""
        cycle = self._cycle_us(hour)
        for one in (*self._stops(hour, is_missed=False), *self._paces(hour)):
            if one.us > 0:
                yield one, one.us / cycle if cycle else None

    # -- stops -----------------------------------------------------------------------------------

    def _stops(self, hour: Hour, *, is_missed: bool) -> Iterator[HourLoss]:
        """The stops of an hour by machine and reason; what has none, by account."""
        us: dict[tuple[str, str, str], dict[tuple[str, str], int]] = {}
        for one in self._inside(hour, is_missed=is_missed):
            machine, account, state, reason = self._laid(one)
            # a planned stop and what it took too long are one thing to whoever reads it
            parts = us.setdefault((machine, reason, "" if reason else account), {})
            parts[account, state] = parts.get((account, state), 0) + one.length
        for (machine, reason, _), parts in us.items():
            account, state = max(parts, key=lambda part: (parts[part], part))
            leaf = self.sight.plant.reasons.get(reason)
            label = leaf.label if leaf else reason
            yield HourLoss(machine, account, state, reason, label, sum(parts.values()))

    def _inside(self, hour: Hour, *, is_missed: bool) -> Iterator[Entry]:
        for one in self.entries:
            start, end = max(one.from_at, hour.from_at), min(one.until_at, hour.until_at)
            if start < end and one.account in LOST:
                yield one.within(start, end)
            elif start < end and is_missed and one.account in _UNPLANNED:
                inside = (work.clip(Interval(start, end)) for work in self.works)
                yield from (one.within(part.start, part.end) for part in inside if part is not None)

    def _laid(self, one: Entry) -> tuple[str, str, str, str]:
        """Machine, account, state and reason of an entry; those of a wait are of the stop it waited for."""
        cause = self._line.cause(one) if one.account == "waiting" and self._line is not None else None
        if cause is not None:
            return cause.machine, cause.account, cause.state, cause.reason
        return self.machine, one.account, one.state, one.reason

    @cached_property
    def _line(self) -> PassedOn | None:
        if self.place not in self.sight.plant.lines or not self.entries:
            return None
        if self.machine not in self.sight.plant.lines[self.place].flow:
            return None
        start, end = self.entries[0].from_at - HOUR, self.entries[-1].until_at
        return passed_on(self.sight, self.place, Interval(start, end))

    # -- pace, scrap and the gap -----------------------------------------------------------------

    def _paces(self, hour: Hour) -> Iterator[HourLoss]:
        sums = self._sums.get(hour.from_at)
        if sums is not None and None not in sums:
            run_s, std_s = (float(one or 0) for one in sums)
            yield HourLoss(self.machine, "slow", "", "", "", round((run_s - std_s) * SECOND))
        yield HourLoss(
            self.machine, "scrap", "", "", "", round(float(hour.scrap or 0) * self._cycle_us(hour))
        )

    @cached_property
    def _sums(self) -> dict[int, tuple[Exact, Exact]]:
        """Run time and standard time of what was made at the machine, seconds, by where the hour begins."""
        found = {}
        for cell in machine_hours(self.sight):
            run, std = cell.sums["time_run"], cell.sums["time_std_total"]
            if cell.keys["machine"] == self.machine and run and std:
                found[cell.span.start] = (run, std)
        return found

    def _gap_us(self, hour: Hour) -> int:
        """What is missing from the plan, as time of the machine."""
        if hour.plan_now is None or hour.good is None:
            return 0
        return round(float(hour.plan_now - hour.good + hour.without_plan) * self._cycle_us(hour))

    def _cycle_us(self, hour: Hour) -> float:
        """The standard time of a piece of what was on; where none is written, the pace of the plan."""
        products = [one.product for one in self.entries if one.from_at < hour.until_at and one.product]
        found = self._standards.cycle_us(self.machine, products[-1] if products else "", hour.from_at)
        if found is None and hour.plan:
            inside = (one.clip(Interval(hour.from_at, hour.until_at)) for one in self.works)
            found = sum(one.length for one in inside if one) / float(hour.plan)
        return found or 0.0

    @cached_property
    def _standards(self) -> Standards:
        return standards_of(self.sight, (self.machine,))
