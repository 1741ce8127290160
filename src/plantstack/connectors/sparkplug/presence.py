"""What a host says of itself: that it is there, or gone, kept by the broker for nodes that come later."""

from __future__ import annotations

import json

from plantstack.connectors.mqtt.session import Notice
from plantstack.connectors.sparkplug.topics import state_topic

FIRST_S, MOST_S = 1.0, 60.0


class Presence:
    """The STATE of one session of a host.

    >>> Presence("plantstack", 5).gone()
    Notice(topic='spBv1.0/STATE/plantstack', payload=b'{"online": false, "timestamp": 5}')
    """

    def __init__(self, host: str, begun_ms: int) -> None:
        """Begin a session.

        Args:
            host: the name under which nodes know us.
            begun_ms: when the session began; birth and will tell this instant, so that nodes know a will of
                an older session from ours.
        """
        self.topic = state_topic(host)
        self._begun_ms = begun_ms
        self._is_doubted = False
        self._said_s = 0.0
        self._wait_s = FIRST_S

    def there(self, now_s: float) -> Notice:
        """The birth."""
        self._is_doubted, self._said_s = False, now_s
        return self._notice(True, self._begun_ms)

    def gone(self, now_ms: int | None = None) -> Notice:
        """The death: the will of a session that breaks off, or now."""
        return self._notice(False, self._begun_ms if now_ms is None else max(now_ms, self._begun_ms))

    def hear(self, payload: bytes) -> None:
        """Hear what is told under our name, by us or by somebody else."""
        self._is_doubted = payload != self._notice(True, self._begun_ms).payload

    def is_contradicted(self, now_s: float) -> bool:
        """Whether to say again that we are there: somebody told otherwise, and the last time is long ago.

        Two programs under one name would go on like that for ever, so each time it waits longer.
        """
        if not self._is_doubted or now_s - self._said_s < self._wait_s:
            return False
        self._wait_s = min(2 * self._wait_s, MOST_S)
        return True

    def _notice(self, is_there: bool, at_ms: int) -> Notice:
        return Notice(self.topic, json.dumps({"online": is_there, "timestamp": at_ms}).encode())
