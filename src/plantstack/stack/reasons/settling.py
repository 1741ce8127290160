"""Losses that an owner accepts or contests: what is open, and who answers next (ADR 5, W8).

A verdict moves no minute. Accepted, the minutes stand as accepted by their owner; contested, they stay in the
same loss and are shown as contested beside every total until the reason is changed, or its owner accepts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.verdicts import owned_of_line, owned_stops, verdicts_at
from plantstack.intervals import Interval
from plantstack.plant.plant import Plant
from plantstack.stack.project import Stack

Phase = Literal["accept", "contest"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the owner of a reason said of a stop, the last word of it.

    Attributes:
        phase: accepted or contested.
        told_at: microseconds UTC; `source` is the tablet or desk it was told at, `key` its key there.
        instead: of a contest, the reason it should be; '' of an acceptance.
        next_owner: who answers next: the owner of that reason; '' when nobody has to.
        text: why, in words.
    """

    phase: Phase
    told_at: int
    source: str
    key: str
    instead: str = ""
    next_owner: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class OwnedStop:
    """A stop, as far as it is for reasons of one owner.

    Attributes:
        machine: id; with `stop_at`, microseconds UTC, it names the stop for good.
        until_at: where it ended, as far as it is known.
        reason: of the owner's the one that took most of it.
        us: microseconds that are for the owner to answer; of a line, those that the line stood for it.
        verdict: what the owner said; None: nothing yet.
    """

    machine: str
    stop_at: int
    until_at: int
    owner: str
    reason: str
    us: int
    verdict: Verdict | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nobody has to answer any more."""
        return self.verdict is not None and self.verdict.phase == "accept"


def stops_to_settle(stack: Stack, machines: Collection[str], span: Interval) -> list[OwnedStop]:
    """The stops of machines in a span that an owner has to answer for, ended ones only, the longest first.

    Args:
        stack: the opened project.
        machines: by id.
        span: seconds are cut at its borders.
    """
    books = _books(stack, machines)
    rows = owned_stops(books, machines, span).to_pylist()
    return [_stop(books.plant, row) for row in rows if not row["is_open"]]


def line_stops_to_settle(stack: Stack, line: str, days: tuple[str | None, str | None]) -> list[OwnedStop]:
    """The stops behind the stops of a line, at the machines they are laid to; the costliest first.

    Args:
        stack: the opened project, of which all is derived.
        line: by id.
        days: first and last production day.
    """
    books = stack.engine().books
    rows = owned_of_line(books, line, "constraint", days).to_pylist()
    return [_stop(books.plant, row) for row in rows]


def as_they_stand(stack: Stack, stops: Sequence[OwnedStop]) -> list[OwnedStop]:
    """The same stops with what was said of them up to now: a word that the books have just heard counts."""
    told = verdicts_of(stack, [(one.machine, one.stop_at, one.owner) for one in stops])
    return [
        replace(stop, verdict=found.verdict) if found and found.verdict else stop
        for stop, found in zip(stops, told, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands of the stop around an instant.

    Attributes:
        is_owned: whether the owner who spoke owns a reason of it; its word counts for nothing otherwise.
        verdict: of that owner; None: nothing stands.
    """

    is_owned: bool
    verdict: Verdict | None


def verdicts_of(stack: Stack, asked: Sequence[tuple[str, int, str]]) -> list[Settled | None]:
    """What stands of stops; None where the machine did not stop then.

    Args:
        stack: the opened project.
        asked: machine by id, an instant of the stop in microseconds UTC, and the owner.
    """
    if not asked:
        return []
    books = _books(stack, [machine for machine, *_ in asked])
    found: list[Settled | None] = [None] * len(asked)
    for row in verdicts_at(books, asked).to_pylist():
        found[row["number"]] = Settled(row["is_owned"], _verdict(books.plant, row))
    return found


def _books(stack: Stack, machines: Iterable[str]) -> Books:
    """The books, in which nothing of some machines is owed."""
    engine = stack.engine(scope=None)
    for machine in dict.fromkeys(machines):
        engine.settled(machine)
    return engine.books


def _stop(plant: Plant, row: Mapping[str, Any]) -> OwnedStop:
    return OwnedStop(
        row["equipment"],
        row["stop_at"],
        row["until_at"],
        row["owner"],
        row["reason"],
        row["us"],
        _verdict(plant, row),
    )


def _verdict(plant: Plant, row: Mapping[str, Any]) -> Verdict | None:
    if not row["verdict"]:
        return None
    leaf = plant.reasons.get(row["instead"] or "")
    is_contested = row["verdict"] == "contest"
    return Verdict(
        phase=row["verdict"],
        told_at=row["told_at"],
        source=row["source"],
        key=row["key"],
        instead=row["instead"] or "",
        next_owner=leaf.owner if leaf and is_contested else "",
        text=row["text"] or "",
    )
