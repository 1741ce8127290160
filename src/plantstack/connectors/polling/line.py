"""The sessions with one endpoint: never more than its budget allows, shared by the devices behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Generic

from plantstack.connectors.polling.device import Device, NoAnswer, Open, P, Reading, Session


class Line(Generic[P]):
    """Sessions with one endpoint.

    With as many sessions as devices no device waits for another. With fewer they take turns, and one that is
    dead holds a session for its time-out.
    """

    def __init__(self, sessions: int, begin: Open[P]) -> None:
        self._turns = asyncio.Semaphore(sessions)
        self._begin = begin
        self._idle: list[Session[P]] = []

    async def read(self, device: Device[P]) -> Mapping[str, Reading]:
        """Poll a device once.

        Raises:
            NoAnswer: when it did not answer in time, or not what was asked.
        """
        async with self._turns:
            try:
                async with asyncio.timeout(device.timeout_s):
                    return await self._asked(device)
            except TimeoutError:
                raise NoAnswer(f"no answer within {device.timeout_s:g} s") from None

    async def _asked(self, device: Device[P]) -> Mapping[str, Reading]:
        if self._idle:  # some devices end a session that is idle for long: that is no failure of theirs
            try:
                return await self._read(self._idle.pop(), device)
            except NoAnswer as error:
                if not error.is_cut:
                    raise
        return await self._read(await self._begin(device.plan), device)

    async def _read(self, session: Session[P], device: Device[P]) -> Mapping[str, Reading]:
        try:
            found = await session.read(device.plan)
        except BaseException:
            await session.close()  # what comes late must not be taken for the next answer
            raise
        self._idle.append(session)
        return found

    async def close(self) -> None:
        """End the sessions that nobody reads."""
        for session in self._idle:
            await session.close()
        self._idle.clear()
