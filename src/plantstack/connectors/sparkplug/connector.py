"""Reads the edge nodes of a Sparkplug B broker, as a host application.

    kind: sparkplug
    host: broker.plant.example
    host_id: plantstack         # nodes that wait for a primary host wait for this name
    groups: [press-shop]        # without it: all groups
    reorder: 2 s                # how long a message waits for those before it
    user: plantstack
    password_file: secrets/broker
    ca: secrets/ca.pem
    mapping: press-shop

Each metric is one observation: `tag` is its name, beside `value`, `at` and `quality` there are `group`,
`node`, `device`, `datatype`, `is_historical`, `session`, `sequence` and `id`. The two things that are ever
written are our own STATE and the request to be born again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from time import monotonic

from paho.mqtt.client import MQTTMessage

from plantstack.connectors.contract import Alive, Delivery, Outcome, Retry
from plantstack.connectors.learning.seen import Seen
from plantstack.connectors.mqtt.session import Session, Suspicion
from plantstack.connectors.sparkplug import browsing
from plantstack.connectors.sparkplug.codec import MOST_BYTES, rebirth
from plantstack.connectors.sparkplug.nodes import Nodes
from plantstack.connectors.sparkplug.presence import Presence
from plantstack.connectors.sparkplug.settings import Settings, read_settings
from plantstack.connectors.sparkplug.telling import deliveries
from plantstack.connectors.sparkplug.topics import rebirth_topic
from plantstack.errors import Problem
from plantstack.plant.source import Fields

ALIVE_S = 60.0

Clock = Callable[[], int]


class Host:
    """The nodes of one broker being read."""

    clock: Clock | None = None

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._suspicion = Suspicion(settings.broker)

    async def check(self) -> Sequence[Problem]:
        """Say which files are missing; whether the broker answers shows when it is read."""
        return await asyncio.to_thread(self.settings.broker.problems)

    async def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        """Yield what nodes tell; after a time without us everything is unknown until their next birth."""
        begun = monotonic()
        listening = _Listening(self.settings, Nodes(self.settings.patience_s, since, begun), self.clock)
        try:
            await asyncio.to_thread(listening.begin)
            while True:
                await asyncio.to_thread(listening.gather)
                for delivery in listening.told():
                    yield delivery
                listening.acknowledge()
        except Retry as error:
            raise self._suspicion.explained(error, monotonic() - begun) from error
        finally:
            await asyncio.to_thread(listening.end)


class _Listening:
    """One session with the broker, and what it told."""

    def __init__(self, settings: Settings, nodes: Nodes, clock: Clock | None) -> None:
        self._nodes, self._clock = nodes, clock
        self._presence = Presence(settings.host, clock() // 1_000) if clock else None
        will = self._presence.gone() if self._presence else None
        self._session = Session(settings.broker, will)
        self._waiting: dict[int, MQTTMessage] = {}  # not acknowledged yet, by the number we gave them
        self._number = 0
        self._alive_s = monotonic()

    def begin(self) -> None:
        """Connect, and say that we are there."""
        self._session.begin()
        if self._presence:
            self._session.tell(self._presence.there(monotonic()))

    def gather(self) -> None:
        """Hear what came, and ask for the births that are missing."""
        came, now = self._session.gather(), monotonic()
        for message in came:
            self._number += 1
            self._waiting[self._number] = message
            if self._presence and message.topic == self._presence.topic:
                self._presence.hear(bytes(message.payload))
                continue
            raw = bytes(message.payload[: MOST_BYTES + 1])
            self._nodes.hear(self._number, message.topic, raw, now, is_retained=bool(message.retain))
        self._nodes.pass_time(now)
        if self._presence and self._presence.is_contradicted(now):
            self._session.tell(self._presence.there(now))
        for node in self._nodes.to_ask(now):
            at_ms = self._clock() // 1_000 if self._clock else None
            self._session.ask(rebirth_topic(node), rebirth(at_ms))

    def told(self) -> list[Delivery]:
        """Return what is to be written, in its order."""
        said, now = self._nodes.take(), monotonic()
        found = deliveries(said, self._nodes.cursor()) if said else []
        if now - self._alive_s >= ALIVE_S:
            self._alive_s = now
            found += [Alive(scope) for scope in self._nodes.online()]
        return found

    def acknowledge(self) -> None:
        """Tell the broker what is on disk; what waits for other messages is not."""
        held = self._nodes.held()
        done = [number for number in self._waiting if number not in held]
        self._session.acknowledge([self._waiting.pop(number) for number in done])

    def end(self) -> None:
        """Leave, and say so."""
        last = self._presence.gone(self._clock() // 1_000) if self._presence and self._clock else None
        self._session.end(last)


async def browse(settings: Settings) -> list[Seen]:
    """Return what nodes have, by their births; it takes some seconds."""
    return await browsing.browse(settings)


def connect(fields: Fields, project: Path) -> Host:
    """Read the settings of a host application."""
    return Host(read_settings(fields, project))
