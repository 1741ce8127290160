"""I6: a connector is read, or it is said that it is not; none ends and nobody is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Delivery, Outcome
from plantstack.errors import Problem
from plantstack.live.supervisor import State, Supervisor

PATIENCE_S = 20


class Giving:
    """A connector whose library ends its own future, so often as is said; then it has no more."""

    def __init__(self, times: int) -> None:
        self.times, self.begun = times, 0

    async def check(self) -> Sequence[Problem]:
        return []

    async def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        self.begun += 1
        if self.begun <= self.times:
            request: asyncio.Future[Delivery] = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(request.cancel)
            yield await request


async def _take(connection: Connection, delivery: Delivery) -> Outcome:
    return Outcome()


def supervised(kind: str, connector: Giving, *, is_cancelled: bool = False) -> tuple[State, list[str]]:
    """How a connection is when its connector has ended, and every status it had."""
    supervisor = Supervisor(
        [Connection("plc", kind, connector)], _take, lambda name: None, lambda: 0, lambda: -0.4
    )
    state, seen = supervisor.states["plc"], []

    async def run() -> None:
        task = asyncio.create_task(supervisor.run())
        async with asyncio.timeout(PATIENCE_S):
            while not task.done():
                seen.append(state.status)
                if is_cancelled and state.status == "waiting":
                    task.cancel()
                await asyncio.sleep(0.01)
        assert task.cancelled() == is_cancelled

    asyncio.run(run())
    return state, seen


def test_a_future_that_a_library_cancels_is_a_failure_and_reading_begins_again() -> None:
    connector = Giving(times=1)
    _, seen = supervised("own", connector)
    assert connector.begun == 2 and "waiting" in seen


def test_who_is_asked_to_end_ends() -> None:
    state, _ = supervised("own", Giving(times=9), is_cancelled=True)
    assert (state.status, [one.code for one in state.why]) == ("waiting", ["connector-failed"])


@pytest.mark.parametrize(("kind", "codes"), [("mqtt", ["connector-ended"]), ("recording", [])])
def test_a_kind_without_an_end_that_ended_is_told(kind: str, codes: list[str]) -> None:
    state, _ = supervised(kind, Giving(times=0))
    assert (state.status, [one.code for one in state.why]) == ("ended", codes)
