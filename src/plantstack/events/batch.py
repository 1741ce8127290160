"""What travels between the doors and the log: decoded rows, dead letters, validated batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from plantstack.errors import Problem
from plantstack.events.schema import CONTENT

KEPT_BYTES = 65_536  # of an over-long input this much is kept with its dead letter

RAW = pa.schema([pa.field(column.name, column.type) for column in CONTENT])
"""CONTENT as it comes in: everything may be missing, equipment as the sender names it."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Input that could not become an event: kept whole, with the reason, to be retried.

    Attributes:
        raw: its bytes, the first 64 KiB.
        where: for people: which line, row or message it is.
        problem: the reason.
        source: that it speaks as.
        identity: by which it is the same when it comes again, once and for all; '' is one of its own.
        sender: name of the token it came with; '' is none.
    """

    raw: bytes
    where: str
    problem: Problem
    source: str = ""
    identity: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Rows that could be read, where each came from, and what could not be read."""

    table: pa.Table  # RAW
    lines: Sequence[int]
    raws: Sequence[bytes]
    dead: tuple[DeadLetter, ...] = ()


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a connector has read its source; moves in the same transaction as the events."""

    source: str
    position: str


@dataclass(frozen=True, slots=True)
class FileMark:
    """A whole file, known by its content."""

    sha256: str
    name: str
    plain: str = ""  # the same for every wording of the mapping that read it; '' when none did


@dataclass(frozen=True, slots=True)
class Batch:
    """Validated events and the dead letters of the same input."""

    events: pa.Table = field(default_factory=CONTENT.empty_table)
    dead: tuple[DeadLetter, ...] = ()
    file: FileMark | None = None
    cursors: tuple[Cursor, ...] = ()


ACCEPTED, DUPLICATE, CONFLICT = 0, 1, 2
BY_HTTP = "http"
"""The source of letters that name none and came over the network with no token."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch: sent = accepted + duplicates + dead-lettered; conflicts are accepted too.

    A dead letter that is known is a duplicate.
    """

    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    dead_lettered: int = 0
    first_offset: int | None = None
    last_offset: int | None = None
    outcomes: bytes = b""  # one code a row: ACCEPTED, DUPLICATE or CONFLICT

    def __add__(self, other: Receipt) -> Receipt:
        return Receipt(
            self.accepted + other.accepted,
            self.duplicates + other.duplicates,
            self.conflicts + other.conflicts,
            self.dead_lettered + other.dead_lettered,
            self.first_offset if self.first_offset is not None else other.first_offset,
            other.last_offset if other.last_offset is not None else self.last_offset,
            self.outcomes + other.outcomes,
        )


def kept(raw: bytes) -> bytes:
    """Return the raw bytes a dead letter keeps: all, or the first part of an over-long input."""
    return raw if len(raw) <= KEPT_BYTES else raw[:KEPT_BYTES]


def bury(
    decoded: Decoded, problems: Iterable[tuple[int, Problem]], *, file: str = "", source: str = ""
) -> tuple[DeadLetter, ...]:
    """Turn the problems of decoded rows into one dead letter a row, the first problem leading."""
    found: dict[int, list[Problem]] = {}
    for row, problem in problems:
        found.setdefault(row, []).append(problem)
    sources = decoded.table.column("source")
    return tuple(
        DeadLetter(
            kept(decoded.raws[row]),
            f"{file} line {decoded.lines[row]}".strip(),
            merged(rows_problems),
            source or sources[row].as_py() or "",
        )
        for row, rows_problems in sorted(found.items())
    )


def signed(letters: Iterable[DeadLetter], source: str, sender: str = "") -> tuple[DeadLetter, ...]:
    """Letters with whom they came from: bytes that could not be read name no source."""
    return tuple(replace(one, source=one.source or source, sender=sender) for one in letters)


def merged(problems: list[Problem]) -> Problem:
    """Make one problem of all that is wrong with a row."""
    first = problems[0]
    if len(problems) == 1:
        return first
    what = "; ".join(dict.fromkeys(problem.what for problem in problems))
    return Problem(first.code, first.where, what, first.fix)
