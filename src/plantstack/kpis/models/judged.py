"""Did what was done move its KPI, and did that hold? Whole weeks before it began against whole weeks since.

Weeks are compared as they came out, by their ranks, so that one bad week decides nothing and nothing is said
of how they are spread; weeks that follow each other are alike, which makes chance a little greater than this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Literal

from plantstack.kpis.models.modelled import Estimate, Modelled

BEFORE_AT_MOST, SINCE_AT_MOST = 8, 12
"""Whole weeks that are compared: the last before it was opened, the first since it was closed."""

_BEFORE_AT_LEAST, _SINCE_AT_LEAST = 3, 6
_RARE = Fraction(5, 100)
_KEPT = Fraction(1, 2)  # of the gain of the first half of the weeks since, by the second half, at least
_NAMED = 4

Outcome = Literal["worked", "lost", "nothing", "worse", "open", "unknown"]
_WORDS: Mapping[Outcome, str] = {
    "worked": "worked",
    "lost": "moved it and was lost",
    "nothing": "moved nothing",
    "worse": "made it worse",
    "open": "too early to say",
    "unknown": "cannot be judged",
}
_JUDGED: tuple[Outcome, ...] = ("worked", "lost", "nothing", "worse")


@dataclass(frozen=True, slots=True)
class Week:
    """A whole week of a KPI.

    Attributes:
        start: microseconds UTC; `end` likewise.
        value: in the unit of the KPI; None where it has none.
    """

    start: int
    end: int
    value: Fraction | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one action, and why it is not judged where it is not."""

    name: str
    outcome: Outcome
    why: str = ""


def judged(name: str, weeks: Sequence[Week], opened_at: int, closed_at: int, better: str) -> Verdict:
    """Judge one action by the weeks of the KPI it was to move.

    Args:
        name: of the action.
        weeks: in order of time.
        opened_at: microseconds UTC; `closed_at` likewise.
        better: up or down.
    """
    if better not in ("up", "down"):
        return Verdict(name, "unknown", "its KPI has no better side")
    sign = 1 if better == "up" else -1
    before = _known([one for one in weeks if one.end <= opened_at][-BEFORE_AT_MOST:], sign)
    since = _known([one for one in weeks if one.start >= closed_at][:SINCE_AT_MOST], sign)
    if len(before) < _BEFORE_AT_LEAST:
        return Verdict(name, "unknown", f"fewer than {_BEFORE_AT_LEAST} whole weeks of its KPI before it")
    if len(since) < _SINCE_AT_LEAST:
        return Verdict(name, "open", f"fewer than {_SINCE_AT_LEAST} whole weeks of its KPI since")
    first, then = since[: len(since) // 2], since[len(since) // 2 :]
    base = median(before)
    is_kept = median(then) - base >= _KEPT * (median(first) - base)
    if by_chance(before, since) <= _RARE and is_kept:
        return Verdict(name, "worked")
    if by_chance(before, first) <= _RARE:
        return Verdict(name, "lost")
    return Verdict(name, "worse" if by_chance(since, before) <= _RARE else "nothing")


def by_chance(low: Sequence[Fraction], high: Sequence[Fraction]) -> Fraction:
    """How often chance alone would rank `high` at least so far above `low` (exact, ties share their rank).

    >>> by_chance([Fraction(1), Fraction(2), Fraction(3)], [Fraction(4), Fraction(5), Fraction(6)])
    Fraction(1, 20)
    """
    told = [*low, *high]
    # a rank is twice what it is, so that ties have whole ones too
    ranks = [sum(b < a for b in told) * 2 + sum(b == a for b in told) + 1 for a in told]
    mine = sum(ranks[len(low) :])
    # how many choices of so many weeks have each sum of ranks
    ways: list[dict[int, int]] = [{0: 1}, *({} for _ in high)]
    for rank in ranks:
        for taken in range(len(high), 0, -1):
            for before, number in ways[taken - 1].items():
                ways[taken][before + rank] = ways[taken].get(before + rank, 0) + number
    whole = ways[len(high)]
    return Fraction(sum(n for total, n in whole.items() if total >= mine), sum(whole.values()))


def share_that_worked(verdicts: Sequence[Verdict]) -> Modelled:
    """Those that worked of those that can be judged; the bounds take the others for failed, or for worked.

    >>> found = share_that_worked([Verdict("a", "worked"), Verdict("b", "nothing"), Verdict("c", "open")])
    >>> found.value, found.low, found.high
    (Fraction(1, 2), Fraction(1, 3), Fraction(2, 3))
    """
    if not verdicts:
        return "no action was closed in this period"
    worked = sum(one.outcome == "worked" for one in verdicts)
    certain = sum(one.outcome in _JUDGED for one in verdicts)
    left = len(verdicts) - certain
    sums = {"n_actions_worked": worked, "n_actions_judged": certain, "n_actions_unjudged": left}
    low, high = Fraction(worked, len(verdicts)), Fraction(worked + left, len(verdicts))
    if not certain:
        why = "; ".join(f"{one.name}: {one.why}" for one in verdicts[:_NAMED])
        return Estimate(None, low, high, why=f"none of the actions closed can be judged: {why}", sums=sums)
    return Estimate(Fraction(worked, certain), low, high, _listed(verdicts), sums=sums)


def _listed(verdicts: Sequence[Verdict]) -> str:
    """Every outcome with the names behind it."""
    told = []
    for outcome, word in _WORDS.items():
        mine = [one.name for one in verdicts if one.outcome == outcome]
        if mine:
            more = f" and {len(mine) - _NAMED} more" if len(mine) > _NAMED else ""
            told.append(f"{word}: {', '.join(mine[:_NAMED])}{more}")
    return "; ".join(told)


def _known(weeks: Sequence[Week], sign: int) -> list[Fraction]:
    """The values, so that more is better."""
    return [one.value * sign for one in weeks if one.value is not None]
