"""Many small deliveries read as one: a hundred times as fast, and the same is said.

What is told of a message depends on the delivery it came with in two ways only: its instant of receipt, which
goes with it as the column `received`, and the ordinals of events that say the same within one delivery,
which are counted anew for each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from plantstack.connectors.contract import Message
from plantstack.connectors.load import FileBatch
from plantstack.connectors.raw import Kept
from plantstack.intervals import HOUR, rfc3339

MOST = 2_000  # messages that are read together
_SPAN = HOUR
_ORDINAL = re.compile(r"[0-9]+#(.*)", re.DOTALL)
Spot = tuple[int, int]  # number of a delivery, and the place of a message in it


@dataclass(slots=True)
class Joined:
    """Messages of neighbouring deliveries.

    Attributes:
        at: the instant of receipt of the last.
        messages: each with its own instant of receipt.
        spots: where each is from.
    """

    at: int = 0
    messages: list[Message] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    _said: set[str] = field(default_factory=set)
    _told: Counter[tuple[str, int]] = field(default_factory=Counter)

    def add(self, number: int, kept: Kept) -> None:
        """Take a delivery in."""
        self.at = kept.at
        for place, message in enumerate(kept.messages):
            about = {**message.about, "received": rfc3339(kept.at + place)}
            self.messages.append(replace(message, about=about))
            self.spots.append((number, place))

    def own_keys(self, part: FileBatch) -> pa.Table:
        """The events of a part, under the keys that they have when each delivery is read by itself."""
        events, place = part.events, part.events.schema.get_field_index("key")
        if not len(events):
            return events
        own = self.keys(events["key"].to_pylist(), [int(row) for row in part.rows])
        return events.set_column(place, events.schema.field(place), pa.array(own, pa.string()))

    def keys(self, keys: Sequence[str], rows: Sequence[int]) -> list[str]:
        """The keys that events of these rows have when each delivery is read by itself."""
        made = []
        for key, row in zip(keys, rows, strict=True):
            twin = _ORDINAL.fullmatch(key)
            is_twin = twin is not None and twin[1] in self._said
            base = twin[1] if twin is not None and is_twin else key
            self._said.add(base)
            place = (base, self.spots[row][0])
            before, self._told[place] = self._told[place], self._told[place] + 1
            made.append(f"{before}#{base}" if before and is_twin else base)
        return made


def joined(deliveries: Iterable[Kept], since: int = 0) -> Iterator[Joined]:
    """Join neighbours; none with one that tells again what is so, and none over an instant.

    Args:
        deliveries: in the order of receipt.
        since: what came before is not read together with what came after.
    """
    group, first, is_alone = Joined(), 0, False
    for number, kept in enumerate(deliveries):
        tells_again = any(one.is_snapshot or one.is_fresh for one in kept.messages)
        is_full = len(group.messages) + len(kept.messages) > MOST or kept.at - first > _SPAN
        is_over = first < since <= kept.at
        if group.messages and (is_full or is_over or is_alone or tells_again):
            yield group
            group = Joined()
        if not group.messages:
            first = kept.at
        group.add(number, kept)
        is_alone = tells_again
    if group.messages:
        yield group
