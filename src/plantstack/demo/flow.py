"""A line in motion: machines in series with buffers between them, from event to event.

Pieces flow like water: between two events every machine has one rate, so a buffer fills or empties
on a straight line and the next event can be computed. A machine stops by itself only while it runs;
a full buffer blocks the machine before it, an empty one starves the machine behind it. Orders pass
through in a wave: each machine changes over when the last piece of the old order has left it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from math import exp, inf

from plantstack.demo.agenda import Agenda, Stretch
from plantstack.demo.chance import Chance
from plantstack.demo.station import DOWN, NO_ORDER, SETUP, UP, Course, Station

_EPS = 1e-6
_SLACK = 1e-9  # of a rate: two rates this close are one
_CALM = 40.0  # seconds that a stop takes at most while it is to be calm
_LAST = 1e-3  # of a piece: what rounding may leave of an order


class Line:
    """The machines of a line and the clock that moves them.

    Args:
        stations: in the order of the flow.
        course: orders, paces and hazards: what decides how the stations behave.
        chance: numbers for lengths and waits.
        forced: instants at which the running order is cut short, in seconds.
        calm: from when until when nothing stops for long by chance, in seconds.
    """

    def __init__(
        self,
        stations: Sequence[Station],
        course: Course,
        chance: Chance,
        forced: Sequence[float],
        calm: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        self.stations = stations
        self.course = course
        self.chance = chance
        self.forced = deque(sorted(forced))
        self.calm = calm
        self.shift = -1
        self.head_order = 0
        for station in stations:
            station.hazard = chance.wait()
            station.orders.append((0.0, 0, "start"))
        stations[0].bound = course.intake(course.orders[0].qty)

    def run(self, agenda: Agenda) -> None:
        """Live through the agenda; the stations remember what they did."""
        for stretch in agenda.stretches:
            if stretch.kind == "work":
                if stretch.shift != self.shift or self.shift < 0:
                    self.shift = stretch.shift
                    for station in self.stations:
                        self.course.enter(station, self.shift)
                self._work(stretch.start, stretch.end)
            else:
                self._pause(stretch)
        for station in self.stations:
            station.close(agenda.end)

    def _work(self, now: float, end: float) -> None:
        while True:
            self._settle()
            for station in self.stations:
                station.show(now)
            step, what, who = self._next(now, end)
            self._move(step)
            now += step
            if what == "end":
                return
            self._act(what, who, now)

    def _settle(self) -> None:
        """Give each machine its rate: its own pace, less what its neighbours cannot give or take."""
        stations = self.stations
        for station in stations:
            station.rate = station.pace * station.drag if station.mode == UP else 0.0
        is_settled = len(stations) == 1
        while not is_settled:
            is_settled = True
            for before, after in pairwise(stations):
                inflow = before.rate * before.passes
                if before.stock <= _EPS and after.rate > inflow + _SLACK:
                    after.rate = inflow
                    is_settled = False
                elif before.stock >= before.room - _EPS and inflow > after.rate + _SLACK:
                    before.rate = after.rate / before.passes
                    is_settled = False

    def _next(self, now: float, end: float) -> tuple[float, str, int]:
        """How long until something happens, what, and to which machine."""
        step, what, who = end - now, "end", 0
        for number, one in enumerate(self.stations):
            if one.mode != UP:
                if one.ends - now < step:
                    step, what, who = one.ends - now, "ends", number
                continue
            if (left := one.due(now)) < step:
                step, what, who = left, "planned", number
            rate = one.rate
            if rate > 0:
                left = one.hazard / one.risk
                if left < step:
                    step, what, who = left, "fails", number
                left = (one.bound - one.taken) / rate
                if left < step:
                    step, what, who = left, "finishes", number
            elif one.bound - one.taken <= _LAST:
                step, what, who = 0.0, "finishes", number
        for number, one in enumerate(self.stations[:-1]):
            net = one.rate * one.passes - self.stations[number + 1].rate
            if net > _EPS and one.stock < one.room - _EPS:
                left = (one.room - one.stock) / net
            elif net < -_EPS and one.stock > _EPS:
                left = one.stock / -net
            else:
                continue
            if left < step:
                step, what, who = left, "levels", number
        head = self.stations[0]
        if self.forced and head.mode == UP and head.order == self.head_order and self.forced[0] - now < step:
            step, what, who = self.forced[0] - now, "forced", 0
        return max(step, 0.0), what, who

    def _move(self, step: float) -> None:
        for number, one in enumerate(self.stations):
            if one.rate > 0:
                made = one.rate * step
                one.taken += made
                one.hazard -= one.risk * step
                one.given += made * one.passes
                one.stock += made * one.passes
                if number:
                    self.stations[number - 1].stock -= made

    def _act(self, what: str, who: int, now: float) -> None:
        one = self.stations[who]
        if what == "fails":
            one.hazard = self.chance.wait()
            number = bisect_left(one.ladder, self.chance.share() * one.ladder[-1])
            kind = one.kinds[number]
            length = max(5.0, kind.seconds * exp(kind.spread * self.chance.bell()))
            one.stop(number, now + (min(length, _CALM) if self._is_calm(now, length) else length))
        elif what == "ends":
            self._resume(who, now)
        elif what == "planned":
            one.meet(now)
        elif what == "levels":
            self._level(who)
        elif what == "finishes" and who == 0 and self._is_calm(now, 0.0):
            one.bound += one.pace * (self.calm[1] - now)  # more is made than was ordered
        else:
            if what == "forced":
                self.forced.popleft()
            else:
                one.taken = one.bound
            self._finish(who, now)

    def _level(self, who: int) -> None:
        """A buffer is empty or full, exactly."""
        one = self.stations[who]
        if one.stock < one.room / 2:
            one.stock = 0.0
            self.stations[who + 1].taken = one.given
        else:
            one.stock = one.room

    def _resume(self, who: int, now: float) -> None:
        one = self.stations[who]
        if one.mode == NO_ORDER:
            self._change(who, now)
        else:
            one.mode = UP

    def _finish(self, who: int, now: float) -> None:
        """The last piece of the order has left this machine."""
        one = self.stations[who]
        one.orders.append((now, one.order, "end"))
        if who + 1 < len(self.stations):
            self.stations[who + 1].expect(one.given)
        if who == 0:
            idle = self.course.orders[one.order + 1].idle
            if not idle or self._is_calm(now, idle):
                self._change(0, now)
                return
            one.mode, one.ends = NO_ORDER, now + idle
        elif self.head_order > one.order:
            self._change(who, now)
        else:
            one.mode, one.ends = NO_ORDER, inf

    def _is_calm(self, now: float, length: float) -> bool:
        """Whether the calm would be met within so many seconds."""
        return self.calm[0] <= now + length and now < self.calm[1]

    def _change(self, who: int, now: float) -> None:
        """Set up for the next order; the head lets the others that wait for it follow."""
        one = self.stations[who]
        one.order += 1
        one.orders.append((now, one.order, "start"))
        before, after = self.course.orders[one.order - 1], self.course.orders[one.order]
        length = self.course.setup_seconds(before.product, after.product, now)
        length *= exp(0.18 * self.chance.bell()) * (1.0 if who == self.course.slowest else 0.8)
        one.mode, one.ends = SETUP, now + length
        self.course.enter(one, self.shift)
        if who == 0:
            one.bound = one.taken + self.course.intake(after.qty)
            self.head_order = one.order
            for number, other in enumerate(self.stations[1:], 1):
                if other.mode == NO_ORDER and other.order == one.order - 1:
                    self._change(number, now)
        else:
            one.next_bound()

    def _pause(self, stretch: Stretch) -> None:
        """Everybody stands; whoever repairs goes on in a break, and at night only the failure lasts."""
        length = stretch.end - stretch.start
        is_off = stretch.kind == "off"
        for one in self.stations:
            one.rate = 0.0
            one.paused(stretch.start, is_off=is_off)
            if one.mode != DOWN or is_off:
                one.ends += length if one.mode != UP else 0.0
            elif one.ends <= stretch.end:
                one.mode = UP
                one.paused(one.ends, is_off=False)
