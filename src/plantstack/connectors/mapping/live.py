"""What a mapping of live messages must not do, beside what no mapping must."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from plantstack.connectors.mapping.model import Mapping, Rule
from plantstack.errors import Problem

LIVE_FORMATS = ("json", "mtconnect")  # whose columns messages have

_SILENT = "Leave it out: the connection says by itself when its source was there and when it was not."
_TWINS = (
    "Leave it out: a message that comes twice is one; 'key' or 'sequence' tells two that say the same apart."
)


def live_problems(mapping: Mapping) -> list[Problem]:
    """Return why messages cannot be read through a mapping; nothing when they can."""
    form = mapping.file.format
    found = []
    if form not in LIVE_FORMATS or mapping.by_row or mapping.joins or mapping.wide or mapping.file.name:
        what = "is no mapping for messages"
        fix = "It needs 'format: json' or 'mtconnect', and no 'join', 'wide', 'name' or 'identity: row'."
        found.append(Problem("mapping-messages", mapping.name, what, fix))
    return [*found, *_of_files(mapping), *_deltas(mapping)]


def _of_files(mapping: Mapping) -> Iterator[Problem]:
    """What reaches from row to row of a file: of messages it would depend on which came in one batch."""
    words = {
        "absence": (mapping.absence_us, _SILENT),
        "alive": (mapping.alive, _SILENT),
        "identical_rows: keep": (mapping.keep_twins, _TWINS),
    }
    for word, (is_said, fix) in words.items():
        if is_said:
            yield Problem("mapping-files", mapping.name, f"'{word}' is for files, and messages come", fix)


def _deltas(mapping: Mapping) -> Iterator[Problem]:
    """Pieces since the last message, and nothing by which one that comes twice is known (books 1)."""
    for rule in mapping.rules:
        if _is_delta(rule) and not {"key", "sequence"} & rule.fields.keys():
            what = f"rule '{rule.name}' counts pieces of messages that have neither 'key' nor 'sequence'"
            fix = "Name the field that tells one message from another, or send a counter that only grows."
            yield Problem("mapping-delta", str(rule.place), what, fix)


def told_apart(mapping: Mapping) -> Mapping:
    """The mapping, of which pieces known by their `sequence` alone are none in a message that has none."""
    rules = [
        replace(rule, known_by="sequence") if _is_delta(rule) and "key" not in rule.fields else rule
        for rule in mapping.rules
    ]
    return replace(mapping, rules=tuple(rules))


def _is_delta(rule: Rule) -> bool:
    return rule.kind == "count" and not (rule.counter and rule.counter.cumulative)
