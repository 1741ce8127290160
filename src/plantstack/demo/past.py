"""What a line did, in arrays: the memory of its stations, turned into instants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plantstack.demo.agenda import Agenda
from plantstack.demo.course import Conditions
from plantstack.demo.habits import Habit, LineHabit
from plantstack.demo.orders import Order
from plantstack.demo.rows import Ints
from plantstack.demo.station import Station
from plantstack.demo.truth import Effects, Floats
from plantstack.demo.window import Window
from plantstack.intervals import SECOND

_MS = 1000


@dataclass(frozen=True, slots=True)
class MachinePast:
    """What one machine did.

    Attributes:
        name: id of the machine.
        habit: how it behaves.
        at: when its state changed, microseconds; the last state ends at `until`.
        until: end of each state.
        state: names of the states.
        kind: number of the stop kind of each state, -1 none.
        order_at: when each of its orders started.
        order_end: when each ended (or the end of everything).
        order: number of each order in the order book.
        curve_at: seconds since the origin at which its rate changed.
        curve_taken: pieces taken until then.
    """

    name: str
    habit: Habit
    at: Ints
    until: Ints
    state: Sequence[str]
    kind: Ints
    order_at: Ints
    order_end: Ints
    order: Ints
    curve_at: Floats
    curve_taken: Floats


@dataclass(frozen=True, slots=True)
class LinePast:
    """What one line did, and everything needed to tell it.

    Attributes:
        habit: how the line is run.
        agenda: when it worked.
        orders: its orders.
        machines: what each machine did, in the order of the flow.
        conditions: losses by shift.
        effects: what is planted.
        origin: the instant at which its seconds begin.
        now: where the past ends; from then on it is told live.
        end: the last instant.
        paper_until: until then people write it down; signals tell the rest.
    """

    habit: LineHabit
    agenda: Agenda
    orders: Sequence[Order]
    machines: Sequence[MachinePast]
    conditions: Conditions
    effects: Effects
    origin: int
    now: int
    end: int
    paper_until: int

    def shift_at(self, when: Ints) -> Ints:
        """Number of the shift that runs at instants or ran last; 0 before the first."""
        starts = np.array([one.span.start for one in self.agenda.shifts], dtype=np.int64)
        return np.maximum(np.searchsorted(starts, when, side="right") - 1, 0)


def line_past(
    habit: LineHabit,
    agenda: Agenda,
    stations: Sequence[Station],
    conditions: Conditions,
    effects: Effects,
    window: Window,
) -> LinePast:
    """Gather what the stations of a line remember."""
    end = window.end
    machines = [_machine_past(station, agenda.origin, end) for station in stations]
    orders = conditions.orders.made
    spans = effects.spans("paper", habit.id)
    paper_until = (
        end if habit.capture == "paper" else max((until for _, until, _ in spans), default=agenda.origin)
    )
    return LinePast(
        habit, agenda, orders, machines, conditions, effects, agenda.origin, window.until, end, paper_until
    )


def _machine_past(station: Station, origin: int, end: int) -> MachinePast:
    seconds = np.array([row[0] for row in station.states])
    at = _instants(seconds, origin)
    until = np.append(at[1:], end)
    lasts = np.flatnonzero(until > at)
    starts = [(second, order) for second, order, phase in station.orders if phase == "start"]
    order_at = _instants(np.array([second for second, _ in starts]), origin)
    ends = {order: second for second, order, phase in station.orders if phase == "end"}
    finished = np.array([ends.get(order, np.inf) for _, order in starts])
    order_end = np.where(
        np.isinf(finished), end, _instants(np.where(np.isinf(finished), 0, finished), origin)
    )
    return MachinePast(
        name=station.name,
        habit=station.habit,
        at=at[lasts],
        until=until[lasts],
        state=[station.states[number][1] for number in lasts],
        kind=np.array([station.states[number][2] for number in lasts], dtype=np.int64),
        order_at=order_at,
        order_end=order_end,
        order=np.array([order for _, order in starts], dtype=np.int64),
        curve_at=np.array([point[0] for point in station.curve]),
        curve_taken=np.array([point[1] for point in station.curve]),
    )


def _instants(seconds: Floats, origin: int) -> Ints:
    """Instants in whole milliseconds: machines tell no finer."""
    return origin + np.rint(seconds * (SECOND // _MS)).astype(np.int64) * _MS
