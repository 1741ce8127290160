"""Search: equipment, orders and products by what people remember of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plantstack.interfaces.asked_by import near_hits
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.stack.floor.search import search

KINDS = {
    "site": N_("Site"),
    "area": N_("Area"),
    "line": N_("Line"),
    "machine": N_("Machine"),
    "order": N_("Order"),
    "product": N_("Product"),
}


def show(visit: Visit) -> Mapping[str, Any]:
    """What was found of the words in the address."""
    text = visit.query.get("q", "").strip()[:200]
    scope = visit.sender.scope
    found = visit.ask(lambda stack: search(stack, text, visit.now, scope=scope)) if text else ()
    hits = near_hits(visit.plant, visit.sender, found, visit.now)
    return {
        "title": visit.say(N_("Search")),
        "text": text,
        "hits": hits,
        "kinds": KINDS,
        "where": lambda path: where(visit, path),
    }


def where(visit: Visit, path: str) -> str:
    """A path by what people call its parts."""
    known = visit.plant.equipment
    return " › ".join(visit.name(one) if one in known else one for one in _below_group(visit, path))


def _below_group(visit: Visit, path: str) -> list[str]:
    """The parts of a path; without the group, which is the same for all."""
    parts = [one for one in path.split("/") if one]
    return parts[1:] if parts[:1] == [visit.plant.enterprise] and len(parts) > 1 else parts


PAGE = Page("/search", N_("Search"), show, place=90, every_s=0)
