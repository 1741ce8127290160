"""An agent, followed by its numbers: they say whether there is more, a hole, or nothing new."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from plantstack.connectors.contract import Alive, Delivery, Gap, Messages
from plantstack.connectors.mtconnect.agent import OUT_OF_RANGE, Agent, Refused
from plantstack.connectors.mtconnect.documents import STREAMS, Document
from plantstack.connectors.mtconnect.telling import (
    Cells,
    Position,
    cells_of,
    instant_of,
    later,
    message_of,
    number_of,
    snapshot_of,
)

COUNT = 1_000  # observations asked for at once: some 200 kB
ALIVE_S = 60.0
TRIES = 5  # to find the begin of a buffer that rolls on while we ask


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the header of an answer says: which numbers an agent holds."""

    instance: str
    first: int
    next: int
    last: int
    created: str

    @classmethod
    def of(cls, answer: Document) -> Numbers | None:
        """What an answer says; None when it does not say which numbers the agent holds."""
        header = answer.header
        found = [header.get(name, "") for name in ("firstSequence", "nextSequence", "lastSequence")]
        if not all(one.isascii() and one.isdigit() and len(one) <= 20 for one in found):
            return None
        first, following, last = map(int, found)
        return cls(header.get("instanceId", ""), first, following, last, header.get("creationTime", ""))

    def hole(self, position: Position) -> str:
        """Why what follows a position is not, or not all, in the agent; '' when it is."""
        if self.instance != position.instance:
            return "the agent was started anew"
        if self.next < position.next:
            return "the agent's numbers went back"
        if self.first > position.next:
            return "the agent's buffer rolled over what was not read"
        return ""


class Following:
    """One agent, followed from a position on.

    Attributes:
        is_behind: there is more to read, so do not wait.
    """

    def __init__(self, agent: Agent, position: Position | None) -> None:
        self.is_behind = False
        self._agent = agent
        self._position = position
        self._devices: set[str] = set()
        self._is_sure = False  # the position was held against the agent since we began
        self._alive_at: float | None = None

    async def deliveries(self) -> list[Delivery]:
        """Ask for what follows, and return what came of it.

        Raises:
            Retry: when there is no usable answer for now.
            Fatal: when somebody must act first.
        """
        try:
            position = self._position if self._is_sure else None
            return await (self._followed(position) if position is not None else self._sure())
        except Refused as error:
            raise self._agent.odd(f"the agent answers with an error: {error}") from error

    async def _followed(self, position: Position) -> list[Delivery]:
        try:
            answer, numbers = await self._sample(position.next)
        except Refused as error:
            if error.code != OUT_OF_RANGE:
                raise
            numbers = self._numbers(await self._agent.ask("current", STREAMS))
            if numbers.instance == position.instance and numbers.next == position.next:
                self.is_behind = False  # some agents refuse the number that is still to come
                return await self._beside(numbers)
            return await self._sure(is_in_doubt=True)
        if numbers.hole(position):
            return await self._sure(is_in_doubt=True)
        told = self._told(position, answer, numbers)
        return told + await self._beside(numbers)

    async def _sure(self, *, is_in_doubt: bool = False) -> list[Delivery]:
        """Hold the position against what the agent holds now; begin anew where there is a hole."""
        current = await self._agent.ask("current", STREAMS)
        numbers, position = self._numbers(current), self._position
        self._devices |= {cells_of(row)["device"] for row in current.rows}
        if position is None:
            return await self._begun(numbers, 0, "")
        why = numbers.hole(position)
        if why:
            is_same = numbers.instance == position.instance
            turn = position.turn + (numbers.next < position.next) if is_same else 0
            return await self._begun(numbers, turn, why)
        if is_in_doubt:
            raise self._agent.odd("the agent's numbers contradict each other")
        self._is_sure = self.is_behind = True
        return []

    async def _begun(self, numbers: Numbers, turn: int, why: str) -> list[Delivery]:
        """Begin with the oldest number the agent holds, and with what was so when it came."""
        for _ in range(TRIES):
            first = max(numbers.first, 1)
            try:
                before = await self._before(first)
                answer, numbers = await self._sample(first)
            except Refused as error:
                if error.code != OUT_OF_RANGE:
                    raise
                numbers = self._numbers(await self._agent.ask("current", STREAMS))
                continue
            if numbers.first <= first:
                break
        else:
            raise self._agent.odd("the agent's buffer rolls on faster than it can be read; make it larger")
        self._is_sure = True
        position = Position(numbers.instance, first, turn, owes_state=True)
        came = _ordered(answer, first, numbers.next)
        at = next((cells["time"] for cells in came if instant_of(cells["time"]) is not None), "")
        # Where nobody says what was so at the end of the hole, nothing is known until now.
        until = instant_of(at) if before is not None else None
        gap: list[Delivery] = [Gap(why, until=until)] if why else []
        position, snapshot = _snapshot(position, before or (), at)
        told = self._told(position, answer, numbers)
        return gap + snapshot + told + await self._beside(numbers)

    async def _before(self, first: int) -> list[Cells] | None:
        """What was so when the oldest number came, of all that began before; None: it cannot say."""
        if first <= 1:
            return []
        try:
            answer = await self._agent.ask("current", STREAMS, at=first)
        except Refused as error:
            if error.code == OUT_OF_RANGE:
                raise
            return None
        return _known(answer, first)

    def _told(self, position: Position, answer: Document, numbers: Numbers) -> list[Delivery]:
        """The observations of an answer, how far they reach, and devices that were away."""
        came = _ordered(answer, position.next, numbers.next)
        self.is_behind = numbers.next <= numbers.last
        if self.is_behind and numbers.next <= position.next:
            raise self._agent.odd("the agent has more to tell, and does not tell it")
        away, gaps = _returned(position, came)
        self._position = told = replace(position, next=numbers.next, away=away)
        if numbers.next == position.next:
            return []
        messages = Messages(tuple(message_of(cells, told.epoch) for cells in came), told.text())
        return [*gaps, messages]

    async def _beside(self, numbers: Numbers) -> list[Delivery]:
        """What is said once everything is read: what is so now, and that the agent is there."""
        position = self._position
        found: list[Delivery] = []
        if position is None or self.is_behind:
            return found
        if position.owes_state:
            answer = await self._agent.ask("current", STREAMS)
            numbers = self._numbers(answer)
            if numbers.hole(position):
                return found  # the next answer says so too
            known, position = _known(answer, position.next), replace(position, owes_state=False)
            self._position, found = _snapshot(position, known, numbers.created)
        now = asyncio.get_running_loop().time()
        if self._alive_at is None or now - self._alive_at >= ALIVE_S:
            self._alive_at = now
            found += self._alive()
        return found

    def _alive(self) -> list[Delivery]:
        """The numbers have no hole, so whoever is connected to the agent could have told us."""
        away = self._position.away if self._position is not None else {}
        if not away:
            return [Alive(is_unbroken=True)]
        return [Alive(device, is_unbroken=True) for device in sorted(self._devices - set(away))]

    async def _sample(self, number: int) -> tuple[Document, Numbers]:
        answer = await self._agent.ask("sample", STREAMS, **{"from": number, "count": COUNT})
        self._devices |= {cells_of(row)["device"] for row in answer.rows}
        return answer, self._numbers(answer)

    def _numbers(self, answer: Document) -> Numbers:
        numbers = Numbers.of(answer)
        if numbers is None:
            raise self._agent.odd("the agent's answer does not say which numbers it holds")
        return numbers


