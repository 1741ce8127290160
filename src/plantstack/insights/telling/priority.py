"""One thing to do, who does it, what it wins back, and why before the others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from plantstack.insights.saying import Say
from plantstack.insights.telling.fact import Link
from plantstack.insights.telling.facts_of_shift import Money


@dataclass(frozen=True, slots=True)
class Move:
    """One person-slot that can be moved: never who."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Priority:
    """One thing to do today.

    Attributes:
        kind: what sort of thing.
        says: what to do, in one sentence.
        why: why before the others, and what its minutes rest on, the strongest reason first.
        owner: a role.
        minutes: run time of the machine that sets the pace that it usually wins back in this shift; None
            where what was before does not show it: then `why` says so.
        money: of these minutes, or what it costs in the span `per`; None where no price is known.
        link: what it can be looked up at.
        move: a person-slot to move; None where none moves.
        is_safety: outranks money.
        score: what it is ranked by, in minutes of the pacing machine.
        per: the span of `money` of a finding, as its cost has it; '' where it is of `minutes`.
        is_note: it neither wins minutes nor has a price: whatever has one comes before it.
    """

    kind: str
    says: Say
    why: tuple[Say, ...]
    owner: str
    minutes: float | None
    money: Money | None
    link: Link
    move: Move | None = None
    is_safety: bool = False
    score: float = 0.0
    per: str = ""
    is_note: bool = False

    @property
    def id(self) -> str:
        """The same for the same thing to do."""
        told = json.dumps([self.kind, self.link.kind, self.link.id, self.says.as_row()], sort_keys=True)
        return sha256(told.encode()).hexdigest()[:12]

    def as_row(self) -> dict[str, object]:
        """The priority as the command contract prints it."""
        low, likely, high = self.money or (None, None, None)
        return {
            "id": self.id,
            "kind": self.kind,
            "says": self.says.as_row(),
            "why": [one.as_row() for one in self.why],
            "owner": self.owner,
            "minutes": self.minutes,
            "money": {"low": low, "likely": likely, "high": high, "per": self.per},
            "link": {"kind": self.link.kind, "id": self.link.id},
            "move": None if self.move is None else {"from": self.move.source, "to": self.move.target},
            "safety": self.is_safety,
        }
