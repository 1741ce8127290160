"""The orders of a line, one after the other, and how long a change between them should take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantstack.demo.habits import LineHabit
from plantstack.demo.paces import Paces
from plantstack.plant.plant import Plant

_ANY = "*"


@dataclass(frozen=True, slots=True)
class Order:
    """One production order of a line.

    Attributes:
        number: its id in the ERP.
        product: what is made.
        qty: pieces ordered.
        idle: seconds of work without any order before it.
    """

    number: str
    product: str
    qty: int
    idle: float


class OrderBook:
    """Orders as the simulation asks for them; the same generator gives the same orders."""

    def __init__(self, habit: LineHabit, paces: Paces, pace_maker: str, rng: np.random.Generator) -> None:
        self._habit = habit
        self._paces = paces
        self._pace_maker = pace_maker
        self._rng = rng
        self._names = list(habit.products)
        self._weights = np.array(list(habit.products.values()), dtype=np.float64)
        self.made: list[Order] = []

    def __getitem__(self, number: int) -> Order:
        while len(self.made) <= number:
            self.made.append(self._next())
        return self.made[number]

    def _next(self) -> Order:
        """Never the same product twice in a row: that would be one order."""
        weights = self._weights.copy()
        if self.made and len(self._names) > 1:
            weights[self._names.index(self.made[-1].product)] = 0
        product = str(self._rng.choice(self._names, p=weights / weights.sum()))
        hours = self._habit.order_hours * self._rng.lognormal(0, 0.35)
        pieces = hours * 3600 / self._paces.ideal(self._pace_maker, product)
        step = self._habit.batch or (500 if pieces > 5000 else 20 if pieces > 100 else 1)
        is_idle = bool(self.made) and self._rng.random() < self._habit.idle_chance
        idle = self._rng.exponential(self._habit.idle_hours * 3600) + 900 if is_idle else 0.0
        number = f"{self._habit.id.upper()}-{len(self.made) + 1:04d}"
        return Order(number, product, max(step, round(pieces / step) * step), idle)


class ChangeTimes:
    """Standard seconds of a changeover of a line, from its plant files."""

    def __init__(self, plant: Plant, scope: str) -> None:
        found = plant.changeovers.get(scope)
        if found is None:
            parent = plant.spans[scope][0].parent
            found = plant.changeovers.get(parent)
        self._matrix = found.matrix if found else {}
        self._class = {name: one.changeover_class for name, one in plant.products.items()}

    def seconds(self, before: str, after: str) -> float:
        """The most specific entry: both classes, to, from, default."""
        old, new = self._class[before], self._class[after]
        for key in ((old, new), (_ANY, new), (old, _ANY), (_ANY, _ANY)):
            if key in self._matrix:
                return self._matrix[key] / 1e6
        return 1800.0
