"""A value of the wire -> an observation: what it says, when it was so, and how good it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from asyncua import ua
from asyncua.ua.status_codes import StatusCodes

from plantstack.connectors.contract import Gap, Message
from plantstack.connectors.observation import BAD, GOOD, UNCERTAIN, observation
from plantstack.connectors.opcua.settings import Address
from plantstack.intervals import to_us

LONGEST = 4_096  # letters of a text; nobody maps a longer one
NEVER_SET = datetime(1990, 1, 1, tzinfo=UTC)  # servers without a time send that of 1601

_OVERFLOW = 0x0480  # Part 4, 7.39.1: the info bits are of a data value, and it lost its neighbours
_CODE = 0xFFFF0000
_SEVERITY = {0: GOOD, 1: UNCERTAIN}

Plain = bool | int | float | str | None


@dataclass(slots=True)
class Reader:
    """Reads what a session tells.

    Attributes:
        addresses: of the items, by their handle.
        namespaces: of this session, by their number.
        latest: when each item was last said to be so, over all sessions.
    """

    addresses: Sequence[Address]
    namespaces: Sequence[str] = ()
    latest: dict[int, datetime] = field(default_factory=dict)
    _known: set[int] = field(default_factory=set)  # items that this session has told of

    def read(
        self,
        items: Sequence[ua.MonitoredItemNotification],
        since: datetime | None = None,
        published: datetime | None = None,
    ) -> tuple[list[Gap], list[Message]]:
        """Return where values were lost, and the observations in the order of their times.

        The values of one item come in order, those of several stand one item after the other.

        Args:
            items: as they came.
            since: when the server had told all it had before, by its clock.
            published: when it told this.
        """
        gaps: list[Gap] = []
        found: list[tuple[datetime, Message]] = []
        for item in items:
            value, handle = item.Value, item.ClientHandle
            before = self.latest.get(handle)
            at = self._dated(handle, value, published)
            if value.StatusCode is not None and value.StatusCode.value & _OVERFLOW == _OVERFLOW:
                known = [one for one in (before, since) if one is not None]
                gaps.append(_lost(self.addresses[handle], max(known, default=None), at))
            if at is not None:
                self.latest[handle] = at
            message = self.message(self.addresses[handle], value, at)
            if message is not None:
                found.append((at or before or NEVER_SET, message))
        found.sort(key=lambda pair: pair[0])
        return gaps, [message for _, message in found]

    def _dated(self, handle: int, value: ua.DataValue, published: datetime | None) -> datetime | None:
        """When a value was so: as its source says, else as the server does, else None.

        The first value of a session is the present one. Where a server that started anew dates it before
        what the same item told in an earlier session, it is of now, by the server's clock.
        """
        times = [value.SourceTimestamp, value.ServerTimestamp, published]
        known = [one for one in times if one is not None and one > NEVER_SET]
        before, is_first = self.latest.get(handle), handle not in self._known
        self._known.add(handle)
        if before is None or not is_first or not known or known[0] >= before:
            return known[0] if known else None
        return next((one for one in known if one > before), None)

    def message(self, address: Address, value: ua.DataValue, at: datetime | None) -> Message | None:
        """Return what a value says; None when it says nothing: its state machine is not in use."""
        code = value.StatusCode.value & _CODE if value.StatusCode is not None else StatusCodes.Good
        if code == StatusCodes.BadStateNotActive:
            return None
        plain, why = self.plain(inside(value.Value, address.part))
        quality = _SEVERITY.get(code >> 30, BAD)
        status = _word(code)
        if quality == BAD:
            why = status
        elif why:
            quality = BAD
        return observation(
            address.tag,
            plain,
            at=at.isoformat() if at is not None else "",
            quality=quality,
            scope=address.device,
            device=address.device,
            item=address.item,
            node=str(address),
            status=status,
            why=why,
        )

    def plain(self, variant: ua.Variant | None) -> tuple[Plain, str]:
        """Return a value as a mapping reads it, and why it cannot be read."""
        value = variant.Value if variant is not None else None
        if variant is not None and (variant.is_array or isinstance(value, list)):
            return None, "array"
        match value:
            case None:
                return None, "empty"
            case float() if not math.isfinite(value):
                return None, "no number"
            case bool() | int() | float():
                return value, ""
            case str():
                return (value, "") if len(value) <= LONGEST else (None, "long text")
            case bytes():
                return None, "bytes"
            case _:
                return self._named(value)

    def _named(self, value: object) -> tuple[Plain, str]:
        match value:
            case datetime():
                return value.isoformat(), ""
            case UUID():
                return str(value), ""
            case ua.LocalizedText():
                return self.plain(ua.Variant(value.Text or "", ua.VariantType.String))
            case ua.QualifiedName():
                return value.Name, ""
            case ua.StatusCode():
                return value.name, ""
            case ua.NodeId():
                return node_text(value, self.namespaces), ""
            case _:
                return None, "structure"


@lru_cache(256)
def _word(code: int) -> str:
    """The standard's word for a status; looking it up takes longer than all else about a value."""
    return ua.StatusCode(ua.UInt32(code)).name


def inside(variant: ua.Variant | None, part: Sequence[str | int]) -> ua.Variant | None:
    """Return what is at a place inside a value; None when it has no such place.

    >>> inside(ua.Variant([ua.Range(1.0, 2.5)]), (0, "High")).Value
    2.5
    >>> inside(ua.Variant([1]), (3,)) is None
    True
    """
    if not part or variant is None:
        return variant
    value = variant.Value
    for step in part:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = getattr(value, step, None) if step[:1].isalpha() else None
    return ua.Variant(value) if isinstance(value, bool | int | float | str) else None


def node_text(node: ua.NodeId, namespaces: Sequence[str]) -> str:
    """Return a node's name with its namespace by URI.

    >>> node_text(ua.NodeId("Line1.State", 1), ["http://opcfoundation.org/UA/", "http://vendor.example/"])
    'nsu=http://vendor.example/;s=Line1.State'
    >>> node_text(ua.NodeId(2258, 0), [])
    'i=2258'
    """
    number = node.NamespaceIndex
    bare = node.to_string().rpartition(f"ns={number};")[2]
    if not number or number >= len(namespaces):
        return bare
    return f"nsu={namespaces[number]};{bare}"


def _lost(address: Address, before: datetime | None, at: datetime | None) -> Gap:
    why = f"the server kept fewer values of '{address.tag}' than there were"
    since, until = (to_us(one) if one is not None else None for one in (before, at))
    return Gap(why, address.device, since, until)
