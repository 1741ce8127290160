"""A connection to a broker: the one place that speaks MQTT, for all connectors that read a broker.

What comes is acknowledged by hand, after it is on disk. When the connection is lost a new session takes its
place; the broker sends again what was not acknowledged, as far as it keeps anything for us.
"""

from __future__ import annotations

import queue
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from plantstack.connectors.contract import Fatal, Retry
from plantstack.connectors.mqtt.settings import Settings
from plantstack.errors import PlantstackError, Problem

BATCH = 1_000  # so many messages are handed on at once, at most
IN_FLIGHT = 2 * BATCH  # so many the broker sends before we acknowledge: the next come while some are written
WINDOW_S = 0.05
CONNECT_S = 10.0
KEEPALIVE_S = 30
MAX_PAYLOAD = 1 << 20  # a larger message is cut, and set aside
SOON_S, CUT_OFTEN = 30.0, 3  # cut so soon, so often: two programs take the session from each other

_AUTH = (0x86, 0x87, 0x8C)  # bad user name or password, not authorized, bad authentication method
_TAKEN_OVER = 0x8E


@dataclass(frozen=True, slots=True)
class Notice:
    """What a program says of itself at a topic, kept there by the broker for whoever comes later."""

    topic: str
    payload: bytes


class Suspicion:
    """Names the likely cause of connections that are cut again and again: older brokers do not."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cut_short = 0  # sessions in a row that the broker ended soon and without a word

    def explained(self, error: Retry, lasted_s: float) -> Retry:
        """Return what to say of a session that was lost after so many seconds."""
        is_cut = error.problems[0].code == "mqtt-lost" and lasted_s < SOON_S
        self._cut_short = self._cut_short + 1 if is_cut else 0
        return _taken_over(self._settings) if self._cut_short >= CUT_OFTEN else error


def _taken_over(settings: Settings) -> Retry:
    what = f"the session '{settings.client}' was taken over, as if another program used its name"
    fix = "Give each of them a 'client' of its own."
    return Retry(Problem("mqtt-taken-over", settings.host, what, fix))


class Session:
    """A connection to the broker; another one takes its place when it is lost."""

    def __init__(self, settings: Settings, will: Notice | None = None) -> None:
        """Prepare one; nothing is connected yet.

        Args:
            settings: of the broker; with `kept_s` 0 it keeps nothing for us, and we begin anew.
            will: what the broker says for us when we are gone without a word.
        """
        self.settings = settings
        self._received: queue.Queue[MQTTMessage] = queue.Queue(2 * IN_FLIGHT)
        self._subscribed = threading.Event()
        self._beginning = threading.Lock()  # whoever leaves waits until the begin is over
        self._wrong: PlantstackError | None = None
        self._is_ending = False
        self._client = client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        if settings.user:
            password = settings.password.read_text("utf-8").strip() if settings.password else None
            client.username_pw_set(settings.user, password)
        if settings.ca:
            client.tls_set_context(ssl.create_default_context(cafile=str(settings.ca)))
        if will:
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.on_connect = self._connected
        client.on_subscribe = self._answered
        client.on_message = self._came
        client.on_disconnect = self._left

    def begin(self) -> None:
        """Connect and subscribe.

        Raises:
            Retry: when the broker cannot be reached.
            Fatal: when it does not let us in, or not near a topic.
        """
        with self._beginning:
            self._connect()

    def _connect(self) -> None:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = self.settings.kept_s
        properties.ReceiveMaximum = IN_FLIGHT
        where = f"{self.settings.host}:{self.settings.port}"
        self._client.connect_timeout = CONNECT_S
        try:
            self._client.connect(
                self.settings.host,
                self.settings.port,
                KEEPALIVE_S,
                clean_start=self.settings.kept_s == 0,
                properties=properties,
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise Retry(Problem("mqtt-unreachable", where, f"the broker cannot be reached: {why}")) from error
        self._client.loop_start()
        if not self._subscribed.wait(CONNECT_S):
            raise self._wrong or Retry(Problem("mqtt-silent", where, "the broker does not answer"))
        self._check()

    def gather(self) -> list[MQTTMessage]:
        """Wait for a message, then for what follows within the window.

        Raises:
            Retry: when the connection was lost.
            Fatal: when somebody must act first.
        """
        found: list[MQTTMessage] = []
        while len(found) < BATCH:
            try:
                found.append(self._received.get(timeout=WINDOW_S))
            except queue.Empty:
                break
        if not found:
            self._check()
        return found

    def acknowledge(self, received: Sequence[MQTTMessage]) -> None:
        """Tell the broker that these are on disk, where they came on; when that is lost they come again."""
        for one in received:
            if one.qos and self._wrong is None:
                self._client.ack(one.mid, one.qos)

    def tell(self, notice: Notice) -> None:
        """Say something of ourselves; it is kept by the broker (QoS 1)."""
        self._client.publish(notice.topic, notice.payload, qos=1, retain=True)

    def ask(self, topic: str, payload: bytes) -> None:
        """Send a request that nobody keeps (QoS 0); whoever misses it is asked again."""
        self._client.publish(topic, payload, qos=0)

    def end(self, last: Notice | None = None) -> None:
        """Leave, with a last word; the broker goes on keeping what is sent."""
        self._is_ending = True
        self._subscribed.set()
        with self._beginning:
            self._leave(last)

    def _leave(self, last: Notice | None) -> None:
        if last and self._client.is_connected():
            self._client.publish(last.topic, last.payload, qos=1, retain=True).wait_for_publish(1.0)
        self._client.disconnect()
        self._client.loop_stop()
        # Client and session hold each other by these: without them the client closes its sockets at once.
        self._client.on_connect = self._client.on_subscribe = None
        self._client.on_message = self._client.on_disconnect = None
        self._wrong = None

    def _check(self) -> None:
        if self._wrong is not None:
            raise self._wrong

    def _connected(
        self, client: Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            self._fail(reason)
            return
        client.subscribe([(topic, 1) for topic in self.settings.topics])

    def _answered(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        refused = [
            topic for topic, reason in zip(self.settings.topics, reasons, strict=False) if reason.is_failure
        ]
        if refused:
            what = f"the broker does not let us read {', '.join(refused)}"
            fix = "Let its user subscribe there."
            self._wrong = Fatal(Problem("mqtt-denied", self.settings.host, what, fix))
        self._subscribed.set()

    def _came(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        while not self._is_ending:
            try:
                self._received.put(message, timeout=1.0)  # a full queue stops reading: the broker waits
                return
            except queue.Full:
                continue

    def _left(self, _client: Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if not self._is_ending and self._wrong is None:
            self._fail(reason)

    def _fail(self, reason: ReasonCode | MQTTErrorCode) -> None:
        value = getattr(reason, "value", 0)
        host = self.settings.host
        if value in _AUTH:
            what, fix = f"the broker does not let us in: {reason}", "Check user and password."
            self._wrong = Fatal(Problem("mqtt-auth", host, what.lower(), fix))
        elif value == _TAKEN_OVER:
            self._wrong = _taken_over(self.settings)
        else:
            self._wrong = Retry(Problem("mqtt-lost", host, f"the connection was lost: {reason}".lower()))
        self._subscribed.set()
