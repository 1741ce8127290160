"""All edge nodes of a connection: pure, so that any order of messages and any passing of time can be tried.

nodes = Nodes(patience_s=2.0)
nodes.hear(1, "spBv1.0/plant/NBIRTH/press-shop", payload, now_s=0.0)
nodes.pass_time(now_s=3.0)
for said in nodes.take(): ...
for node in nodes.to_ask(now_s=3.0): ...
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from plantstack.connectors.sparkplug.codec import Payload, decode
from plantstack.connectors.sparkplug.node import Came, Gone, Node, Odd, Phase, Said
from plantstack.connectors.sparkplug.rebirths import Rebirths
from plantstack.connectors.sparkplug.topics import Topic, is_ours, read_topic
from plantstack.errors import EventError

MOST_NODES = 5_000
MOST_HELD = 10_000  # messages that wait for others; beyond it nobody waits any longer
_NOTHING = Payload(None, None)


class Nodes:
    """The nodes heard so far."""

    def __init__(self, patience_s: float, cursor: str | None = None, now_s: float = 0.0) -> None:
        """Begin where a cursor left off: what became of those nodes since is not known.

        Args:
            patience_s: how long a message waits for those before it (the reorder time-out).
            cursor: what `cursor` told last.
            now_s: seconds since any beginning.
        """
        self.patience_s = patience_s
        self._nodes: dict[str, Node] = {}
        self._rebirths = Rebirths()
        self._said: list[Said] = []
        for name, (last_ms, is_there, devices) in json.loads(cursor or "{}").items():
            node = self._nodes[name] = Node(name, last_ms=last_ms, devices=dict.fromkeys(devices, False))
            if is_there:
                for scope in (name, *(f"{name}/{device}" for device in devices)):
                    self._said.append(Gone(scope, last_ms, "nobody listened"))
            self._rebirths.want(node.name, now_s + patience_s)

    def hear(self, token: int, topic: str, raw: bytes, now_s: float, *, is_retained: bool = False) -> None:
        """Take a message.

        Args:
            token: by which the receiver knows it; see `held`.
            topic: where it was published.
            raw: its bytes.
            now_s: seconds since any beginning, never less than before.
            is_retained: the broker had kept it: no message of a node may be kept.
        """
        if not is_ours(topic):
            return
        where = read_topic(topic)
        if where is None:
            self._odd(token, Topic(topic, ""), raw, "no topic of Sparkplug")
            return
        node = self._node(where.node)
        try:
            payload = decode(raw)
        except EventError as error:
            self._odd(token, where, raw, error.problems[0].what)
            return
        if node is None or is_retained:
            why = "kept by the broker: it may be of a session that is over" if node else "too many nodes"
            self._odd(token, where, raw, why)
            return
        self._said += node.hear(Came(token, where, raw, payload), now_s)
        if len(node.held) > 1 and len(self.held()) > MOST_HELD:
            self._said += node.lose("too much waits for a message that was lost")
        self._settle(node, now_s)

    def pass_time(self, now_s: float) -> None:
        """Let time pass while nothing comes."""
        for node in self._nodes.values():
            if node.is_waiting:
                self._said += node.pass_time(now_s, self.patience_s)
                self._settle(node, now_s)

    def take(self) -> list[Said]:
        """Return what was said since it was last taken, in order."""
        said, self._said = self._said, []
        return said

    def to_ask(self, now_s: float) -> list[str]:
        """Return the nodes that have to be asked to be born again, now; each only once in a while."""
        return self._rebirths.due(now_s)

    def held(self) -> set[int]:
        """The messages that wait for others: they are not yet told."""
        return {came.token for node in self._nodes.values() for came in node.held.values()}

    def online(self) -> list[str]:
        """The scopes that are certainly there."""
        return [scope for node in self._named(Phase.ONLINE) for scope in node.scopes]

    def cursor(self) -> str:
        """What has to be known of the nodes after a restart."""
        known = (Phase.ONLINE, Phase.LOST, Phase.DEAD)
        told = {
            node.name: (node.last_ms, node.phase is Phase.ONLINE, sorted(node.devices))
            for node in self._named(*known)
        }
        return json.dumps(told, separators=(",", ":"))

    def _named(self, *phases: Phase) -> Iterable[Node]:
        return (node for _, node in sorted(self._nodes.items()) if node.phase in phases)

    def _node(self, name: str) -> Node | None:
        if name not in self._nodes and len(self._nodes) >= MOST_NODES:
            return None
        return self._nodes.setdefault(name, Node(name))

    def _settle(self, node: Node, now_s: float) -> None:
        """Ask for a birth, or no longer; births that come by themselves get the time to."""
        if node.wants_birth:
            waits = 0.0 if node.phase is Phase.LOST else self.patience_s
            self._rebirths.want(node.name, now_s + waits)
            node.wants_birth = False
        elif node.phase is Phase.ONLINE and node.is_just_born:
            self._rebirths.settle(node.name)
            node.is_just_born = False

    def _odd(self, token: int, topic: Topic, raw: bytes, why: str) -> None:
        self._said.append(Odd(Came(token, topic, raw, _NOTHING), why))
