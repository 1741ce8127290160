"""Tells a server what waits in the outbox, in order, again and again until the server has it on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from plantstack.connectors.contract import Fatal
from plantstack.errors import PlantstackError, Problem
from plantstack.live.door import Clock
from plantstack.live.forwarding.centre import Centre, TooLarge, Verdict
from plantstack.live.forwarding.outbox import Outbox, Parcel, fit
from plantstack.live.supervisor import FIRST_S, MOST_S

HERE_S = 60.0  # with nothing to tell, the server hears as often as this that we are here
_REST_S = 1.0  # at most, between two parcels of what has waited: the server has others to hear
_LOOK_S = 0.05
_SLOWLY_S = 60.0  # where somebody has to act first; another token is tried at once
_TOKEN_S = 1.0


@dataclass(slots=True)
class State:
    """How telling goes.

    Attributes:
        status: `starting`, `telling`, `waiting` (it is tried again by itself), `stopped` (somebody must
            act) or `ended`.
        why: what is wrong.
        heard_at: when the server answered last, microseconds UTC; None: not since the start.
        told: events that the server has on disk, since the start.
        refused: events that it did not take, since the start; they are kept as letters.
    """

    status: str = "starting"
    why: tuple[Problem, ...] = ()
    heard_at: int | None = None
    told: int = 0
    refused: int = 0


class Forwarder:
    """One outbox and the server it is told to."""

    def __init__(
        self, outbox: Outbox, centre: Centre, edge: str, clock: Clock, chance: Callable[[], float]
    ) -> None:
        """Prepare; nothing is told yet.

        Args:
            outbox: what waits.
            centre: who is told.
            edge: who tells; requests are named by it and their offsets.
            clock: the instant of now.
            chance: a number from 0 to 1: waits are spread, so that not all edges come back at once.
        """
        self.state = State()
        self._outbox, self._centre, self._edge = outbox, centre, edge
        self._clock, self._chance = clock, chance
        self._wait_s = FIRST_S

    async def run(self) -> None:
        """Tell whatever comes, until cancelled."""
        while True:
            try:
                known = self._outbox.last()
                if not await self._is_something_told():
                    await self._listen(known)
            except PlantstackError as error:
                await self._rest(error)

    async def once(self) -> None:
        """Tell what waits, and be done.

        Raises:
            Retry: when the server cannot be told now.
            Fatal: when somebody must act first.
            LogError: when the log cannot be written.
        """
        while await self._is_something_told():
            pass

    async def again(self) -> int:
        """Tell once more what the server did not take; return how many of it the server has now.

        Raises:
            Retry: when the server cannot be told now.
            Fatal: when somebody must act first.
        """
        after, taken = 0, 0
        while True:
            numbers, lines = await asyncio.to_thread(self._outbox.letters, after)
            if not numbers:
                return taken
            size = fit(lines)
            verdicts = await self._centre.tell(lines[:size])
            there = [n for n, verdict in zip(numbers, verdicts, strict=False) if verdict.problem is None]
            await asyncio.to_thread(self._outbox.settle, there)
            after, taken = numbers[size - 1], taken + len(there)

    async def _is_something_told(self) -> bool:
        parcel = await asyncio.to_thread(self._outbox.next)
        if parcel is None:
            return False
        begun = asyncio.get_running_loop().time()
        parcel, verdicts = await self._told(parcel)
        refused = await asyncio.to_thread(self._outbox.done, parcel, verdicts)
        self._heard()
        self.state.told += len(parcel.lines) - refused
        self.state.refused += refused
        if not parcel.is_last:
            await asyncio.sleep(min(asyncio.get_running_loop().time() - begun, _REST_S))
        return True

    async def _told(self, parcel: Parcel) -> tuple[Parcel, list[Verdict]]:
        """Tell a parcel, or as much of it as the server takes at once."""
        while parcel.lines:
            key = f"edge {self._edge} {parcel.after + 1}-{parcel.upto}"
            try:
                return parcel, await self._centre.tell(parcel.lines, key)
            except TooLarge:
                if len(parcel.lines) == 1:
                    fix = "Send smaller events; it is kept here."
                    problem = Problem("forward-too-large", "event", "the server takes nothing so large", fix)
                    return parcel, [Verdict("refused", problem)]
                parcel = parcel.half()
        return parcel, []

    async def _listen(self, known: int) -> None:
        """Wait for something behind an offset; where nothing comes, say that we are here."""
        silent = 0.0
        while silent < HERE_S:
            await asyncio.sleep(_LOOK_S)
            silent += _LOOK_S
            if self._outbox.last() > known:
                return
        await self._centre.tell(())
        self._heard()

    async def _rest(self, error: PlantstackError) -> None:
        """Wait before the next try; somebody who has to act first is not waited for in vain."""
        is_fatal = isinstance(error, Fatal)
        self.state.status, self.state.why = "stopped" if is_fatal else "waiting", error.problems
        wait = (_SLOWLY_S if is_fatal else self._wait_s) * (0.5 + self._chance())
        self._wait_s = min(self._wait_s * 2, MOST_S)
        before = self._centre.changed()
        while wait > 0 and not (is_fatal and self._centre.changed() != before):
            await asyncio.sleep(min(wait, _TOKEN_S))
            wait -= _TOKEN_S

    def _heard(self) -> None:
        self.state.status, self.state.why, self.state.heard_at = "telling", (), self._clock()
        self._wait_s = FIRST_S
