"""Where the books of a machine begin and end (BOOKS 2; R1, R2).

> `as_of`: `serve` uses now; otherwise the greatest `at` or `alive.until` of the site.
> before a machine's first event its time is not in the books
> A machine's books begin at its first effective state, alive, count, alarm or order (`from` where given)

An event whose `at` lies after as_of is not there yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.oracle.calendar import Calendar
from tests.oracle.model import Plant, Row
from tests.oracle.pages import site_of
from tests.oracle.sources import Sources

NOT_THE_FLOOR = ("config", "close", "reopen", "target", "note")


@dataclass
class Machine:
    """One machine with its statements and the span of its books."""

    row: Row
    site: Row
    calendar: Calendar
    sources: Sources
    events: list[Row]
    begin: int
    as_of: int
    plant: Plant
    doubts: Any = None  # of tests.oracle.doubts, once the accounts are settled

    @property
    def name(self) -> str:
        return str(self.row["equipment"])

    def said(self, *kinds: str) -> list[Row]:
        """Its statements of some kinds, in the order of events."""
        return sorted((row for row in self.events if row["kind"] in kinds), key=self.sources.order)


def last_instants(standing: list[Row], plant: Plant) -> dict[str, int]:
    """R1: as_of of every site, from its own events."""
    last: dict[str, int] = {}
    for row in standing:
        if row["kind"] not in NOT_THE_FLOOR:
            site = site_of(plant, row["equipment"], row["at"])
            seen = _seen_until(row)
            last[site] = max(last.get(site, seen), seen)
    return last


def _seen_until(row: Row) -> int:
    until = row["until_at"]
    if until is None:
        return int(row["at"])
    told_afterwards = row["kind"] == "state" and until <= row["told_at"]
    return int(max(row["at"], until)) if row["kind"] == "alive" or told_afterwards else int(row["at"])


def _first_instant(row: Row) -> int:
    """R2: `from` of an alive and a count where it is given, else `at`."""
    if row["kind"] in ("alive", "count") and row["from_at"] is not None:
        return int(row["from_at"])
    return int(row["at"])


def machines(standing: list[Row], plant: Plant, as_of: dict[str, int]) -> list[Machine]:
    """The machines that have books: those whose first event lies before as_of."""
    sources = Sources(plant)
    out = []
    for row in sorted(plant["machine"], key=lambda machine: str(machine["equipment"])):
        end = as_of.get(row["site"])
        site = next(place for place in plant["site"] if place["site"] == row["site"])
        if end is None:
            continue
        own = [event for event in standing if event["equipment"] == row["equipment"] and event["at"] <= end]
        signs = [event for event in own if event["kind"] in ("state", "alive", "count", "alarm", "order")]
        begin = min(map(_first_instant, signs), default=end)
        if begin < end:
            calendar = Calendar(plant, row["equipment"])
            out.append(Machine(row, site, calendar, sources, own, begin, end, plant))
    return out
