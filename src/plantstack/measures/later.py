"""Measures that no fact table carries yet: what they mean and which event kind will fill them.

A KPI over them answers `needs <kind>`; given by hand they can be evaluated today.
"""

from __future__ import annotations

from plantstack.measures.measure import Measure


def _later(name: str, meaning: str, feed: str) -> Measure:
    return Measure(name, "count", "event", meaning, (feed,), layer=3)


# No kind of event speaks of the stores part by part.
LATER = (
    _later("n_part_requests", "parts asked of the stores", "work_order"),
    _later("n_part_filled", "of them given at once", "work_order"),
)
