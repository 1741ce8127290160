"""One connection to a Logix PLC: it reads tags, and nothing else."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from pylogix import PLC
from pylogix.utils import parse_tag_name

from plantstack.connectors.ethernetip.settings import Plan, Wanted
from plantstack.connectors.polling.device import NoAnswer, Reading, opened
from plantstack.connectors.polling.settings import scaled

SOCKET_S = 5.0  # a thread that nobody waits for any more ends by then
CLOSE_S = 1.0
GOOD = "Success"
NO_TYPE = 0
REFUSED = {
    "Path segment error": "the PLC has no such tag",
    "Path destination unknown": "the PLC has no such tag",
}

_T = TypeVar("_T")


class LogixSession:
    """One connection to a PLC: the library waits for its socket, so it has a thread of its own."""

    def __init__(self, plan: Plan) -> None:
        self._plc = PLC(plan.host, plan.slot, SOCKET_S, plan.is_micro, plan.port)
        self._plc.conn.msg_socket.close()  # the library's, for what we never do: listening
        self._thread = ThreadPoolExecutor(1, "ethernetip")
        self._is_waiting = False
        self._types: dict[str, int] = {}

    async def open(self) -> None:
        """Connect.

        Raises:
            NoAnswer: when it cannot be reached, or lets nobody in.
        """
        is_open, _ = await self._run(self._plc.conn.connect)
        if not is_open:
            raise NoAnswer("it cannot be reached, or has no CPU in this slot")

    async def read(self, plan: Plan) -> Mapping[str, Reading]:
        """Read every tag of a plan.

        Raises:
            NoAnswer: when the connection is lost, or an answer is none.
        """
        tags = [one.tag for _, one in plan.wanted]
        try:
            answers = await self._run(lambda: self._plc.Read(tags))
        except (struct.error, LookupError, TypeError, ValueError) as error:  # bytes that are no answer
            raise NoAnswer("a broken answer came", is_cut=True) from error
        if not self._plc.conn.SocketConnected:
            raise NoAnswer("the connection was lost", is_cut=True)
        if len(answers) != len(tags):
            raise NoAnswer("a short answer came")
        self._check_types(tags)
        return {name: _reading(answer, one) for (name, one), answer in zip(plan.wanted, answers, strict=True)}

    async def tags(self) -> list[Any]:
        """Return every tag that the controller and its programs name, as the library describes them.

        Raises:
            NoAnswer: when it does not tell.
        """
        # The library's own GetTagList also loads every structure, which is a lot to ask of a PLC.
        answer = await self._run(lambda: self._plc._get_tag_list(True))
        if answer.Value is None:
            raise NoAnswer(f"the PLC says: {str(answer.Status).lower()}")
        return list(answer.Value)

    def type_name(self, code: int) -> str:
        """How the PLC calls a type; '' for one that is not plain."""
        return str(self._plc.CIPTypes.get(code, (0, ""))[1])

    def _check_types(self, tags: Sequence[str]) -> None:
        """Make sure that what was read is of a type that there is, and of the one it was before.

        The library reads bytes that have slipped by one as another type, and an unknown one as a byte.
        """
        for tag in tags:
            base = parse_tag_name(tag)[1]
            type_ = self._plc.KnownTags.get(base, (None,))[0]
            if type_ == NO_TYPE or (type_ is not None and self._types.setdefault(base, type_) != type_):
                raise NoAnswer("a broken answer came")

    async def close(self) -> None:
        """End it: in order, or at once when an answer is still waited for."""
        if self._is_waiting:
            with suppress(OSError):
                self._plc.conn.Socket.shutdown(socket.SHUT_RDWR)
        ending = asyncio.wrap_future(self._thread.submit(self._plc.Close))
        self._thread.shutdown(wait=False)
        await asyncio.wait([ending], timeout=CLOSE_S)

    async def _run(self, ask: Callable[[], _T]) -> _T:
        self._is_waiting = True
        found = await asyncio.get_running_loop().run_in_executor(self._thread, ask)
        self._is_waiting = False
        return found


def _reading(answer: Any, wanted: Wanted) -> Reading:
    """What the library says of one tag."""
    value, status = answer.Value, answer.Status
    if status != GOOD:
        return Reading(None, REFUSED.get(status, f"the PLC says: {str(status).lower()}"))
    if isinstance(value, list):
        return Reading(None, "an array, no single value")
    if isinstance(value, bytes | bytearray):
        return Reading(None, "a structure, no single value")
    if isinstance(value, bool | str):
        return Reading(value)
    if isinstance(value, int | float):
        return Reading(scaled(value, wanted.scale))
    return Reading(None, "no value came")


async def begin(plan: Plan) -> LogixSession:
    """Open a session with the PLC of a plan.

    Raises:
        NoAnswer: when it cannot be reached.
    """
    return await opened(LogixSession(plan))
