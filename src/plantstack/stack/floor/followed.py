"""Stops of a line put together: the one that came first, and the neighbours that stood because of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plantstack.plant.plant import Plant
from plantstack.stack.floor.sight import standing_at
from plantstack.stack.floor.stops import Stop

_FOR_NEIGHBOURS = ("starved", "blocked")


@dataclass(frozen=True, slots=True)
class Led:
    """A stop and what followed it.

    Attributes:
        stop: the first of them; a wait of which no stop is known that it was for stands alone.
        followers: waits of other machines of its line while it stood, the earliest first.
    """

    stop: Stop
    followers: tuple[Stop, ...] = ()

    @property
    def n_machines(self) -> int:
        """How many other machines waited."""
        return len({one.machine for one in self.followers})


def led(plant: Plant, stops: Iterable[Stop]) -> list[Led]:
    """Lay each wait for a neighbour to the stop of its line that stood longest meanwhile; the longest first.

    Whose loss each second is stands in `causes`, which follows the buffers; here stops are only put together
    to be read, and none is left out.
    """
    stops = list(stops)
    heads = [one for one in stops if not is_wait(one)]
    following: dict[tuple[str, int], list[Stop]] = {(one.machine, one.from_at): [] for one in heads}
    alone: list[Led] = []
    for wait in sorted((one for one in stops if is_wait(one)), key=lambda one: (one.from_at, one.machine)):
        head = _head(plant, wait, heads)
        if head is None:
            alone.append(Led(wait))
        else:
            following[head.machine, head.from_at].append(wait)
    found = [Led(one, tuple(following[one.machine, one.from_at])) for one in heads]
    return sorted([*found, *alone], key=lambda one: (-one.stop.own_us, one.stop.from_at, one.stop.machine))


def is_wait(stop: Stop) -> bool:
    """Whether the machine only waited for a neighbour."""
    return stop.account == "waiting" and stop.state in _FOR_NEIGHBOURS


def _head(plant: Plant, wait: Stop, heads: Sequence[Stop]) -> Stop | None:
    """The stop of another machine of the line that a wait shares most time with; None where none does."""
    line = standing_at(plant, wait.machine, wait.from_at).line
    if not line:
        return None
    near = [
        (min(one.until_at, wait.until_at) - max(one.from_at, wait.from_at), one)
        for one in heads
        if one.machine != wait.machine and standing_at(plant, one.machine, one.from_at).line == line
    ]
    shared, head = max(near, key=lambda one: (one[0], -one[1].from_at), default=(0, None))
    return head if shared > 0 else None
