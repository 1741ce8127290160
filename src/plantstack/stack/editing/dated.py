"""Entries of a list that hold from a day until a day: a new one makes the others give way to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.nodes import Node

from plantstack.stack.editing.splicing import Splices, Value, items, plain

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spot:
    """What an entry is about: a place and a product, '' for none; and what else must be the same.

    Attributes:
        key: under which an entry lists its places.
        place: id of equipment.
        product: its number.
        same: keys and values that tell one thing from another, as `kpi`.
    """

    key: str
    place: str
    product: str
    same: tuple[tuple[str, str], ...] = ()

    def is_of(self, entry: Entry) -> bool:
        """Whether an entry is about this, perhaps beside other places and products."""
        places, products = entry.get(self.key, []), entry.get("products", [])
        return (
            all(entry.get(key, "") == value for key, value in self.same)
            and (self.place in places if self.place else not places)
            and (self.product in products if self.product else not products)
        )

    def others(self, entry: Entry) -> Iterator[dict[str, Any]]:
        """What an entry says of other places and products, as entries of their own."""
        places = [one for one in entry.get(self.key, []) if one != self.place]
        products = [one for one in entry.get("products", []) if one != self.product]
        if places:
            yield {**entry, self.key: places}
        if products:
            here = {self.key: [self.place]} if self.place else {}
            yield {**entry, **here, "products": products}


def give_way(text: Splices, listed: Node, spot: Spot, new: dict[str, Value], *, ends_itself: bool) -> None:
    """Write a new entry into a list; what held for the same until then ends on its day.

    Args:
        text: what is changed.
        listed: the list.
        spot: what the entry is about.
        new: the entry; `from` is its day.
        ends_itself: whether a later `from` ends the entry before it by itself, as of standards.
    """
    since = str(new["from"])
    told = [(node, entry) for node in items(listed) if spot.is_of(entry := _entry(node))]
    after: Node | None = None
    more: list[dict[str, Any]] = []
    for node, entry in told:
        start, end = entry.get("from", ""), entry.get("until", "")
        if start == since and not list(spot.others(entry)):
            text.replace(node, _until(new, told, since, ends_itself=ends_itself))
            return
        if start > since or (end and end <= since):
            continue
        after = node
        if start == since:
            _narrow(text, node, entry, list(spot.others(entry)), more)
        elif end or not ends_itself:
            text.put(node, "until", since)
            more += [{**other, "from": since} for other in spot.others(entry)]
    for one in (*more, _until(new, told, since, ends_itself=ends_itself)):
        text.append(listed, one, after)


def _narrow(
    text: Splices, node: Node, entry: Entry, others: Sequence[dict[str, Any]], more: list[dict[str, Any]]
) -> None:
    """Let an entry that begins on the same day speak of the others only."""
    first, *rest = others
    for key, value in first.items():
        if entry.get(key) != value:
            text.put(node, key, value)
    more += rest


def _until(
    new: dict[str, Value], told: Sequence[tuple[Node, Entry]], since: str, *, ends_itself: bool
) -> dict[str, Value]:
    """The new entry, which ends where a later one begins."""
    later = [entry["from"] for _, entry in told if entry.get("from", "") > since]
    return new if ends_itself or not later else {**new, "until": min(later)}


def _entry(node: Node) -> Entry:
    told = plain(node)
    return told if isinstance(told, dict) else {}
