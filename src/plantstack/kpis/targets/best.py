"""What a plant has already reached: a target from its own best weeks, or why there is none yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log10
from statistics import median, stdev

LEAST_WEEKS = 8
BEST_SHARE = Fraction(1, 4)
LEAST_ACTIVITY = Fraction(1, 2)  # of the usual running time: a short week is soon a lucky one


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a KPI at one place.

    Attributes:
        label: as `2026-W10`.
        value: in the base unit of the KPI; None where it has none.
        activity: seconds run; what a usual week is told by.
        unfit: why it cannot be taken; '' when it can.
    """

    label: str
    value: float | None
    activity: float
    unfit: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A target from own best weeks.

    Attributes:
        value: reached in each of the best weeks, rounded so that they all reach it; None where there is none.
        why_none: why not.
        best: the weeks it is from, best first.
        n_fit: weeks that could be taken; `n_weeks` all there are.
        spread: standard deviation of the weeks that could be taken.
        usual: their median.
        left_out: why weeks were left out -> how many.
    """

    value: float | None
    why_none: str
    best: tuple[Week, ...]
    n_fit: int
    n_weeks: int
    spread: float | None
    usual: float | None
    left_out: dict[str, int]


def proposal_of(weeks: Sequence[Week], better: str) -> Proposal:
    """Propose what the best quarter of the trusted, usual weeks reached.

    >>> weeks = [Week(f"W{n}", n / 20, 100.0) for n in range(1, 13)]
    >>> found = proposal_of(weeks, "up")
    >>> found.value, [week.label for week in found.best]
    (0.5, ['W12', 'W11', 'W10'])
    >>> proposal_of(weeks[:5], "up").why_none
    '5 of 8 weeks that can be taken'
    """
    fit, left_out = _fit(weeks)
    values = [week.value for week in fit if week.value is not None]
    spread = stdev(values) if len(values) > 1 else None
    usual = median(values) if values else None
    if better == "band":
        return Proposal(None, _NO_BEST, (), len(fit), len(weeks), spread, usual, left_out)
    if len(fit) < LEAST_WEEKS:
        why = f"{len(fit)} of {LEAST_WEEKS} weeks that can be taken"
        return Proposal(None, why, (), len(fit), len(weeks), spread, usual, left_out)
    is_up = better == "up"
    ranked = sorted(fit, key=lambda week: (week.value or 0.0, week.label), reverse=is_up)
    best = tuple(ranked[: max(2, ceil(len(fit) * BEST_SHARE))])
    value = rounded(best[-1].value or 0.0, is_up=is_up)
    return Proposal(value, "", best, len(fit), len(weeks), spread, usual, left_out)


_NO_BEST = "neither more nor less of it is better: agree a band"


def rounded(value: float, *, is_up: bool) -> float:
    """Three digits, down for what should be great and up for what should be small; near 1 by what lacks.

    >>> rounded(0.65432, is_up=True), rounded(1234.5, is_up=False), rounded(0.996543, is_up=True)
    (0.654, 1240.0, 0.9965)
    """
    if not value:
        return 0.0
    digits = 2 - floor(log10(abs(value)))
    if 0.9 < value < 1:
        digits = max(digits, 1 - floor(log10(1 - value)))
    scaled = Fraction(value) * Fraction(10) ** digits
    # what is written with three digits already stays as it is, though a float may miss it by a hair
    nearest = round(scaled)
    if abs(scaled - nearest) > Fraction(1, 10**9) * abs(scaled):
        nearest = floor(scaled) if is_up else ceil(scaled)
    return float(nearest / Fraction(10) ** digits)


def _fit(weeks: Sequence[Week]) -> tuple[list[Week], dict[str, int]]:
    """The weeks that can be taken, and why others were left out."""
    left_out: dict[str, int] = {}
    trusted = []
    for week in weeks:
        why = week.unfit or ("no value" if week.value is None else "")
        if why:
            left_out[why] = left_out.get(why, 0) + 1
        else:
            trusted.append(week)
    usual = median(week.activity for week in trusted) if trusted else 0.0
    fit = [week for week in trusted if week.activity >= LEAST_ACTIVITY * Fraction(usual)]
    if len(fit) < len(trusted):
        left_out["less than half of the usual running time"] = len(trusted) - len(fit)
    return fit, left_out
