"""A small Sparkplug B edge node for tests: what it says, and a real one at a broker.

    node = EdgeNode(port, Words("plant", "press-shop", {"press-1": {"Run": True, "Good": 100}}, now_ms))
    with node.online():
        node.say("press-1", {"Good": 101})

It answers a request to be born again, as the specification asks, and counts them in `asked`.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from plantstack.connectors.sparkplug.codec import BDSEQ, REBIRTH, Metric, decode, encode, field_of
from plantstack.connectors.sparkplug.datatypes import BOOLEAN, DOUBLE, INT64, STRING, Value
from plantstack.connectors.sparkplug.topics import NAMESPACE

Letter = tuple[str, bytes]
"""A topic and a payload."""

PATIENCE_S = 10.0


def metric(name: str | None, value: Value, **more: Any) -> Metric:
    """A metric with the type that fits its value; everything can be told otherwise.

    >>> metric("Good", 5).datatype, metric(None, True, alias=3, datatype=None).alias
    (4, 3)
    """
    kinds = {bool: BOOLEAN, int: INT64, float: DOUBLE, str: STRING}
    field_name, raw = field_of(value)
    told = {"datatype": kinds.get(type(value)), "field": field_name, "raw": raw, "is_null": value is None}
    return Metric(name, **(told | more))


@dataclass
class Words:
    """What an edge node says, in the right order and numbers; nothing is sent by it.

    Attributes:
        group: of the node.
        node: its name.
        devices: the metrics of each device as they are now; '' is the node itself.
        now_ms: its clock.
        bdseq: of the session.
        seq: the next number.
        uses_aliases: whether data names metrics by number only.
    """

    group: str
    node: str
    devices: dict[str, dict[str, Value]]
    now_ms: Callable[[], int]
    bdseq: int = 0
    seq: int = 0
    uses_aliases: bool = True

    def topic(self, verb: str, device: str = "") -> str:
        """Where a message belongs."""
        return "/".join(filter(None, (NAMESPACE, self.group, verb, self.node, device)))

    def alias(self, device: str, name: str) -> int:
        """The number of a metric: unique in the whole node."""
        every = [(one, metric) for one, metrics in self.devices.items() for metric in metrics]
        return every.index((device, name)) + 1

    def births(self) -> list[Letter]:
        """The birth of the node and of each device."""
        self.seq = 0
        control = [metric(BDSEQ, self.bdseq), metric(REBIRTH, False)]
        told = [self.letter("NBIRTH", "", control + self._all(""))]
        return told + [self.letter("DBIRTH", one, self._all(one)) for one in self.devices if one]

    def data(
        self,
        device: str,
        values: Mapping[str, Value],
        *,
        at_ms: int | None = None,
        is_historical: bool = False,
    ) -> list[Letter]:
        """New values of a device; stored ones do not change what is so now."""
        if not is_historical:
            self.devices[device] |= values
        named = [
            metric(
                None if self.uses_aliases else name,
                value,
                alias=self.alias(device, name) if self.uses_aliases else None,
                datatype=None,
                at_ms=self.now_ms() if at_ms is None else at_ms,
                is_historical=is_historical,
            )
            for name, value in values.items()
        ]
        return [self.letter("DDATA" if device else "NDATA", device, named)]

    def device_death(self, device: str) -> list[Letter]:
        """A device is no longer there."""
        return [self.letter("DDEATH", device, [])]

    def death(self) -> Letter:
        """The will: the broker says it when the node is gone without a word."""
        return self.topic("NDEATH"), encode(None, None, [metric(BDSEQ, self.bdseq)])

    def letter(self, verb: str, device: str, metrics: list[Metric]) -> Letter:
        """Any message with the next number."""
        number, self.seq = self.seq, (self.seq + 1) % 256
        return self.topic(verb, device), encode(self.now_ms(), number, metrics)

    def _all(self, device: str) -> list[Metric]:
        at = self.now_ms()
        return [
            metric(name, value, alias=self.alias(device, name), at_ms=at)
            for name, value in self.devices.get(device, {}).items()
        ]


def _at_once(_client: Client, _data: Any, wire: Any) -> None:
    """Let no small message wait for the next one."""
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@dataclass
class EdgeNode:
    """An edge node at a broker.

    Attributes:
        port: of the broker, on this machine.
        words: what it says.
        host: the broker.
        asked: how often it was asked to be born again.
        answers: whether it is born again when asked.
    """

    port: int
    words: Words
    host: str = "127.0.0.1"
    asked: int = 0
    answers: bool = True
    _client: Client | None = None
    _turn: Lock = field(default_factory=Lock)
    _listens: Event = field(default_factory=Event)

    @contextmanager
    def online(self) -> Iterator[None]:
        """Be born, and say goodbye at the end, or the broker does."""
        self.come()
        try:
            yield
        finally:
            self.leave()

    def come(self) -> None:
        """Connect and be born.

        Raises:
            TimeoutError: when the broker does not answer.
        """
        client = Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311, reconnect_on_failure=False
        )
        topic, payload = self.words.death()
        client.will_set(topic, payload, qos=1, retain=False)
        client.on_connect = lambda one, *_: one.subscribe(self.words.topic("NCMD"), 1)
        client.on_subscribe = lambda *_: self._listens.set()
        client.on_message = self._commanded
        client.on_socket_open = _at_once
        self._listens.clear()
        client.connect(self.host, self.port)
        client.loop_start()
        self._client = client
        if not self._listens.wait(PATIENCE_S):
            raise TimeoutError("the broker does not answer")
        self.send(self.words.births())

    def say(self, device: str, values: Mapping[str, Value], **more: Any) -> None:
        """Publish new values, see `Words.data`."""
        with self._turn:
            told = self._publish(self.words.data(device, values, **more))
        for one in told:
            one.wait_for_publish(PATIENCE_S)

    def send(self, letters: list[Letter], *, qos: int = 0) -> None:
        """Publish; data and births go with QoS 0, as Sparkplug has it."""
        with self._turn:
            told = self._publish(letters, qos)
        for one in told:
            one.wait_for_publish(PATIENCE_S)

    def _publish(self, letters: list[Letter], qos: int = 0) -> list[MQTTMessageInfo]:
        return [self._client.publish(topic, raw, qos=qos) for topic, raw in letters] if self._client else []

    def die(self) -> None:
        """Be gone without a word: the broker tells the will."""
        client, self._client = self._client, None
        if client is not None:
            wire = client.socket()
            if wire is not None:
                wire.close()
            client.disconnect()
            client.loop_stop()
        self.words.bdseq = (self.words.bdseq + 1) % 256

    def leave(self) -> None:
        """Say the death oneself, and disconnect."""
        if self._client is None:
            return
        topic, payload = self.words.death()
        self._client.publish(topic, payload, qos=1).wait_for_publish(PATIENCE_S)
        self._client.disconnect()
        self._client.loop_stop()
        self._client = None
        self.words.bdseq = (self.words.bdseq + 1) % 256

    def _commanded(self, client: Client, _data: Any, message: MQTTMessage) -> None:
        if decode(bytes(message.payload)).value_of(REBIRTH) is True:
            self.asked += 1
            if self.answers:
                with self._turn:
                    for topic, payload in self.words.births():
                        client.publish(topic, payload, qos=0)
