"""Documents of an agent -> what they say, parsed by a child process that has little memory and little time.

The child lives as long as the connection, so a poll costs no start of a process (a thousand observations
take 10 ms; a start takes 100 ms). When it breaks a limit it is ended, the document is refused, and the next
connection begins with a new one.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plantstack.connectors import files
from plantstack.connectors.contract import Fatal, Retry
from plantstack.errors import Problem

STREAMS, DEVICES, ERROR = "MTConnectStreams", "MTConnectDevices", "MTConnectError"
MEMORY = 512 << 20
CPU_S, WALL_S = 20, 30.0
MOST_SAID = 256 << 20  # bytes: what one document may say

_SCRIPT = Path(files.__file__).with_name("mtconnect_child.py")
_NO_PARSER = 4


@dataclass(frozen=True, slots=True)
class Document:
    """What one document says.

    Attributes:
        kind: name of its root, such as `MTConnectStreams`.
        header: attributes of its header.
        rows: observations, cells as in `XML_HEADERS`.
        items: data items of a device model.
        errors: code and text of each.
    """

    kind: str
    header: dict[str, str] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)
    items: list[dict[str, str]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)


class Documents:
    """Reads documents one after another."""

    def __init__(self, where: str) -> None:
        """Prepare; the child is started with the first document.

        Args:
            where: of whom the documents are, for people.
        """
        self.where = where
        self._child: Process | None = None

    async def read(self, body: bytes) -> Document:
        """Read one document.

        Raises:
            Retry: when it is none, not whole, or beyond the limits; nothing of it is used.
            Fatal: when the parser is not installed.
        """
        child = await self._running()
        assert child.stdin is not None and child.stdout is not None
        try:
            async with asyncio.timeout(WALL_S):
                child.stdin.write(len(body).to_bytes(8, "big") + body)
                await child.stdin.drain()
                size = int.from_bytes(await child.stdout.readexactly(8), "big")
                if size > MOST_SAID:
                    raise TimeoutError
                told: dict[str, Any] = json.loads(await child.stdout.readexactly(size))
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            raise await self._broken() from None
        if why := told.pop("problem", ""):
            raise self.refused(f"the agent's answer is refused: {why}")
        return Document(**told)

    def refused(self, what: str) -> Retry:
        """Return why an answer is not used."""
        return Retry(
            Problem("mtconnect-document", self.where, what, "Nothing of it is used; it is asked again.")
        )

    async def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            if child.returncode is None:
                child.kill()
            await child.communicate()

    async def _running(self) -> Process:
        if self._child is None or self._child.returncode is not None:
            command = [sys.executable, "-I", "-X", "utf8", str(_SCRIPT), "-"]
            limits = [str(MEMORY), str(CPU_S), "0"]
            self._child = await asyncio.create_subprocess_exec(
                *command, *limits, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}
            )
        return self._child

    async def _broken(self) -> Retry | Fatal:
        child = self._child
        try:
            async with asyncio.timeout(1.0):
                code = await child.wait() if child is not None else 0
        except TimeoutError:
            code = 0
        await self.close()
        if code == _NO_PARSER:
            what = "the parser of XML cannot be loaded"
            return Fatal(Problem("connector-extra", self.where, what, "Install plantstack[mtconnect]."))
        return self.refused("the agent's answer cannot be read within the limits of memory and time")
