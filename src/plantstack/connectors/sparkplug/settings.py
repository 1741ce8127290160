"""What a connection to edge nodes says of itself: a broker, and which host we are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plantstack.connectors.mqtt.settings import Settings as BrokerSettings
from plantstack.connectors.mqtt.settings import read_broker
from plantstack.connectors.sparkplug.topics import NAMESPACE, state_topic
from plantstack.intervals import SECOND
from plantstack.plant.source import Fields, duration, list_of, text

REORDER = 2 * SECOND
_APART = "/+#"  # what separates levels of a topic, and stands for any


@dataclass(frozen=True, slots=True)
class Settings:
    """One broker with edge nodes.

    Attributes:
        broker: where it is, and how it is entered; it keeps nothing for us, as Sparkplug asks of hosts.
        host: the name under which nodes know us.
        patience_s: how long a message waits for those before it: the reorder time-out.
    """

    broker: BrokerSettings
    host: str
    patience_s: float = REORDER / SECOND


def read_settings(fields: Fields, project: Path) -> Settings:
    """Read the settings of a host application."""
    host = fields.need("host_id", text) or ""
    groups = fields.want("groups", list_of(text), None)
    for name, key in [(host, "host_id"), *((group, "groups") for group in groups or ())]:
        if any(sign in name for sign in _APART):
            fields.problem("sparkplug-name", f"'{name}' has one of {_APART}", "They part topics.", key=key)
    topics = [f"{NAMESPACE}/{group}/#" for group in groups] + [state_topic(host)] if groups else []
    client = fields.want("client", text, f"plantstack-{host}")
    patience = fields.want("reorder", duration, REORDER)
    broker = read_broker(fields, project, tuple(topics) or (f"{NAMESPACE}/#",), client, kept_s=0)
    return Settings(broker, host, patience / SECOND)
