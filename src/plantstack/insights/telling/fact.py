"""One thing that can be said, what it is worth to its reader, and which of many are said."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import median
from typing import Literal

from plantstack.insights.saying import Say

MOST_OF_ONE = 2  # facts about the same thing in one choice
_AGAIN = 0.4  # what a second fact about the same thing counts for


@dataclass(frozen=True, slots=True)
class Weight:
    """What a fact is worth to whoever reads it.

    Attributes:
        money: low, likely and high, in the currency of its place; None where no price is known.
        minutes: of run time it is about; None where it is about none.
        surprise: how far it is from what usually happens, 0 to 1.
        actionability: whether somebody can do something about it in this shift, 0 to 1.
    """

    money: tuple[float, float, float] | None = None
    minutes: float | None = None
    surprise: float = 0.5
    actionability: float = 0.5


@dataclass(frozen=True, slots=True)
class Link:
    """What a fact can be looked up at.

    Attributes:
        kind: of what is linked.
        id: equipment, KPI, offset of an event, or id of a finding.
    """

    kind: Literal["equipment", "kpi", "event", "finding"]
    id: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that can be said.

    Attributes:
        kind: what sort of thing; `result` is what a shift made.
        says: the sentence.
        link: where its numbers come from.
        about: what it is about: facts about the same thing stand back for others.
        weight: what it is worth.
        layer: of the stack.
        is_safety: outranks money.
    """

    kind: str
    says: Say
    link: Link
    about: str
    weight: Weight = Weight()
    layer: int = 2
    is_safety: bool = False

    @property
    def id(self) -> str:
        """The same for the same words about the same values."""
        told = json.dumps([self.kind, self.link.kind, self.link.id, self.says.as_row()], sort_keys=True)
        return sha256(told.encode()).hexdigest()[:12]

    def as_row(self) -> dict[str, object]:
        """The fact as the command contract prints it."""
        low, likely, high = self.weight.money or (None, None, None)
        return {
            "id": self.id,
            "kind": self.kind,
            "layer": self.layer,
            "says": self.says.as_row(),
            "link": {"kind": self.link.kind, "id": self.link.id},
            "money": {"low": low, "likely": likely, "high": high},
            "minutes": self.weight.minutes,
            "safety": self.is_safety,
        }


def select(facts: Iterable[Fact], n: int) -> list[Fact]:
    """Choose what is said: safety always, then by money x surprise x actionability, never all of one thing.

    Facts without a price are weighed by their minutes at the middle price of a minute of the others; those
    without either as the middle of the others. The choice does not depend on the order of the facts.

    Args:
        facts: to choose from; the same fact counts once.
        n: how many at most; safety may be more.
    """
    once = sorted({one.id: one for one in facts}.values(), key=lambda one: one.id)
    chosen = [one for one in once if one.is_safety]
    others = [one for one in once if not one.is_safety]
    worth = dict(zip((one.id for one in others), _worth(others), strict=True))
    said = Counter(one.about for one in chosen)
    while others and len(chosen) < n:
        allowed = [one for one in others if said[one.about] < MOST_OF_ONE]
        if not allowed:
            break
        best = max(allowed, key=lambda one: (worth[one.id] * _AGAIN ** said[one.about], one.id))
        chosen.append(best)
        others.remove(best)
        said[best.about] += 1
    return chosen


def _worth(facts: Sequence[Fact]) -> list[float]:
    """Money x surprise x actionability."""
    weights = [one.weight for one in facts]
    prices = [one.money[1] / one.minutes for one in weights if one.money and one.minutes]
    minute = median(prices) if prices else 1.0
    sizes = [_size(one, minute) for one in weights]
    known = [size for size in sizes if size is not None]
    middle = median(known) if known else 1.0
    return [
        (middle if size is None else size) * one.surprise * one.actionability
        for size, one in zip(sizes, weights, strict=True)
    ]


def _size(weight: Weight, minute: float) -> float | None:
    if weight.money is not None:
        return abs(weight.money[1])
    return None if weight.minutes is None else weight.minutes * minute
