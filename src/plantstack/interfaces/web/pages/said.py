"""You said, we did: what was reported here in thirty days, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.strips import reason_label
from plantstack.stack.floor.answered import answered
from plantstack.stack.floor.sight import standing_in

KINDS = {
    "reason": N_("Reason"),
    "note": N_("Note"),
    "call": N_("Call for help"),
    "safety": N_("Safety"),
}


def show(visit: Visit) -> Mapping[str, Any]:
    """One station: a line, a machine, or several named with `+`."""
    places, plant = visit.places, visit.running.plant
    machines = list(dict.fromkeys(one for place in places for one in standing_in(plant, place, visit.now)))
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


PAGE = Page("/said/{scope:path}", N_("You said, we did"), show, every_s=60)
