"""What is told of polls, whatever the wire: changes, what was told long ago, being there, and gaps."""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path

import pytest

import plantstack.connectors
from plantstack.connectors.contract import Gap, Messages, Outcome
from plantstack.connectors.polling.device import Device, NoAnswer, Reading
from plantstack.connectors.polling.poller import LATE_S, WAITED, Poller, _told
from plantstack.connectors.polling.telling import Poll, Telling

DEVICE: Device[None] = Device("press", "box:502", None, {"run": None, "n": None})


def poll(second: float, number: int = 1, **values: bool | int | str) -> Poll[None]:
    """What a poll gave; a text is why a value is not known."""
    readings = {
        tag: Reading(None, value) if isinstance(value, str) else Reading(value)
        for tag, value in values.items()
    }
    return Poll(DEVICE, number, second, readings, "" if values else "no answer")


def said(telling: Telling, polls: list[Poll[None]]) -> list[str]:
    """What is told, shortly."""
    told: list[str] = []
    for one in polls:
        told += [f"gap: {gap.why}" for gap in telling.before(one)]
        for message in telling.values(one):
            each = json.loads(message.payload)
            assert message.scope == "press"
            told.append(f"{each['tag']} {each['why'] if each['quality'] == 'bad' else each['value']}")
        told += [f"alive at {one.at:g}" for _ in telling.after(one)]
    return told


def test_a_value_is_told_when_it_changes_and_again_after_a_minute() -> None:
    polls = [poll(second, run=True, n=second // 40) for second in range(0, 100, 5)]
    assert said(Telling(1), polls) == [
        "run True",
        "n 0",
        "n 1",
        "run True",
        "alive at 60",
        "n 2",
    ]


def test_that_it_was_there_is_told_once_a_minute_and_not_over_a_failed_poll() -> None:
    good = {second: poll(second, run=True, n=1) for second in range(0, 300, 10)}
    assert sum(each.startswith("alive") for each in said(Telling(1), list(good.values()))) == 4
    good[50] = poll(50)
    told = said(Telling(1), list(good.values()))
    assert told[:7] == [
        "run True",
        "n 1",
        "run no answer",
        "n no answer",
        "gap: no answer",
        "run True",
        "n 1",
    ]
    assert [each for each in told if each.startswith("alive")] == [
        "alive at 120",
        "alive at 180",
        "alive at 240",
    ]


def test_F37_what_a_poll_does_not_tell_is_bad() -> None:
    assert said(Telling(1), [poll(0, run=True)]) == ["run True", "n not in the answer"]
    assert said(Telling(1), [poll(0)]) == ["run no answer", "n no answer"]


def test_F37_nothing_but_refusals_is_no_answer_and_one_value_is() -> None:
    refused = poll(1, run="refused", n="refused")
    assert "gap: no tag could be read" in said(
        Telling(1), [poll(0, run=True, n=1), refused, poll(2, run=True, n=1)]
    )
    some = [poll(0, run=True, n=1), poll(1, run=True, n="refused"), poll(2, run=True, n=1)]
    assert said(Telling(1), some) == ["run True", "n 1", "n refused", "n 1"]


def test_F06_what_waited_too_long_for_the_disk_is_not_told_as_what_is_so_now() -> None:
    async def told() -> list[object]:
        now = asyncio.get_running_loop().time()
        telling = {"press": Telling(1)}
        found: list[object] = list(_told([poll(now - LATE_S - 1, run=True, n=1)], telling, 1))
        assert found == []
        return [*found, *_told([poll(now, 2, run=False, n=2)], telling, 1)]

    gap, _ = asyncio.run(told())
    assert gap == Gap(WAITED, "press")


def test_that_it_was_there_is_not_told_when_writing_its_values_took_long() -> None:
    async def told() -> list[object]:
        loop, telling = asyncio.get_running_loop(), {"press": Telling(1)}
        begun = loop.time()
        list(telling["press"].after(poll(begun - 70, run=True, n=1)))
        telling_now = _told([poll(begun - LATE_S + 0.05, 2, run=True, n=1)], telling, 1)
        found: list[object] = [next(telling_now)]
        await asyncio.sleep(0.1)  # the disk
        return [*found, *telling_now, *_told([poll(loop.time(), 3, run=True, n=1)], telling, 1)]

    values, gap, again = asyncio.run(told())
    assert isinstance(values, Messages)
    assert gap == Gap(WAITED, "press")
    assert isinstance(again, Messages)


class _Breaks:
    """A session with a fault that nobody foresaw."""

    async def read(self, plan: None) -> Mapping[str, Reading]:
        raise ZeroDivisionError

    async def close(self) -> None:
        """Nothing is open."""


def test_a_fault_that_nobody_foresaw_ends_the_reading_and_is_not_swallowed() -> None:
    async def begin(plan: None) -> _Breaks:
        return _Breaks()

    async def read() -> None:
        async with aclosing(Poller([DEVICE], begin).read(None)) as reading:
            await anext(reading)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(asyncio.wait_for(read(), 5))


class _Slow:
    """Counts how many polls of a device wait to be told."""

    def __init__(self) -> None:
        self.polls = 0

    async def read(self, plan: None) -> Mapping[str, Reading]:
        self.polls += 1
        return {"run": Reading(True), "n": Reading(self.polls)}

    async def close(self) -> None:
        """Nothing is open."""


def test_a_slow_disk_slows_polling_down_and_fills_no_memory() -> None:
    session = _Slow()

    async def begin(plan: None) -> _Slow:
        return session

    async def read() -> int:
        quick: Device[None] = Device("press", "box:502", None, {"run": None, "n": None}, every_s=0.001)
        async with aclosing(Poller([quick], begin).read(None)) as reading:
            await anext(reading)
            await asyncio.sleep(0.2)  # the disk
            waiting = session.polls
            await reading.asend(Outcome())
            return waiting

    assert asyncio.run(read()) == 1


def test_a_session_that_cannot_be_opened_is_no_answer() -> None:
    async def begin(plan: None) -> _Slow:
        raise NoAnswer("it cannot be reached")

    async def read() -> str:
        async with aclosing(Poller([DEVICE], begin).read(None)) as reading:
            return str(await anext(reading))

    assert "it cannot be reached" in asyncio.run(read())


READS = {  # what the code calls of each library, apart from connecting and ending
    "modbus": {"read_coils", "read_discrete_inputs", "read_holding_registers", "read_input_registers"},
    "s7": {"read_area"},
    "ethernetip": {"Read"},
}
FORBIDDEN = (
    "write",
    "set_plc",
    "set_session",
    "force",
    "plc_",
    "download",
    "upload",
    "delete",
    "execute",
    "Message",
    "SetPLC",
)


@pytest.mark.parametrize("kind", READS)
def test_no_polled_kind_calls_anything_that_writes(kind: str) -> None:
    folder = Path(plantstack.connectors.__path__[0]) / kind
    named = {
        node.attr
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert READS[kind] <= named
    assert [name for name in named if name.lower().startswith(FORBIDDEN) or name in FORBIDDEN] == []
