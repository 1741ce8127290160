"""What a tag is in registers: where it stands, how many it takes, and the value they say."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from plantstack.connectors.polling.device import Value
from plantstack.connectors.polling.settings import scaled

BITS = ("coil", "discrete")
REGISTERS = ("holding", "input")
TYPES = {  # type -> registers, and how their bytes are read
    "u16": (1, ">H"),
    "i16": (1, ">h"),
    "u32": (2, ">I"),
    "i32": (2, ">i"),
    "u64": (4, ">Q"),
    "i64": (4, ">q"),
    "f32": (2, ">f"),
    "f64": (4, ">d"),
}


@dataclass(frozen=True, slots=True)
class Word:
    """A tag of a device.

    Attributes:
        table: `coil`, `discrete`, `holding` or `input`.
        address: of its first bit or register, from 0 as on the wire.
        type: of a register, see TYPES.
        is_low_first: of several registers the first has the low part.
        bit: of a register, 0 is the lowest; None: all of it.
        scale: what one step is worth.
    """

    table: str
    address: int
    type: str = "u16"
    is_low_first: bool = False
    bit: int | None = None
    scale: Decimal | None = None

    @property
    def size(self) -> int:
        """How many bits or registers it takes."""
        return 1 if self.table in BITS else TYPES[self.type][0]

    def value(self, cells: Sequence[int]) -> Value:
        """Say what its bits or registers say.

        >>> Word("holding", 0, "f32").value([0x41C8, 0]), Word("holding", 0, "f32", True).value([0, 0x41C8])
        (25.0, 25.0)
        >>> Word("input", 7, bit=3).value([0b1000]), Word("coil", 1).value([True])
        (True, True)
        >>> Word("input", 7, "i16", scale=Decimal("0.1")).value([0xFFFE])
        -0.2
        """
        if self.table in BITS:
            return bool(cells[0])
        if self.bit is not None:
            return bool(cells[0] >> self.bit & 1)
        words = tuple(reversed(cells)) if self.is_low_first else tuple(cells)
        number: int | float = struct.unpack(TYPES[self.type][1], struct.pack(f">{len(words)}H", *words))[0]
        return scaled(number, self.scale) if math.isfinite(number) else number


@dataclass(frozen=True, slots=True)
class Block:
    """Bits or registers side by side, read with one request."""

    table: str
    start: int
    count: int
    words: tuple[tuple[str, Word], ...]


MOST = {"coil": 2000, "discrete": 2000, "holding": 125, "input": 125}  # of one request, by the specification


def blocks(words: dict[str, Word]) -> tuple[Block, ...]:
    """Put tags that stand side by side into one request; what nobody asked for is not read.

    >>> both = blocks({"b": Word("input", 2, "u32"), "a": Word("input", 0, "u32"), "c": Word("input", 9)})
    >>> [(one.start, one.count) for one in both]
    [(0, 4), (9, 1)]
    """
    found: list[Block] = []
    for name, word in sorted(words.items(), key=lambda item: (item[1].table, item[1].address, item[0])):
        last = found[-1] if found else None
        end = word.address + word.size
        if (
            last
            and last.table == word.table
            and word.address <= last.start + last.count
            and end - last.start <= MOST[word.table]
        ):
            count = max(last.count, end - last.start)
            found[-1] = Block(last.table, last.start, count, (*last.words, (name, word)))
        else:
            found.append(Block(word.table, word.address, word.size, ((name, word),)))
    return tuple(found)
