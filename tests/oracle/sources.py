"""Who said it: rank, person, silence limit, and the two orders of events (BOOKS 1, 3; R4).

> Order of events: (at, source rank from the plant file, told_at, source, sequence as integer where the
> source has one, key).
> the greater (rank, told_at, at, source, key) wins
> Limit per source, else machine; people: until the shift's end.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from tests.oracle.model import Plant, Row

NOBODY: Row = {"rank": 10, "person": False, "silence_us": None, "silence_none": False}


class Sources:
    """The source rules of the plant file: the first match wins."""

    def __init__(self, plant: Plant) -> None:
        self._rules = plant.get("source_rule", [])
        self._found: dict[str, Row] = {}

    def rule(self, source: str) -> Row:
        if source not in self._found:
            matching = (rule for rule in self._rules if fnmatchcase(source, rule["match"]))
            self._found[source] = next(matching, NOBODY)
        return self._found[source]

    def rank(self, source: str) -> int:
        return int(self.rule(source)["rank"])

    def person(self, source: str) -> bool:
        return bool(self.rule(source)["person"])

    def silence(self, source: str, machine: Row) -> int | None:
        """The silence limit; None where there is none."""
        rule = self.rule(source)
        if rule["silence_none"]:
            return None
        limit = machine["silence_us"] if rule["silence_us"] is None else rule["silence_us"]
        return None if limit is None else int(limit)

    def spread_beyond(self, source: str, machine: Row, site: Row) -> int:
        """How long a count's [from, at) may be before it is spread (R4)."""
        rule = self.rule(source)
        if rule["person"] or rule["silence_none"]:
            return int(site["spread_us"])
        return int(machine["spread_us"] if rule["silence_us"] is None else rule["silence_us"])

    def strength(self, row: Row) -> tuple[Any, ...]:
        """The greater one wins where statements compete."""
        return (self.rank(row["source"]), row["told_at"], row["at"], row["source"], row["key"])

    def order(self, row: Row) -> tuple[Any, ...]:
        """The order in which events follow each other."""
        sequence = -1 if row["sequence"] is None else row["sequence"]
        return (row["at"], self.rank(row["source"]), row["told_at"], row["source"], sequence, row["key"])
