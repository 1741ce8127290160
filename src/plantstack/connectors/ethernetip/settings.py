"""What a connection to Logix PLCs says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from plantstack.connectors.polling.device import Device, Limits
from plantstack.connectors.polling.settings import MOST_PORT, Asked, read_devices, read_limits
from plantstack.plant.source import Fields, between, decimal, integer, text, yes_no

PACKET = 450  # bytes of questions that surely fit into one request, also of an old PLC
BESIDE = 10  # bytes of a question beside the name of its tag, and at least so many of an answer


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tag of a PLC.

    Attributes:
        tag: as the PLC names it: `Program:Main.Pieces`, `Line[3].Speed`, `Status.4`.
        scale: what one step is worth.
    """

    tag: str
    scale: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One PLC, and what is read of it.

    Attributes:
        host: name or address.
        port: where it listens.
        slot: of the CPU.
        is_micro: it is a Micro800: no slot, and one request for each tag.
        wanted: what is asked, by the name that the mapping knows.
    """

    host: str
    port: int
    slot: int
    is_micro: bool
    wanted: tuple[tuple[str, Wanted], ...]

    @property
    def requests(self) -> int:
        """How many a poll takes, at most; the first asks for the type of each tag besides."""
        size = sum(len(one.tag) + BESIDE for _, one in self.wanted)
        return len(self.wanted) if self.is_micro else max(1, -(-size // PACKET))


def read_settings(fields: Fields) -> list[Device[Plan]]:
    """Read the devices of a connection."""
    return read_devices(fields, _device, sessions=1)


def _device(fields: Fields) -> Asked[Plan]:
    host = fields.need("host", text)
    port = fields.want("port", between(integer, 1, MOST_PORT), 44818)
    slot = fields.want("slot", between(integer, 0, 31), 0)
    is_micro = fields.want("micro800", yes_no, False)
    wanted: dict[str, Wanted] = {}
    limits: dict[str, Limits | None] = {}

    def tag(name: str, own: Fields) -> None:
        wanted[name] = Wanted(own.want("tag", text, name), own.want("scale", decimal, None))
        limits[name] = read_limits(own)

    fields.named("tags", "tag", tag, names=text, declare=False)
    if not wanted:
        fields.problem("key-missing", "a device needs 'tags': at least one", "Add 'tags:'.")
    plan = Plan(host, port, slot, is_micro, tuple(wanted.items()))
    return Asked(f"{host}:{port}", plan, limits, plan.requests)
