"""A station: any set of machines with one queue of what needs a person there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plantstack.stack.floor.calls import OpenCall, open_calls
from plantstack.stack.floor.machine import MachineNow, machines_of
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.queue import Ask, queue
from plantstack.stack.floor.setups import SetupCheck, setup_checks
from plantstack.stack.floor.shift import ShiftNow, shifts_of_places
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.strip import Strip, shift_strip
from plantstack.stack.project import Stack


@dataclass(frozen=True, slots=True)
class StationNow:
    """A station now: all that an operator page shows, in one question.

    Attributes:
        machines: each now, by line and flow; the first open stop is `queue[0]`, if any.
        queue: what needs a person, the most urgent first.
        shifts: of the lines and lone machines the machines belong to, hour by hour.
        strips: of the open shift, to its end, one a machine in the same order.
        setups: centrelines that hold now, also where nothing is due.
        calls: that are open, about the machines or a place above, the oldest first.
        n_unexplained: stops over the limit this shift that no reason explains: they stay loud.
        zone: the clock on the wall.
        known_until: how far the books of all of them reach, microseconds UTC.
    """

    machines: tuple[MachineNow, ...]
    queue: tuple[Ask, ...]
    shifts: tuple[ShiftNow, ...]
    strips: tuple[Strip, ...]
    setups: tuple[SetupCheck, ...]
    calls: tuple[OpenCall, ...]
    n_unexplained: int
    zone: str
    known_until: int


def station_now(
    stack: Stack, machines: str | Iterable[str], now: int, *, has_figures: bool = True
) -> StationNow:
    """What happens at a station and what it needs.

    Args:
        stack: the opened project.
        machines: ids or paths of machines; a line stands for all of its machines.
        now: microseconds UTC.
        has_figures: whether the KPIs of the shift are wanted beside each machine.

    Raises:
        QueryError: for a machine that does not exist.
    """
    sight = look(stack, machines, now)
    present = Present(sight)
    told, calls = machines_of(present, has_figures=has_figures), calls_at(sight)
    setups = tuple(setup_checks(present).values())
    return StationNow(
        machines=told,
        queue=queue(present, setups, calls),
        shifts=shifts_of_places(present),
        strips=tuple(shift_strip(present, machine) for machine in sight.machines),
        setups=setups,
        calls=calls,
        n_unexplained=sum(one.n_unexplained for one in told),
        zone=sight.zone(sight.machines[0]) if sight.machines else "",
        known_until=min((one.known_until for one in told), default=now),
    )


def calls_at(sight: Sight) -> tuple[OpenCall, ...]:
    """The calls about the machines that are seen, or a place they stand in, that nobody accepted yet."""
    places = {place for machine in sight.machines for place in sight.above(machine)}
    found = open_calls(sight.stack, "", sight.now)
    return tuple(one for one in found if sight.plant.lanes.get(one.equipment, (one.equipment,))[0] in places)
