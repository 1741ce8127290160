"""What a connection to S7 PLCs says of itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from plantstack.connectors.polling.device import Device, Limits
from plantstack.connectors.polling.settings import MOST_PORT, Asked, read_devices, read_limits
from plantstack.connectors.s7.spots import TYPES, Block, Spot, blocks, read_address
from plantstack.plant.source import Fields, between, choice, decimal, integer, text

_SIZES = {"bool": "bool", "byte": "byte sint string", "word": "word int", "dword": "dword dint real"}
_LONG = ("lreal", "string")  # they begin at a byte, whatever its letter


@dataclass(frozen=True, slots=True)
class Plan:
    """One PLC, and what is read of it.

    Attributes:
        host: name or address.
        port: where it listens.
        rack: of the CPU.
        slot: of the CPU.
        blocks: what is asked.
    """

    host: str
    port: int
    rack: int
    slot: int
    blocks: tuple[Block, ...]


def read_settings(fields: Fields) -> list[Device[Plan]]:
    """Read the devices of a connection."""
    return read_devices(fields, _device, sessions=1)


def _device(fields: Fields) -> Asked[Plan]:
    host = fields.need("host", text)
    port = fields.want("port", between(integer, 1, MOST_PORT), 102)
    rack = fields.want("rack", between(integer, 0, 7), 0)
    slot = fields.want("slot", between(integer, 0, 31), 1)
    spots: dict[str, Spot] = {}
    limits: dict[str, Limits | None] = {}

    def tag(name: str, own: Fields) -> None:
        spots[name], limits[name] = _spot(own), read_limits(own)

    fields.named("tags", "tag", tag, declare=False)
    if not spots:
        fields.problem("key-missing", "a device needs 'tags': at least one", "Add 'tags:'.")
    asked = blocks(spots)
    return Asked(f"{host}:{port}", Plan(host, port, rack, slot, asked), limits, len(asked))


def _spot(fields: Fields) -> Spot:
    written = fields.need("at", text)
    try:
        spot = read_address(written) if written else Spot("M", 0, 0)
    except ValueError as error:
        fields.problem("value-wrong", f"'at': '{written}' is no address", str(error), key="at")
        spot = Spot("M", 0, 0)
    type_ = fields.want("type", choice(*TYPES), spot.type)
    fits = type_ in _SIZES[spot.type].split() or (type_ in _LONG and spot.type != "bool")
    if not fits:
        what = f"'type': a {type_} does not stand at '{written}'"
        fields.problem("value-wrong", what, f"There it is one of: {_SIZES[spot.type]}.", key="type")
        type_ = spot.type
    length = fields.want("length", between(integer, 1, 198), 0) if type_ == "string" else 0
    if type_ == "string" and not length:
        fields.problem("key-missing", "a string needs 'length': its most characters", "Add 'length:'.")
    scale = None if type_ in ("bool", "string") else fields.want("scale", decimal, None)
    return replace(spot, type=type_, length=length, scale=scale)
