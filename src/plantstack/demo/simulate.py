"""The whole group, simulated: plant files in, events in the order in which they were heard out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from plantstack.demo.agenda import line_agenda
from plantstack.demo.chance import Chance
from plantstack.demo.closing import CLOSED_AT, tell_closes
from plantstack.demo.course import Conditions, course_of
from plantstack.demo.flow import Line
from plantstack.demo.group import LINES
from plantstack.demo.habits import LineHabit
from plantstack.demo.orders import ChangeTimes, OrderBook
from plantstack.demo.paces import Paces
from plantstack.demo.paper import tell_paper
from plantstack.demo.past import LinePast, line_past
from plantstack.demo.people import tell_people
from plantstack.demo.plans import plans_of
from plantstack.demo.records import disturb
from plantstack.demo.rows import Ints, Rows
from plantstack.demo.signals import tell_signals
from plantstack.demo.station import Station
from plantstack.demo.trade import tell_trade
from plantstack.demo.truth import Effects, Truth
from plantstack.demo.values import tell_values
from plantstack.demo.window import Window
from plantstack.demo.works import tell_line_works, tell_site_works
from plantstack.intervals import Interval
from plantstack.plant.model import value_on
from plantstack.plant.plant import Plant

Step = Callable[[str], None]
"""Told the name of each line when it has been lived through."""


@dataclass(frozen=True, slots=True)
class History:
    """What was heard of the whole group.

    Attributes:
        events: raw rows, see `events.batch.RAW`.
        heard: when each came, ascending, microseconds UTC.
    """

    events: pa.Table
    heard: Ints

    def parted(self, at: int) -> tuple[History, History]:
        """What was heard up to an instant, and what is heard after it."""
        known = int(np.searchsorted(self.heard, at, side="right"))
        return (
            History(self.events.slice(0, known), self.heard[:known]),
            History(self.events.slice(known), self.heard[known:]),
        )


def simulate(
    plant: Plant,
    window: Window,
    truths: Sequence[Truth],
    rng: np.random.Generator,
    step: Step = lambda line: None,
) -> History:
    """Live through a window at every site of a plant.

    Args:
        plant: the plant files, read.
        window: which span.
        truths: what is planted.
        rng: all chance; each site takes its own stream, so a further site changes none before it.
        step: called after each line.
    """
    rows = Rows()
    effects = Effects(truths)
    sites = [site for site in LINES if site in plant.sites]
    for site, own in zip(sites, rng.spawn(len(sites)), strict=True):
        lines = []
        for habit, chance in zip(LINES[site], own.spawn(len(LINES[site])), strict=True):
            lines.append(_live(plant, habit, window, effects, chance))
            _tell(rows, plant, lines[-1], chance)
            step(habit.id)
        if site == CLOSED_AT:
            tell_closes(rows, window, plant.sites[site], truths)
        tell_site_works(rows, site, lines, plant, [one for one in truths if one.site == site], own)
    events, heard = disturb(rows.all(), truths, rng)
    return History(events, heard).parted(window.end)[0]


def site_span(plant: Plant, site: str, window: Window) -> Interval:
    """The simulated span of a site."""
    return window.span(plant.sites[site].zone, plant.sites[site].day_start)


def _live(
    plant: Plant, habit: LineHabit, window: Window, effects: Effects, rng: np.random.Generator
) -> LinePast:
    span = site_span(plant, habit.site, window)
    quiet = window.around_now
    agenda = line_agenda(plant, habit, span, rng, quiet)
    paces = Paces(plant, habit.machines)
    constraint = _constraint(plant, habit, window)
    orders = OrderBook(habit, paces, constraint, rng)
    conditions = Conditions(habit, agenda, effects, paces, orders, rng)
    course = course_of(conditions, ChangeTimes(plant, habit.id), span.start, constraint)
    stations = [
        Station(name, one, _room(plant, habit, name), kinds=one.stops) for name, one in habit.machines.items()
    ]
    for station in stations:
        station.plans.extend(plans_of(station, effects, agenda))
    forced = [agenda.seconds(at) for at in _setting_starts(habit, effects)]
    calm = (agenda.seconds(quiet.start), agenda.seconds(quiet.end)) if quiet else (0.0, 0.0)
    Line(stations, course, Chance(rng), forced, calm).run(agenda)
    return line_past(habit, agenda, stations, conditions, effects, window)


def _constraint(plant: Plant, habit: LineHabit, window: Window) -> str:
    line = plant.lines.get(habit.id)
    if line is None:
        return habit.id
    zone = plant.site_of(habit.id).zone
    return value_on(line.constraint, window.first_day(zone)) or next(iter(habit.machines))


def _room(plant: Plant, habit: LineHabit, machine: str) -> float:
    """Pieces that fit behind a machine; behind the last one there is always room."""
    line = plant.lines.get(habit.id)
    held = {one.after: float(one.capacity) for one in line.buffers} if line else {}
    return held.get(machine, float("inf"))


def _setting_starts(habit: LineHabit, effects: Effects) -> Iterator[int]:
    """A wrong setting comes with a changeover: the order before it is cut short."""
    for machine in habit.machines:
        for start, _, _ in effects.spans("setting", machine):
            yield start


def _tell(rows: Rows, plant: Plant, line: LinePast, rng: np.random.Generator) -> None:
    by_exception = any(plant.machines[one.name].good_by_exception for one in line.machines)
    tell_paper(rows, line, rng)
    tell_signals(rows, line, rng, by_exception=by_exception)
    tell_people(rows, line, rng, by_exception=by_exception)
    tell_values(rows, line, plant.setup_specs, rng)
    tell_trade(rows, line, ChangeTimes(plant, line.habit.id), rng)
    tell_line_works(rows, line, rng)
