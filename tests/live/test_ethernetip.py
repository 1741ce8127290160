"""EtherNet/IP against a small target of our own: there is none to install. See `cip` for what it can."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tests.live.cip import LIST, MULTIPLE, READ, Target
from tests.live.polled import Hostile, connector, free_port, problems, tell

from plantstack.connectors.contract import Gap, Retry
from plantstack.connectors.ethernetip.browse import browse
from plantstack.connectors.polling.poller import Poller

QUICK = "every: 50 ms\ntimeout: 10 s\nbudget: {requests: 100/s}\n"


def devices(port: int, *tags: str, more: str = "") -> str:
    return f"{QUICK}devices:\n  press: {{host: 127.0.0.1, port: {port}{more}, tags: {{{', '.join(tags)}}}}}\n"


VALUES: dict[str, tuple[str, str, bool | int | float | str]] = {
    "run": ("Program:Main.Running", "BOOL", True),
    "small": ("S", "SINT", -5),
    "int": ("I", "INT", -2),
    "pieces": ("Good_Parts", "DINT", 4711),
    "long": ("L", "LINT", 2**40),
    "plus": ("U", "UDINT", 4_294_967_294),
    "heat": ("Zone[2].Temp", "REAL", 181.5),
    "exact": ("E", "LREAL", 0.25),
    "order": ("Order", "STRING", "A4711-é"),
}


@pytest.mark.parametrize("is_large", [True, False])
def test_tags_of_every_type_are_read_together(is_large: bool) -> None:
    with Target(is_large=is_large) as plc:
        plc.tags = {tag: (type_, value) for tag, type_, value in VALUES.values()}
        plc.tags["Zone[0].Temp"] = ("REAL", 0.0)  # the library asks the first of an array for its type
        plc.tags["Status"] = ("DINT", 0b10000)
        asked = [f'{name}: {{tag: "{tag}"}}' for name, (tag, *_) in VALUES.items()]
        asked += ["bit: {tag: Status.4}", "other: {tag: Status.5}", "step: {tag: I, scale: 0.1}"]
        told = tell(
            connector("ethernetip", devices(plc.port, *asked)),
            lambda told: len(told.of("pieces")) == 2,
            do=[(lambda told: bool(told.of("pieces")), lambda: plc.tags.update(Good_Parts=("DINT", 4712)))],
        )
        assert told.of("pieces") == [4711, 4712]
        for name, (*_, value) in VALUES.items():
            assert told.of(name)[0] == value
        assert (told.of("bit"), told.of("other"), told.of("step")) == ([True], [False], [-0.2])
        assert set(plc.services) == {READ, MULTIPLE}  # and nothing that writes
        assert plc.opened == 1


def test_F37_what_the_plc_has_not_is_bad_and_harms_no_other() -> None:
    with Target() as plc:
        plc.tags = {"Good": ("DINT", 7), "Both": ("STRUCT", 0)}
        tags = ["n: {tag: Good}", "none: {tag: Goood}", "both: {tag: Both}"]
        told = tell(connector("ethernetip", devices(plc.port, *tags)), lambda told: bool(told.observations))
        assert told.of("n") == [7]
        assert told.of("none") == ["the PLC has no such tag"]
        assert told.of("both") == ["a structure, no single value"]


Bend = Callable[[bytes], bytes | None]
BAD: dict[str, tuple[Bend, str]] = {
    "F37 time-out": (lambda _: None, "no answer within 0.5 s"),
    "F37 end": (lambda _: b"", "the connection was lost"),
    "F37 short frame": (lambda answer: answer[:-2], "no value came"),
    "F37 half a head": (lambda answer: answer[:10], "a broken answer came"),
    "F37 status": (lambda answer: answer[:24] + b"\x0f" + answer[25:26], "the PLC says: privilege violation"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_answer_is_bad_and_never_zero(name: str) -> None:
    bend, why = BAD[name]
    with Target() as plc:
        plc.tags, plc.bend = {"Good": ("DINT", 7)}, bend
        text = devices(plc.port, "n: {tag: Good}").replace("10 s", "500 ms")
        told = tell(connector("ethernetip", text), lambda told: bool(told.observations))
        assert [each["value"] for each in told.observations] == [None]
        assert told.of("n") == [why]


def test_F37_bytes_that_have_slipped_are_no_number() -> None:
    with Target() as plc:
        plc.tags = {"Order": ("STRING", "A4711"), "Heat": ("REAL", 181.5)}

        def slip() -> None:
            plc.bend = lambda answer: answer[:100] + b"\0" + answer[100:]  # in the space behind the text

        told = tell(
            connector("ethernetip", devices(plc.port, "order: {tag: Order}", "heat: {tag: Heat}")),
            lambda told: len(told.of("heat")) == 2,
            do=[(lambda told: told.of("heat") == [181.5], slip)],
        )
        assert told.of("heat") == [181.5, "a broken answer came"]


def test_F37_a_plc_that_goes_silent_is_bad_and_back_with_a_gap() -> None:
    with Target() as plc:
        plc.tags = {"Good": ("DINT", 7), "Run": ("BOOL", True)}

        text = devices(plc.port, "n: {tag: Good}", "run: {tag: Run}").replace("10 s", "1 s")

        def silent() -> None:
            plc.bend = lambda _: None

        def back() -> None:
            plc.bend = lambda answer: answer

        told = tell(
            connector("ethernetip", text),
            lambda told: len(told.of("n")) == 3,
            do=[(lambda told: told.of("n") == [7], silent), (lambda told: len(told.of("n")) == 2, back)],
        )
        assert told.of("n") == [7, "no answer within 1 s", 7]
        assert told.gaps == [Gap("no answer within 1 s", "press")]


def test_a_plc_that_ends_an_idle_session_has_not_failed() -> None:
    with Target() as plc:
        plc.tags = {"Good": ("DINT", 7)}

        def cut() -> None:
            plc.tags = {"Good": ("DINT", 8)}
            plc.cut()

        told = tell(
            connector("ethernetip", devices(plc.port, "n: {tag: Good}")),
            lambda told: len(told.of("n")) == 2,
            do=[(lambda told: told.of("n") == [7], cut)],
        )
        assert (told.of("n"), told.gaps, plc.opened) == ([7, 8], [], 2)


def test_F37_more_dead_plcs_than_threads_delay_no_other() -> None:
    with Target() as plc, Hostile(lambda _: None) as dead:
        plc.tags = {"Good": ("DINT", 0)}
        text = "every: 50 ms\ntimeout: 1 s\nbudget: {requests: 1000/s, sessions: 40}\ndevices:\n"
        for number in range(40):
            text += f"  dead-{number}: {{host: 127.0.0.1, port: {dead.port}, tags: {{x: {{tag: T}}}}}}\n"
        text += f"  press: {{host: 127.0.0.1, port: {plc.port}, tags: {{n: {{tag: Good}}}}}}\n"
        polls_then: list[int] = []

        def is_told(told: object) -> bool:
            return bool(polls_then)

        def note() -> None:
            polls_then.append(len(plc.services))

        told = tell(connector("ethernetip", text), is_told, do=[(lambda told: bool(told.of("x")), note)])
        assert told.of("n") == [0]
        assert polls_then[0] >= 6


def test_browse_shows_what_a_plc_has() -> None:
    with Target() as plc:
        plc.tags = {
            "Good_Parts": ("DINT", 4711),
            "Running": ("BOOL", True),
            "Order": ("STRING", "A1"),
            "Zone[0]": ("REAL", 1.0),
            "Program:Main.Speed": ("REAL", 2.5),
        }
        poller = connector("ethernetip", devices(plc.port, "Good_Parts: {}"))
        assert isinstance(poller, Poller)
        seen = {one.tag: one for one in asyncio.run(browse(poller.settings))}
        assert (seen["Good_Parts"].samples, seen["Good_Parts"].type) == (("4711",), "integer")
        assert (seen["Running"].samples, seen["Running"].type) == (("true",), "boolean")
        assert seen["Program:Main.Speed"].samples == ("2.5",)
        assert (seen["Order"].samples, seen["Order"].note) == ((), "a structure: name its parts")
        assert seen["Zone"].note == "an array of 8: name one, such as Zone[0]"
        assert {one.path for one in seen.values()} == {("press",)}
        assert set(seen) == {"Good_Parts", "Running", "Order", "Zone", "Program:Main.Speed"}
        assert set(plc.services) == {LIST, READ, MULTIPLE}
        told = tell(poller, lambda told: bool(told.observations))
        assert told.of("Good_Parts") == [4711]


def test_browse_of_a_plc_that_is_off_says_so() -> None:
    poller = connector("ethernetip", devices(free_port(), "n: {}"))
    assert isinstance(poller, Poller)
    with pytest.raises(Retry, match="it cannot be reached"):
        asyncio.run(browse(poller.settings))


def test_a_host_that_is_no_plc_is_named() -> None:
    text = devices(free_port(), "n: {tag: Good}")
    told = tell(connector("ethernetip", text), lambda told: bool(told.of("n")))
    assert told.of("n") == ["it cannot be reached, or has no CPU in this slot"]


def test_a_plan_beyond_the_budget_is_named() -> None:
    many = [f"t{number}: {{tag: Program:Main.Station_{number:02}}}" for number in range(40)]
    text = devices(102, *many).replace("100/s", "59/s")
    assert problems("ethernetip", text) == ["device-budget"]
    assert problems("ethernetip", text.replace("59/s", "60/s")) == []
    micro = devices(102, *many[:5], more=", micro800: true").replace("100/s", "99/s")
    assert problems("ethernetip", micro) == ["device-budget"]
    assert problems("ethernetip", devices(102, "n: {scales: 2}")) == ["key-unknown"]
