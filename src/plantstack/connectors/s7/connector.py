"""Reads Siemens S7 PLCs (300, 400, 1200, 1500) with the classic protocol, GET only.

    kind: s7
    devices:
      press:
        host: 10.0.0.7
        rack: 0
        slot: 1
        tags:
          run: {at: DB10.DBX0.0}
          pieces: {at: DB10.DBD2, type: dint}
          heat: {at: DB10.DBD6, type: real, between: [0, 400]}
          batch: {at: DB10.DBB20, type: string, length: 12}
    mapping: press

Columns: `device`, `tag`, `value`, `quality` (good, bad), `why` of a bad one, `run`, `poll` and `received`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from snap7.async_client import AsyncClient
from snap7.error import S7Error, S7ProtocolError
from snap7.type import Area

from plantstack.connectors.polling.device import NoAnswer, Reading, opened
from plantstack.connectors.polling.poller import Poller
from plantstack.connectors.s7.settings import Plan, read_settings
from plantstack.connectors.s7.spots import Block
from plantstack.plant.source import Fields

AREAS = {"DB": Area.DB, "M": Area.MK, "I": Area.PE, "Q": Area.PA}
PATIENCE_S = 3600.0  # the poller keeps the time
CLOSE_S = 1.0
BASIC = 3  # kind of connection: it takes none of those that are kept for programming devices and panels
REFUSED = {  # the end of what the library says of one item
    "(0x03)": "the PLC does not let it be read: permit PUT/GET access",
    "(0x05)": "it has no such address",
    "(0x0a)": "it has no such block, or an optimised one",
}
_REFUSED_ALL = "the PLC refused it: permit PUT/GET access, and leave optimised access of the block off"

logging.getLogger("snap7").setLevel(logging.CRITICAL)  # what goes wrong is told as quality


class S7Session:
    """One connection to a PLC; requests go one after the other."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._client = AsyncClient()
        self._client.set_connection_type(BASIC)

    async def open(self) -> None:
        """Connect.

        Raises:
            NoAnswer: when it cannot be reached, or has no CPU there.
        """
        plan = self._plan
        try:
            await self._client.connect(plan.host, plan.rack, plan.slot, plan.port)
        except S7Error as error:
            raise NoAnswer("it cannot be reached, or has no CPU in this rack and slot") from error
        if self._client.connection is not None:
            self._client.connection.timeout = PATIENCE_S

    async def read(self, plan: Plan) -> Mapping[str, Reading]:
        """Read every block of a plan.

        Raises:
            NoAnswer: when the connection is lost, or an answer is none.
        """
        found: dict[str, Reading] = {}
        for block in plan.blocks:
            try:
                cells = await self._client.read_area(AREAS[block.area], block.block, block.start, block.count)
            except S7ProtocolError as error:
                found |= {name: Reading(None, _refused(error)) for name, _ in block.spots}
                continue
            except S7Error as error:
                raise NoAnswer("the connection was lost", is_cut=True) from error
            found |= _readings(block, bytes(cells))
        return found

    async def close(self) -> None:
        """End it."""
        async with asyncio.timeout(CLOSE_S):
            await self._client.disconnect()


def _readings(block: Block, cells: bytes) -> dict[str, Reading]:
    found = {}
    for name, spot in block.spots:
        place = spot.start - block.start
        found[name] = spot.reading(cells[place : place + spot.size])
    return found


def _refused(error: S7ProtocolError) -> str:
    """Why a block was refused.

    Raises:
        NoAnswer: when it was not: what came is no answer.
    """
    if error.error_code:
        return _REFUSED_ALL
    for end, why in REFUSED.items():
        if str(error).endswith(end):
            return why
    raise NoAnswer("a broken answer came") from error


async def begin(plan: Plan) -> S7Session:
    """Open a session with the PLC of a plan.

    Raises:
        NoAnswer: when it cannot be reached.
    """
    return await opened(S7Session(plan))


def connect(fields: Fields, _project: Path) -> Poller[Plan]:
    """Read the settings of PLCs."""
    return Poller(read_settings(fields), begin)
