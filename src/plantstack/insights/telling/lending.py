"""Where a person could come from, where nobody told how many people are at the lines."""

from __future__ import annotations

from plantstack.insights.saying import N_, Say
from plantstack.insights.telling.facts_of_shift import ShiftFacts
from plantstack.insights.telling.words import equipment

_STANDS = N_(
    "If a person is needed, one could come from %(source)s while it stands; how many are there was not told."
)
_NOT_KNOWN = N_("Where a person could come from is not known: nobody told how many people are at the lines.")


def lent(shift: ShiftFacts, line: str) -> Say | None:
    """What can be said of help for a line; None where its heads are told: then slots are moved by count."""
    if any(one.line == line for one in shift.crews):
        return None
    pacing = {one.pacing or one.line: one.line for one in shift.lines if one.line != line}
    standing = sorted((one.since, pacing[one.machine]) for one in shift.standing if one.machine in pacing)
    if standing:
        return Say(_STANDS, {"source": equipment(standing[0][1])})  # it has stood longest
    return Say(_NOT_KNOWN)
