"""A real OPC UA server: what it tells is an event once, and whatever was not heard is a gap."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua
from tests.live.opcua_mother import Mother
from tests.live.opcua_parts import LINE, STARTED, VENDOR, Plc, data
from tests.stack.floor import plant

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Alive, Delivery, Fatal, Gap, Messages, Outcome, Retry
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.opcua import connector
from plantstack.connectors.opcua.connector import Server
from plantstack.connectors.opcua.settings import Address, Settings
from plantstack.connectors.opcua.values import Reader
from plantstack.errors import Problem
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.intervals import SECOND
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.live.supervisor import MOST_S, Supervisor
from plantstack.plant.load import load_plant
from plantstack.stack.files.naming import names_of
from plantstack.testing.connectors import Source, check_connector

PATIENCE_S = 20.0
FAST = 50_000  # microseconds between two words of the server
OVERFLOW = 0x0480
TEXT = """
schema: 1
source: line-1
file: {format: json}
columns:
  at: at
  machine: device
  item: item
  value: value
  state: {column: value, map: {running: producing, otherwise: stopped}}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {item: state, value: {present: true}}, state: "{state}"}
  - kind: count
    when: {item: pieces, value: {present: true}}
    good: "{value}"
    counter: {counts: cumulative}
"""
MAPPING = parse_mapping(TEXT, "line-1")
Reading = AsyncGenerator[Delivery, Outcome]
Told = list[dict[str, Any]]


def now() -> int:
    return time.time_ns() // 1_000


def address(tag: str, name: str) -> Address:
    return Address(tag, VENDOR, f"s={LINE}.{name}")


def settings(plc: Plc, *, of: str = "filler", **more: Any) -> Settings:
    nodes = (address(f"{of}.state", "State"), address(f"{of}.pieces", "Pieces"))
    return replace(Settings(plc.url, nodes, interval_us=FAST, sampling_us=FAST), **more)


@pytest.fixture
def plc(mother: Mother) -> Iterator[Plc]:
    found = Plc(mother)
    found.start()
    yield found
    found.kill()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plant(tmp_path / "p")


@contextmanager
def deliveries(project: Path) -> Iterator[tuple[Log, Deliveries]]:
    """A log with its door, by the clock of today: servers stamp their values with it."""
    with Log.open(project, write=True, project_id=load_plant(project).project_id) as log:
        writer, plant_of = GroupWriter(log), load_plant(project)
        found = Deliveries(project, plant_of, writer, Door(writer, names_of(plant_of), now), now)
        try:
            yield log, found
        finally:
            writer.close()
            found.close()


def events(log: Log, kind: str) -> Told:
    return sorted(
        (one for one in log.events().to_pylist() if one["kind"] == kind), key=lambda one: int(one["at"])
    )


async def until(reading: Reading, is_it: Callable[[Delivery], bool]) -> tuple[Delivery, list[Delivery]]:
    """Read on until a delivery is the wanted one; return it, and what came before."""
    before: list[Delivery] = []
    delivery = await asyncio.wait_for(anext(reading), PATIENCE_S)
    while not is_it(delivery):
        before.append(delivery)
        delivery = await asyncio.wait_for(reading.asend(Outcome()), PATIENCE_S)
    return delivery, before


def told(delivery: Delivery) -> Told:
    return [json.loads(one.payload) for one in delivery.messages] if isinstance(delivery, Messages) else []


def with_tag(tag: str) -> Callable[[Delivery], bool]:
    return lambda delivery: any(one["tag"] == tag for one in told(delivery))


async def hear(plc: Plc, of: Settings, count: int) -> Told:
    """Begin to read, and return the first values."""
    found: Told = []
    async with aclosing(Server(of).read(None)) as reading:
        delivery = await asyncio.wait_for(anext(reading), PATIENCE_S)
        while len(found) < count:
            found += told(delivery)
            delivery = (
                await asyncio.wait_for(reading.asend(Outcome()), PATIENCE_S)
                if len(found) < count
                else delivery
            )
    return found


async def hear_of(plc: Plc, **values: Any) -> dict[str, dict[str, Any]]:
    """What a reader hears of values that are set before it comes: the last of each name."""
    await plc.tell(**values)
    nodes = tuple(address(name, name) for name in values)
    found = await hear(plc, settings(plc, nodes=nodes), len(nodes))
    return {one["tag"]: one for one in found}


def test_what_is_told_is_an_event_once_however_often_sessions_begin(project: Path, plc: Plc) -> None:
    async def story(door: Deliveries) -> None:
        one = Connection("line-1", "opcua", Server(settings(plc)), MAPPING)
        for pieces in (130, 145):
            async with aclosing(one.connector.read(None)) as reading:
                delivery = await asyncio.wait_for(anext(reading), PATIENCE_S)
                while not any(item.get("value") == pieces for item in told(delivery)):
                    outcome = await asyncio.to_thread(door.write, one, delivery)
                    if isinstance(delivery, Messages):
                        await plc.tell(Pieces=pieces)
                    delivery = await asyncio.wait_for(reading.asend(outcome), PATIENCE_S)
                await asyncio.to_thread(door.write, one, delivery)

    with deliveries(project) as (log, door):
        asyncio.run(story(door))
        states = [one["state"] for one in events(log, "state") if one["state"] != "unknown"]
        assert states == ["producing"]
        assert [int(one["good"]) for one in events(log, "count")] == [30, 15]
        assert not log.dead_letters()


class Once:
    """A server that is read until it has told the present value of both tags: a recording that has an end."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def check(self) -> Sequence[Problem]:
        return await self.server.check()

    async def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        heard: set[str] = set()
        async with aclosing(self.server.read(since)) as reading:
            delivery = await anext(reading)
            while True:
                outcome = yield delivery
                heard |= {one["tag"] for one in told(delivery)}
                if len(heard) == 2:
                    return
                delivery = await reading.asend(outcome)


