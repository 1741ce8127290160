"""Readiness: five layers of every line and site, what is there, and the cheapest next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from plantstack.interfaces import questions
from plantstack.interfaces.questions import Window
from plantstack.interfaces.web.layers import LAYERS
from plantstack.interfaces.web.page import N_, Page, Visit

Row = Mapping[str, Any]
ALL = len(LAYERS)
WORDS = {"met": N_("met"), "partly": N_("partly met"), "blocked": N_("not met")}


@dataclass(frozen=True, slots=True)
class Place:
    """A site or a line with its five layers.

    Attributes:
        id: of the equipment.
        level: site or line.
        layers: one row a layer, from the lowest.
    """

    id: str
    level: str
    layers: Sequence[Row]

    @property
    def ready(self) -> int:
        """How many layers are met from the lowest up."""
        return next((place for place, row in enumerate(self.layers) if row["status"] != "met"), ALL)

    @property
    def next_step(self) -> Row | None:
        """The lowest layer that is not met and says what to do."""
        return next((row for row in self.layers if row["status"] != "met" and row["step"]), None)


def show(visit: Visit) -> Mapping[str, Any]:
    """Every place of a scope, sites before their lines."""
    scope = visit.scope

    def asked(stack: Any) -> tuple[Sequence[Row], Mapping[str, str]]:
        return questions.readiness(stack, Window(scope)).rows, stack.kpi_names()

    found = visit.study(("readiness", scope), asked)
    rows, names = found.value
    groups = groupby(rows, key=lambda row: (row["scope"], row["level"]))
    places = [Place(*named, tuple(sorted(mine, key=lambda row: row["layer"]))) for named, mine in groups]
    title = visit.name(scope)
    told = {"places": places, "kpi_names": names, "layers": LAYERS, "words": WORDS}
    return {"title": title, "studied": found, **told}


_NAME = N_("Readiness")
PAGES = (
    Page("/readiness", _NAME, show, place=70, every_s=60),
    Page("/readiness/{scope:path}", _NAME, show, every_s=60),
)
