"""Findings as pages show them: asked once for all who look, said in the language of each."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from plantstack.insights.saying import Say
from plantstack.insights.telling.render import tell
from plantstack.interfaces.asked_findings import reached
from plantstack.interfaces.telling import reader_of
from plantstack.interfaces.web.page import Reading
from plantstack.stack.finding.asking import Findings, findings
from plantstack.stack.project import Stack


def asked_of(place: str) -> tuple[tuple[Hashable, ...], Callable[[Stack], Findings]]:
    """The question what deserves attention at a place, and the name under which it is studied."""
    return ("findings", place), lambda stack: findings(stack, place, reached(stack))


def told(visit: Reading, say: Say, equipment: str = "") -> str:
    """A sentence in the language of the reader, by the clock of the place it is about."""
    plant = visit.plant
    zone = plant.site_of(equipment).zone if equipment in plant.spans else visit.zone
    sees = "money" in visit.sender.may
    text = tell(say, reader_of(plant, zone, visit.language, with_day=True, sees_money=sees))
    return text[:1].upper() + text[1:]
