"""How the signals of a scope were captured, and when that changed: paper is no signal with errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property

from plantstack.errors import Problem
from plantstack.plant.model import Machine, value_on
from plantstack.plant.plant import Plant

Days = tuple[str | None, str | None]

_FAR = date(9999, 12, 31)


class Captured:
    """The capture methods of the parts of a scope."""

    def __init__(self, plant: Plant, scope: str, axis: Sequence[str]) -> None:
        self.plant = plant
        self.scope = scope
        self.by_place = axis[0] if axis and axis[0] != "product" else ""

    @cached_property
    def machines(self) -> list[Machine]:
        """The machines of the scope that say how they are captured."""
        return [
            one
            for one in self.plant.machines.values()
            if one.capture and (not self.scope or self.scope in self._places(one.id))
        ]

    def cut(self, days: Days) -> list[Days]:
        """The window cut where a method changes."""
        borders = {
            start
            for one in self.machines
            for start, _ in one.capture[1:]
            if start is not None and (days[0] or "") < start.isoformat() <= (days[1] or "9999-12-31")
        }
        found: list[Days] = []
        first = days[0]
        for border in sorted(borders):
            found.append((first, (border - timedelta(days=1)).isoformat()))
            first = border.isoformat()
        return [*found, (first, days[1])]

    def is_cut(self, days: Days) -> bool:
        """Whether a method changes inside a window."""
        return len(self.cut(days)) > 1

    def method(self, part: str, days: Days) -> str:
        """How a part was captured in a window in which nothing changes."""
        day = date.fromisoformat(days[0]) if days[0] else date.fromisoformat(days[1]) if days[1] else _FAR
        mine = [one for one in self.machines if not self.by_place or part in self._places(one.id)]
        told = {one.id: value_on(one.capture, day) or "not said" for one in mine if len(one.capture) > 1}
        return ", ".join(f"{machine} {method}" for machine, method in sorted(told.items()))

    def changes(self, windows: Iterable[Days]) -> list[Machine]:
        """The machines whose method changes between or inside windows."""
        cuts = [piece for days in windows for piece in self.cut(days)]
        return [one for one in self.machines if len({self._of(one, days) for days in cuts}) > 1]

    def notes(self, windows: Iterable[Days]) -> list[Problem]:
        """Say of each machine whose method changes between or inside windows that this is no trend."""
        asked = list(windows)
        cuts = [piece for days in asked for piece in self.cut(days)]
        notes = []
        for one in self.changes(asked):
            told = list(dict.fromkeys(self._of(one, days) for days in cuts))
            what = f"was captured by {' and by '.join(told)}: that part of the change is no trend"
            notes.append(Problem("capture-changed", one.id, what))
        return notes

    def _of(self, machine: Machine, days: Days) -> str:
        text = days[0] or days[1]
        return value_on(machine.capture, date.fromisoformat(text) if text else _FAR) or "not said"

    def _places(self, machine: str) -> set[str]:
        return {
            name
            for span in self.plant.spans[machine]
            for name in (span.equipment, span.line, span.area, span.site)
        }
