"""Checks that need more than one section: structure, shifts against production days, reasons, paces."""

from __future__ import annotations

from plantstack.plant.plant import Plant
from plantstack.plant.report import Report


def check_plant_facts(plant: Plant, report: Report) -> None:
    """Note everything that each section allows and the whole does not."""
