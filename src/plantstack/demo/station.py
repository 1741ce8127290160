"""One machine of a line: what it does now, and the memory of what it did."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf

from plantstack.demo.habits import Habit, StopKind
from plantstack.demo.orders import OrderBook

UP, DOWN, SETUP, NO_ORDER = range(4)
QUIET = -1  # no stop kind


@dataclass(frozen=True, slots=True, order=True)
class Planned:
    """Something that happens to a machine at a second, or as soon after as it is up.

    Attributes:
        second: of the line's own clock.
        last: after which it does not happen any more.
        kind: number of the stop kind; `QUIET`: its pace changes.
        size: seconds of the stop, or what is left of its pace from then on.
    """

    second: float
    last: float
    kind: int
    size: float


@dataclass(slots=True)
class Station:
    """A machine in motion.

    Attributes:
        name: id of the machine.
        habit: how it behaves.
        room: pieces that fit behind it.
        mode: up, down by itself, set up, or without an order until `ends`.
        pace: pieces a second it could make now; `rate` is what it does make.
        passes: share of its pieces that go on.
        hazard: how much of its life is left to the next stop, used up at `risk` a second of running.
        ladder: cumulated rates of its stop kinds.
        taken: pieces begun since the origin; `given`: pieces that went on; `stock`: in its buffer.
        bound: `taken` at which its order is done.
        states: (second, state, stop kind, order) whenever what it shows changes.
        curve: (second, taken, rate) whenever its rate changes.
        orders: (second, order, phase).
        drag: what is left of its pace.
        plans: what happens to it beside chance, in order.
    """

    name: str
    habit: Habit
    room: float
    mode: int = UP
    ends: float = 0.0
    kind: int = QUIET
    order: int = 0
    pace: float = 0.0
    rate: float = 0.0
    passes: float = 1.0
    hazard: float = 1.0
    risk: float = 1.0
    ladder: Sequence[float] = (1.0,)
    taken: float = 0.0
    given: float = 0.0
    stock: float = 0.0
    bound: float = inf
    bounds: deque[float] = field(default_factory=deque)
    states: list[tuple[float, str, int, int]] = field(default_factory=list)
    curve: list[tuple[float, float, float]] = field(default_factory=list)
    orders: list[tuple[float, int, str]] = field(default_factory=list)
    kinds: Sequence[StopKind] = ()
    drag: float = 1.0
    plans: deque[Planned] = field(default_factory=deque)

    def due(self, now: float) -> float:
        """Seconds until something planned happens to it; infinity when nothing is."""
        while self.plans and self.plans[0].last < now:
            self.plans.popleft()
        return max(self.plans[0].second - now, 0.0) if self.plans else inf

    def meet(self, now: float) -> None:
        """Let what is planned first happen."""
        plan = self.plans.popleft()
        if plan.kind == QUIET:
            self.drag = plan.size
        else:
            self.stop(plan.kind, now + plan.size)

    def stop(self, number: int, ends: float) -> None:
        """Stop by itself until an instant."""
        self.mode, self.kind, self.ends = DOWN, number, ends

    def expect(self, bound: float) -> None:
        """The machine before has sent its last piece of an order."""
        if self.bound == inf:
            self.bound = bound
        else:
            self.bounds.append(bound)

    def next_bound(self) -> None:
        """Begin the next order: its end may be known already."""
        self.bound = self.bounds.popleft() if self.bounds else inf

    def show(self, now: float) -> None:
        """Remember what it shows while people work."""
        if self.mode == UP:
            state = (
                "producing" if self.rate > 0 else "blocked" if self.stock >= self.room - 1e-6 else "starved"
            )
            self._remember(now, state, QUIET)
        elif self.mode == DOWN:
            self._remember(now, self.kinds[self.kind].state, self.kind)
        else:
            self._remember(now, "setup" if self.mode == SETUP else "idle", QUIET)

    def paused(self, now: float, *, is_off: bool) -> None:
        """Remember what it shows while nobody works: a failure stays a failure."""
        if self.mode == DOWN and (not is_off or self.kinds[self.kind].state == "fault"):
            self._remember(now, self.kinds[self.kind].state, self.kind)
        else:
            self._remember(now, "off" if is_off else "planned_stop", QUIET)

    def close(self, now: float) -> None:
        """Note where the counter stands at the end."""
        self.curve.append((now, self.taken, 0.0))

    def _remember(self, now: float, state: str, kind: int) -> None:
        if not self.states or self.states[-1][1:] != (state, kind, self.order):
            self.states.append((now, state, kind, self.order))
        if not self.curve or self.curve[-1][2] != self.rate:
            self.curve.append((now, self.taken, self.rate))


@dataclass(frozen=True, slots=True)
class Course:
    """What decides how the stations of a line behave.

    Attributes:
        orders: one after the other.
        setup_seconds: length of a changeover from product to product at a second.
        enter: gives a station pace, losses and risks of its order in a shift.
        intake: pieces to begin for so many ordered.
        slowest: number of the station whose changeover takes longest.
    """

    orders: OrderBook
    setup_seconds: Callable[[str, str, float], float]
    enter: Callable[[Station, int], None]
    intake: Callable[[int], float]
    slowest: int
