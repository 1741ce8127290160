"""Reads a broker: what it sends is acknowledged once it is on disk, so it keeps what we have not.

    kind: mqtt
    host: broker.plant.example
    topics: [hall/+/state, hall/+/count]
    client: plantstack-hall     # the broker keeps for this name what is sent while we are away
    user: plantstack
    password_file: secrets/broker
    ca: secrets/ca.pem          # encrypts, and trusts these
    payload: json               # or text: the payload is the column `value`
    mapping: hall

Columns beside the fields of the payload: `topic`, `topic.0`, `topic.1` and so on for its levels, and
`received`. A message that the broker kept for whoever comes later (retained) says what the state is, and is
never a count.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from time import monotonic

from paho.mqtt.client import MQTTMessage

from plantstack.connectors.contract import Delivery, Message, Messages, Outcome, Retry
from plantstack.connectors.mqtt.session import MAX_PAYLOAD, Session, Suspicion
from plantstack.connectors.mqtt.settings import Settings, read_settings
from plantstack.errors import Problem
from plantstack.plant.source import Fields


class Broker:
    """One broker being read."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._suspicion = Suspicion(settings)

    async def check(self) -> Sequence[Problem]:
        """Say which files are missing; whether the broker answers shows when it is read."""
        return await asyncio.to_thread(self.settings.problems)

    async def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        """Yield messages; the broker itself knows how far we are."""
        session, begun = Session(self.settings), monotonic()
        try:
            await asyncio.to_thread(session.begin)
            while True:
                received = await asyncio.to_thread(session.gather)
                if received:
                    yield Messages(tuple(_message(one, self.settings) for one in received))
                    session.acknowledge(received)
        except Retry as error:
            raise self._suspicion.explained(error, monotonic() - begun) from error
        finally:
            await asyncio.to_thread(session.end)


def _message(came: MQTTMessage, settings: Settings) -> Message:
    topic = came.topic
    about = {"topic": topic} | {f"topic.{place}": level for place, level in enumerate(topic.split("/"))}
    where = f"{topic} message {came.mid}" if came.mid else topic
    payload = bytes(came.payload[:MAX_PAYLOAD])
    return Message(payload, about, where, bool(came.retain), is_text=settings.is_text)


def connect(fields: Fields, project: Path) -> Broker:
    """Read the settings of a broker."""
    return Broker(read_settings(fields, project))
