"""The open shift of the machines that are seen: their stretches, stops and paces, each read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from plantstack.intervals import DAY, Interval
from plantstack.stack.floor.pace import Paces, Slow, paces
from plantstack.stack.floor.rows import Entry
from plantstack.stack.floor.sight import Sight
from plantstack.stack.floor.states import Stretch, stretches
from plantstack.stack.floor.stops import Stop, stops_of

FAR_BACK = 14 * DAY  # how far back the begin of what a machine does is looked for


@dataclass(frozen=True)
class Present:
    """What the machines of a sight did in their open shifts.

    Attributes:
        sight: at the machines.
    """

    sight: Sight

    @cached_property
    def limits(self) -> dict[str, tuple[int, int | None]]:
        """Micro-stop and silence limit of machines, microseconds; None: silence is watched elsewhere."""
        table = self.sight.books.tables["machine"].select(["equipment", "micro_us", "silence_us"])
        return {row["equipment"]: (row["micro_us"], row["silence_us"]) for row in table.to_pylist()}

    @cached_property
    def window(self) -> Interval:
        """From the begin of the earliest of the open shifts to now."""
        starts = [self.sight.shift_span(machine).start for machine in self.sight.machines]
        start = min(starts, default=self.sight.now)
        return Interval(start, max(self.sight.now, start))

    @cached_property
    def _entries(self) -> dict[str, list[Entry]]:
        return self.sight.entries(self.window)

    def entries(self, machine: str) -> Sequence[Entry]:
        """The ledger of a machine in its open shift."""
        start = self.sight.shift_span(machine).start
        return [one for one in self._entries[machine] if one.from_at >= start]

    @cached_property
    def _stretches(self) -> dict[str, list[Stretch]]:
        return {
            machine: list(stretches(entries, self.limits[machine][0]))
            for machine, entries in self._entries.items()
        }

    def stretches(self, machine: str) -> Sequence[Stretch]:
        """What a machine did in the window, in order of time; runs are not cut where they were slow."""
        return self._stretches[machine]

    def current(self, machine: str) -> Stretch | None:
        """What a machine does now, from where that began; None where the books know nothing of it."""
        return self._current.get(machine)

    @cached_property
    def _current(self) -> dict[str, Stretch]:
        found = {machine: told[-1] for machine, told in self._stretches.items() if told}
        older = [
            machine
            for machine in self.sight.machines
            if machine not in found or found[machine].from_at <= self.window.start
        ]
        if older:
            wide = Interval(self.window.start - FAR_BACK, self.window.end)
            for machine, entries in self.sight.entries(wide, older).items():
                told = list(stretches(entries, self.limits[machine][0]))
                if told:
                    found[machine] = told[-1]
        return found

    def stops(self, machine: str) -> list[Stop]:
        """The stops of a machine in its open shift, in order of time; one that began before it is whole."""
        return self._stops[machine]

    @cached_property
    def _stops(self) -> dict[str, list[Stop]]:
        return {machine: self._made(machine) for machine in self.sight.machines}

    def _made(self, machine: str) -> list[Stop]:
        made = stops_of(self.sight.plant, self.entries(machine))
        now = self.current(machine)
        if made and now is not None and made[-1].is_open and made[-1].from_at < self.window.start:
            whole = [one for one in now.entries if one.stop_at == made[-1].from_at]
            made[-1:] = stops_of(self.sight.plant, whole) or made[-1:]
        return made

    @cached_property
    def paces(self) -> Paces:
        """How fast the machines ran in the window."""
        return paces(self.sight, self.window)

    def slow(self, machine: str) -> Slow | None:
        """The sustained slow running that goes on at a machine while it runs."""
        now = self.current(machine)
        if now is None or now.state != "running":
            return None
        return next((one for one in self.slows(machine) if one.is_open), None)

    def slows(self, machine: str) -> list[Slow]:
        """The sustained slow running of a machine in the window; a machine paced by another has none."""
        pacing = self.sight.paced_by(self.sight.place(machine))
        return self.paces.slow(machine) if pacing == machine else []
