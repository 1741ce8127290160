"""S7 against the server that python-snap7 brings, and against one that answers anything."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from snap7.server import EVC_DATA_WRITE, Server
from snap7.type import SrvArea, SrvEvent
from tests.live.polled import Hostile, Told, connector, free_port, problems, tell

from plantstack.connectors.contract import Gap

QUICK = "every: 50 ms\ntimeout: 10 s\nbudget: {requests: 100/s}\n"


class Plc:
    """A PLC with a data block 10, flags, inputs and outputs, in threads of the library's server."""

    def __init__(self) -> None:
        self.port = free_port()
        self.block, self.flags, self.inputs = bytearray(64), bytearray(32), bytearray(8)
        self.events: list[int] = []
        self._server = Server(log=False)

    def start(self) -> None:
        self._server = Server(log=False)
        self._server.register_area(SrvArea.DB, 10, self.block)
        self._server.register_area(SrvArea.MK, 0, self.flags)
        self._server.register_area(SrvArea.PE, 0, self.inputs)
        self._server.set_events_callback(self._note)
        self._server.start_to("127.0.0.1", self.port)

    def stop(self) -> None:
        self._server.stop()

    def _note(self, event: SrvEvent) -> None:
        self.events.append(event.EvtCode)


@contextmanager
def plc() -> Iterator[Plc]:
    one = Plc()
    one.start()
    try:
        yield one
    finally:
        one.stop()


def devices(port: int, tags: str) -> str:
    return f"{QUICK}devices:\n  press: {{host: 127.0.0.1, port: {port}, tags: {{{tags}}}}}\n"


def test_blocks_flags_and_inputs_of_every_type() -> None:
    with plc() as one:
        struct.pack_into(">BbHhIif", one.block, 0, 0b100, -5, 65_534, -2, 4_294_967_294, -2, 181.5)
        struct.pack_into(">d", one.block, 18, 0.25)
        one.block[30:45] = bytes([12, 4]) + "A7-é".encode("latin-1") + bytes(9)
        one.flags[20] = 1
        struct.pack_into(">I", one.flags, 24, 4711)
        one.inputs[0] = 0b1000
        tags = {
            "bool": ("at: DB10.DBX0.2", True),
            "other": ("at: DB10.DBX0.3", False),
            "sint": ("at: DB10.DBB1, type: sint", -5),
            "word": ("at: DB10.DBW2", 65_534),
            "int": ("at: DB10.DBW4, type: int, scale: 0.1", -0.2),
            "dword": ("at: DB10.DBD6", 4_294_967_294),
            "dint": ("at: DB10.DBD10, type: dint", -2),
            "real": ("at: DB10.DBD14, type: real, between: [0, 400]", 181.5),
            "lreal": ("at: DB10.DBD18, type: lreal", 0.25),
            "batch": ("at: DB10.DBB30, type: string, length: 12", "A7-é"),
            "flag": ("at: M20.0", True),
            "total": ("at: MD24", 4711),
            "light": ("at: I0.3", True),
            "licht": ("at: E0.4", False),
        }
        text = devices(one.port, ", ".join(f"{name}: {{{how}}}" for name, (how, _) in tags.items()))
        told = tell(connector("s7", text), lambda told: bool(told.observations))
        assert {name: told.of(name) for name in tags} == {name: [value] for name, (_, value) in tags.items()}
        assert EVC_DATA_WRITE not in one.events


def test_F37_what_the_plc_has_not_is_bad_and_harms_no_other() -> None:
    with plc() as one:
        one.block[0] = 1
        tags = "run: {at: DB10.DBX0.0}, far: {at: DB10.DBW200}, none: {at: DB11.DBW0}"
        tags += ", text: {at: DB10.DBB40, type: string, length: 3}"
        one.block[40:42] = bytes([3, 200])
        told = tell(connector("s7", devices(one.port, tags)), lambda told: bool(told.observations))
        assert told.of("run") == [True]
        assert told.of("far") == ["it has no such address"]
        assert told.of("none") == ["it has no such block, or an optimised one"]
        assert told.of("text") == ["no text stands there"]


