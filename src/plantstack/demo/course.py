"""What decides how a line behaves, computed for all its shifts at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from plantstack.demo.agenda import Agenda
from plantstack.demo.habits import LineHabit
from plantstack.demo.orders import ChangeTimes, OrderBook
from plantstack.demo.paces import Paces
from plantstack.demo.station import Course, Station
from plantstack.demo.truth import Effects, Floats
from plantstack.intervals import SECOND

_LEAST = 1e-9  # a machine that never stops by itself


class Conditions:
    """Paces, losses and risks of every machine of a line in every shift."""

    def __init__(
        self,
        habit: LineHabit,
        agenda: Agenda,
        effects: Effects,
        paces: Paces,
        orders: OrderBook,
        rng: np.random.Generator,
    ) -> None:
        self.habit = habit
        self.effects = effects
        self.paces = paces
        self.orders = orders
        self.shifts = [one.shift for one in agenda.shifts]
        middles = [(one.span.start + one.span.end) / 2 for one in agenda.shifts]
        self.middle: Floats = np.array(middles, dtype=np.float64)
        self._speed = {
            name: (
                one.speed
                * effects.factor("speed", name, self.middle)
                * np.clip(rng.normal(1, 0.012, len(middles)), 0.95, 1.02)
            ).tolist()
            for name, one in habit.machines.items()
        }
        self._ladder = {name: self._ladders(name) for name in habit.machines}
        self._ability: dict[tuple[str, str], Floats] = {}
        self._scrap: dict[tuple[str, str], dict[str, Floats]] = {}

    def enter(self, station: Station, shift: int) -> None:
        """Give a station what its order and the shift make of it."""
        product = self.orders[station.order].product
        name = station.name
        ability = self.ability(name, product)[shift]
        station.pace = self._speed[name][shift] * ability / self.paces.ideal(name, product)
        lost = sum(share[shift] for share in self.scrap(name, product).values())
        station.passes = float(1 - lost - station.habit.rework)
        station.ladder = self._ladder[name][shift]
        station.risk = max(station.ladder[-1], _LEAST) if station.ladder else _LEAST

    def ability(self, machine: str, product: str) -> Floats:
        """How much faster than written a product runs, by shift."""
        key = machine, product
        if key not in self._ability:
            self._ability[key] = self.effects.factor("ability", machine, self.middle, on=product)
        return self._ability[key]

    def scrap(self, machine: str, product: str) -> dict[str, Floats]:
        """Scrapped share of a machine's pieces by reason, each by shift."""
        key = machine, product
        if key not in self._scrap:
            base = self.habit.machines[machine].scrap
            planted = {effect.on.partition("/")[0] for _, _, effect in self.effects.spans("scrap", machine)}
            self._scrap[key] = {
                reason: base.get(reason, 0.0) + self._added(machine, reason, product)
                for reason in sorted({*base, *planted})
            }
        return self._scrap[key]

    def _added(self, machine: str, reason: str, product: str) -> Floats:
        total = np.zeros(len(self.middle))
        for shift in sorted(set(self.shifts)):
            mine = np.array([name == shift for name in self.shifts])
            for on in (reason, f"{reason}/{product}"):
                total += mine * self.effects.added("scrap", machine, self.middle, on=on, shift=shift)
        return total

    def _ladders(self, machine: str) -> list[Sequence[float]]:
        """Cumulated rates a second of running, of each kind of stop in each shift."""
        kinds = self.habit.machines[machine].stops
        rates = [
            kind.per_hour / 3600 * self.effects.factor("stop_rate", machine, self.middle, on=kind.reason)
            for kind in kinds
        ]
        return np.cumsum(np.array(rates), axis=0).T.tolist() if kinds else [()] * len(self.middle)


def course_of(conditions: Conditions, changes: ChangeTimes, origin: int, constraint: str) -> Course:
    """The course of a line, as its stations ask for it."""
    habit = conditions.habit
    names = list(habit.machines)
    usual = [1 - sum(one.scrap.values()) - one.rework for one in habit.machines.values()]

    def setup_seconds(before: str, after: str, second: float) -> float:
        when = np.array([origin + second * SECOND])
        return changes.seconds(before, after) * float(
            conditions.effects.factor("changeover", habit.id, when)[0]
        )

    return Course(
        orders=conditions.orders,
        setup_seconds=setup_seconds,
        enter=conditions.enter,
        intake=lambda qty: float(round(qty / prod(usual))),
        slowest=names.index(constraint),
    )
