"""What was changed in the plant files, when and by whom: read from the `config` events of the log.

A change is told in what the files say, so another order of keys or another comment is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plantstack.events.log import Log
from plantstack.stack.files.configuring import recorded

# What tells two entries of a list apart; where nothing is named, the whole entry does.
_NAMED = {
    "targets": ("kpi", "at", "products", "per", "from"),
    "standards": ("machines", "products", "from"),
    "exceptions": ("date",),
    "changes": ("from",),
    "units": ("unit", "machines", "products"),
    "costs": ("fact", "at", "products", "price_set", "from"),
    "exchange_rates": ("currency", "into", "from"),
    "setup_specs": ("machines", "products", "from"),
    "alarm_reasons": ("code", "at", "classes", "from"),
    "sources": ("match",),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the files say otherwise.

    Attributes:
        section: of the files, as `standards`.
        path: what it is in there, as `("press", "cola", "2026-05-01", "ideal")`.
        before: what they said; None where they said nothing.
        after: what they say; None where they say nothing.
    """

    section: str
    path: tuple[str, ...]
    before: Any
    after: Any

    def as_row(self) -> dict[str, Any]:
        """The row of the answer."""
        return {
            "section": self.section,
            "path": list(self.path),
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class Edition:
    """The plant files as they were taken in once.

    Attributes:
        offset: of the event.
        at: when they were taken in, microseconds UTC.
        by: who changed them in the app; '' where they were edited by hand.
        note: what he said about it.
        changes: against the ones before; of the first ones none.
        is_first: whether nothing was known before.
    """

    offset: int
    at: int
    by: str
    note: str
    changes: tuple[Change, ...]
    is_first: bool = False


def editions(log: Log, *, section: str = "", limit: int = 50) -> list[Edition]:
    """What was taken in, the newest first.

    Args:
        log: of the project.
        section: only changes of this one; '' all.
        limit: at most so many.
    """
    told = sorted(recorded(log, log.last_offset()))
    found: list[Edition] = []
    for number in range(len(told) - 1, -1, -1):
        one, event = told[number], json.loads(told[number].body)
        before = json.loads(told[number - 1].body)["content"] if number else event["content"]
        changes = tuple(
            change
            for change in differences(json.loads(before), json.loads(event["content"]))
            if section in ("", change.section)
        )
        if changes or not section:
            found.append(Edition(one.offset, one.at, one.by, event.get("note", ""), changes, not number))
        if len(found) == limit:
            break
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What two contents say differently, the smallest part of each.

    >>> old = {"targets": [{"kpi": "oee", "value": "60 %"}]}
    >>> new = {"targets": [{"kpi": "oee", "value": "60 %", "until": "2026-05-01"}]}
    >>> differences(old, new)
    [Change(section='targets', path=('oee', 'until'), before=None, after='2026-05-01')]
    """
    sections = [*before, *(key for key in after if key not in before)]
    return [
        Change(section, path, old, new)
        for section in sections
        for path, old, new in _walk(section, before.get(section), after.get(section))
    ]


def _walk(name: str, before: Any, after: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if before == after:
        return
    if name in _NAMED and all(isinstance(one, list | None) for one in (before, after)):
        before, after = (_by_name(name, one or []) for one in (before, after))
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield (), before, after
        return
    for key in [*before, *(key for key in after if key not in before)]:
        for path, old, new in _walk(key, before.get(key), after.get(key)):
            yield (key, *path), old, new


def _by_name(name: str, entries: Sequence[Any]) -> dict[str, Any]:
    """Entries of a list by what tells them apart."""
    found: dict[str, Any] = {}
    for entry in entries:
        words = [_word(entry.get(key)) for key in _NAMED[name]] if isinstance(entry, dict) else [str(entry)]
        found[", ".join(word for word in words if word)] = entry
    return found


def _word(told: Any) -> str:
    return "+".join(map(str, told)) if isinstance(told, list) else str(told or "")
