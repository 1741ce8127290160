"""Keeps connectors going: each by itself, restarted later and later, so that none harms another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Ailing, Delivery, Fatal, Outcome, Retry, Timed
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.registry import OURS
from plantstack.errors import PlantstackError, Problem
from plantstack.live.door import Clock

Take = Callable[[Connection, Delivery], Awaitable[Outcome]]
"""Judges and writes a delivery; returns when it is on disk."""

FIRST_S, MOST_S = 1.0, 9.0  # with chance 13.5 s: who comes back is read within 15 s (F29)
SLOWLY_S = 300.0  # where somebody has to act first, it is still tried now and then
_GOOD_S = 60.0  # after so long without trouble the next wait is short again


@dataclass
class State:
    """How a connection is.

    Attributes:
        name: of the connection.
        kind: of its connector.
        status: `starting`, `reading`, `waiting` (it is tried again by itself), `stopped` (somebody must act)
            or `ended`.
        why: what is wrong.
        heard_at: when something was delivered last; None: not since the start.
        delivered: how many events came of it since the start.
        set_aside: how many dead letters came of it since the start.
    """

    name: str
    kind: str
    status: str = "starting"
    why: tuple[Problem, ...] = ()
    heard_at: int | None = None
    delivered: int = 0
    set_aside: int = 0


class Supervisor:
    """Runs the connectors of a plant."""

    def __init__(
        self,
        connections: Sequence[Connection],
        take: Take,
        begin: Callable[[str], str | None],
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            connections: what to read.
            take: writes a delivery.
            begin: how far a source was read by the last delivery written; it is read anew.
            clock: the instant of now.
            chance: a number from 0 to 1: waits are spread, so that not all come back at once.
        """
        self.states = {one.name: State(one.name, one.kind) for one in connections}
        self._connections = connections
        self._take = take
        self._begin = begin
        self._clock = clock
        self._chance = chance

    @property
    def mappings(self) -> list[Mapping]:
        """Through which messages are read."""
        return [one.mapping for one in self._connections if one.mapping is not None]

    def ailing(self) -> list[str]:
        """Say what is silent of connections that go on."""
        told = [
            (one.name, one.connector.ailing) for one in self._connections if isinstance(one.connector, Ailing)
        ]
        return [f"connector {name}: {what}" for name, what in told if what]

    async def run(self) -> None:
        """Read everything until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for one in self._connections:
                tasks.create_task(self._keep(one), name=f"connector {one.name}")

    async def _keep(self, one: Connection) -> None:
        state, wait = self.states[one.name], FIRST_S
        while True:
            begun = asyncio.get_running_loop().time()
            try:
                await self._read(one, state)
                state.status, state.why = "ended", _end(one)
                return
            except asyncio.CancelledError as error:
                task = asyncio.current_task()
                if task is None or task.cancelling():  # it is we who are asked to end
                    raise
                state.status, state.why = "waiting", _problems(one, error)  # a library ended its own future
            except Fatal as error:
                state.status, state.why, wait = "stopped", error.problems, SLOWLY_S
            except Exception as error:  # the edge of a connector: its faults stay with it
                state.status, state.why = "waiting", _problems(one, error)
            if asyncio.get_running_loop().time() - begun > _GOOD_S:
                wait = FIRST_S
            await asyncio.sleep(wait * (0.5 + self._chance()))
            wait = min(wait * 2, MOST_S) if state.status == "waiting" else SLOWLY_S

    async def _read(self, one: Connection, state: State) -> None:
        problems = await one.connector.check()
        if problems:
            raise Retry(problems)
        if isinstance(one.connector, Timed):
            one.connector.clock = self._clock
        reading = one.connector.read(self._begin(one.name))
        state.status, state.why = "reading", ()
        try:
            delivery = await anext(reading)
            while True:
                outcome = await self._take(one, delivery)
                state.heard_at = self._clock()
                state.delivered += outcome.receipt.accepted
                state.set_aside += outcome.receipt.dead_lettered
                delivery = await reading.asend(outcome)
        except StopAsyncIteration:
            return
        finally:
            await reading.aclose()


def _end(one: Connection) -> tuple[Problem, ...]:
    """What is wrong with an end: a recording of somebody else's has one, our kinds have none."""
    if one.kind not in OURS:
        return ()
    return (Problem("connector-ended", one.name, "reading came to an end", "Start the server again."),)


def _problems(one: Connection, error: BaseException) -> tuple[Problem, ...]:
    if isinstance(error, PlantstackError):
        return error.problems
    why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return (Problem("connector-failed", one.name, f"reading failed: {why}", "It is tried again by itself."),)
