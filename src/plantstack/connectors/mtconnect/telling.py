"""Observations -> messages, and how far an agent is read.

The columns are those of files of `format: mtconnect`, so one mapping reads both; beside them are `tag`, `at`,
`value` and `quality`, as of every connector.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from plantstack.connectors.contract import Message
from plantstack.connectors.mapping.read_columns import XML_HEADERS
from plantstack.connectors.observation import observation
from plantstack.intervals import to_us

Cells = dict[str, str]
"""One observation by the names of `XML_HEADERS`."""

_BESIDE = tuple(name for name in XML_HEADERS if name not in ("value", "quality"))


@dataclass(frozen=True, slots=True)
class Position:
    """How far an agent is read.

    Attributes:
        instance: `instanceId` of the agent, new with each of its starts.
        next: sequence number of what is read next.
        turn: how often its numbers went back although the instance stayed the same.
        away: device -> since when it is not connected to the agent, microseconds UTC.
        owes_state: what is so now is to be told once everything is read: it may have begun long ago.
    """

    instance: str
    next: int
    turn: int = 0
    away: Mapping[str, int] = field(default_factory=dict)
    owes_state: bool = False

    @property
    def epoch(self) -> str:
        """What makes sequence numbers unique.

        >>> Position("1475083573", 5).epoch, Position("1475083573", 5, turn=2).epoch
        ('1475083573', '1475083573~2')
        """
        return f"{self.instance}~{self.turn}" if self.turn else self.instance

    def text(self) -> str:
        """As a cursor.

        >>> Position.read(Position("7", 5, 0, {"Mazak": 3}).text())
        Position(instance='7', next=5, turn=0, away={'Mazak': 3}, owes_state=False)
        """
        return json.dumps([self.instance, self.next, self.turn, dict(self.away), self.owes_state])

    @classmethod
    def read(cls, text: str) -> Position | None:
        """Read what `text` gave; None when it is the cursor of something else.

        >>> Position.read("row 7") is None
        True
        """
        try:
            return cls(*json.loads(text))
        except (ValueError, TypeError):
            return None


def cells_of(row: Iterable[str]) -> Cells:
    """Name the cells of an observation."""
    return dict(zip(XML_HEADERS, row, strict=True))


def number_of(cells: Cells) -> int:
    """The sequence number of an observation; -1 where it has none."""
    told = cells["sequence"]
    return int(told) if told.isascii() and told.isdigit() and len(told) <= 20 else -1


def instant_of(told: str) -> int | None:
    """An instant as agents write it, microseconds UTC; None when it is none.

    >>> instant_of("2017-02-02T16:30:58.2500000Z"), instant_of("never")
    (1486053058250000, None)
    """
    try:
        read = datetime.fromisoformat(told)
        return to_us(read if read.tzinfo else read.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def tag_of(device: str, key: str) -> str:
    """What a mapping of any connector knows a value by; a name alone is that of a device only."""
    return f"{device}/{key}"


def later(one: str, other: str) -> str:
    """The later of two instants as agents write them.

    >>> later("2017-02-02T16:30:58.25Z", "2017-02-02T16:30:58Z")
    '2017-02-02T16:30:58.25Z'
    """
    first, second = instant_of(one), instant_of(other)
    return one if first is not None and second is not None and first > second else other


def message_of(cells: Cells, epoch: str) -> Message:
    """Return an observation as a message.

    Args:
        cells: of the observation.
        epoch: stands as `instance`.
    """
    told = {name: cells[name] for name in _BESIDE if cells[name]} | {"instance": epoch}
    return _message(cells, told, is_snapshot=False)


def snapshot_of(cells: Cells, epoch: str, at: str) -> Message:
    """Return what was so at an instant, whenever it began: a state, or where a counter stands; no count.

    It says more than the observation behind it, so it is known by another `instance`.
    """
    told = {name: cells[name] for name in _BESIDE if cells[name]} | {"instance": epoch, "time": at}
    return _message({**cells, "time": at}, told, is_snapshot=True)


def _message(cells: Cells, told: dict[str, str], *, is_snapshot: bool) -> Message:
    device = cells["device"]
    made = observation(
        tag_of(device, cells["key"]),
        cells["value"],
        at=cells["time"],
        quality=cells["quality"],
        scope=device,
        is_snapshot=is_snapshot,
        **told,
    )
    where = f"{device} {cells['key']}, sequence {cells['sequence']}"
    return replace(made, where=where, is_fresh=is_snapshot)
