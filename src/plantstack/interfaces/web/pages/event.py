"""One event as it was told: where every way down from a number ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException

from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.stack.reasons.one_event import EventTold, one_event

_RIGHTS = {"finance": "portfolio", "cost": "portfolio", "project": "money", "demand": "money"}
"""What needs more than the right to read: figures of finance and what is worth money."""
_NEVER = ("by",)  # a pseudonym says nothing of a machine, and of people only a signature is shown
KINDS = {
    "state": N_("state of a machine"),
    "alive": N_("sign of life"),
    "count": N_("count of pieces"),
    "alarm": N_("alarm"),
    "order": N_("order"),
    "plan": N_("plan"),
    "reason": N_("reason of a stop"),
    "reading": N_("reading"),
    "setup_check": N_("check of a set-up"),
    "call": N_("call for help"),
    "work_order": N_("work order"),
    "note": N_("note"),
    "config": N_("change of the plant files"),
    "close": N_("closing of a period"),
    "inspection": N_("inspection"),
    "quality_event": N_("quality event"),
    "labour": N_("hours of labour"),
    "attendance": N_("people present"),
    "material": N_("staging of material"),
    "demand": N_("demand"),
    "energy": N_("energy"),
    "delivery": N_("delivery"),
    "cost": N_("cost"),
    "level": N_("stock or other level"),
    "finance": N_("figure of finance"),
    "safety": N_("safety event"),
    "project": N_("project"),
    "action": N_("action"),
    "target": N_("target"),
    "verdict": N_("answer to whose loss it is"),
    "reopen": N_("reopening of a period"),
}


def show(visit: Visit) -> Mapping[str, Any]:
    """An event by its number in the log."""
    told = visit.params["offset"]
    offset = int(told) if told.isascii() and told.isdigit() and len(told) < 16 else 0
    found = visit.ask(lambda stack: one_event(stack.log, offset))
    if found is None or not _may(visit, found):
        raise HTTPException(404, f"there is no event {told} here")
    place = visit.plant.lanes.get(found.equipment, (found.equipment, ""))[0]
    says = {name: value for name, value in found.says.items() if name not in _NEVER}
    return {
        "title": visit.say(N_("Event %(n)s"), n=told),
        "event": found,
        "kind": visit.say(KINDS[found.kind]) if found.kind in KINDS else found.kind.replace("_", " "),
        "place": place if place in visit.plant.equipment else "",
        "zone": visit.plant.site_of(place).zone if place in visit.plant.spans else "UTC",
        "says": says,
        "is_of_person": "by" in found.says,
        "body": {"kind": found.kind, "equipment": found.equipment, **says},
    }


def _may(visit: Visit, found: EventTold) -> bool:
    """Whether the reader is let near it; where it is not, it is as if there were none."""
    if _RIGHTS.get(found.kind, "read") not in visit.sender.may:
        return False
    return visit.sender.is_near(visit.plant, found.equipment, visit.now)


PAGE = Page("/event/{offset}", N_("Event"), show, every_s=0)
