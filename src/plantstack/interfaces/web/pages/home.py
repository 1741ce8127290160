"""Home: the five layers as a stack, what is off, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plantstack.interfaces.web.page import N_, Page, Visit


def show(visit: Visit) -> Mapping[str, Any]:
    """What the reader may see of the group."""
    return {"title": visit.name(visit.scope)}


PAGE = Page("/", N_("Home"), show, place=1)
