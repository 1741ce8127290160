"""What a connection to Modbus devices says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.connectors.modbus.words import BITS, REGISTERS, TYPES, Block, Word, blocks
from plantstack.connectors.polling.device import Device, Limits
from plantstack.connectors.polling.settings import MOST_PORT, Asked, read_devices, read_limits
from plantstack.plant.source import Fields, between, choice, decimal, integer, text

TABLES = (*BITS, *REGISTERS)


@dataclass(frozen=True, slots=True)
class Plan:
    """One unit, and what is read of it.

    Attributes:
        host: name or address.
        port: where it listens.
        unit: its number behind the address.
        blocks: what is asked.
    """

    host: str
    port: int
    unit: int
    blocks: tuple[Block, ...]


def read_settings(fields: Fields) -> list[Device[Plan]]:
    """Read the devices of a connection."""
    return read_devices(fields, _device, sessions=4)


def _device(fields: Fields) -> Asked[Plan]:
    host = fields.need("host", text)
    port = fields.want("port", between(integer, 1, MOST_PORT), 502)
    unit = fields.want("unit", between(integer, 0, 255), 1)
    words: dict[str, Word] = {}
    limits: dict[str, Limits | None] = {}

    def tag(name: str, own: Fields) -> None:
        words[name], limits[name] = _word(own), read_limits(own)

    fields.named("tags", "tag", tag, declare=False)
    if not words:
        fields.problem("key-missing", "a device needs 'tags': at least one", "Add 'tags:'.")
    asked = blocks(words)
    return Asked(f"{host}:{port}", Plan(host, port, unit, asked), limits, len(asked))


def _word(fields: Fields) -> Word:
    table = fields.one_of(*TABLES) or TABLES[-1]
    address = fields.want(table, between(integer, 0, 65535), 0)
    if table in BITS:
        return Word(table, address)
    bit = fields.want("bit", between(integer, 0, 15), None)
    type_ = fields.want("type", choice(*TYPES), "u16")
    if bit is not None and type_ != "u16":
        fields.problem("value-wrong", "'bit' is of one register", "Leave 'type' out.", key="bit")
    words = fields.want("words", choice("high first", "low first"), "high first")
    word = Word(table, address, type_, words == "low first", bit, fields.want("scale", decimal, None))
    if address + word.size > 65536:
        fields.problem("value-wrong", f"it does not end at register 65535: {address} and {word.size} long")
    return word
