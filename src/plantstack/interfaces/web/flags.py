"""The finding that whoever stands at a station should hear of: one at most, and never waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plantstack.interfaces.web.found import asked_of, told
from plantstack.interfaces.web.page import Visit
from plantstack.live.study import NotYet
from plantstack.stack.finding.asking import Findings

_OF_LAYER = 1  # what people at a machine can do something about in this hour


@dataclass(frozen=True, slots=True)
class Flag:
    """A finding in two sentences.

    Attributes:
        says: what is off.
        action: what to do.
        href: where all of it stands.
    """

    says: str
    action: str
    href: str


def flag_of(visit: Visit, places: Sequence[str], machines: Sequence[str]) -> Flag | None:
    """The first finding of layer 1 about machines of a station; None while it is worked out, too."""
    for place in places:
        found = _known(visit, place)
        for shown in found.shown if found else ():
            one = shown.finding
            if one.layer != _OF_LAYER or one.subject.equipment not in machines:
                continue
            where = one.subject.equipment
            says, action = told(visit, one.says, where), told(visit, one.action.says, where)
            return Flag(says, action, f"/findings/{place}#f-{one.id}")
    return None


def _known(visit: Visit, place: str) -> Findings | None:
    key, question = asked_of(place)
    try:
        return visit.running.study.ask(key, question, 0.0).value
    except NotYet:
        return None
