"""Reads Modbus TCP devices: I/O boxes, meters, drives, PLCs, and units behind a gateway.

    kind: modbus
    every: 1 s
    devices:
      box-1:
        host: 10.0.0.5
        unit: 1
        tags:
          run: {discrete: 0}
          pieces: {input: 0, type: u32, words: low first}
          heat: {holding: 100, type: f32, between: [0, 400]}
    mapping: box

Columns: `device`, `tag`, `value`, `quality` (good, bad), `why` of a bad one, `run`, `poll` and `received`.
Only the four functions that read are used (1 to 4).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ExceptionResponse, ModbusPDU

from plantstack.connectors.modbus.settings import Plan, read_settings
from plantstack.connectors.modbus.words import BITS, Block
from plantstack.connectors.polling.device import NoAnswer, Reading, opened
from plantstack.connectors.polling.poller import Poller
from plantstack.plant.source import Fields

PATIENCE_S = 3600.0  # the poller keeps the time
FUNCTIONS = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
REFUSED = {
    1: "it does not know this function",
    2: "it has no such address",
    3: "it does not accept this request",
    4: "it failed",
    5: "it is busy with something long",
    6: "it is busy",
    8: "its memory is damaged",
    10: "the gateway has no way to it",
    11: "the gateway got no answer of it",
}

logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)  # what goes wrong is told as quality


class ModbusSession:
    """One connection to a device or gateway; requests go one after the other."""

    def __init__(self, plan: Plan) -> None:
        self._wrong: asyncio.Future[NoAnswer] = asyncio.get_running_loop().create_future()
        self._client = AsyncModbusTcpClient(
            plan.host,
            port=plan.port,
            timeout=PATIENCE_S,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._came,
            trace_connect=self._changed,
        )

    async def open(self) -> None:
        """Connect.

        Raises:
            NoAnswer: when it cannot be reached.
        """
        if not await self._client.connect():
            raise NoAnswer("it cannot be reached")

    async def read(self, plan: Plan) -> Mapping[str, Reading]:
        """Read every block of a plan.

        Raises:
            NoAnswer: when the connection is lost, or an answer is none.
        """
        found: dict[str, Reading] = {}
        for block in plan.blocks:
            answer = await self._ask(block, plan.unit)
            if isinstance(answer, ExceptionResponse):
                why = _refused(answer, block, plan.unit)
                found |= {name: Reading(None, why) for name, _ in block.words}
                continue
            cells = _cells(answer, block, plan.unit)
            for name, word in block.words:
                place = word.address - block.start
                found[name] = Reading(word.value(cells[place : place + word.size]))
        return found

    async def _ask(self, block: Block, unit: int) -> ModbusPDU:
        """Ask for a block; the answer may still be another one."""
        ask = {
            "coil": self._client.read_coils,
            "discrete": self._client.read_discrete_inputs,
            "holding": self._client.read_holding_registers,
            "input": self._client.read_input_registers,
        }[block.table]
        if self._wrong.done():
            raise self._wrong.result()
        asked = asyncio.ensure_future(ask(block.start, count=block.count, device_id=unit))
        try:
            await asyncio.wait((asked, self._wrong), return_when=asyncio.FIRST_COMPLETED)
            if self._wrong.done():
                raise self._wrong.result()
            return await asked
        except ModbusException as error:
            raise NoAnswer("another answer came than the one that was asked for") from error
        finally:
            asked.cancel()

    async def close(self) -> None:
        """End it."""
        self._client.close()

    def _came(self, is_sent: bool, data: bytes) -> bytes:
        """Look at what comes before it is taken apart."""
        if is_sent or _is_sound(data):
            return data
        self._fail(NoAnswer("a broken answer came"))
        return b""

    def _changed(self, is_connected: bool) -> None:
        if not is_connected:
            self._fail(NoAnswer("the connection was lost", is_cut=True))

    def _fail(self, error: NoAnswer) -> None:
        if not self._wrong.done():
            self._wrong.set_result(error)


def _is_sound(data: bytes) -> bool:
    """Whether all that came of an answer, or of several, is as the specification wants it.

    >>> _is_sound(bytes.fromhex("0001 0000 0005 01 03 02 00 2a")), _is_sound(bytes.fromhex("0001 0000 0005"))
    (True, True)
    >>> _is_sound(bytes.fromhex("0001 0000 0005 01 03 04 00 2a"))
    False
    """
    while len(data) >= 8:
        protocol, length, function = int.from_bytes(data[2:4]), int.from_bytes(data[4:6]), data[7]
        if protocol or not 3 <= length <= 254 or function & 0x7F not in FUNCTIONS.values():
            return False
        if len(data) >= 9:
            right = 3 if function & 0x80 else 3 + data[8]
            is_odd = function in (FUNCTIONS["holding"], FUNCTIONS["input"]) and data[8] % 2
            if length != right or is_odd:
                return False
        data = data[6 + length :]
    return True


def _refused(answer: ExceptionResponse, block: Block, unit: int) -> str:
    """Why a block cannot be read."""
    _check(answer, block, unit)
    code = answer.exception_code
    return REFUSED.get(code, f"it refused with code {code}")


def _check(answer: ModbusPDU, block: Block, unit: int) -> None:
    """Make sure that it is the answer to what was asked: the library takes number 0 for any."""
    if answer.dev_id != unit or not answer.transaction_id:
        raise NoAnswer("another answer came than the one that was asked for")
    if answer.function_code & 0x7F != FUNCTIONS[block.table]:
        raise NoAnswer("an answer to another question came")


def _cells(answer: ModbusPDU, block: Block, unit: int) -> Sequence[int]:
    """The bits or registers of an answer, all that were asked for."""
    _check(answer, block, unit)
    cells = answer.bits if block.table in BITS else answer.registers
    wanted = -(-block.count // 8) * 8 if block.table in BITS else block.count  # bits come in whole bytes
    if len(cells) != wanted:
        raise NoAnswer("a short answer came")
    return cells


async def begin(plan: Plan) -> ModbusSession:
    """Open a session with the device or gateway of a plan.

    Raises:
        NoAnswer: when it cannot be reached.
    """
    return await opened(ModbusSession(plan))


def connect(fields: Fields, _project: Path) -> Poller[Plan]:
    """Read the settings of devices."""
    return Poller(read_settings(fields), begin)
