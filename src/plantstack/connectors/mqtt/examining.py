"""A broker asked for what it grants and what it dropped; it is left as it was."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from plantstack.connectors.mqtt.settings import Settings

CONNECT_S, TELL_S = 5.0, 1.5
_SYS = "$SYS/broker/"
_TOPICS = ("version", "publish/messages/dropped", "messages/dropped", "store/messages/count")


@dataclass(slots=True)
class Granted:
    """What a broker says of itself.

    Attributes:
        why: it could not be asked; '' when it was.
        expiry_s: how long it keeps a session; None: as long as was asked for.
        qos: the greatest it takes.
        has_retain: it keeps messages for whoever comes later.
        system: what it tells under `$SYS/broker/`; nothing where it does not.
    """

    why: str = "the broker does not answer"
    expiry_s: int | None = None
    qos: int = 2
    has_retain: bool = True
    system: dict[str, str] = field(default_factory=dict)


def examine(settings: Settings, wanted_s: int) -> Granted:
    """Connect under another name than the connection's, ask, and leave nothing behind.

    Args:
        settings: of the connection.
        wanted_s: how long sessions are to be kept.
    """
    granted, told = Granted(), threading.Event()
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"{settings.client}-doctor",
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )

    def connected(asked: Client, _data: Any, _flags: Any, reason: ReasonCode, properties: Any) -> None:
        granted.why = str(reason).lower() if reason.is_failure else ""
        if reason.is_failure:
            told.set()
            return
        granted.expiry_s = getattr(properties, "SessionExpiryInterval", None)
        granted.qos = getattr(properties, "MaximumQoS", 2)
        granted.has_retain = bool(getattr(properties, "RetainAvailable", 1))
        asked.subscribe([(_SYS + topic, 0) for topic in _TOPICS])

    def came(_client: Client, _data: Any, message: MQTTMessage) -> None:
        granted.system[message.topic.removeprefix(_SYS)] = message.payload.decode("utf-8", "replace")
        if len(granted.system) == len(_TOPICS):
            told.set()

    client.on_connect, client.on_message = connected, came
    if settings.user:
        secret = settings.password.read_text("utf-8").strip() if settings.password else None
        client.username_pw_set(settings.user, secret)
    if settings.ca:
        client.tls_set_context(ssl.create_default_context(cafile=str(settings.ca)))
    _ask(client, settings, wanted_s, told, granted)
    return granted


def _ask(client: Client, settings: Settings, wanted_s: int, told: threading.Event, granted: Granted) -> None:
    properties, leaving = Properties(PacketTypes.CONNECT), Properties(PacketTypes.DISCONNECT)
    properties.SessionExpiryInterval = wanted_s
    leaving.SessionExpiryInterval = 0
    client.connect_timeout = CONNECT_S
    try:
        client.connect(settings.host, settings.port, 30, clean_start=True, properties=properties)
    except (OSError, ValueError) as error:
        granted.why = getattr(error, "strerror", None) or type(error).__name__
        return
    client.loop_start()
    told.wait(TELL_S)
    client.disconnect(properties=leaving)
    client.loop_stop()
