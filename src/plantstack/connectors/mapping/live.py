"""What a mapping of live messages must not do, beside what no mapping must."""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.connectors.mapping.model import Mapping
from plantstack.errors import Problem

LIVE_FORMATS = ("json", "mtconnect")  # whose columns messages have


def live_problems(mapping: Mapping) -> list[Problem]:
    """Return why messages cannot be read through a mapping; nothing when they can."""
    form = mapping.file.format
    found = []
    if form not in LIVE_FORMATS or mapping.by_row or mapping.joins or mapping.wide or mapping.file.name:
        what = "is no mapping for messages"
        fix = "It needs 'format: json' or 'mtconnect', and no 'join', 'wide', 'name' or 'identity: row'."
        found.append(Problem("mapping-messages", mapping.name, what, fix))
    return [*found, *_deltas(mapping)]


def _deltas(mapping: Mapping) -> Iterator[Problem]:
    """Pieces since the last message, and nothing by which one that comes twice is known (books 1)."""
    for rule in mapping.rules:
        is_delta = rule.kind == "count" and not (rule.counter and rule.counter.cumulative)
        if is_delta and not {"key", "sequence"} & rule.fields.keys():
            what = f"rule '{rule.name}' counts pieces of messages that have neither 'key' nor 'sequence'"
            fix = "Name the field that tells one message from another, or send a counter that only grows."
            yield Problem("mapping-delta", str(rule.place), what, fix)
