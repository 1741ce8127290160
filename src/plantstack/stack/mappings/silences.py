"""When a source was there and when it was not, as the log was told: what silence shows is told again by it.

Messages are kept as they came, and silence is no message. But whoever was there and silent was told as
`alive`, and whoever was away as `unknown`: with that, thin signals say what they said.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import pyarrow as pa

from plantstack.connectors.load import FileBatch
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.raw import Kept
from plantstack.connectors.stream import Stream
from plantstack.plant.plant import Plant

_ALIVE = "alive"


class Came(NamedTuple):
    """What a connection delivered."""

    at: int
    connection: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class Word:
    """That a machine was heard through a scope until an instant, or not.

    Attributes:
        at: when it was said, microseconds UTC.
        is_there: whether it was heard.
        scope: of its connection.
        machine: by id.
        since: from when on it was away.
    """

    at: int
    is_there: bool
    scope: str
    machine: str
    since: int


def words_of(events: pa.Table) -> list[Word]:
    """Read the words of presence among events, see `live.heard`, in their order."""
    names = ("kind", "key", "equipment", "at", "told_at", "until_at")
    found = []
    for row in events.select(names).to_pylist():
        since = row["at"]
        scope = row["key"].partition(" ")[2].removesuffix(f" {row['equipment']} {since}")
        # One that was carried to a new source was received anew; until when it holds says when it was told.
        at = row["until_at"] if row["until_at"] is not None else row["told_at"]
        found.append(Word(at, row["kind"] == _ALIVE, scope, row["equipment"], since))
    return sorted(found, key=lambda one: one.at)


def in_order(deliveries: Iterable[Came], words: Sequence[Word]) -> Iterator[Came | list[Word]]:
    """Deliveries, from the first on, and the words of presence between them; those of one instant at once."""
    together = (list(group) for _, group in groupby(words, key=lambda one: one.at))
    merged: Iterator[Any] = heapq.merge(
        ((one.at, 0, one) for one in deliveries),
        ((group[0].at, 1, group) for group in together),
        key=lambda found: found[:2],
    )
    has_begun = False
    for _, is_word, found in merged:
        has_begun |= not is_word
        if has_begun:
            yield found


def shown(
    stream: Stream, plant: Plant, words: Sequence[Word], carry: Carry, connections: Sequence[str]
) -> Iterator[FileBatch]:
    """Yield what the absence of messages says, as it was said live; the carry moves on.

    Args:
        stream: whose signals speak of the machines.
        plant: that knows them by the names that messages give them.
        words: of one instant.
        carry: of the signals.
        connections: of which one was heard; the words do not say which.
    """
    now = words[0].at
    named = {one: plant.resolve(one, now) or one for one in carry.spoken_of()}
    alive = {(one.scope, one.machine) for one in words if one.is_there}
    machines = {machine for _, machine in alive}

    def is_there(name: str, scope: str | None) -> bool:
        if scope is None:
            return named[name] in machines
        return (scope.partition("/")[2], named[name]) in alive

    if alive:
        yield from stream.tick(carry, now, is_there)
    for one in words:
        for name in () if one.is_there else [name for name in named if named[name] == one.machine]:
            for connection in connections:
                yield from stream.gap(carry, name, one.since, now, f"{connection}/{one.scope}")
