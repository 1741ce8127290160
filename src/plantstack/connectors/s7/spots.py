"""Where a tag stands in a PLC, and what its bytes say: `DB10.DBX4.1`, `DB10.DBW6`, `MD20`, `I0.3`."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from decimal import Decimal

from plantstack.connectors.polling.device import Reading
from plantstack.connectors.polling.settings import scaled

_DB = re.compile(r"DB([0-9]{1,5})\.DB([XBWD])([0-9]{1,5})(?:\.([0-7]))?")
_OTHER = re.compile(r"([MIEQA])([BWD]?)([0-9]{1,5})(?:\.([0-7]))?")
_AREAS = {"M": "M", "I": "I", "E": "I", "Q": "Q", "A": "Q"}  # German names of inputs and outputs too
_PLAIN = {"X": "bool", "": "bool", "B": "byte", "W": "word", "D": "dword"}
TYPES = {  # type -> bytes, and how they are read; of a string its length is written
    "bool": (1, ""),
    "byte": (1, ">B"),
    "sint": (1, ">b"),
    "word": (2, ">H"),
    "int": (2, ">h"),
    "dword": (4, ">I"),
    "dint": (4, ">i"),
    "real": (4, ">f"),
    "lreal": (8, ">d"),
    "string": (2, ""),
}
MOST = 200  # bytes of one request: every S7 answers so many at once
HOLE = 16  # bytes between two tags that are read along: a request costs more than they do


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a tag stands.

    Attributes:
        area: `DB`, `M`, `I` or `Q`.
        block: number of the data block; 0 for other areas.
        start: its first byte.
        bit: of a bool.
        type: see TYPES.
        length: most characters of a string.
        scale: what one step is worth.
    """

    area: str
    block: int
    start: int
    bit: int = 0
    type: str = "bool"
    length: int = 0
    scale: Decimal | None = None

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return TYPES[self.type][0] + self.length

    def reading(self, cells: bytes) -> Reading:
        """Say what its bytes say.

        >>> Spot("M", 0, 4, 3).reading(bytes([8])).value
        True
        >>> Spot("DB", 1, 0, type="int").reading(bytes([255, 254])).value
        -2
        >>> Spot("DB", 1, 0, type="string", length=5).reading(bytes([5, 2]) + b"A7---").value
        'A7'
        """
        if self.type == "bool":
            return Reading(bool(cells[0] >> self.bit & 1))
        if self.type == "string":
            if cells[1] > self.length:
                return Reading(None, "no text stands there")
            return Reading(cells[2 : 2 + cells[1]].decode("latin-1"))
        return Reading(scaled(struct.unpack(TYPES[self.type][1], cells)[0], self.scale))


def read_address(address: str) -> Spot:
    """Read an address; its letter says the type, unless another of that size is given.

    Raises:
        ValueError: with what to write instead.

    >>> read_address("DB10.DBX4.1").bit, read_address("MD20").type, read_address("E0.3").area
    (1, 'dword', 'I')
    """
    if match := _DB.fullmatch(address):
        area, block, letter, start, bit = "DB", int(match[1]), match[2], int(match[3]), match[4]
    elif match := _OTHER.fullmatch(address):
        area, block, letter, start, bit = _AREAS[match[1]], 0, match[2], int(match[3]), match[4]
    else:
        raise ValueError("Write it as in 'DB10.DBX4.1', 'DB10.DBW6', 'M20.0', 'MD24', 'I0.3' or 'QW2'.")
    if (letter in ("X", "")) != (bit is not None):
        raise ValueError("A bit has a number from 0 to 7 behind a point, a byte or word has none.")
    if start > 65_535 or block > 65_535 or (area == "DB" and not block):
        raise ValueError("There is no such byte or data block.")
    return Spot(area, block, start, int(bit or 0), _PLAIN[letter])


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes side by side, read with one request."""

    area: str
    block: int
    start: int
    count: int
    spots: tuple[tuple[str, Spot], ...]


def blocks(spots: dict[str, Spot]) -> tuple[Block, ...]:
    """Put tags that stand near each other into one request.

    >>> found = blocks({"a": Spot("DB", 1, 0), "b": Spot("DB", 1, 6, type="real"), "c": Spot("DB", 1, 90)})
    >>> [(one.start, one.count) for one in found]
    [(0, 10), (90, 1)]
    """
    found: list[Block] = []
    order = sorted(spots.items(), key=lambda item: (item[1].area, item[1].block, item[1].start, item[0]))
    for name, spot in order:
        last = found[-1] if found else None
        end = spot.start + spot.size
        if (
            last
            and (last.area, last.block) == (spot.area, spot.block)
            and spot.start <= last.start + last.count + HOLE
            and end - last.start <= MOST
        ):
            count = max(last.count, end - last.start)
            found[-1] = Block(last.area, last.block, last.start, count, (*last.spots, (name, spot)))
        else:
            found.append(Block(spot.area, spot.block, spot.start, spot.size, ((name, spot),)))
    return tuple(found)
