"""Polls devices: each by itself, so that one that is dead delays nobody.

We are the source of what is polled: a run of the poller and the number of the poll are its identity. Values
are of the instant they are received; they are told when they change, and again after a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Generic

from plantstack.connectors.contract import Delivery, Message, Messages, Outcome
from plantstack.connectors.polling.device import Device, NoAnswer, Open, P
from plantstack.connectors.polling.line import Line
from plantstack.connectors.polling.telling import NOTHING_READ, Poll, Telling
from plantstack.errors import Problem

LATE_S = 10.0  # a value that waited longer for the disk is not what is so now
MOST_WAIT_S = 30.0  # a device that does not answer is asked more and more rarely, up to this
TINY = 1e-30  # hardly measured; not refused while running: filters of a PLC fade out through it
RESTARTED = "plantstack was not reading"
WAITED = "what was read could not be written in time"


Waiting = asyncio.Queue[tuple[Poll[P], asyncio.Event]]
"""Polls to be told; a device is polled on when its last one is on disk, so no value waits behind another."""


class Poller(Generic[P]):
    """Devices of one kind, being polled."""

    def __init__(self, devices: Sequence[Device[P]], begin: Open[P]) -> None:
        """Make ready.

        Args:
            devices: to poll.
            begin: opens a session with the endpoint of a plan.
        """
        self.devices = self.settings = tuple(devices)
        self._begin = begin
        self._silent: dict[str, str] = {}  # devices that do not answer -> why

    @property
    def ailing(self) -> str:
        """Which devices do not answer; '' when all do."""
        if not self._silent:
            return ""
        first, why = min(self._silent.items())
        return f"{len(self._silent)} of {len(self.devices)} devices do not answer, such as {first}: {why}"

    async def check(self) -> Sequence[Problem]:
        """Nothing keeps it from reading: a device that is not there keeps no other from being polled."""
        return ()

    async def advice(self) -> Sequence[Problem]:
        """Poll each device once, and say which do not answer and which tags cannot be believed."""
        lines = self._lines()
        try:
            polls = await asyncio.gather(*(_poll(one, lines[one.endpoint], 1) for one in self.devices))
        finally:
            for line in lines.values():
                await line.close()
        return [problem for poll in polls for problem in _advice(poll)]

    async def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        """Yield what devices tell; the cursor is the number of the run."""
        run = int(since or 0) + 1
        telling = {one.name: Telling(run, RESTARTED if since else "") for one in self.devices}
        polls: Waiting[P] = asyncio.Queue()  # at most one of each device
        lines = self._lines()
        tasks = [
            asyncio.create_task(self._keep(one, lines[one.endpoint], polls, start), name=f"poll {one.name}")
            for one, start in zip(self.devices, _starts(self.devices), strict=True)
        ]
        ended = asyncio.gather(*tasks)  # never, unless one of them fails
        try:
            while True:
                waiting = await _gather(polls, ended)
                for poll, _ in waiting:
                    self._note(poll)
                for delivery in _told([poll for poll, _ in waiting], telling, run):
                    yield delivery
                for _, written in waiting:
                    written.set()
        finally:
            self._silent.clear()
            ended.cancel()
            await asyncio.gather(ended, *tasks, return_exceptions=True)
            for line in lines.values():
                await line.close()

    def _note(self, poll: Poll[P]) -> None:
        if poll.is_answered:
            self._silent.pop(poll.device.name, None)
        else:
            self._silent[poll.device.name] = poll.why or NOTHING_READ

    def _lines(self) -> dict[str, Line[P]]:
        sessions: dict[str, int] = {}
        for one in self.devices:
            most = one.budget.sessions
            sessions[one.endpoint] = min(most, sessions.get(one.endpoint, most))
        return {endpoint: Line(count, self._begin) for endpoint, count in sessions.items()}

    async def _keep(self, device: Device[P], line: Line[P], polls: Waiting[P], start_s: float) -> None:
        """Poll one device forever."""
        loop = asyncio.get_running_loop()
        due, number, failed = loop.time() + start_s, 0, 0
        while True:
            await asyncio.sleep(due - loop.time())
            number += 1
            poll = await _poll(device, line, number)
            written = asyncio.Event()
            polls.put_nowait((poll, written))
            await written.wait()
            failed = 0 if poll.is_answered else failed + 1
            wait = min(device.every_s * 2 ** min(failed, 10), max(device.every_s, MOST_WAIT_S))
            due += wait
            if due < loop.time():  # what was missed is left out, not made up for
                due += wait * ((loop.time() - due) // wait + 1)


async def _poll(device: Device[P], line: Line[P], number: int) -> Poll[P]:
    loop = asyncio.get_running_loop()
    try:
        readings = await line.read(device)
    except NoAnswer as error:
        return Poll(device, number, loop.time(), why=str(error))
    return Poll(device, number, loop.time(), readings)


def _advice(poll: Poll[P]) -> Iterator[Problem]:
    name, manual = poll.device.name, "Compare it with the manual and the display of the device."
    if poll.why:
        fix = "Check address, cable, power and firewall, and who else reads it."
        yield Problem("device-silent", name, poll.why, fix)
        return
    for tag, reading in poll.judged().items():
        if reading.why:
            yield Problem("tag-bad", f"{name} {tag}", reading.why, manual)
        elif isinstance(reading.value, float) and 0 < abs(reading.value) < TINY:
            what = f"shows {reading.value:g}, as a number does whose words are in the wrong order"
            yield Problem("tag-odd", f"{name} {tag}", what, manual)


async def _gather(
    polls: Waiting[P], ended: asyncio.Future[list[None]]
) -> list[tuple[Poll[P], asyncio.Event]]:
    """Wait for a poll, and take those that wait with it."""
    coming = asyncio.ensure_future(polls.get())
    try:
        await asyncio.wait((coming, ended), return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            ended.result()
        waiting = [await coming]
    finally:
        coming.cancel()
    while not polls.empty():
        waiting.append(polls.get_nowait())
    return waiting


def _told(polls: Sequence[Poll[P]], telling: dict[str, Telling], run: int) -> Iterator[Delivery]:
    """What polls say, in the order in which it has to be written."""
    fresh = [poll for poll in polls if _is_fresh(poll, telling)]
    messages: list[Message] = []
    for poll in fresh:
        yield from telling[poll.device.name].before(poll)
        messages += telling[poll.device.name].values(poll)
    if messages:
        yield Messages(tuple(messages), str(run))
    for poll in fresh:
        if _is_fresh(poll, telling):
            yield from telling[poll.device.name].after(poll)


def _is_fresh(poll: Poll[P], telling: dict[str, Telling]) -> bool:
    """Whether a poll still says what is so now; else nothing is certain until the next."""
    if asyncio.get_running_loop().time() - poll.at <= LATE_S:
        return True
    telling[poll.device.name].skip(WAITED)
    return False


def _starts(devices: Sequence[Device[P]]) -> list[float]:
    """When each begins: those behind one endpoint one after the other."""
    places: dict[str, int] = {}
    found = []
    for one in devices:
        place = places[one.endpoint] = places.get(one.endpoint, -1) + 1
        beside = sum(each.endpoint == one.endpoint for each in devices)
        found.append(one.every_s * place / beside)
    return found