def test_conformance_cut_off_anywhere_nothing_is_lost_or_doubled(project: Path, plc: Plc) -> None:
    source = Source(lambda _: None, lambda _: Once(Server(settings(plc))), MAPPING, now(), PATIENCE_S)
    assert check_connector(source, project) == []


def test_F29_a_server_that_was_killed_is_read_again_and_the_time_between_is_not_known(
    project: Path, plc: Plc
) -> None:
    async def story(door: Deliveries) -> float:
        one = Connection("line-1", "opcua", Server(settings(plc)), MAPPING)
        words: asyncio.Queue[Delivery] = asyncio.Queue()

        async def take(connection: Connection, delivery: Delivery) -> Outcome:
            outcome = await asyncio.to_thread(door.write, connection, delivery)
            words.put_nowait(delivery)
            return outcome

        supervisor = Supervisor([one], take, door.begin, now, lambda: 0.5)
        running = asyncio.ensure_future(supervisor.run())
        while not with_tag("filler.state")(await asyncio.wait_for(words.get(), PATIENCE_S)):
            pass
        plc.kill()
        while supervisor.states["line-1"].status != "waiting":
            await asyncio.sleep(0.02)
        assert supervisor.states["line-1"].why[0].code == "opcua-lost"
        await asyncio.to_thread(plc.start)
        back = time.monotonic()
        await plc.tell(State="jam")
        while not any(
            item["value"] == "jam" for item in told(await asyncio.wait_for(words.get(), PATIENCE_S))
        ):
            pass
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return time.monotonic() - back

    with deliveries(project) as (log, door):
        assert asyncio.run(story(door)) < 15
        assert 1.5 * MOST_S < 15  # the longest wait, however long it was away
        states = events(log, "state")
        unknown = [one for one in states if one["state"] == "unknown"]
        assert [one["method"] for one in unknown] == ["gap"]
        assert unknown[0]["until_at"] > unknown[0]["at"]
        assert states[-1]["state"] in ("stopped", "unknown")


def test_the_present_value_of_a_restarted_server_is_of_now_whatever_it_is_dated(plc: Plc) -> None:
    """It starts with the value and the time of its configuration: before what the tag told last."""
    server = Server(settings(plc, nodes=(address("filler.state", "State"),)))

    async def first(*, wanted: str) -> datetime:
        async with aclosing(server.read(None)) as reading:
            delivery, _ = await until(reading, lambda one: any(item["value"] == wanted for item in told(one)))
            return datetime.fromisoformat(told(delivery)[-1]["at"])

    assert asyncio.run(first(wanted="running")) == STARTED
    asyncio.run(plc.tell(State="jam"))
    jam = asyncio.run(first(wanted="jam"))
    plc.kill()
    plc.start()
    assert asyncio.run(first(wanted="running")) > jam > STARTED
    assert asyncio.run(first(wanted="running")) > jam


def test_F30_a_short_pause_is_no_gap_and_what_was_queued_arrives(plc: Plc) -> None:
    async def story() -> None:
        async with aclosing(Server(settings(plc)).read(None)) as reading:
            await until(reading, with_tag("filler.state"))
            following = asyncio.ensure_future(until_asend(reading, with_tag("filler.pieces")))
            plc.signal(signal.SIGSTOP)
            await asyncio.sleep(4)
            plc.signal(signal.SIGCONT)
            await plc.tell(Pieces=101)
            delivery, before = await following
            assert [one["value"] for one in told(delivery)] == [101]
            assert not [one for one in before if isinstance(one, Gap)]

    asyncio.run(story())


