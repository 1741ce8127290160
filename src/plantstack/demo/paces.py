"""How fast a machine really makes a product: the written ideal, its habit, and what is planted."""

from __future__ import annotations

from collections.abc import Iterable

from plantstack.plant.model import pace_seconds
from plantstack.plant.plant import Plant

UNWRITTEN = 660.0  # seconds a piece where nobody has written an ideal


class Paces:
    """Ideal and standard seconds a piece, by machine and product."""

    def __init__(self, plant: Plant, machines: Iterable[str]) -> None:
        wanted = set(machines)
        self._ideal: dict[tuple[str, str], float] = {}
        self._standard: dict[tuple[str, str], float] = {}
        for one in plant.standards:
            ideal = float(pace_seconds(one.ideal))
            planned = float(pace_seconds(one.standard)) if one.standard else ideal * 1.1
            for machine in wanted.intersection(one.machines):
                for product in one.products or ("",):
                    self._ideal[machine, product] = ideal
                    self._standard[machine, product] = planned

    def ideal(self, machine: str, product: str) -> float:
        """Seconds a piece at best, as written; what nobody has written takes eleven minutes."""
        return _nearest(self._ideal, machine, product) or UNWRITTEN

    def standard(self, machine: str, product: str) -> float:
        """Seconds a piece that planning counts with."""
        return _nearest(self._standard, machine, product) or UNWRITTEN * 1.1

    def knows(self, machine: str, product: str) -> bool:
        """Whether an ideal is written."""
        return _nearest(self._ideal, machine, product) is not None


def _nearest(held: dict[tuple[str, str], float], machine: str, product: str) -> float | None:
    return held.get((machine, product), held.get((machine, "")))
