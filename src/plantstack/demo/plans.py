"""What is planted on one machine, as its simulation meets it: stops, many short ones, slow spells."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from plantstack.demo.agenda import Agenda
from plantstack.demo.station import QUIET, Planned, Station
from plantstack.demo.truth import Effects

_SHORT = (22.0, 31.0, 45.0, 27.0, 38.0)  # seconds of short stops, one after the other


def plans_of(station: Station, effects: Effects, agenda: Agenda) -> list[Planned]:
    """Everything that is planned for a machine, in order.

    Args:
        station: the machine.
        effects: what is planted.
        agenda: of its line, for seconds.
    """
    return sorted([*_halts(station, effects, agenda), *_slow(station, effects, agenda)])


def _halts(station: Station, effects: Effects, agenda: Agenda) -> Iterator[Planned]:
    kinds = [one.reason for one in station.kinds]
    for start, end, one in effects.spans("halt", station.name):
        yield Planned(agenda.seconds(start), agenda.seconds(end), kinds.index(one.on), one.size)
    for start, end, one in effects.spans("halts", station.name):
        second, step = agenda.seconds(start), (agenda.seconds(end) - agenda.seconds(start)) / one.size
        for number in range(int(one.size)):
            length = _SHORT[number % len(_SHORT)]
            yield Planned(second + number * step, second + (number + 1) * step, kinds.index(one.on), length)


def _slow(station: Station, effects: Effects, agenda: Agenda) -> Iterator[Planned]:
    for start, end, one in effects.spans("slow", station.name):
        yield Planned(agenda.seconds(start), inf, QUIET, one.size)
        yield Planned(agenda.seconds(end), inf, QUIET, 1.0)
