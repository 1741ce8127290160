"""Which statements stand (BOOKS 1, "Identity and duplicates" and "Corrections").

> Same identity and content = counted duplicate. Same identity, other content = recorded conflict [...]:
> all are kept, the least (told_at, canonical content) stands.
> Content = every field but offset and received_at, numbers and instants compared by value.
> A replacement takes the place of its target: the target stays void when the replacement is itself
> replaced; of several competing supersedes the order below decides and the losers are void too.
> `void: true` retracts without a replacement; only a standing `void: true` on a correction revives what
> that correction had voided. All members of a cycle, and a replacement of another kind than its target,
> are dead letters whenever that becomes known. Only roles with the right may supersede another source's
> event.

Also dead: a state with `until <= at` (R5) and an `at` more than 5 min after receipt (BOOKS 2).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from tests.oracle.model import Identity, Row, identity
from tests.oracle.sources import Sources

FIVE_MINUTES = 300_000_000


def _by_value(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        return format(Decimal(repr(value) if isinstance(value, float) else value).normalize(), "f")
    if isinstance(value, dict):
        return {name: _by_value(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_by_value(part) for part in value]
    return value


def content(row: Row) -> str:
    """Canonical content: sorted JSON of every field that is said, but for offset and receipt."""
    said = {
        name: value
        for name, value in row.items()
        if name not in ("log_offset", "received_at") and value is not None
    }
    if "body" in said:
        said["body"] = json.loads(said["body"], parse_float=Decimal)
    return json.dumps(_by_value(said), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Standing:
    """The corrections of a set of events as trees: a target with those who supersede it."""

    def __init__(self, rows: list[Row], sources: Sources) -> None:
        self._sources = sources
        self._said = _one_content_each(rows)
        self.dead = self._dead()
        self._living = {name: row for name, row in self._said.items() if name not in self.dead}
        self._holds: dict[Identity, Row | None] = {}
        self._corrections: dict[Identity, list[Row]] = {}
        for row in self._living.values():
            if row["sup_key"] is not None:
                self._corrections.setdefault(_target(row), []).append(row)

    def rows(self) -> list[Row]:
        """The statement that holds in each tree; none where it was retracted.

        Corrections of what has not come yet, or is dead, compete all the same.
        """
        roots = [row for row in self._living.values() if row["sup_key"] is None]
        absent = [self._in_force(name) for name in self._corrections if name not in self._living]
        roots += [row for row in absent if row is not None]
        return [tip for tip in map(self._tip, roots) if not tip["void"]]

    def _dead(self) -> set[Identity]:
        return {
            name
            for name, row in self._said.items()
            if _impossible(row)
            or self._of_another_kind(row)
            or self._without_right(row)
            or self._in_a_cycle(name)
        }

    def _without_right(self, row: Row) -> bool:
        """Only a person or the same source may correct what a source has said."""
        source = row["sup_source"] or ""
        return source not in ("", row["source"]) and not self._sources.person(row["source"])

    def _of_another_kind(self, row: Row) -> bool:
        target = self._said.get(_target(row))
        return target is not None and not row["void"] and target["kind"] != row["kind"]

    def _in_a_cycle(self, name: Identity) -> bool:
        seen: set[Identity] = set()
        step = name
        while step in self._said and step not in seen:
            seen.add(step)
            step = _target(self._said[step])
            if step == name:
                return True
        return False

    def _in_force(self, name: Identity) -> Row | None:
        """The correction that holds against a target, after those retracted are gone."""
        if name not in self._holds:
            competing = [row for row in self._corrections.get(name, []) if not self._retracted(row)]
            self._holds[name] = max(competing, key=self._sources.strength, default=None)
        return self._holds[name]

    def _retracted(self, correction: Row) -> bool:
        by = self._in_force(identity(correction))
        return by is not None and by["void"] and self._in_force(identity(by)) is None

    def _tip(self, row: Row) -> Row:
        by = self._in_force(identity(row))
        return row if by is None else self._tip(by)


def _target(row: Row) -> Identity:
    return (row["sup_source"] or "", row["sup_key"] or "")


def _one_content_each(rows: list[Row]) -> dict[Identity, Row]:
    said: dict[Identity, list[Row]] = {}
    for row in rows:
        said.setdefault(identity(row), []).append(row)
    return {name: _least(same) if len(same) > 1 else same[0] for name, same in said.items()}


def _least(same: list[Row]) -> Row:
    return min(same, key=lambda row: (row["told_at"], content(row)))


def _impossible(row: Row) -> bool:
    if row["at"] > row["received_at"] + FIVE_MINUTES:
        return True
    return row["kind"] == "state" and row["until_at"] is not None and row["until_at"] <= row["at"]
