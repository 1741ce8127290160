"""Publishes a simulation to a broker: what was heard up to now quickly, then as time goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from plantstack.demo.living.simulation import Stream
from plantstack.errors import ConfigError, Problem
from plantstack.intervals import MINUTE, SECOND

IN_FLIGHT = 500  # messages the broker has not taken yet: ours wait for it
PATIENCE_S = 30.0
_STEP_S = 0.2
_AT_ONCE = 10 * MINUTE  # of simulated time in one go


@dataclass(frozen=True, slots=True)
class Pace:
    """How simulated time goes.

    Attributes:
        since: the simulated instant at which it begins, microseconds UTC.
        begun: the instant at which it is begun.
        speed: simulated seconds in a second, until it has caught up with the clock.
    """

    since: int
    begun: int
    speed: float

    def at(self, now: int) -> int:
        """The simulated instant; never ahead of the clock.

        >>> pace = Pace(since=0, begun=100, speed=10.0)
        >>> pace.at(105), pace.at(10_000)
        (50, 10000)
        """
        return min(now, self.since + round((now - self.begun) * self.speed))


class Publisher:
    """A session with a broker that takes what machines say."""

    def __init__(self, broker: tuple[str, int]) -> None:
        """Connect.

        Raises:
            ConfigError: when the broker cannot be reached.
        """
        self.published = 0
        self._waiting: deque[MQTTMessageInfo] = deque()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.connect_timeout = PATIENCE_S / 3
        try:
            self._client.connect(*broker)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            what, fix = (
                f"the broker cannot be reached: {why}",
                "Start one, such as mosquitto, or mend --mqtt.",
            )
            raise ConfigError(Problem("mqtt-unreachable", f"{broker[0]}:{broker[1]}", what, fix)) from error
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish so that it arrives at least once; waits while too many are on the way.

        Raises:
            ConfigError: when the broker takes nothing for too long.
        """
        self._waiting.append(self._client.publish(topic, payload, qos=1))
        self.published += 1
        while len(self._waiting) > IN_FLIGHT:
            self._take()

    def end(self) -> None:
        """Wait until the broker has everything, then leave."""
        try:
            while self._waiting:
                self._take()
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def _take(self) -> None:
        first = self._waiting[0]
        first.wait_for_publish(PATIENCE_S)
        if not first.is_published():
            what = f"the broker has taken nothing for {PATIENCE_S:.0f} s"
            fix = "Look whether it runs; begin again, what comes twice counts once."
            raise ConfigError(Problem("mqtt-silent", "broker", what, fix))
        self._waiting.popleft()


def play(
    stream: Stream,
    publisher: Publisher,
    pace: Pace,
    clock: Callable[[], int],
    wait: Callable[[float], None],
    *,
    until: int,
    is_once: bool = False,
) -> int:
    """Publish what is heard from the pace's begin on.

    Args:
        stream: what is heard.
        publisher: where to.
        pace: how simulated time goes.
        clock: the instant of now, microseconds UTC.
        wait: lets so many seconds pass.
        until: where the simulation ends.
        is_once: stop as soon as it has caught up with the clock.

    Returns:
        How far it came, microseconds UTC.
    """
    done = pace.since
    for said in stream.standing(done):
        publisher.publish(said.topic, said.payload)
    while done < until:
        now = clock()
        due = min(pace.at(now), done + _AT_ONCE, until)
        for said in stream.between(done, due):
            publisher.publish(said.topic, said.payload)
        done = max(done, due)
        if done >= now - SECOND and is_once:
            return done
        if due >= pace.at(now):
            wait(_STEP_S)
    return done