async def until_asend(reading: Reading, is_it: Callable[[Delivery], bool]) -> tuple[Delivery, list[Delivery]]:
    """Go on reading after a delivery until one is the wanted one."""
    before: list[Delivery] = []
    while True:
        delivery = await asyncio.wait_for(reading.asend(Outcome()), PATIENCE_S)
        if is_it(delivery):
            return delivery, before
        before.append(delivery)


def test_F30_after_a_long_silence_the_session_is_built_anew_and_the_gap_is_told(plc: Plc) -> None:
    short = settings(plc, patience_us=SECOND)

    async def story() -> None:
        async with aclosing(Server(short).read(None)) as reading:
            await until(reading, with_tag("filler.state"))
            plc.signal(signal.SIGSTOP)
            with pytest.raises(Retry, match="gave no sign for 1 s"):
                await until_asend(reading, with_tag("filler.state"))
            plc.signal(signal.SIGCONT)
        async with aclosing(Server(short).read(None)) as reading:
            _, before = await until(reading, with_tag("filler.state"))
            assert isinstance(before[0], Gap)

    asyncio.run(story())


def test_F53_a_server_that_tells_no_change_is_seen_by_its_signs_of_life(
    plc: Plc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connector, "SIGN_S", 0.5)  # instead of a minute

    async def story() -> list[Delivery]:
        async with aclosing(Server(settings(plc, patience_us=SECOND)).read(None)) as reading:
            await until(reading, with_tag("filler.state"))
            sign, before = await until_asend(reading, lambda one: isinstance(one, Alive))
            again, between = await until_asend(reading, lambda one: isinstance(one, Alive))
            return [sign, again, *before, *between]

    assert asyncio.run(story()) == [Alive(), Alive()]


def test_F31_a_queue_that_ran_over_is_a_gap_of_that_device_only(plc: Plc) -> None:
    nodes = (address("filler.pieces", "Pieces"), address("capper.state", "State"))

    async def story() -> Gap:
        async with aclosing(Server(settings(plc, nodes=nodes)).read(None)) as reading:
            await until(reading, with_tag("filler.pieces"))
            await plc.tell(Pieces=data(160, status=OVERFLOW), State="jam")
            delivery, before = await until_asend(reading, with_tag("filler.pieces"))
            assert [one["quality"] for one in told(delivery)] == ["good", "good"][: len(told(delivery))]
            (gap,) = [one for one in before if isinstance(one, Gap)]
            return gap

    gap = asyncio.run(story())
    assert gap.scope == "filler"
    assert gap.since is not None and gap.until is not None
    assert now() - 60 * SECOND < gap.since < gap.until <= now()  # not since it last changed, days ago


def test_F32_tags_are_right_after_a_restart_that_numbers_the_namespaces_anew(mother: Mother) -> None:
    plc = Plc(mother, namespaces=[VENDOR, "http://other.example/"])
    by_path = Address("filler.pieces", path=((VENDOR, LINE), (VENDOR, "Pieces")))
    of = settings(plc, nodes=(address("filler.state", "State"), by_path))
    for order in (
        [VENDOR, "http://other.example/"],
        ["http://other.example/", "http://third.example/", VENDOR],
    ):
        plc.start(namespaces=order)
        try:
            found = asyncio.run(hear(plc, of, 2))
        finally:
            plc.kill()
        assert {one["tag"]: one["value"] for one in found} == {
            "filler.state": "running",
            "filler.pieces": 100,
        }
        assert found[0]["node"].startswith(f"nsu={VENDOR};")


def test_a_node_that_is_not_there_harms_no_other(plc: Plc) -> None:
    nodes = (address("filler.state", "State"), address("filler.heat", "Heat"))
    found = {one["tag"]: one for one in asyncio.run(hear(plc, settings(plc, nodes=nodes), 2))}
    assert found["filler.state"]["value"] == "running"
    heat = found["filler.heat"]
    assert (heat["value"], heat["quality"], heat["why"]) == (None, "bad", "BadNodeIdUnknown")
    assert (
        datetime.fromisoformat(heat["at"]) > STARTED
    )  # so that its state is unknown, and no row is set aside
    advice = asyncio.run(Server(settings(plc, nodes=nodes)).advice())
    assert [(one.code, one.where) for one in advice] == [
        ("opcua-node-missing", "filler.heat"),
        ("opcua-open-line", plc.url),
    ]


