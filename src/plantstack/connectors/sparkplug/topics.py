"""Topics of Sparkplug B: who speaks, and what kind of message it is."""

from __future__ import annotations

from dataclasses import dataclass

NAMESPACE = "spBv1.0"
OF_NODES = ("NBIRTH", "NDEATH", "NDATA")
OF_DEVICES = ("DBIRTH", "DDEATH", "DDATA")
COMMANDS = ("NCMD", "DCMD")


@dataclass(frozen=True, slots=True)
class Topic:
    """Where a message stands.

    Attributes:
        verb: NBIRTH, NDEATH, NDATA, DBIRTH, DDEATH or DDATA.
        node: its group and name, as in `plant/press-shop`.
        device: '' for the node itself.
    """

    verb: str
    node: str
    device: str = ""

    @property
    def scope(self) -> str:
        """What falls silent by itself."""
        return f"{self.node}/{self.device}" if self.device else self.node


def read_topic(topic: str) -> Topic | None:
    """Read a topic; None for one that no node or device speaks at: commands, STATE, and what is none.

    >>> read_topic("spBv1.0/plant/DDATA/press-shop/press-1")
    Topic(verb='DDATA', node='plant/press-shop', device='press-1')
    >>> read_topic("spBv1.0/plant/NCMD/press-shop")
    """
    match topic.split("/"):
        case [space, group, verb, node] if space == NAMESPACE and verb in OF_NODES and group and node:
            return Topic(verb, f"{group}/{node}")
        case [space, group, verb, node, device] if (
            space == NAMESPACE and verb in OF_DEVICES and group and node and device
        ):
            return Topic(verb, f"{group}/{node}", device)
    return None


def is_ours(topic: str) -> bool:
    """Whether a topic is one where nodes and devices may speak, well or badly.

    >>> is_ours("spBv1.0/plant/NCMD/a"), is_ours("spBv1.0/STATE/scada"), is_ours("spBv1.0/a/b/NDATA/c")
    (False, False, True)
    """
    levels = topic.split("/")
    return levels[1:2] != ["STATE"] and (len(levels) < 3 or levels[2] not in COMMANDS)


def rebirth_topic(node: str) -> str:
    """Where a node listens for commands.

    >>> rebirth_topic("plant/press-shop")
    'spBv1.0/plant/NCMD/press-shop'
    """
    group, name = node.split("/")
    return f"{NAMESPACE}/{group}/NCMD/{name}"


def state_topic(host: str) -> str:
    """Where a host says whether it is there."""
    return f"{NAMESPACE}/STATE/{host}"
