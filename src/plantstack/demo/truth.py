"""What was planted in the simulated group: the truth that analyses are later held against.

A `Truth` says in words and figures what is wrong where and when; its effects are what the simulator
reads, so what is told and what is simulated cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Of = Literal[
    "stop_rate",  # times as many stops of one kind
    "speed",  # of the true pace
    "scrap",  # scrapped share, added
    "changeover",  # of the time it takes
    "reading",  # of a parameter, added
    "setting",  # of a parameter at set-up, added
    "ability",  # how much faster a product really runs than its written ideal
    "lane",  # number of the lane or cavity that is shut
    "paper",  # how much too high the sheet reads
    "silence",  # the collector says nothing
    "unposted",  # scrapped share that nobody books
    "averaged",  # a site reports the mean of its lines
    "late",  # days until what was said arrives
    "twice",  # sent a second time
    "mistyped",  # share of entries that are wrong at first
    "sorted",  # pieces of a closed week that are found bad after it
    "letters",  # messages that are no events
    "halt",  # seconds for which a machine stands by itself
    "halts",  # how often it stands for less than a minute
    "slow",  # of its pace, for a while
    "unsaid",  # nobody gives a reason
    "missing",  # material is not there when an order begins
]
Shape = Literal["step", "ramp", "decay"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a truth changes.

    Attributes:
        of: what is changed.
        at: the machine, line or site.
        size: the factor, or what is added, at its greatest.
        on: stop kind, product, parameter or shift that it is about; '' is all.
        shape: `step` holds, `ramp` grows from nothing to `size`, `decay` fades from `size` to nothing.
        shift: only in shifts of this name; '' is all.
    """

    of: Of
    at: str
    size: float
    on: str = ""
    shape: Shape = "step"
    shift: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is planted: what, where, from when until when, and how much.

    Attributes:
        id: short and permanent.
        what: its sort, such as `drift` or `setup_error`.
        where: id of the machine, line or site.
        site: the site it happens at.
        from_at: when it begins, microseconds UTC.
        until_at: when it ends.
        says: one sentence.
        layer: the lowest layer of the stack on which it can be seen.
        effects: what it changes.
    """

    id: str
    what: str
    where: str
    site: str
    from_at: int
    until_at: int
    says: str
    layer: int
    effects: tuple[Effect, ...] = ()

    def as_row(self) -> dict[str, object]:
        """The truth as plain values, for a file outside the project."""
        effects = [
            {name: getattr(one, name) for name in ("of", "at", "size", "on", "shape", "shift")}
            for one in self.effects
        ]
        plain = ("id", "what", "where", "site", "from_at", "until_at", "says", "layer")
        return {name: getattr(self, name) for name in plain} | {"effects": effects}


class Effects:
    """All effects of some truths, asked by what they change and when."""

    def __init__(self, truths: Iterable[Truth]) -> None:
        self._by: dict[tuple[str, str], list[tuple[Truth, Effect]]] = {}
        for truth in truths:
            for effect in truth.effects:
                self._by.setdefault((effect.of, effect.at), []).append((truth, effect))

    def factor(self, of: Of, at: str, when: Floats, on: str = "", shift: str = "") -> Floats:
        """What a quantity is multiplied by at instants (microseconds UTC); 1 where nothing is planted."""
        total = np.ones(len(when))
        for truth, effect in self._found(of, at, on, shift):
            total *= 1 + (effect.size - 1) * _strength(effect.shape, truth, when)
        return total

    def added(self, of: Of, at: str, when: Floats, on: str = "", shift: str = "") -> Floats:
        """What is added to a quantity at instants; 0 where nothing is planted."""
        total = np.zeros(len(when))
        for truth, effect in self._found(of, at, on, shift):
            total += effect.size * _strength(effect.shape, truth, when)
        return total

    def spans(self, of: Of, at: str) -> list[tuple[int, int, Effect]]:
        """When something is planted, with its effect."""
        return [(truth.from_at, truth.until_at, one) for truth, one in self._by.get((of, at), [])]

    def _found(self, of: Of, at: str, on: str, shift: str) -> list[tuple[Truth, Effect]]:
        return [
            (truth, one)
            for truth, one in self._by.get((of, at), [])
            if one.on in ("", on) and one.shift in ("", shift)
        ]


def _strength(shape: Shape, truth: Truth, when: Floats) -> Floats:
    inside = (when >= truth.from_at) & (when < truth.until_at)
    done = (when - truth.from_at) / max(truth.until_at - truth.from_at, 1)
    if shape == "ramp":
        return np.where(inside, done, 0.0)
    if shape == "decay":
        return np.where(inside, 1 - done, 0.0)
    return inside.astype(np.float64)


def of_sites(truths: Iterable[Truth], sites: Sequence[str]) -> tuple[Truth, ...]:
    """The truths of some sites."""
    return tuple(truth for truth in truths if truth.site in sites)
