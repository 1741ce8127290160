"""Producers: they send events with unique keys until they are answered, and write the answers down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from plantstack.intervals import rfc3339
from plantstack.testing.faults.nemesis import Chance
from plantstack.testing.faults.server import Server, request

_PAUSE_S = 0.05  # before what was not answered is sent again
_BAD_EVERY = 97  # one event in so many is none


@dataclass(frozen=True, slots=True)
class Sent:
    """One line of a history: a request that was answered.

    Attributes:
        first: number of its first event.
        items: how many there were.
        status: of HTTP.
        counts: what the answer said became of them.
    """

    first: int
    items: int
    status: int
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_acked(self) -> bool:
        """Whether the sender was told that it is safe."""
        return self.status in (200, 422)


class Producer(Thread):
    """One source that tells states and pieces of one machine, number by number."""

    def __init__(
        self,
        server: Server,
        source: str,
        machine: str,
        clock: Callable[[], int],
        history: Path,
        chance: Chance,
        pause_s: float = 0.0,
    ) -> None:
        super().__init__(name=source, daemon=True)
        self.source, self.machine = source, machine
        self.refused: list[bytes] = []
        self._server, self._clock, self._chance, self._rest_s = server, clock, chance, pause_s
        self.history_file = history
        history.touch()
        self._stopping = Event()
        self._number = 0

    @classmethod
    @contextmanager
    def sending(
        cls,
        server: Server,
        machines: Sequence[str],
        clock: Callable[[], int],
        folder: Path,
        chance: Chance,
        pause_s: float = 0.0,
    ) -> Iterator[list[Self]]:
        """One producer for each machine; all have stopped at the end, their last request answered or not.

        Args:
            server: where they send; it may go and come back.
            machines: ids.
            clock: the instant it is now, in microseconds UTC.
            folder: for the histories.
            chance: how large requests are.
            pause_s: between two requests.
        """
        producers = [
            cls(
                server,
                f"producer-{machine}",
                machine,
                clock,
                folder / f"{machine}.acks",
                chance.child(),
                pause_s,
            )
            for machine in machines
        ]
        for producer in producers:
            producer.start()
        try:
            yield producers
        finally:
            for producer in producers:
                producer.stop()

    def stop(self) -> None:
        """Stop after the request that is under way."""
        self._stopping.set()
        self.join()

    def run(self) -> None:
        """Send until stopped."""
        with self.history_file.open("a", encoding="utf-8") as history:
            while not self._stopping.is_set():
                first, self._number = self._number, self._number + self._chance.whole(1, 60)
                body = self._body(first, self._number)
                while not self._is_answered(body, first, history.write):
                    if self._stopping.wait(_PAUSE_S):
                        return
                history.flush()
                self._stopping.wait(self._rest_s)

    def history(self) -> list[Sent]:
        """What was answered so far."""
        return [Sent(**json.loads(line)) for line in self.history_file.read_text("utf-8").splitlines()]

    def is_bad(self, number: int) -> bool:
        """Whether the event of a number is none on purpose."""
        return number % _BAD_EVERY == _BAD_EVERY - 1

    def _is_answered(self, body: bytes, first: int, write: Callable[[str], Any]) -> bool:
        """Send a request; an answer that it is safe is written down, anything else is sent again."""
        try:
            key = {"Idempotency-Key": f"{self.source} {first}"}
            reply = request(self._server.address, "/api/v1/events", body, key)
        except OSError:
            return False
        if reply.status not in (200, 422):
            self.refused.append(reply.body)
            return False
        told = reply.said
        counts = {name: told[name] for name in ("accepted", "duplicate", "conflict", "set_aside", "refused")}
        row = {"first": first, "items": len(json.loads(body)), "status": reply.status, "counts": counts}
        write(json.dumps(row) + "\n")
        return True

    def _body(self, first: int, after: int) -> bytes:
        at = rfc3339(self._clock())
        return json.dumps([self._event(number, at) for number in range(first, after)]).encode()

    def _event(self, number: int, at: str) -> dict[str, Any]:
        event: dict[str, Any] = {"equipment": self.machine, "at": at, "source": self.source}
        event |= {"key": str(number), "sequence": number}
        if self.is_bad(number):
            return event | {"kind": "count", "good": -1}
        if number % 5 == 0:
            state = ("producing", "stopped", "fault")[number // 5 % 3]
            return event | {"kind": "state", "state": state}
        return event | {"kind": "count", "good": 1}