def test_F37_a_plc_that_went_away_is_bad_and_back_with_a_gap() -> None:
    with plc() as one:
        one.block[1] = 7
        told = tell(
            connector("s7", devices(one.port, "n: {at: DB10.DBB1}")),
            lambda told: told.of("n")[-1:] == [7] and bool(told.gaps),
            do=[(lambda told: told.of("n") == [7], one.stop), (_is_bad, one.start)],
        )
        assert isinstance(told.of("n")[1], str)
        assert [type(gap) for gap in told.gaps] == [Gap]


def _is_bad(told: Told) -> bool:
    return isinstance(told.of("n")[-1], str)


HELLO = bytes.fromhex("0300001611d00001000100c0010ac1020100c2020101")
SETUP = bytes.fromhex("0300001b02f080320300000000000800000000f0000001000101e0")


def _as_a_plc(last: bytes) -> Hostile:
    """Greets as a PLC does, and answers the first read with whatever the test says."""

    def answer(request: bytes) -> bytes:
        if request[5:6] == b"\xe0":
            return HELLO
        number = request[11:13]
        if request[17:18] == b"\xf0":
            return SETUP[:11] + number + SETUP[13:]
        return last.replace(b"##", number)

    return Hostile(answer)


BAD = {
    "F37 end": (b"", "the connection was lost"),
    "F37 noise": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the connection was lost"),
    "F37 too short": (bytes.fromhex("0300000f02f080 3203 0000") + b"##" + b"\0\0", "a broken answer came"),
    "F37 fewer bytes": (
        bytes.fromhex("0300001a02f080 3203 0000") + b"##" + bytes.fromhex("0002 0005 0000 0401 ff04 0008 07"),
        "a broken answer came",
    ),
    "F37 refused": (
        bytes.fromhex("0300001302f080 3203 0000") + b"##" + bytes.fromhex("0000 0000 8104"),
        "the PLC refused it: permit PUT/GET access, and leave optimised access of the block off",
    ),
    "H-OT-15 other number": (
        bytes.fromhex("0300001b02f080 3203 0000 7777 0002 0006 0000 0401 ff04 0010 0007"),
        "no answer within 0.5 s",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_answer_is_bad_and_never_zero(name: str) -> None:
    last, why = BAD[name]
    with _as_a_plc(last) as hostile:
        text = devices(hostile.port, "n: {at: DB10.DBW0}").replace("10 s", "500 ms")
        told = tell(connector("s7", text), lambda told: bool(told.observations))
        assert [each["value"] for each in told.observations] == [None]
        assert told.of("n") == [why]


def test_a_host_that_is_no_plc_is_named() -> None:
    told = tell(connector("s7", devices(free_port(), "n: {at: MW0}")), lambda told: bool(told.of("n")))
    assert told.of("n") == ["it cannot be reached, or has no CPU in this rack and slot"]


WRONG = {
    "no address": ("n: {at: X7}", "value-wrong"),
    "bit of a word": ("n: {at: DB1.DBW0.3}", "value-wrong"),
    "no bit": ("n: {at: DB1.DBX0}", "value-wrong"),
    "block 0": ("n: {at: DB0.DBW0}", "value-wrong"),
    "real in a word": ("n: {at: DB1.DBW0, type: real}", "value-wrong"),
    "string without length": ("n: {at: DB1.DBB0, type: string}", "key-missing"),
    "scale of a bit": ("n: {at: M0.0, scale: 2}", "key-unknown"),
}


@pytest.mark.parametrize("name", WRONG)
def test_settings_that_cannot_be_are_named(name: str) -> None:
    tags, code = WRONG[name]
    assert problems("s7", devices(102, tags)) == [code]
