"""Which alarm stands for which reason, learned from what people said of the halts that began with it.

A rule is proposed where an alarm has enough halts, the reason people give to them is nearly always the same
(lower bound of Wilson's interval for its share), and that is better than always saying the machine's most
frequent reason. Whether it holds is tried on later halts than it was learned from. Source of the interval:
E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

_Z = 1.959964  # 95 %, two-sided
_LEARNED_ON = 0.7  # of the halts, in order of time


@dataclass(frozen=True, slots=True)
class Halt:
    """A halt somebody gave a reason for.

    Attributes:
        machine: its id.
        begins_at: microseconds UTC.
        reason: what people gave for most of it.
        alarms: codes that came near its begin, in the order in which rules look at them.
    """

    machine: str
    begins_at: int
    reason: str
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a rule must reach.

    Attributes:
        least: halts it must be seen in.
        sure: the share of them that must have its reason, at the lower bound.
    """

    least: int = 10
    sure: float = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """An alarm of a machine with the reason people give it most.

    Attributes:
        machine: its id.
        code: of the alarm.
        reason: given most often.
        n: halts that began with it and have a reason of a person.
        right: of them those with this reason.
        naive_reason: the reason given most often at the machine, whatever the alarm.
        naive: its share of the machine's halts.
    """

    machine: str
    code: str
    reason: str
    n: int
    right: int
    naive_reason: str
    naive: float

    @property
    def precision(self) -> float:
        """The share of its halts that have the reason."""
        return self.right / self.n

    @property
    def low(self) -> float:
        """The lower bound of that share."""
        return wilson(self.right, self.n)[0]

    def why_not(self, bar: Bar) -> str:
        """Why it is not proposed; '' where it is."""
        if self.n < bar.least:
            return f"only {self.n} of {bar.least} halts"
        if self.low < bar.sure:
            return f"right in {self.low:.0%} at least, {bar.sure:.0%} is asked for"
        if self.low <= self.naive:
            return f"no better than always '{self.naive_reason}'"
        return ""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How rules learned on the earlier halts did on the later ones.

    Attributes:
        n_learned: halts they were learned on.
        n_later: halts after those.
        n_rules: rules proposed on the earlier halts.
        n_spoken: later halts a rule spoke for.
        right: of them those it gave the reason people gave.
        naive_right: of them those for which the machine's most frequent reason so far was right.
    """

    n_learned: int
    n_later: int
    n_rules: int
    n_spoken: int
    right: int
    naive_right: int


def wilson(right: int, n: int) -> tuple[float, float]:
    """The bounds of a share, 95 %, by Wilson's score interval.

    >>> [round(one, 3) for one in wilson(9, 10)]
    [0.596, 0.982]
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if not n:
        return 0.0, 1.0
    share, spread = right / n, _Z * _Z / n
    middle = share + spread / 2
    half = _Z * sqrt(share * (1 - share) / n + spread / n / 4)
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def candidates(halts: Sequence[Halt]) -> list[Candidate]:
    """Every alarm of every machine with the reason given most often, those with most halts first."""
    said = _most_said(halts)
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in halts:
        for code in set(one.alarms):
            found[one.machine, code][one.reason] += 1
    made = []
    for (machine, code), reasons in found.items():
        reason, right = _most(reasons)
        made.append(Candidate(machine, code, reason, reasons.total(), right, *said[machine]))
    return sorted(made, key=lambda one: (-one.n, one.machine, one.code))


def held_out(halts: Sequence[Halt], bar: Bar) -> HeldOut:
    """Learn on the first halts, in order of time, and count how often that is right on the rest."""
    ordered = sorted(halts, key=lambda one: (one.begins_at, one.machine))
    cut = int(len(ordered) * _LEARNED_ON)
    learned, later = ordered[:cut], ordered[cut:]
    rules = {(one.machine, one.code): one.reason for one in candidates(learned) if not one.why_not(bar)}
    said = _most_said(learned)
    spoken = [(one, guess) for one in later if (guess := _guess(one, rules))]
    return HeldOut(
        len(learned),
        len(later),
        len(rules),
        len(spoken),
        sum(one.reason == guess for one, guess in spoken),
        sum(one.reason == said[one.machine][0] for one, _ in spoken),
    )


def _guess(halt: Halt, rules: Mapping[tuple[str, str], str]) -> str:
    """What the rules say of a halt: the first alarm that has one."""
    return next((rules[halt.machine, code] for code in halt.alarms if (halt.machine, code) in rules), "")


def _most_said(halts: Sequence[Halt]) -> dict[str, tuple[str, float]]:
    """The most frequent reason of each machine, and its share."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for one in halts:
        told[one.machine][one.reason] += 1
    out = {}
    for machine, reasons in told.items():
        reason, n = _most(reasons)
        out[machine] = (reason, n / reasons.total())
    return out


def _most(reasons: Counter[str]) -> tuple[str, int]:
    """The most frequent, of several the first by name."""
    return min(reasons.items(), key=lambda one: (-one[1], one[0]))
