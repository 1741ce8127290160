"""Who could help where: person-slots that move by count, or what is missing for that."""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.insights.saying import N_, Say, Value
from plantstack.insights.telling.fact import Link
from plantstack.insights.telling.facts_of_shift import Crew, ShiftFacts
from plantstack.insights.telling.priority import Move, Priority
from plantstack.insights.telling.winning import left_of, score_of, why_of
from plantstack.insights.telling.words import equipment, pieces

_HOUR = 60.0  # minutes that a missing person counts for at most: what one wins is not known
_STANDS = N_(
    "If a person is needed, one could come from %(source)s while it stands; how many are there was not told."
)
_NOT_TOLD = N_(
    "Where a person could come from is not known: nobody told how many people are at the lines. Tap Crew at "
    "the machines when a shift begins, and a person to move is named here."
)


def moved(shift: ShiftFacts) -> Iterator[Priority]:
    """People are moved as slots: from the line that has most to spare, a slot is taken once."""
    spare = {one.line: -one.short for one in shift.crews if one.short < 0}
    wanted = sorted(
        (one for one in shift.crews if one.short > 0), key=lambda one: (-_need(shift, one), one.line)
    )
    for one in wanted:
        source = max(
            (line for line, heads in spare.items() if heads >= 1),
            key=lambda line: (spare[line], line),
            default="",
        )
        if source:
            spare[source] -= 1
        yield _crew(shift, one, source)


def _crew(shift: ShiftFacts, one: Crew, source: str) -> Priority:
    """A slot that comes from somewhere, or is to be found."""
    values: dict[str, Value] = {"line": equipment(one.line)}
    why = why_of(shift, one.line)
    if source:
        values["source"] = equipment(source)
        says = Say(N_("Move one person from %(source)s to %(line)s."), values)
        why.append(Say(N_("%(line)s has more people than it needs."), {"line": equipment(source)}))
    else:
        values["n"] = pieces(one.short)
        says = Say(N_("Find people for %(line)s; missing: %(n)s."), values)
    why.append(Say(N_("What a person wins there is not known.")))
    heads = min(one.short, 1.0) if source else one.short
    minutes = min(left_of(shift, one.line), _HOUR) * heads / max(one.needed, 1.0)
    link, move = Link("equipment", one.line), Move(source, one.line) if source else None
    score = score_of(shift, one.line, "", minutes)
    return Priority("crew", says, tuple(why), "supervisor", None, None, link, move, score=score)


def _need(shift: ShiftFacts, crew: Crew) -> float:
    return score_of(shift, crew.line, "", crew.short / max(crew.needed, 1.0))


def lent(shift: ShiftFacts, line: str) -> Say | None:
    """Where somebody could come from for a line; None where heads are told: then slots are moved by count."""
    if any(one.line == line for one in shift.crews):
        return None
    pacing = {one.pacing or one.line: one.line for one in shift.lines if one.line != line}
    standing = sorted((one.since, pacing[one.machine]) for one in shift.standing if one.machine in pacing)
    return Say(_STANDS, {"source": equipment(standing[0][1])}) if standing else None  # it has stood longest


def untold(shift: ShiftFacts) -> Priority | None:
    """That nobody told heads, and how to begin; None where somebody did, or nobody works."""
    if shift.crews or shift.is_ahead or shift.is_over:
        return None
    link = Link("equipment", shift.place)
    return Priority("heads", Say(_NOT_TOLD), (), "supervisor", None, None, link, is_note=True)
