"""What the parts of the oracle hand to each other: plain rows, segments, and the finished books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
Plant = dict[str, list[Row]]
Identity = tuple[str, str]
TimeKey = tuple[int, str, str, str, str, str, str, str, str, frozenset[str]]
PieceKey = tuple[int, str, str, str, str, str, str, str, str, str, int | None, frozenset[str]]
LaneKey = tuple[int, str, str, str, str, str, str, bool]

HOUR = 3_600_000_000
FAR_FUTURE = 253402300799000000

RUN, SETUP, UNKNOWN = "run", "setup", "unknown"
NOT_SCHEDULED, PLANNED_DOWN, PLANNED_OVERRUN = "not_scheduled", "planned_down", "planned_overrun"
BREAKDOWN, OTHER_STOP, MICRO_STOP, WAITING, NO_ORDER = (
    "breakdown",
    "other_stop",
    "micro_stop",
    "waiting",
    "no_order",
)


@dataclass
class Stop:
    """One stop while it is being formed (BOOKS 4)."""

    from_at: int
    until_at: int = 0
    own_us: int = 0
    closed: bool = False
    kind: str = ""


@dataclass
class Segment:
    """A piece of one machine's time in which nothing changes."""

    from_at: int
    until_at: int
    tile: Row
    statement: Row | None = None
    order_id: str = ""
    product: str = ""
    implied: int | None = None
    in_ramp: bool = False
    orders_used: bool = False
    claims: tuple[Row, ...] = ()
    pre: str = ""
    halt: int | None = None
    rule: Row | None = None  # the alarm that its halt begins with, with the reason of its rule
    symptoms: tuple[Row, ...] = ()  # all that cover its own seconds; `symptom` is the winner
    symptom: Row | None = None
    cause: Row | None = None
    failure_symptom: Row | None = None
    account: str = ""
    stop: Stop | None = None

    @property
    def state(self) -> str:
        return "unknown" if self.statement is None else str(self.statement["state"])

    @property
    def length(self) -> int:
        return self.until_at - self.from_at

    @property
    def in_planned_operation(self) -> bool:
        return bool(self.tile["scheduled"])

    @property
    def in_fixed_break(self) -> bool:
        return bool(self.tile["break_reason"])

    def split(self, at: int) -> list[Segment]:
        """Cut at an instant; the whole when the instant does not lie inside."""
        if not self.from_at < at < self.until_at:
            return [self]
        return [replace(self, until_at=at), replace(self, from_at=at)]


@dataclass
class Books:
    """Everything the books say about a set of events."""

    standing: set[Identity] = field(default_factory=set)
    dead: set[Identity] = field(default_factory=set)
    waiting: set[Identity] = field(default_factory=set)
    unattached: set[Identity] = field(default_factory=set)
    as_of: dict[str, int] = field(default_factory=dict)
    begin: dict[str, int] = field(default_factory=dict)
    ledger: list[Row] = field(default_factory=list)
    time: dict[TimeKey, int] = field(default_factory=dict)
    pieces: dict[PieceKey, tuple[Decimal, Decimal, Decimal | None]] = field(default_factory=dict)
    spans: list[Row] = field(default_factory=list)
    lanes: dict[LaneKey, int] = field(default_factory=dict)


def identity(row: Row) -> Identity:
    return (row["source"], row["key"])


def cut(segments: list[Segment], instants: Iterable[int]) -> list[Segment]:
    """Cut segments at every instant that lies inside one."""
    marks = sorted(set(instants))
    out: list[Segment] = []
    for segment in segments:
        rest = segment
        for mark in marks:
            if rest.from_at < mark < rest.until_at:
                head, rest = rest.split(mark)
                out.append(head)
        out.append(rest)
    return out


def half_up(value: Fraction, places: int) -> Decimal:
    """Round half up to so many places, exactly: floor(value * 10^places + 1/2)."""
    scaled = value * 10**places + Fraction(1, 2)
    return Decimal(scaled.numerator // scaled.denominator).scaleb(-places)
