"""How signals were captured in a period: paper is no signal with errors, so a change is no trend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from plantstack.kpis.trusting.trust import Limit, Trust, grade_of, limited
from plantstack.measures.measure import Evidence
from plantstack.plant.localtime import local_day
from plantstack.plant.plant import Plant
from plantstack.plant.tables_time import capture_rows

CHANGED = "capture_method"


@dataclass(frozen=True, slots=True)
class Reading:
    """A machine read by one method from an instant on, for so many microseconds of a period."""

    machine: str
    method: str
    since: str  # local day
    us: int


@dataclass(frozen=True, slots=True)
class Methods:
    """How the machines of a scope were read over a period; machines that say nothing are left out."""

    readings: tuple[Reading, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The methods, each once."""
        return tuple(sorted({one.method for one in self.readings}))

    @property
    def changed(self) -> tuple[str, ...]:
        """Machines that were read by more than one method."""
        machines = [one.machine for one in self.readings]
        return tuple(dict.fromkeys(one for one in machines if machines.count(one) > 1))

    @property
    def share(self) -> Fraction:
        """Of all machine time that says how it was read: what was read otherwise than at the end."""
        last = {one.machine: one.method for one in self.readings}
        other = sum(one.us for one in self.readings if last[one.machine] != one.method)
        return Fraction(other, sum(one.us for one in self.readings) or 1)


class Captures:
    """The dated capture methods of a plant, looked up by scope and period."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._rows = list(capture_rows(plant))
        self._kept: dict[tuple[str, int, int], Methods] = {}

    def of(self, scope: str, start: int, end: int) -> Methods:
        """How the machines that stood in a scope were read over [start, end), microseconds UTC.

        Args:
            scope: id of a machine, line, area or site; '' is everything.
            start: of the period.
            end: of the period.
        """
        key = (scope, start, end)
        if key not in self._kept:
            self._kept[key] = Methods(tuple(self._read(scope, start, end)))
        return self._kept[key]

    def _read(self, scope: str, start: int, end: int) -> Iterable[Reading]:
        for row in self._rows:
            machine, since, until, method = str(row[0]), int(str(row[1])), int(str(row[2])), str(row[3])
            inside = min(until, end) - max(since, start)
            if inside > 0 and self._stands_in(machine, scope, start, end):
                day = local_day(self._plant.site_of(machine).zone, since) if since > start else ""
                yield Reading(machine, method, str(day), inside)

    def _stands_in(self, machine: str, scope: str, start: int, end: int) -> bool:
        return not scope or any(
            scope in (machine, span.line, span.area, span.site)
            for span in self._plant.spans[machine]
            if span.from_at < end and span.until_at > start
        )


def method_break(before: Methods, after: Methods) -> str:
    """Why two periods are no trend: which machines were read by another method; '' when they are one.

    >>> paper, signal = (Methods((Reading("mill", one, "", 1),)) for one in ("manual", "signal"))
    >>> method_break(paper, signal)
    'mill was read by hand before and by signal now: that part of the difference is no trend'
    >>> method_break(paper, paper)
    ''
    """
    then, now = _by_machine(before), _by_machine(after)
    told = [
        f"{machine} was read by {_ways(then[machine])} before and by {_ways(now[machine])} now"
        for machine in then
        if machine in now and then[machine] != now[machine]
    ]
    return f"{', '.join(told)}: that part of the difference is no trend" if told else ""


def _ways(methods: Sequence[str]) -> str:
    """How a machine was read, as people say it."""
    return " and ".join("hand" if one == "manual" else one for one in methods)


def _by_machine(methods: Methods) -> Mapping[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for one in methods.readings:
        out[one.machine] = tuple(dict.fromkeys((*out.get(one.machine, ()), one.method)))
    return out


def with_methods(trust: Trust, methods: Methods, baseline: Methods | None = None) -> Trust:
    """Name how the signals were captured; a change of it in the period, or since the baseline, is a limit."""
    named = replace(trust, methods=methods.names)
    step, share, machines = "", methods.share, methods.changed
    if machines:
        changes = [one for one in methods.readings if one.since and one.machine in machines]
        told = ", ".join(dict.fromkeys(f"{one.method} since {one.since}" for one in changes))
        step = f"Read the parts of the period apart: {told}."
    elif baseline is not None and method_break(baseline, methods):
        before = _by_machine(baseline)
        machines = tuple(one for one, told in _by_machine(methods).items() if before.get(one, told) != told)
        whole = sum(one.us for one in methods.readings)
        share = Fraction(sum(one.us for one in methods.readings if one.machine in machines), whole)
        step = f"Compare like with like: {method_break(baseline, methods)}."
    if not step:
        return named
    limit = Limit(CHANGED, "time_calendar", float(share), grade_of(share, _ORDINARY), machines[:3], step, 1)
    return limited(named, limit, share)


_ORDINARY = Evidence("time_calendar", (), "", 0)
