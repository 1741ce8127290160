"""What would have been said: analyses run again and again on nothing but what was known each time.

Held against a list of what really was wrong it gives what was found, how early, and how many false alarms
there were for each machine and week. What nothing looks for, or went on while nobody asked, is neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from plantstack.insights.contract import Analysis
from plantstack.insights.facts import Facts
from plantstack.insights.finding import Finding
from plantstack.insights.running import run
from plantstack.intervals import DAY, Interval

WEEK = 7 * DAY
Unasked = Literal["before", "between", "after"]
"""When something went on that nobody asked during: before the first asking, between two, after the last."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An episode of a finding, as it would have stood on the list.

    Attributes:
        first: as it was worked out when it was raised.
        raised_at: when that was.
        seen_until: when it was last found.
    """

    first: Finding
    raised_at: int
    seen_until: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that was wrong: what is called a hit when an analysis says it.

    Attributes:
        id: its name.
        kinds: of findings that name it.
        places: machines or lines at which it may be named.
        span: from when to when it went on.
        about: what a finding must say of it, by axis; empty: nothing.
    """

    id: str
    kinds: frozenset[str]
    places: frozenset[str]
    span: Interval
    about: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """How analyses did.

    Attributes:
        found: id of what was wrong -> how long after its begin it was raised, microseconds: too long by up to
            the time from one asking to the next.
        missed: what was looked for and asked about, and not found.
        false: raised without anything behind it.
        machine_weeks: what false alarms are counted over.
        at_first: of what was found, what was raised when it was asked first: how early says nothing of it.
        unasked: id of what nobody asked about while it went on -> when that was.
        unlooked: what no kind of finding that was asked for names.
    """

    found: Mapping[str, int]
    missed: Sequence[str]
    false: Sequence[Raised]
    machine_weeks: float
    at_first: frozenset[str] = frozenset()
    unasked: Mapping[str, Unasked] = field(default_factory=dict)
    unlooked: Sequence[str] = ()

    @property
    def false_a_machine_week(self) -> float:
        """False alarms of one machine in one week."""
        return len(self.false) / self.machine_weeks if self.machine_weeks else 0.0


def backtest(
    analyses: Sequence[Analysis],
    facts: Facts,
    instants: Sequence[int],
    progress: Callable[[int], None] = lambda done: None,
) -> list[Raised]:
    """Return every episode that would have been raised, in order of time.

    Args:
        analyses: to be asked.
        facts: known at the last instant or later.
        instants: when they are asked, in order of time.
        progress: told how many instants are through.
    """
    raised: dict[str, Raised] = {}
    for number, at in enumerate(instants, 1):
        for finding in run(analyses, facts.known(at)).findings:
            known = raised.get(finding.id)
            raised[finding.id] = replace(known, seen_until=at) if known else Raised(finding, at, at)
        progress(number)
    return sorted(raised.values(), key=lambda one: (one.raised_at, one.first.id))


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and when.

    Attributes:
        instants: in order of time.
        kinds: of findings; None: all there are.
    """

    instants: Sequence[int]
    kinds: frozenset[str] | None = None

    def when_not(self, span: Interval) -> Unasked | None:
        """When something went on, if nobody asked while it did."""
        if not self.instants or any(span.start <= at < span.end for at in self.instants):
            return None
        if span.start > self.instants[-1]:
            return "after"
        return "before" if span.end <= self.instants[0] else "between"


def score(
    raised: Iterable[Raised],
    wrong: Iterable[Wrong],
    span: Interval,
    machines: int,
    late: int = 2 * DAY,
    asked: Asked | None = None,
) -> Score:
    """Hold what was raised against what was wrong.

    Args:
        raised: of a back-test.
        wrong: everything that was wrong in its span, also what no analysis was asked for: saying it is no
            false alarm.
        span: of the back-test.
        machines: looked at.
        late: so long after its end something may still be named.
        asked: None: of everything, all the time.
    """
    all_, truths, when = list(raised), list(wrong), asked or Asked(())
    found: dict[str, int] = {}
    false = []
    for one in all_:
        hits = [truth for truth in truths if _names(one.first, truth, one.raised_at, late)]
        if not hits:
            false.append(one)
        for truth in hits:
            delay = max(one.raised_at - truth.span.start, 0)
            found[truth.id] = min(found.get(truth.id, delay), delay)
    rest = [truth for truth in truths if truth.id not in found]
    unlooked = [one.id for one in rest if when.kinds is not None and not one.kinds & when.kinds]
    never = {one.id: told for one in rest if (told := when.when_not(one.span)) is not None}
    unasked = {name: told for name, told in never.items() if name not in unlooked}
    first = when.instants[0] if when.instants else None
    begun = {truth.id: truth.span.start for truth in truths}
    return Score(
        found,
        [one.id for one in rest if one.id not in unlooked and one.id not in unasked],
        false,
        machines * span.length / WEEK,
        frozenset(name for name, delay in found.items() if begun[name] < (first or 0) == begun[name] + delay),
        unasked,
        unlooked,
    )


def _names(finding: Finding, truth: Wrong, raised_at: int, late: int) -> bool:
    return any(_says(one, truth, raised_at, late) for one in (finding, *finding.others))


def _says(finding: Finding, truth: Wrong, raised_at: int, late: int) -> bool:
    return (
        finding.kind in truth.kinds
        and finding.subject.equipment in truth.places
        and truth.span.start <= raised_at <= truth.span.end + late
        and all(finding.subject.about.get(axis) == value for axis, value in truth.about.items())
    )
