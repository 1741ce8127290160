"""What is known of one shift, as plain facts: what its summary and its priorities are made of.

Instants are microseconds UTC, lengths seconds, pieces counts; None is "not known". Places, products and
reasons are ids. Nobody is named: crews are heads at a place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from plantstack.insights.finding import Finding

Money = tuple[float, float, float]
"""Low, likely, high."""


@dataclass(frozen=True, slots=True)
class LineOfShift:
    """What one line or lone machine made.

    Attributes:
        line: id.
        pacing: id of the machine that sets its pace; '' where none is known.
        good, plan: pieces; of a shift that runs, plan until now.
        scrap: of all its machines.
        good_before, scrap_before: of the whole shift before, once this one is over; else None.
        hour: what an hour of it is worth, low to high; None: no price.
        end: of its own shift, where lines of a place have others; None: that of the place.
        without_plan: of the good pieces, those of products that no plan of the shift names; `unplanned` these
            products, the most first.
        per_hour: good pieces an hour of what is on, as it was run before; None: too few shifts show it.
        work: seconds of planned working time left in its shift, breaks left out; None: until its end.
    """

    line: str
    pacing: str = ""
    good: float | None = None
    plan: float | None = None
    scrap: float | None = None
    good_before: float | None = None
    scrap_before: float | None = None
    hour: tuple[float, float] | None = None
    end: int | None = None
    without_plan: float = 0.0
    unplanned: tuple[str, ...] = ()
    per_hour: float | None = None
    work: float | None = None

    @property
    def planned(self) -> float | None:
        """Good pieces of what is planned: what is run without a plan makes up for nothing."""
        return None if self.good is None else self.good - self.without_plan


@dataclass(frozen=True, slots=True)
class LossOfShift:
    """Run time lost on one machine for one reason.

    Attributes:
        line: where the machine stands.
        reason: id; '' where nobody said why.
        account: of the time, where there is no reason.
        seconds: lost; `pieces` at the ideal rate, None where the machine does not set the pace.
        n: stops it was lost in.
        money: what they were worth, in the class of money `money_class` (BOOKS 12); None: no price.
        usual: seconds lost like this in a shift, None where that is not known.
    """

    machine: str
    line: str
    reason: str
    account: str
    seconds: float
    n: int = 1
    pieces: float | None = None
    money: Money | None = None
    money_class: str = ""
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """How much longer something that has gone on so long usually goes on, by what was like it before.

    Attributes:
        n: how many before went on at least as long.
        seconds: what they still took, the middle one; the middle half of them lies between `low` and `high`.
            None where they were too few.
        is_like: they were of the same reason; else any stop of the machine.
        share: of such time that reached the machine which sets the pace; None where its waits are not told.
    """

    n: int
    seconds: float | None = None
    low: float | None = None
    high: float | None = None
    is_like: bool = True
    share: float | None = 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A machine that stands now.

    Attributes:
        rest: how long it usually still stands; None where nobody looked.
        waits: it is starved or blocked while another machine of its line stands: that one comes first.
    """

    machine: str
    line: str
    since: int
    reason: str
    account: str
    rest: Rest | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Called:
    """A call for help that is open."""

    place: str
    line: str
    whom: str
    since: int
    phase: str = "asked"


@dataclass(frozen=True, slots=True)
class Held:
    """Pieces on hold."""

    place: str
    product: str
    pieces: float | None
    since: int


@dataclass(frozen=True, slots=True)
class SafetyEvent:
    """Something that was told of safety.

    Attributes:
        type: `near_miss`, `unsafe`, `first_aid` or `recordable`.
        offset: of its event.
    """

    place: str
    type: str
    at: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Crew:
    """Heads at a place.

    Attributes:
        line: the line they work at; where they are told of a machine, the line it stands in.
    """

    line: str
    present: float
    needed: float

    @property
    def short(self) -> float:
        """Heads missing; below zero there are more than needed."""
        return self.needed - self.present


@dataclass(frozen=True, slots=True)
class Material:
    """An order that lacks its material.

    Attributes:
        starts: when it begins; None where that is not planned.
    """

    order: str
    line: str
    starts: int | None
    is_running: bool


@dataclass(frozen=True, slots=True)
class Late:
    """An order that ends after it is due; `is_sure` even at best.

    Attributes:
        missing: good pieces that will not be made when it is due; of one that is due already, those that are
            left. None where that is not known.
        seconds: what they take at the pace as run.
        is_running: it is on.
    """

    order: str
    line: str
    due: int
    is_sure: bool
    missing: float | None = None
    seconds: float | None = None
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class SlowRun:
    """A machine that runs below its pace now.

    Attributes:
        share: of its pace.
        rest: how long it usually goes on running slowly; None where nobody looked.
    """

    machine: str
    line: str
    since: int
    share: float
    rest: Rest | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Changeovers of a line: how many, how long, and how long they may take, seconds."""

    line: str
    n: int
    seconds: float
    standard: float | None


@dataclass(frozen=True, slots=True)
class Silence:
    """A machine, or several of a line, of which nothing was told for a while in the shift.

    Attributes:
        machine: id; of several machines that of their line.
        line: whose numbers are not complete; the machine itself where it stands in none.
        since: begin of the last such stretch; `is_now`: it goes on.
        seconds: of all of them in the shift.
    """

    machine: str
    line: str
    since: int
    seconds: float
    is_now: bool


@dataclass(frozen=True, slots=True)
class CameLate:
    """Entries about earlier days that were told only in this shift: numbers of then have changed.

    Attributes:
        n: how many; `since` the instant of the earliest.
    """

    place: str
    n: int
    since: int


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """What is known of one shift of a place.

    Attributes:
        place: id of a line or site; '' is everything.
        shift: its name.
        start, end: borders; `now` where it is looked at, at most `end`. Before `start` the shift is the next
            one that begins: no shift runs. Where none is known to come `start` and `end` are `now`.
        currency: of all money in it; '' where there is none.
        unexplained: stops without a reason, by machine: how many, and seconds.
        homes: the line each machine stands in; itself where it stands in none.
    """

    place: str
    shift: str
    start: int
    end: int
    now: int
    currency: str = ""
    lines: tuple[LineOfShift, ...] = ()
    losses: tuple[LossOfShift, ...] = ()
    unexplained: Mapping[str, tuple[int, float]] | None = None
    standing: tuple[Standing, ...] = ()
    calls: tuple[Called, ...] = ()
    holds: tuple[Held, ...] = ()
    safety: tuple[SafetyEvent, ...] = ()
    crews: tuple[Crew, ...] = ()
    material: tuple[Material, ...] = ()
    late: tuple[Late, ...] = ()
    slow: tuple[SlowRun, ...] = ()
    changes: tuple[Changes, ...] = ()
    findings: tuple[Finding, ...] = ()
    silences: tuple[Silence, ...] = ()
    came_late: tuple[CameLate, ...] = ()
    homes: Mapping[str, str] = field(default_factory=dict)

    def without_money(self) -> ShiftFacts:
        """The same for somebody who may not see what anything costs."""
        return replace(
            self,
            lines=tuple(replace(one, hour=None) for one in self.lines),
            losses=tuple(replace(one, money=None) for one in self.losses),
            findings=tuple(
                replace(one, cost=replace(one.cost, low=None, likely=None, high=None))
                for one in self.findings
            ),
        )

    @property
    def is_ahead(self) -> bool:
        """Whether no shift runs: this is the one that comes, or none is known to come."""
        return self.now <= self.start

    @property
    def is_over(self) -> bool:
        """Whether the shift has ended."""
        return self.now >= self.end
