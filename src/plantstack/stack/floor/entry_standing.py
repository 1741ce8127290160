"""What became of an entry in the books: which answer to a stop stands, and whether its shift is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plantstack.engines.duckdb.told import closed_at, told_reasons
from plantstack.intervals import Interval
from plantstack.stack.project import Stack

_RUNS = ("run", "setup", "unknown")  # accounts that no reason reaches


@dataclass(frozen=True, slots=True)
class Claim:
    """A symptom as it was told: by whom, under which key, of which part of a machine's time.

    Attributes:
        machine: by id.
        span: of one microsecond where only an instant of the stop was named.
    """

    source: str
    key: str
    machine: str
    span: Interval
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands where a claim was made.

    Attributes:
        is_attached: whether the machine stood there at all.
        source: whose word stands; '' where nobody gave a reason.
        reason: that stands; '' for none.
        told_at: when it was told, microseconds UTC; None for none.
        is_own: whether it is the claim itself.
    """

    is_attached: bool
    source: str = ""
    reason: str = ""
    told_at: int | None = None
    is_own: bool = False


def standing(stack: Stack, claims: Sequence[Claim]) -> list[Answer]:
    """What the books say where claims were made: the ledger's own reason, never decided here again."""
    return [_standing(stack, one) for one in claims]


def _standing(stack: Stack, claim: Claim) -> Answer:
    entries = [
        one for one in stack.ledger(claim.machine, claim.span).to_pylist() if one["account"] not in _RUNS
    ]
    if not entries:
        return Answer(is_attached=False)
    books = stack.engine(scope=claim.machine).books
    told = told_reasons(books, (one["reason_offset"] for one in entries if one["reason_offset"] is not None))
    own = (claim.source, claim.key)
    answers = []
    for one in entries:
        found = told.get(one["reason_offset"])
        if found is None:
            answers.append(Answer(is_attached=True, reason=one["reason"] or ""))
            continue
        is_own = (found.source, found.key) == own
        answers.append(Answer(True, found.source, found.reason, found.told_at, is_own))
    # somebody else's word anywhere in it is what has to be told
    return min(answers, key=lambda one: (one.is_own, one.told_at is None))


def closed_since(stack: Stack, machine: str, at: int) -> int | None:
    """When the shift or day around an instant was reported, of a machine or what it stands in; None: open."""
    plant = stack.plant
    own, _ = plant.lanes.get(machine, (machine, 0))
    places = {own}
    for span in plant.spans.get(own, ()):
        if span.from_at <= at < span.until_at:
            places |= {one for one in (span.line, span.area, span.site) if one}
    return closed_at(stack.engine(scope=None).books, places, at)
