"""A line in motion: small lines whose course can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import cast

import pytest

from plantstack.demo.agenda import Agenda, Kind, Stretch
from plantstack.demo.chance import Chance
from plantstack.demo.flow import Line
from plantstack.demo.habits import Habit, StopKind
from plantstack.demo.orders import Order, OrderBook
from plantstack.demo.station import Course, Station


@dataclass
class Fixed:
    """Chance with its answers given; afterwards nothing stops any more."""

    waits: list[float] = field(default_factory=list)

    def wait(self) -> float:
        return self.waits.pop(0) if self.waits else inf

    def share(self) -> float:
        return 0.0

    def bell(self) -> float:
        return 0.0


Day = tuple[tuple[float, float, Kind], ...]
JAM = StopKind("jam", 1.0, 300.0)
FAULT = StopKind("fault", 1.0, 300.0, state="fault")


def line(
    paces: Sequence[float],
    rooms: Sequence[float],
    waits: Sequence[float] = (),
    *,
    qty: int = 10**9,
    kind: StopKind = JAM,
    idle: float = 0.0,
) -> Line:
    """Machines of given paces; the first waits are the seconds until each stops for the first time."""
    stations = [
        Station(f"m{number}", Habit((kind,)), room, kinds=(kind,))
        for number, room in enumerate([*rooms, inf])
    ]

    def enter(station: Station, shift: int) -> None:
        station.pace = paces[int(station.name[1:])]
        station.ladder, station.risk = (1.0,), 1.0

    orders = [Order(f"o{number}", f"p{number % 2}", qty, idle if number else 0.0) for number in range(9)]
    course = Course(cast(OrderBook, orders), lambda before, after, second: 60.0, enter, float, 0)
    return Line(stations, course, cast(Chance, Fixed(list(waits))), ())


def work(made: Line, *stretches: tuple[float, float, Kind]) -> None:
    end = stretches[-1][1]
    made.run(Agenda(0, end, [Stretch(*one, shift=0) for one in stretches], ()))


def shown(station: Station) -> list[tuple[float, str]]:
    """What it showed, without what lasted no time."""
    lasting = {round(at, 3): state for at, state, _, _ in station.states}
    return list(lasting.items())


def test_a_jam_starves_the_machine_behind_once_the_buffer_is_empty() -> None:
    # The filler makes 10/s into a buffer that holds 400, the labeller takes 8/s. After 100 s 200 pieces
    # wait; the filler jams for 300 s, the labeller starves 200 / 8 = 25 s later.
    made = line([10, 8], [400], [100, inf])
    work(made, (0, 1000, "work"))
    assert shown(made.stations[0])[:3] == [(0, "producing"), (100, "stopped"), (400, "producing")]
    assert shown(made.stations[1])[:3] == [(0, "producing"), (125, "starved"), (400, "producing")]


def test_a_full_buffer_blocks_the_machine_before() -> None:
    # The packer stops at 50 s; 10/s fill the 200 places in 20 s.
    made = line([10, 10], [200], [inf, 50])
    work(made, (0, 600, "work"))
    assert shown(made.stations[0])[:3] == [(0, "producing"), (70, "blocked"), (350, "producing")]


def test_a_faster_machine_behind_runs_at_the_pace_of_its_feed() -> None:
    made = line([5, 50], [100])
    work(made, (0, 100, "work"))
    assert shown(made.stations[1]) == [(0, "producing")]
    assert made.stations[1].taken == pytest.approx(500)


def test_nothing_is_lost_between_machines() -> None:
    made = line([10, 9, 11], [50, 80], [30, 77, 120])
    work(made, (0, 2000, "work"))
    for before, after in pairwise(made.stations):
        assert 0 <= before.stock <= before.room
        assert before.given - after.taken == pytest.approx(before.stock, abs=1e-6)


def test_a_changeover_passes_through_in_a_wave() -> None:
    # 100 pieces at 10/s; the second machine is done when the last piece has left it, and waits for the new.
    made = line([10, 5], [1000], qty=100)
    work(made, (0, 200, "work"))
    head, tail = made.stations
    assert head.orders[:3] == [(0.0, 0, "start"), (10.0, 0, "end"), (10.0, 1, "start")]
    assert tail.orders[:3] == [(0.0, 0, "start"), (20.0, 0, "end"), (20.0, 1, "start")]
    # Its set-up is a little shorter than that of the head, which ends at 70.
    assert shown(tail)[1:4] == [(20, "setup"), (68, "starved"), (70, "producing")]
    assert (10.0, "setup") in shown(head)


def test_without_an_order_everybody_waits_for_the_head() -> None:
    made = line([10, 10], [100], qty=100, idle=500)
    work(made, (0, 700, "work"))
    head, tail = made.stations
    assert shown(head)[1:3] == [(10, "idle"), (510, "setup")]
    assert shown(tail)[1:3] == [(10, "idle"), (510, "setup")]
    assert tail.orders[1:3] == [(10.0, 0, "end"), (510.0, 1, "start")]


def test_a_repair_goes_on_in_a_break_and_a_set_up_does_not() -> None:
    made = line([10], [], [50])
    work(made, (0, 100, "work"), (100, 400, "break"), (400, 500, "work"))
    assert shown(made.stations[0]) == [
        (0, "producing"),
        (50, "stopped"),
        (350, "planned_stop"),
        (400, "producing"),
    ]
    changing = line([10], [], qty=900)
    work(changing, (0, 100, "work"), (100, 400, "break"), (400, 500, "work"))
    assert shown(changing.stations[0])[1:] == [
        (90, "setup"),
        (100, "planned_stop"),
        (400, "setup"),
        (450, "producing"),
    ]


def test_a_failure_lasts_through_the_night_and_a_jam_does_not_show() -> None:
    night: Day = ((0, 100, "work"), (100, 1000, "off"), (1000, 1400, "work"))
    failed = line([10], [], [50], kind=FAULT)
    work(failed, *night)
    assert shown(failed.stations[0]) == [(0, "producing"), (50, "fault"), (1250, "producing")]
    jammed = line([10], [], [50])
    work(jammed, *night)
    assert shown(jammed.stations[0])[1:3] == [(50, "stopped"), (100, "off")]


def test_machines_stop_only_while_they_run() -> None:
    # The second machine could stop after 60 s of running; it starves from 5 s to 305 s.
    made = line([10, 10], [100], [5, 60])
    work(made, (0, 1000, "work"))
    assert shown(made.stations[1])[:4] == [
        (0, "producing"),
        (5, "starved"),
        (305, "producing"),
        (360, "stopped"),
    ]
