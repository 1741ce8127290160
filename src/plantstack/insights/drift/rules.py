"""Rules of control charts by name: Western Electric (1956) and Nelson (1984).

The first of them, and runs that rise, fall or stay on one side, are those of `shewhart.signals_in`; here are
the ones that need zones of one and two sigma. False alarms add up with every rule that is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from plantstack.insights.drift.shewhart import Limits, signals_in

RuleName = Literal[
    "beyond",  # one beyond three sigma: Western Electric 1, Nelson 1
    "two_of_three",  # beyond two sigma on one side: Western Electric 2, Nelson 5
    "four_of_five",  # beyond one sigma on one side: Western Electric 3, Nelson 6
    "one_side",  # eight in a row: Western Electric 4; Nelson 2 asks for nine
    "rising",  # six in a row: Nelson 3
    "falling",
    "alternating",  # fourteen up and down in turn: Nelson 4
    "hugging",  # fifteen within one sigma: Nelson 7
    "mixture",  # eight beyond one sigma on both sides, none within: Nelson 8
]

WESTERN_ELECTRIC: tuple[RuleName, ...] = ("beyond", "two_of_three", "four_of_five", "one_side")
NELSON: tuple[RuleName, ...] = (
    *WESTERN_ELECTRIC,
    "rising",
    "falling",
    "alternating",
    "hugging",
    "mixture",
)

Points = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that some points break: indexes of the first and the last of them."""

    rule: RuleName
    first: int
    last: int


def broken(
    points: Points, centre: float, sigma: float, rules: Sequence[RuleName] = WESTERN_ELECTRIC
) -> list[Broken]:
    """Every rule that points break; overlapping places of one rule are one.

    Args:
        points: index and value, in order of time.
        centre, sigma: of the process when nothing changes; sigma above 0.
        rules: which are asked.

    >>> broken(list(enumerate([0, 2.1, 0.5, 2.5])), 0.0, 1.0)
    [Broken(rule='two_of_three', first=1, last=3)]
    """
    limits = Limits(centre, centre - 3 * sigma, centre + 3 * sigma)
    found = [Broken(one.rule, one.first, one.last) for one in signals_in(points, limits) if one.rule in rules]
    scaled = [(place, (value - centre) / sigma) for place, value in points]
    for rule, (length, holds) in _WINDOWS.items():
        if rule in rules:
            found += [Broken(rule, first, last) for first, last in _places(scaled, length, holds)]
    return sorted(found, key=lambda one: (one.first, one.last, one.rule))


def _places(points: Points, length: int, holds: Callable[[list[float]], bool]) -> list[tuple[int, int]]:
    """Stretches of windows in which a rule holds, joined where they overlap."""
    joined: list[tuple[int, int]] = []
    for end in range(length, len(points) + 1):
        window = points[end - length : end]
        if holds([value for _, value in window]):
            first, last = window[0][0], window[-1][0]
            if joined and first <= joined[-1][1]:
                joined[-1] = (joined[-1][0], last)
            else:
                joined.append((first, last))
    return joined


def _beyond(values: list[float], sigmas: float, count: int) -> bool:
    """So many on one side, the newest among them."""
    above = values[-1] > sigmas and sum(one > sigmas for one in values) >= count
    below = values[-1] < -sigmas and sum(one < -sigmas for one in values) >= count
    return above or below


def _alternates(values: list[float]) -> bool:
    steps = [after - before for before, after in pairwise(values)]
    return all(one * other < 0 for one, other in pairwise(steps))


_WINDOWS: Mapping[RuleName, tuple[int, Callable[[list[float]], bool]]] = {
    "two_of_three": (3, lambda values: _beyond(values, 2.0, 2)),
    "four_of_five": (5, lambda values: _beyond(values, 1.0, 4)),
    "alternating": (14, _alternates),
    "hugging": (15, lambda values: all(abs(one) < 1.0 for one in values)),
    "mixture": (
        8,
        lambda values: all(abs(one) > 1.0 for one in values) and min(values) < -1.0 and max(values) > 1.0,
    ),
}
