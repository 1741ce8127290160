"""Publishers: machines at a broker that number what they say and note what the broker has taken.

A broker that keeps its sessions on disk has it until we acknowledge, so what it took must come to the log.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Any, Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from plantstack.events.log import Log

MAPPING = """
schema: 1
source: publishers
file: {format: json}
columns:
  at: {column: ts, format: epoch us}
  machine: topic.1
  n: n
  run: {column: run, map: {"true": producing, "false": stopped}}
  pieces: pieces
every: {equipment: "{machine}", at: "{at}", key: "{machine} {n}"}
events:
  - {kind: state, when: {run: {present: true}}, state: "{run}"}
  - {kind: count, when: {pieces: {present: true}}, good: "{pieces}"}
"""
"""How what they say becomes events; topics are `hall/MACHINE`."""

_BAD_EVERY = 89  # one message in so many is none
_LOOK_S = 0.002
_LAST_LOOKS = 10_000  # for the last message: as long as it may take to connect again


class Publisher(Thread):
    """One machine that publishes with QoS 1.

    Attributes:
        taken: the numbers that the broker acknowledged.
    """

    def __init__(self, port: int, machine: str, clock: Callable[[], int], pause_s: float) -> None:
        super().__init__(name=f"publisher {machine}", daemon=True)
        self.machine = machine
        self.taken: list[int] = []
        self._port, self._clock, self._pause_s = port, clock, pause_s
        self._stopping = Event()

    @classmethod
    @contextmanager
    def publishing(
        cls, port: int, machines: Sequence[str], clock: Callable[[], int], pause_s: float
    ) -> Iterator[list[Self]]:
        """One publisher for each machine; all have stopped at the end.

        Args:
            port: of the broker, on this machine; it may go and come back.
            machines: ids.
            clock: the instant it is now, in microseconds UTC.
            pause_s: between two messages.
        """
        publishers = [cls(port, machine, clock, pause_s) for machine in machines]
        for one in publishers:
            one.start()
        try:
            yield publishers
        finally:
            for one in publishers:
                one.stop()

    def stop(self) -> None:
        """Stop after the message that is under way."""
        self._stopping.set()
        self.join()

    def run(self) -> None:
        """Publish until stopped; what is under way when a connection breaks is sent again."""
        client = Client(CallbackAPIVersion.VERSION2, client_id=self.name, clean_session=False)
        client.reconnect_delay_set(1, 1)
        done: set[int] = set()
        while not self._stopping.is_set():
            try:
                client.connect("127.0.0.1", self._port)
                break
            except OSError:
                self._stopping.wait(0.2)
        client.on_publish = lambda _client, _data, mid, *_: done.add(mid)
        client.loop_start()
        number = 0
        while not self._stopping.wait(self._pause_s):
            mid = client.publish(f"hall/{self.machine}", self._message(number), qos=1).mid
            left = _LAST_LOOKS  # what is under way may come to the broker, taken down or not
            while mid not in done and left:
                sleep(_LOOK_S)  # where it is not connected now, the client sends it when it is again
                left -= self._stopping.is_set()
            if mid in done:
                done.discard(mid)
                self.taken.append(number)
            number += 1
        client.disconnect()
        client.loop_stop()

    def is_bad(self, number: int) -> bool:
        """Whether the message of a number is none on purpose."""
        return number % _BAD_EVERY == _BAD_EVERY - 1 and number % 10 != 0

    def _message(self, number: int) -> bytes:
        told: dict[str, Any] = {"n": number, "ts": self._clock()}
        if number % 10 == 0:
            told["run"] = number % 20 == 0
        else:
            told["pieces"] = -1 if self.is_bad(number) else 1
        return json.dumps(told).encode()


def check_published(project: Path, publishers: Sequence[Publisher]) -> list[str]:
    """Hold the log of a project against what its broker took (I1, I3); return what is broken."""
    with Log.open(project, write=False) as log:
        events, dead = log.events(), [json.loads(one.raw) for one in log.dead_letters(limit=10**9)]
    told = [key.split(":") for key, who in _pairs(events) if who == "publishers"]  # number and rule
    kept, buried = Counter(number for number, _ in told), Counter(one["n"] for one in dead if "n" in one)
    broken = []
    for one in publishers:
        for number in one.taken:
            times = kept[f"{one.machine} {number}"]
            if one.is_bad(number):
                if not buried[number]:
                    broken.append(f"I1: {one.name}: {number} was taken and is no dead letter")
            elif times != 1:
                broken.append(f"I1: {one.name}: {number} was taken and is there {times} times")
        for rule in {rule for _, rule in told}:  # events of one batch are written rule by rule
            mine = [key.split() for key, by in told if by == rule]
            numbers = [int(number) for machine, number in mine if machine == one.machine]
            if numbers != sorted(numbers):
                broken.append(f"I3: {one.name}: the order of {rule} was lost")
    return broken


def _pairs(events: Any) -> Iterator[tuple[str, str]]:
    ordered = events.sort_by("log_offset")
    return zip(ordered["key"].to_pylist(), ordered["source"].to_pylist(), strict=True)
