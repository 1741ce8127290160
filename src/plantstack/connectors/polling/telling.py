"""What is told of a device's polls: what changed, that it was there, and when nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic

from plantstack.connectors.contract import Alive, Gap, Message
from plantstack.connectors.observation import BAD, GOOD, observation
from plantstack.connectors.polling.device import Device, P, Reading, believed

ALIVE_S = 60.0
NOTHING_READ = "no tag could be read"


@dataclass(frozen=True, slots=True)
class Poll(Generic[P]):
    """What one poll gave.

    Attributes:
        device: that was asked.
        number: of the poll, from 1 in each run.
        at: when it ended, in seconds of the loop.
        readings: by tag; empty when there was no answer.
        why: there was no answer.
    """

    device: Device[P]
    number: int
    at: float
    readings: Mapping[str, Reading] = field(default_factory=dict)
    why: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether it told anything at all: a gateway answers for a dead unit with nothing but errors."""
        return any(not one.why for one in self.readings.values())

    def judged(self) -> dict[str, Reading]:
        """Every tag of the device, with what can be believed of it; never a number nobody read."""
        none = Reading(None, self.why or "not in the answer")
        limits = self.device.limits
        return {tag: believed(self.readings.get(tag, none), limits[tag]) for tag in limits}


@dataclass(slots=True)
class Telling:
    """What was told of one device in this run.

    Attributes:
        run: of the poller.
        gap: why nothing was certain before; '' when it is, or never was.
    """

    run: int
    gap: str = ""
    _told: dict[str, tuple[Reading, float]] = field(default_factory=dict)
    _alive_at: float | None = None  # told to be there, last; None: it is not certain

    def skip(self, why: str) -> None:
        """Forget a poll that came too late to be told as what is so now."""
        self.gap, self._alive_at = why, None
        self._told.clear()

    def before(self, poll: Poll[P]) -> Iterator[Gap]:
        """What has to be told before the values of a poll: that it is back."""
        if not poll.is_answered:
            self.gap, self._alive_at = poll.why or NOTHING_READ, None
        elif self.gap:
            yield Gap(self.gap, poll.device.name)
            self.gap = ""

    def values(self, poll: Poll[P]) -> Iterator[Message]:
        """What changed, and what was told long ago."""
        for tag, reading in poll.judged().items():
            told, at = self._told.get(tag, (None, 0.0))
            if reading != told or poll.at - at >= poll.device.repeat_s:
                self._told[tag] = (reading, poll.at)
                yield self._message(poll, tag, reading)

    def after(self, poll: Poll[P]) -> Iterator[Alive]:
        """What can be said once the values are: that it could have told."""
        if not poll.is_answered:
            return
        if self._alive_at is None:
            self._alive_at = poll.at
        elif poll.at - self._alive_at >= ALIVE_S:
            self._alive_at = poll.at
            yield Alive(poll.device.name)

    def _message(self, poll: Poll[P], tag: str, reading: Reading) -> Message:
        why = {"why": reading.why} if reading.why else {}
        return observation(
            tag,
            reading.value,
            quality=BAD if reading.why else GOOD,
            scope=poll.device.name,
            is_snapshot=False,
            device=poll.device.name,
            run=str(self.run),
            poll=str(poll.number),
            **why,
        )
