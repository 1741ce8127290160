"""The finding that whoever stands at a station should hear of: one at most, and never waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plantstack.insights.telling.render import tell
from plantstack.interfaces.asked_findings import reached
from plantstack.interfaces.telling import reader_of
from plantstack.interfaces.web.page import Visit
from plantstack.live.study import NotYet
from plantstack.stack.finding.asking import Findings, findings
from plantstack.stack.project import Stack

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
            zone = visit.plant.site_of(one.subject.equipment).zone
            reader = reader_of(visit.plant, zone, visit.language, with_day=True)
            says, action = tell(one.says, reader), tell(one.action.says, reader)
            return Flag(_begun(says), _begun(action), f"/findings/{place}#f-{one.id}")
    return None


def _known(visit: Visit, place: str) -> Findings | None:
    def asked(stack: Stack) -> Findings:
        return findings(stack, place, reached(stack))

    try:
        return visit.running.study.ask(("findings", place), asked, 0.0).value
    except NotYet:
        return None


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
