"""What became of entries in the books: which answer to a stop stands, and whether its shift is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plantstack.engines.duckdb.told import Told, closings, told_in
from plantstack.intervals import Interval
from plantstack.stack.floor.calls import places_of
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
    for machine in sorted({claim.machine for claim in claims}):
        stack.engine(scope=stack.plant.lanes.get(machine, (machine, 0))[0])  # what is owed of it is derived
    books = stack.engine(scope=None).books
    found = told_in(books, [(claim.machine, claim.span) for claim in claims])
    return [_answer(claim, told) for claim, told in zip(claims, found, strict=True)]


def _answer(claim: Claim, told: Sequence[Told]) -> Answer:
    """Somebody else's word anywhere in the stretch is what has to be told."""
    halted = [one for one in told if one.account not in _RUNS]
    if not halted:
        return Answer(is_attached=False)
    own = (claim.source, claim.key)
    answers = [
        Answer(True, one.source, one.reason, one.told_at, (one.source, one.key) == own) for one in halted
    ]
    return min(answers, key=lambda one: (one.is_own, one.told_at is None))


def closed_since(stack: Stack, moments: Sequence[tuple[str, int]]) -> list[int | None]:
    """When the shift or day around each moment was reported; None: it is open.

    Args:
        stack: the books.
        moments: equipment by id, and an instant; what it stands in counts too.
    """
    if not moments:
        return []
    places = [places_of(stack.plant, equipment, at) for equipment, at in moments]
    instants = [at for _, at in moments]
    window = Interval(min(instants), max(instants) + 1)
    said = closings(stack.engine(scope=None).books, frozenset().union(*places), window)
    found: list[int | None] = []
    for (_, at), here in zip(moments, places, strict=True):
        words = [one for one in said if one.equipment in here and one.span.start <= at < one.span.end]
        found.append(words[-1].told_at if words and words[-1].is_close else None)
    return found