def _ordered(answer: Document, begin: int, end: int) -> list[Cells]:
    """Observations from one number to before another, in their order."""
    rows = [cells for row in answer.rows if begin <= number_of(cells := cells_of(row)) < end]
    return sorted(rows, key=number_of)


def _known(answer: Document, end: int) -> list[Cells]:
    return _ordered(answer, 0, end)


def _snapshot(position: Position, rows: Iterable[Cells], at: str) -> tuple[Position, list[Delivery]]:
    """What was so at an instant, of values that began before; and devices that were away then."""
    instant, away = instant_of(at), dict(position.away)
    if instant is None:
        return position, []
    epoch, told = f"{position.epoch}@{position.next}", []
    for cells in rows:
        if is_availability(cells) and cells["quality"] == "bad":
            away.setdefault(cells["device"], instant)
        told.append(snapshot_of(cells, epoch, later(cells["time"], at)))
    position = replace(position, away=away)
    return position, [Messages(tuple(told), position.text())] if told else []


def _returned(position: Position, came: Iterable[Cells]) -> tuple[dict[str, int], list[Gap]]:
    """Which devices are away after some observations, and the times of those that came back."""
    away, gaps = dict(position.away), []
    for cells in came:
        device, at = cells["device"], instant_of(cells["time"])
        if not is_availability(cells) or at is None:
            continue
        if cells["quality"] == "bad":
            away.setdefault(device, at)
        elif (since := away.pop(device, None)) is not None and since < at:
            gaps.append(Gap("it was not connected to its agent", device, since, at))
    return away, gaps


def is_availability(cells: Cells) -> bool:
    """Whether an observation says that a device is connected."""
    return cells["type"] == "Availability"
