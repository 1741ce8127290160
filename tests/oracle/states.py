"""What is said about a machine at each instant (BOOKS 1 and 3; R5, R6, R7).

> A state without `until` holds to the next state of any source; one with `until` covers its part, against
> which the greater (rank, told_at, at, source, key) wins, and then the state below shows again.
> A source's state, count and alarm events and alive intervals on a machine are its signs of life; a gap of
> exactly the silence limit holds; after a longer one time is unknown from the last sign to the next state;
> alive alone revives nothing. Limit per source, else machine; people: until the shift's end.
> R6: silence cuts bases only; covers carry their own end. Signs of life are those of the base's own source.

A base that silence has cut says nothing any more, so it does not compete with a cover.
"""

from __future__ import annotations

from itertools import pairwise

from tests.oracle.model import FAR_FUTURE, Row
from tests.oracle.window import Machine

Told = tuple[int, int, Row | None]


def effective(machine: Machine) -> list[Told]:
    """The books' span as (from, until, effective statement or None), one after the other."""
    spoken = _bases(machine) + _covers(machine)
    borders = {machine.begin, machine.as_of}
    for start, end, _ in spoken:
        borders |= {start, end}
    instants = sorted(at for at in borders if machine.begin <= at <= machine.as_of)
    out: list[Told] = []
    for start, end in pairwise(instants):
        here = [row for since, until, row in spoken if since <= start < until]
        out.append((start, end, max(here, key=machine.sources.strength, default=None)))
    return out


def _bases(machine: Machine) -> list[tuple[int, int, Row]]:
    """Each base statement with the span in which it is trusted."""
    last_at = {row["at"]: row for row in machine.said("state") if row["until_at"] is None}
    said = [last_at[at] for at in sorted(last_at)]
    ends = [row["at"] for row in said[1:]] + [machine.as_of] * bool(said)
    return [(row["at"], min(end, held_until(machine, row)), row) for row, end in zip(said, ends, strict=True)]


def _covers(machine: Machine) -> list[tuple[int, int, Row]]:
    rows = [row for row in machine.said("state") if row["until_at"] is not None]
    return [(row["at"], min(row["until_at"], machine.as_of), row) for row in rows]


def signs(machine: Machine, source: str) -> list[tuple[int, int]]:
    """Signs of life of a source on the machine as (start, end), by start."""
    out = []
    person = machine.sources.person(source)
    for row in machine.said("state", "count", "alarm", "alive"):
        if row["source"] != source:
            continue
        start = end = row["at"]
        if person and row["kind"] == "count" and row["from_at"] is not None:
            start = end = row["at"] - 1  # R7: a sheet that ends with the shift speaks of that shift
        if row["kind"] == "alive":
            start = start if row["from_at"] is None else row["from_at"]
            end = end if row["until_at"] is None else row["until_at"]
        out.append((start, end))
    return sorted(out)


def held_until(machine: Machine, base: Row) -> int:
    """Until when a base is trusted: to the end of the last sign before the first silence."""
    end = base["at"]
    limit = _reach(machine, base["source"], end, end)
    for start, until in signs(machine, base["source"]):
        if start > limit:
            break
        if until >= base["at"]:
            end = max(end, until)
            limit = max(limit, _reach(machine, base["source"], start, until))
    else:
        if machine.as_of <= limit:
            return FAR_FUTURE
    return limit if machine.sources.person(base["source"]) else end


def _reach(machine: Machine, source: str, start: int, end: int) -> int:
    """The latest instant at which the next sign would still come in time."""
    if machine.sources.person(source):
        return machine.calendar.span(max(start, end - 1))[1]
    limit = machine.sources.silence(source, machine.row)
    return FAR_FUTURE if limit is None else end + limit
