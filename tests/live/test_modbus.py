"""Modbus TCP against a real server and against one that answers anything: never a number nobody read."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from itertools import pairwise
from time import monotonic, sleep

import pytest
from tests.live.polled import (
    HOLDING,
    INPUTS,
    REGISTERS,
    Box,
    Hostile,
    Told,
    connector,
    free_port,
    problems,
    tell,
)

from plantstack.connectors.contract import Gap, Messages
from plantstack.connectors.polling.poller import Poller

QUICK = "every: 50 ms\ntimeout: 10 s\nbudget: {requests: 100/s}\n"
SHORT = QUICK.replace("10 s", "300 ms")


def device(port: int, tags: str, unit: int = 1, name: str = "press", more: str = "") -> str:
    return f"  {name}: {{host: 127.0.0.1, port: {port}, unit: {unit}, tags: {{{tags}}}{more}}}\n"


def answer(request: bytes, body: bytes, *, transaction: int | None = None, unit: int | None = None) -> bytes:
    """A whole answer to a request, unless told else."""
    number = int.from_bytes(request[:2]) if transaction is None else transaction
    return struct.pack(">HHHB", number, 0, len(body) + 1, request[6] if unit is None else unit) + body


def registers(request: bytes, *values: int) -> bytes:
    return answer(request, bytes([request[7], 2 * len(values)]) + struct.pack(f">{len(values)}H", *values))


def test_inputs_of_a_box_are_told_when_they_change() -> None:
    with Box() as box:
        box.set(INPUTS, 3, 1)
        box.set(REGISTERS, 0, 5, 1)
        tags = "run: {discrete: 3}, pieces: {input: 0, type: u32, words: low first}, still: {input: 2}"
        told = tell(
            connector("modbus", f"{QUICK}devices:\n{device(box.port, tags)}"),
            lambda told: told.of("pieces")[-1:] == [65_544],
            do=[
                (lambda told: len(told.of("run")) == 1, lambda: box.set(INPUTS, 3, 0)),
                (lambda told: len(told.of("run")) == 2, lambda: box.set(REGISTERS, 0, 8, 1)),
            ],
        )
        assert (told.of("run"), told.of("pieces"), told.of("still")) == ([True, False], [65_541, 65_544], [0])
        assert {function for function, _, _ in box.asked} <= {1, 2, 3, 4}
        assert set(box.asked) == {(2, 3, 1), (4, 0, 3)}  # registers side by side are one request
        (first, *_) = told.observations
        assert (first["device"], first["run"], first["poll"]) == ("press", "1", "1")


TYPES = {
    "u16": ([0xFFFE], 65_534),
    "i16": ([0xFFFE], -2),
    "u32": ([0xFFFF, 0xFFFE], 4_294_967_294),
    "i32": ([0xFFFF, 0xFFFE], -2),
    "u64": ([0, 1, 0, 2], 4_294_967_298),
    "i64": ([0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE], -2),
    "f32": ([0x4335, 0x8000], 181.5),
    "f64": ([0x4066, 0xB000, 0, 0], 181.5),
}


def test_every_type_in_both_word_orders() -> None:
    with Box() as box:
        tags, place = [], 0
        for name, (words, _) in TYPES.items():
            box.set(REGISTERS, place, *words)
            box.set(HOLDING, place, *reversed(words))
            tags.append(f"{name}: {{input: {place}, type: {name}}}")
            tags.append(f"{name}-low: {{holding: {place}, type: {name}, words: low first}}")
            place += len(words)
        text = f"{QUICK}devices:\n{device(box.port, ', '.join(tags))}"
        told = tell(connector("modbus", text), lambda told: bool(told.observations))
        for name, (_, value) in TYPES.items():
            assert (told.of(name), told.of(f"{name}-low")) == ([value], [value]), name
        assert sorted(set(box.asked)) == [(3, 0, 20), (4, 0, 20)]


def test_bits_of_a_register_and_what_one_step_is_worth() -> None:
    with Box() as box:
        box.set(REGISTERS, 0, 0b1001_0000, 1234)
        tags = "guard: {input: 0, bit: 4}, lamp: {input: 0, bit: 5}, heat: {input: 1, scale: 0.1}"
        told = tell(
            connector("modbus", f"{QUICK}devices:\n{device(box.port, tags)}"),
            lambda told: bool(told.of("heat")),
        )
        assert (told.of("guard"), told.of("lamp"), told.of("heat")) == ([True], [False], [123.4])


Answer = Callable[[bytes], bytes | None]
BAD: dict[str, tuple[Answer, str]] = {
    "F37 exception": (lambda r: answer(r, bytes([r[7] | 0x80, 4])), "it failed"),
    "F37 gateway": (lambda r: answer(r, bytes([r[7] | 0x80, 11])), "the gateway got no answer of it"),
    "F37 time-out": (lambda r: None, "no answer within 0.3 s"),
    "F37 half a head": (lambda r: registers(r, 7, 8)[:5], "no answer within 0.3 s"),
    "F37 short frame": (lambda r: registers(r, 7, 8)[:-2], "no answer within 0.3 s"),
    "F37 one register": (lambda r: registers(r, 7), "a short answer came"),
    "F37 three registers": (lambda r: registers(r, 7, 8, 9), "a short answer came"),
    "F37 count that lies": (lambda r: answer(r, bytes([4, 4, 0, 7])), "a broken answer came"),
    "F37 no registers": (lambda r: answer(r, bytes([4, 0])), "a short answer came"),
    "F37 odd bytes": (lambda r: answer(r, bytes([4, 3, 0, 7, 0])), "a broken answer came"),
    "F37 cut": (lambda r: b"", "the connection was lost"),
    "F37 noise": (lambda r: b"HTTP/1.1 400 Bad Request\r\n\r\n", "a broken answer came"),
    "F37 other function": (
        lambda r: answer(r, bytes([3, 4, 0, 7, 0, 8])),
        "an answer to another question came",
    ),
    "F37 echo": (lambda r: r, "a broken answer came"),
    "H-OT-15 other unit": (
        lambda r: answer(r, bytes([4, 4, 0, 7, 0, 8]), unit=9),
        "no answer within 0.3 s",
    ),
    "H-OT-15 other transaction": (
        lambda r: answer(r, bytes([4, 4, 0, 7, 0, 8]), transaction=999),
        "no answer within 0.3 s",
    ),
    "H-OT-15 transaction 0": (
        lambda r: answer(r, bytes([4, 4, 0, 7, 0, 8]), transaction=0),
        "another answer came than the one that was asked for",
    ),
    "H-OT-15 other protocol": (lambda r: b"\0\1\0\7\0\7\1\4\4\0\7\0\x08", "a broken answer came"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_answer_is_bad_and_never_zero(name: str, caplog: pytest.LogCaptureFixture) -> None:
    wrong, why = BAD[name]
    with Hostile(wrong) as hostile:
        text = f"{SHORT}devices:\n{device(hostile.port, 'pieces: {input: 0, type: u32}')}"
        told = tell(connector("modbus", text), lambda told: bool(told.observations))
        assert [each["value"] for each in told.observations] == [None]
        assert told.of("pieces") == [why]
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_F37_one_block_that_is_refused_harms_no_other() -> None:
    with Box() as box:
        box.set(REGISTERS, 0, 7)
        tags = "pieces: {input: 0}, far: {holding: 900}"
        told = tell(
            connector("modbus", f"{QUICK}devices:\n{device(box.port, tags)}"),
            lambda told: bool(told.of("far")),
        )
        assert (told.of("pieces"), told.of("far")) == ([7], ["it has no such address"])


def test_F37_a_dead_device_delays_no_other() -> None:
    with Box() as box, Hostile(lambda _: None) as dead:
        text = "every: 50 ms\ntimeout: 1 s\nbudget: {requests: 100/s}\ndevices:\n"
        text += "".join(device(dead.port, "x: {input: 0}", unit, f"dead-{unit}") for unit in range(1, 5))
        text += device(box.port, "n: {input: 0}")
        polls_then = 0

        def is_told(told: Told) -> bool:
            nonlocal polls_then
            polls_then = polls_then or (len(box.asked) if told.of("x") else 0)
            return bool(polls_then)

        told = tell(connector("modbus", text), is_told)
        assert set(told.of("x")) == {"no answer within 1 s"}
        assert polls_then >= 10  # of 20 that fit into the time-out of the others


def test_F37_when_a_device_is_back_the_gap_is_told_before_its_values() -> None:
    is_dead = False

    def says(request: bytes) -> bytes | None:
        return None if is_dead else registers(request, 7)

    def die() -> None:
        nonlocal is_dead
        is_dead = True

    def live() -> None:
        nonlocal is_dead
        is_dead = False

    ailing: list[str] = []

    with Hostile(says) as one, Box() as box:
        both = device(one.port, "x: {input: 0}", name="a") + device(box.port, "n: {input: 0}")
        text = f"{QUICK.replace('10 s', '1 s')}devices:\n{both}"
        poller = connector("modbus", text)
        assert isinstance(poller, Poller)

        def note() -> None:
            ailing.append(poller.ailing)

        told = tell(
            poller,
            lambda told: len(told.of("x")) >= 3,
            do=[
                (lambda told: told.of("x") == [7], note),
                (lambda _: True, die),
                (lambda told: len(told.of("x")) == 2, note),
                (lambda _: True, live),
                (lambda told: len(told.of("x")) == 3, note),
            ],
        )
        why = "1 of 2 devices do not answer, such as a: no answer within 1 s"
        assert ailing == ["", why, ""]
        assert told.of("x") == [7, "no answer within 1 s", 7]
        assert told.gaps == [Gap("no answer within 1 s", "a")]
        values = [
            i for i, each in enumerate(told.deliveries) if isinstance(each, Messages) and '"x"' in str(each)
        ]
        gap = told.deliveries.index(told.gaps[0])
        assert values[-2] < gap < values[-1]


def test_our_own_restart_is_a_gap_of_every_device_and_another_run() -> None:
    with Box() as box:
        text = f"{QUICK}devices:\n{device(box.port, 'n: {input: 0}')}"
        first = tell(connector("modbus", text), lambda told: bool(told.of("n")))
        (messages,) = (one for one in first.deliveries if isinstance(one, Messages))
        assert first.gaps == []
        again = tell(connector("modbus", text), lambda told: bool(told.of("n")), since=messages.cursor)
        assert [one.scope for one in again.gaps] == ["press"]
        assert [each["run"] for each in again.observations] == ["2"]


def test_H_OT_16_the_other_word_order_is_not_believed() -> None:
    with Box() as box:
        box.set(REGISTERS, 0, 0x4335, 0x8000)  # 181.5, high word first
        box.set(REGISTERS, 2, *struct.unpack(">2H", struct.pack(">f", float("nan"))))
        box.set(REGISTERS, 4, 0x41C8, 0)  # 25, and the other way round almost nothing
        tags = (
            "right: {input: 0, type: f32, between: [0, 400]},"
            " other: {input: 0, type: f32, words: low first, between: [0, 400]}, none: {input: 2, type: f32},"
            " zero: {input: 4, type: f32, words: low first, between: [1, 400]}"
        )
        told = tell(
            connector("modbus", f"{QUICK}devices:\n{device(box.port, tags)}"),
            lambda told: bool(told.of("other")),
        )
        assert told.of("right") == [181.5]
        assert told.of("other")[0].endswith("is not between 0 and 400")
        assert told.of("none") == ["not a number"]
        assert told.of("zero") == ["2.35979e-41 is not between 1 and 400"]
        assert [each["value"] for each in told.observations if each["tag"] != "right"] == [None] * 3


def test_a_device_that_ends_an_idle_session_has_not_failed() -> None:
    with Hostile(lambda request: registers(request, len(server.requests))) as server:
        text = f"{QUICK}devices:\n{device(server.port, 'n: {input: 0}')}"
        told = tell(
            connector("modbus", text),
            lambda told: len(told.of("n")) >= 4,
            do=[(lambda told: len(told.of("n")) == 2, server.cut)],
        )
        assert all(isinstance(value, int) for value in told.of("n"))
        assert (told.gaps, server.sessions) == ([], 2)


def test_units_behind_a_gateway_share_its_sessions_and_its_budget() -> None:
    def slowly(request: bytes) -> bytes:
        sleep(0.08)  # four of the five units would be asked at once
        return registers(request, request[6])

    with Hostile(slowly) as gateway:
        units = "".join(device(gateway.port, "n: {input: 0}", unit, f"unit-{unit}") for unit in range(1, 6))
        text = f"every: 100 ms\nbudget: {{requests: 50/s, sessions: 2}}\ndevices:\n{units}"
        told = tell(connector("modbus", text), lambda told: len(told.of("n")) >= 5)
        assert sorted(told.of("n")) == [1, 2, 3, 4, 5]
        assert gateway.most_sessions <= 2
        assert problems("modbus", text) == []
        assert problems("modbus", text.replace("50/s", "49/s")) == ["device-budget"]


def test_a_device_that_cannot_be_reached_is_asked_more_and_more_rarely() -> None:
    begun: list[float] = []
    text = f"{QUICK}repeat: 1 ms\ndevices:\n{device(free_port(), 'n: {input: 0}')}"
    told = tell(connector("modbus", text), lambda told: len(told.of("n")) > len(begun) and _note(begun))
    assert set(told.of("n")) == {"it cannot be reached"}
    waits = [later - earlier for earlier, later in pairwise(begun)]
    assert waits[-1] > 2 * waits[0]  # 100, 200, 400, 800 ms


def _note(begun: list[float]) -> bool:
    begun.append(monotonic())
    return len(begun) >= 5


def test_advice_names_devices_that_do_not_answer_and_tags_that_cannot_be_believed() -> None:
    with Box() as box:
        box.set(REGISTERS, 0, 7)
        box.set(REGISTERS, 4, 0x41C8, 0)
        tags = "n: {input: 0}, far: {holding: 900}, hot: {input: 0, between: [10, 20]}"
        tags += ", turned: {input: 4, type: f32, words: low first}"
        text = f"{QUICK}devices:\n{device(box.port, tags)}{device(free_port(), 'n: {input: 0}', name='gone')}"
        poller = connector("modbus", text)
        assert isinstance(poller, Poller)
        assert [(one.code, one.where, one.what) for one in asyncio.run(poller.advice())] == [
            ("device-silent", "gone", "it cannot be reached"),
            ("tag-bad", "press far", "it has no such address"),
            ("tag-bad", "press hot", "7 is not between 10 and 20"),
            (
                "tag-odd",
                "press turned",
                "shows 2.35979e-41, as a number does whose words are in the wrong order",
            ),
        ]
        assert asyncio.run(poller.check()) == ()


WRONG = {
    "two tables": ("n: {input: 0, coil: 1}", "key-choice"),
    "no table": ("n: {type: u16}", "key-choice"),
    "address beyond": ("n: {input: 65536}", "value-wrong"),
    "ends beyond": ("n: {input: 65535, type: u32}", "value-wrong"),
    "type of a bit": ("n: {input: 0, type: u32, bit: 3}", "value-wrong"),
    "type of a coil": ("n: {coil: 0, type: u32}", "key-unknown"),
    "limits turned": ("n: {input: 0, between: [400, 0]}", "value-wrong"),
    "one limit": ("n: {input: 0, between: [400]}", "value-wrong"),
    "unknown type": ("n: {input: 0, type: u8}", "value-wrong"),
}


@pytest.mark.parametrize("name", WRONG)
def test_settings_that_cannot_be_are_named(name: str) -> None:
    tags, code = WRONG[name]
    assert problems("modbus", f"devices:\n{device(502, tags)}") == [code]


def test_a_connection_without_devices_or_tags_is_named() -> None:
    assert problems("modbus", "every: 1 s\n") == ["key-missing"]
    assert problems("modbus", "devices: {a: {host: b}}\n") == ["key-missing"]
