"""Words that make a scenario short: orders, symptoms, and the books of one machine with usual reasons."""

from __future__ import annotations

from typing import Any

from tests.oracle.books import derive
from tests.oracle.build import ev, plant
from tests.oracle.model import Books, Row

REASONS: dict[str, tuple[Any, ...]] = {
    "jam": ("breakdown",),
    "material": ("waiting",),
    "idle order": ("no_order",),
    "clean": ("planned_down", 15),
    "break": ("planned_down", 10),
    "other": ("other_stop", None, True),
}


def order(at: str, phase: str, name: str, product: str = "", **said: Any) -> Row:
    return ev("order", "m1", at, phase=phase, order_id=name, product=product or f"product {name}", **said)


def symptom(at: str, leaf: str, **said: Any) -> Row:
    return ev("reason", "m1", at, role="symptom", reason=leaf, **said)


def cause(at: str, leaf: str, **said: Any) -> Row:
    return ev("reason", "m1", at, role="cause", reason=leaf, **said)


def books_of(*events: Row | list[Row], **said: Any) -> Books:
    """The books of rows and lists of rows, on a plant with the usual reasons."""
    rows = [row for part in events for row in (part if isinstance(part, list) else [part])]
    return derive(rows, plant(reasons=REASONS, **said))