@pytest.mark.parametrize("uri", [VENDOR, "http://vendor.example/line/v2/"])
def test_H_OT_14_no_node_or_another_version_of_the_namespace_is_to_be_mended(plc: Plc, uri: str) -> None:
    nodes = (Address("state", uri, "s=Nowhere"), Address("x", path=((uri, "Nowhere"),)))
    with pytest.raises(Fatal, match="none of the nodes"):
        asyncio.run(hear(plc, settings(plc, nodes=nodes), 1))


def test_a_server_gives_us_no_more_sessions_than_we_may_have(plc: Plc) -> None:
    async def story() -> None:
        async with aclosing(Server(settings(plc)).read(None)) as reading:
            await until(reading, with_tag("filler.state"))
            with pytest.raises(Fatal, match="1 sessions with this server already, and may have 1"):
                await hear(plc, settings(plc), 1)
            assert await hear(plc, settings(plc, sessions=2), 1)
        assert await hear(plc, settings(plc), 1)

    asyncio.run(story())


def odd(mother: Mother, *names: str) -> dict[str, dict[str, Any]]:
    """What a reader hears of values that are no plain ones."""
    plc = Plc(mother, is_odd=True)
    plc.start()
    try:
        nodes = tuple(address(name, name) for name in names)
        return {one["tag"]: one for one in asyncio.run(hear(plc, settings(plc, nodes=nodes), len(names)))}
    finally:
        plc.kill()


def test_H_OT_03_what_is_no_single_value_is_named_and_not_read(mother: Mother) -> None:
    found = odd(mother, "List", "Range", "Bytes", "State")
    assert {tag: (one["value"], one["quality"], one["why"]) for tag, one in found.items()} == {
        "List": (None, "bad", "array"),
        "Range": (None, "bad", "structure"),
        "Bytes": (None, "bad", "bytes"),  # of 5 MB
        "State": ("running", "good", ""),
    }


def test_words_and_times_are_read_as_texts(mother: Mother) -> None:
    found = odd(mother, "Word", "When", "Node")
    assert [one["value"] for one in found.values()] == ["Läuft", STARTED.isoformat(), "i=2258"]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_H_OT_04_numbers_that_are_none_are_bad_and_no_number(plc: Plc, number: float) -> None:
    found = asyncio.run(hear_of(plc, Speed=number))["Speed"]
    assert (found["value"], found["quality"], found["why"]) == (None, "bad", "no number")


def test_H_OT_05_a_value_with_a_doubtful_status_keeps_value_and_quality(plc: Plc) -> None:
    bad, uncertain, inactive = 0x808B0000, 0x40900000, 0x80BF0000
    values = {"State": data("x", status=bad), "Speed": data(1.0, status=uncertain)}
    found = asyncio.run(hear_of(plc, **values))
    assert [(found[one]["quality"], found[one]["status"]) for one in ("State", "Speed")] == [
        ("bad", "BadDeviceFailure"),
        ("uncertain", "UncertainLastUsableValue"),
    ]
    assert found["State"]["why"] == "BadDeviceFailure"
    asyncio.run(plc.tell(State=data("old", status=inactive), Pieces=5))
    told_of = asyncio.run(hear(plc, settings(plc), 1))
    assert [one["tag"] for one in told_of] == ["filler.pieces"]  # a state machine not in use says nothing


def test_H_OT_05_a_value_beside_a_bad_status_is_told_with_it() -> None:
    """This server strips it, others do not."""
    one = Reader([]).message(address("filler.state", "State"), data("x", STARTED, 0x808B0000), STARTED)
    assert one is not None
    found = json.loads(one.payload)
    assert (found["value"], found["quality"], found["why"]) == ("x", "bad", "BadDeviceFailure")


def test_H_OT_06_without_a_time_of_its_source_it_is_dated_by_the_server(plc: Plc) -> None:
    no_time = ua.DataValue(ua.Variant(7), ua.StatusCode())
    never = datetime(1601, 1, 1, tzinfo=UTC)
    found = asyncio.run(hear_of(plc, Pieces=no_time, Speed=data(1.5, never)))
    for one in found.values():
        assert now() - 60 * SECOND < datetime.fromisoformat(one["at"]).timestamp() * SECOND


def test_a_server_that_is_not_there_says_so(mother: Mother) -> None:
    away = Plc(mother)
    (problem,) = asyncio.run(Server(settings(away)).check())
    assert (problem.code, problem.where) == ("opcua-unreachable", away.url)
    with pytest.raises(Retry, match="cannot be reached"):
        asyncio.run(hear(away, settings(away), 1))
