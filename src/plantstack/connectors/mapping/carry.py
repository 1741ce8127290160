"""What one file leaves to the next: where counters stand, and which order runs."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from plantstack.connectors.mapping.counters import Last, Values, begun_anew
from plantstack.connectors.mapping.model import Counter


@dataclass(frozen=True, slots=True)
class Edge:
    """What the counters of a series show at one instant."""

    at: int  # microseconds UTC
    values: Values


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a series stands: the stretch of it that is counted, and what to go on from.

    Each counter has its own last sample; `wild` holds jumps that may prove to be counters that were set.
    """

    first: Edge | None  # None: from where on all is in the log is not known
    last: tuple[Last | None, ...]
    wild: tuple[Last | None, ...] = ()

    @property
    def end(self) -> Edge | None:
        """The latest sample; None for a counter that was last seen before it."""
        known = [value.at for value in self.last if value]
        if not known:
            return None
        at = max(known)
        return Edge(at, tuple(value.value if value and value.at == at else None for value in self.last))

    def after(self, before: Standing | None) -> Standing:
        """This standing, told by a file, together with the one before it."""
        if before is None:
            return self
        if before.first is None:
            begun = before.end if self.last != before.last else None
            return Standing(begun, self.last, self.wild)
        starts = [start for start in (before.first, self.first) if start]
        return Standing(min(starts, key=lambda start: start.at), self.last, self.wild)

    def begun_anew(self, counter: Counter, shown: tuple[Last | None, ...]) -> Standing:
        """This standing where a source that is new says what its counters show; nothing is counted."""
        if len(shown) != len(self.last):  # its rule reads other counters now
            return self
        pairs = zip(self.last, shown, strict=True)
        return replace(self, last=tuple(begun_anew(counter, last, value) for last, value in pairs))


@dataclass(slots=True)
class Carry:
    """Of every series and machine of a mapping, by names that are JSON."""

    counters: dict[str, Standing] = field(default_factory=dict)  # [rule, equipment, series]
    orders: dict[str, tuple[int, str, str]] = field(default_factory=dict)  # equipment: at, order, product
    changes: dict[str, list[list[Any]]] = field(default_factory=dict)  # the same, of each change of late
    signals: dict[str, dict[str, Any]] = field(default_factory=dict)  # [rule, equipment]: what it remembers
    readings: dict[str, list[Any]] = field(default_factory=dict)  # [rule, equipment, parameter]: told last

    def text(self) -> str:
        """As the log keeps it; '' when there is nothing to keep.

        >>> Carry(orders={"press": (0, "A", "")}).text()
        '{"counters": {}, "orders": {"press": [0, "A", ""]}}'
        >>> Carry.read(Carry(orders={"press": (0, "A", "")}).text()).orders
        {'press': (0, 'A', '')}
        """
        if not (self.counters or self.orders or self.signals or self.readings):
            return ""
        counters = {
            name: {
                "first": [one.first.at, *map(_shown, one.first.values)] if one.first else None,
                "last": [_told(last) for last in one.last],
                "wild": [_told(last) for last in one.wild],
            }
            for name, one in self.counters.items()
        }
        more = {"changes": self.changes, "signals": self.signals, "readings": self.readings}
        kept = {name: value for name, value in more.items() if value}
        return json.dumps({"counters": counters, "orders": self.orders, **kept})

    @property
    def is_of_counters(self) -> bool:
        """Whether nothing but counters stands in it: those are what they were when they are read again."""
        return not (self.orders or self.changes or self.signals or self.readings)

    def spoken_of(self) -> set[str]:
        """The machines of which a signal remembers something, as rows name them."""
        return {json.loads(name)[1] for name in self.signals}

    def scopes(self) -> set[tuple[str, str]]:
        """Through what signals were heard, CONNECTION/SCOPE, and of which machines, as rows name them."""
        return {
            (scope, json.loads(name)[1])
            for name, memory in self.signals.items()
            for scope in memory.get("heard", {}).values()
        }

    @classmethod
    def read(cls, text: str) -> Carry:
        """Read what `text` gave."""
        told = json.loads(text) if text else {}
        if told and "counters" not in told:  # as it was written before stretches were kept
            told = {"counters": {name: {"last": last} for name, last in told.items()}}
        counters = {}
        for name, one in told.get("counters", {}).items():
            at, *values = one.get("first") or [None]
            first = Edge(int(at), tuple(map(_number, values))) if at is not None else None
            last = tuple(map(_last, one["last"]))
            counters[name] = Standing(first, last, tuple(map(_last, one.get("wild", ()))))
        orders = {name: (int(at), order, of) for name, (at, order, of) in told.get("orders", {}).items()}
        more = (told.get(name, {}) for name in ("changes", "signals", "readings"))
        return cls(counters, orders, *more)


def without_stretches(text: str, equipment: Collection[str]) -> str:
    """A carry for machines of which events were refused: what a mended file tells again must come in."""
    if not (text and equipment):
        return text
    carry = Carry.read(text)
    for name, one in carry.counters.items():
        if json.loads(name)[1] in equipment:
            carry.counters[name] = Standing(None, one.last, one.wild)
    for remembered in (carry.signals, carry.readings):
        for name in [name for name in remembered if json.loads(name)[1] in equipment]:
            del remembered[name]
    return carry.text()


def _told(last: Last | None) -> list[int | str] | None:
    if last is None:
        return None
    owed: list[int | str] = [str(last.owed), last.since] if last.owed and last.since is not None else []
    return [last.at, str(last.value), *owed]


def _last(told: list[int | str] | None) -> Last | None:
    if told is None:
        return None
    at, value, *owed = told
    more = (Decimal(str(owed[0])), int(owed[1])) if owed else ()
    return Last(int(at), Decimal(str(value)), *more)


def _shown(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _number(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)
