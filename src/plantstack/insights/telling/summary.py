"""The summary of a shift: a few sentences, each with the facts it stands on."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.insights.saying import N_, Say
from plantstack.insights.telling.fact import Fact, Link, Weight, select
from plantstack.insights.telling.facts_of_shift import ShiftFacts
from plantstack.insights.telling.shift import facts_of, ordered

FEW = 7  # sentences beside the results
_LINES = 4  # results that are told of a place with many lines


@dataclass(frozen=True, slots=True)
class Summary:
    """What is said of a shift.

    Attributes:
        place: id; `shift` its name.
        start, end: borders, microseconds UTC.
        facts: one a sentence, in the order they are read.
    """

    place: str
    shift: str
    start: int
    end: int
    facts: tuple[Fact, ...]


def summary(shift: ShiftFacts, few: int = FEW) -> Summary:
    """Choose what is said of a shift: safety, what each line made, and what else matters most."""
    facts = facts_of(shift)
    results = [one for one in facts if one.kind == "result"]
    told = select(results, _LINES)
    rest = select((one for one in facts if one.kind != "result"), few)
    if not rest and not told:
        told = [_nothing(shift)]
    return Summary(shift.place, shift.shift, shift.start, shift.end, tuple(ordered([*told, *rest])))


def top_losses(shift: ShiftFacts, n: int = 5) -> list[Fact]:
    """The losses of a shift that matter most."""
    return select((one for one in facts_of(shift) if one.kind == "loss"), n)


def _nothing(shift: ShiftFacts) -> Fact:
    says = Say(N_("Nothing was told of this shift."))
    return Fact("nothing", says, Link("equipment", shift.place), "nothing", Weight())
