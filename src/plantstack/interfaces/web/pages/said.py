"""You said, we did: what was reported here in thirty days, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.strips import reason_label
from plantstack.stack.floor.answered import answered

KINDS = {
    "reason": N_("Reason"),
    "note": N_("Note"),
    "call": N_("Call for help"),
    "safety": N_("Safety"),
}


def show(visit: Visit) -> Mapping[str, Any]:
    """One station: a line, a machine, or several named with `+`."""
    places = [visit.near(name) for name in visit.params["scope"].split("+")]
    plant = visit.running.plant
    machines = [one for one in plant.machines if any(_stands_in(visit, one, place) for place in places)]
    found = visit.study(("said", tuple(machines)), lambda stack: answered(stack, machines, visit.now))
    name = " + ".join(visit.name(place) for place in places)
    return {
        "title": visit.say(N_("You said, we did – %(place)s"), place=name),
        "place": name,
        "places": places,
        "answered": found.value,
        "studied": found,
        "kinds": KINDS,
        "reason_label": lambda reason, otherwise="": reason_label(visit, reason, otherwise),
    }


def _stands_in(visit: Visit, machine: str, place: str) -> bool:
    spans = visit.running.plant.spans[machine]
    standing = next((span for span in spans if span.from_at <= visit.now < span.until_at), None)
    if standing is None:
        return False
    return place in (machine, standing.line, standing.area, standing.site)


PAGE = Page("/said/{scope:path}", N_("You said, we did"), show, every_s=60)
