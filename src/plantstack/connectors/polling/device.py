"""What is polled: devices with their tags, and the sessions that read them.

A kind of device brings its plan (what is asked) and a session (how); pace, budget and what is told of the
answers are the same for all.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Generic, Protocol, TypeVar

Value = bool | int | float | str | None

P = TypeVar("P")
P_contra = TypeVar("P_contra", contravariant=True)


class NoAnswer(Exception):
    """A poll was not answered; the text says why in the plant's words.

    Attributes:
        is_cut: the session was gone before it was asked: a new one may answer.
    """

    def __init__(self, why: str, *, is_cut: bool = False) -> None:
        super().__init__(why)
        self.is_cut = is_cut


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one tag.

    Attributes:
        value: None when it is not known.
        why: it is not known, or not believed; '' is a good value.
    """

    value: Value = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a value can be at all; beyond it the wire, the word order or the sensor is wrong."""

    low: float
    high: float

    def judge(self, reading: Reading) -> Reading:
        """Return the reading, or why it is not believed.

        >>> Limits(0, 400).judge(Reading(181.5)), Limits(0, 400).judge(Reading(-3.2e38)).value
        (Reading(value=181.5, why=''), None)
        """
        value = reading.value
        if isinstance(value, bool) or not isinstance(value, int | float) or self.low <= value <= self.high:
            return reading
        return Reading(None, f"{value:g} is not between {self.low:g} and {self.high:g}")


def believed(reading: Reading, limits: Limits | None) -> Reading:
    """Judge a reading: a number that is none, or beyond its limits, is not known.

    >>> believed(Reading(float("nan")), None)
    Reading(value=None, why='not a number')
    """
    if isinstance(reading.value, float) and not math.isfinite(reading.value):
        return Reading(None, "not a number")
    return limits.judge(reading) if limits else reading


@dataclass(frozen=True, slots=True)
class Budget:
    """What a device may be asked.

    Attributes:
        requests: at most so many per second.
        sessions: at most so many at a time.
    """

    requests: Fraction = Fraction(10)
    sessions: int = 4


@dataclass(frozen=True, slots=True)
class Device(Generic[P]):
    """One device, and what is asked of it.

    Attributes:
        name: the scope of what it tells.
        endpoint: where it answers; devices behind one gateway share it, and its budget.
        plan: what is asked, as its kind puts it.
        limits: tag -> what its values can be; None: anything.
        requests: how many a poll takes.
        every_s: time from poll to poll.
        repeat_s: what did not change is told again after it.
        timeout_s: a poll that took longer has failed.
        budget: of the endpoint.
    """

    name: str
    endpoint: str
    plan: P
    limits: Mapping[str, Limits | None] = field(default_factory=dict)
    requests: int = 1
    every_s: float = 1.0
    repeat_s: float = 60.0
    timeout_s: float = 2.0
    budget: Budget = field(default_factory=Budget)


class Session(Protocol[P_contra]):
    """A connection to an endpoint. It reads, and has no way to write."""

    async def read(self, plan: P_contra) -> Mapping[str, Reading]:
        """Read every tag of a plan once.

        Raises:
            NoAnswer: when nothing can be said of any tag.
        """
        ...

    async def close(self) -> None:
        """End it, also when a read was given up."""
        ...


Open = Callable[[P], Awaitable[Session[P]]]
"""Opens a session with the endpoint of a plan; raises NoAnswer."""


class Openable(Protocol):
    """A session that is not open yet."""

    async def open(self) -> None:
        """Connect; raises NoAnswer."""
        ...

    async def close(self) -> None:
        """End it, also when it was never open."""
        ...


S = TypeVar("S", bound=Openable)


async def opened(session: S) -> S:
    """Open a session; one that cannot be opened holds nothing afterwards.

    Raises:
        NoAnswer: when it cannot be reached.
    """
    try:
        await session.open()
    except BaseException:
        await session.close()
        raise
    return session
