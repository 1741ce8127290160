"""A real broker: acknowledged once on disk, kept while we are away, one bad message harms nobody."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from tests.live.broker import Mosquitto, guarded
from tests.live.test_messages import Floor, floor, message
from tests.stack.floor import plant

from plantstack.connectors.contract import Fatal, Message, Messages, Retry
from plantstack.connectors.mqtt.connector import Broker
from plantstack.connectors.mqtt.settings import Settings

PATIENCE_S = 20.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    found = Mosquitto(folder)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plant(tmp_path / "p")


def settings(broker: Mosquitto, **more: object) -> Settings:
    told = {
        "host": "127.0.0.1",
        "port": broker.port,
        "topics": ("hall/#",),
        "client": "plantstack-test",
        **more,
    }
    return Settings(**told)  # type: ignore[arg-type]


def send(broker: Mosquitto, messages: list[Message], *, qos: int = 1, retain: bool = False) -> None:
    """Publish as a machine does, and wait until the broker has it."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for one in messages:
        client.publish(one.about["topic"], one.payload, qos=qos, retain=retain).wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()


async def read(one: Floor, of: Settings, wanted: int) -> int:
    """Read until so many messages were written; return how many deliveries that took."""
    reading = Broker(of).read(None)
    deliveries = seen = 0
    try:
        delivery = await asyncio.wait_for(anext(reading), PATIENCE_S)
        while True:
            assert isinstance(delivery, Messages)
            outcome = await asyncio.to_thread(one.deliveries.write, one.connection, delivery)
            seen, deliveries = seen + len(delivery.messages), deliveries + 1
            if seen >= wanted:
                following = asyncio.ensure_future(reading.asend(outcome))
                await asyncio.sleep(0.3)  # it is acknowledged before the next is waited for
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                return deliveries
            delivery = await asyncio.wait_for(reading.asend(outcome), PATIENCE_S)
    finally:
        await reading.aclose()


def test_messages_of_a_broker_become_events_once(project: Path, broker: Mosquitto) -> None:
    with floor(project) as one:
        asyncio.run(read_while(one, broker, [message(second, pieces=second) for second in range(300)]))
        told = one.told()
        assert sum(int(good) for _, _, good in told) == 299
        assert len(told) == len(set(told)) == 299


async def read_while(one: Floor, broker: Mosquitto, messages: list[Message]) -> None:
    task = asyncio.ensure_future(read(one, settings(broker), len(messages)))
    await asyncio.sleep(1.0)  # until it has subscribed
    await asyncio.to_thread(send, broker, messages)
    await task


def test_F15_after_the_broker_was_killed_it_goes_on_and_what_was_acknowledged_is_there(
    project: Path, broker: Mosquitto
) -> None:
    async def story(one: Floor) -> None:
        await read_while(one, broker, [message(second, run=second % 2 == 0) for second in range(5)])
        reading = Broker(settings(broker)).read(None)
        following = asyncio.ensure_future(anext(reading))
        await asyncio.sleep(1.0)
        broker.stop(signal.SIGKILL)
        with pytest.raises(Retry, match="lost"):
            await asyncio.wait_for(following, PATIENCE_S)
        with pytest.raises(Retry, match="cannot be reached"):
            await anext(Broker(settings(broker)).read(None))
        broker.start()
        await read_while(one, broker, [message(5, run=False)])

    with floor(project) as one:
        asyncio.run(story(one))
        assert sorted(one.told()) == [("state", n, "stopped" if n % 2 else "producing") for n in range(6)]


def test_F16_what_was_written_and_not_acknowledged_comes_again_and_changes_nothing(
    project: Path, broker: Mosquitto
) -> None:
    async def story(one: Floor) -> None:
        reading = Broker(settings(broker)).read(None)
        first = asyncio.ensure_future(anext(reading))
        await asyncio.sleep(1.0)
        await asyncio.to_thread(send, broker, [message(second, run=second % 2 == 0) for second in range(5)])
        delivery = await asyncio.wait_for(first, PATIENCE_S)
        assert isinstance(delivery, Messages)
        one.deliveries.write(one.connection, delivery)
        broker.stop()  # in the midst of it: what we have not acknowledged is still the broker's
        broker.start()
        await reading.aclose()
        await read(one, settings(broker), 5)

    with floor(project) as one:
        asyncio.run(story(one))
        assert sorted(one.told()) == [("state", n, "stopped" if n % 2 else "producing") for n in range(5)]


def test_what_is_sent_while_we_are_away_is_kept_for_us(project: Path, broker: Mosquitto) -> None:
    with floor(project) as one:
        asyncio.run(read_while(one, broker, [message(0, run=True)]))
        send(broker, [message(60, run=False), message(120, run=True)])
        asyncio.run(read(one, settings(broker), 2))
        assert sorted(second for _, second, _ in one.told()) == [0, 60, 120]


def test_F19_a_retained_message_says_the_state_and_is_never_a_count(project: Path, broker: Mosquitto) -> None:
    send(broker, [message(0, run=True, pieces=500)], retain=True)
    with floor(project) as one:
        asyncio.run(read(one, settings(broker), 1))
        asyncio.run(read_while(one, broker, [message(60, pieces=510), message(120, pieces=515)]))
        assert sorted(one.told()) == [("count", 120, 5), ("state", 0, "producing")]
        asyncio.run(read(one, settings(broker, client="another"), 1))
        assert sorted(one.told()) == [("count", 120, 5), ("state", 0, "producing")]


def refused(closed: Mosquitto, topic: str) -> str:
    closed.start()
    try:
        with pytest.raises(Fatal) as caught:
            asyncio.run(anext_of(Broker(settings(closed, topics=(topic,)))))
        return caught.value.problems[0].code
    finally:
        closed.stop()


def test_F20_a_broker_that_does_not_let_us_in_says_so(tmp_path: Path) -> None:
    assert refused(Mosquitto(tmp_path, "allow_anonymous false\n"), "hall/#") == "mqtt-auth"


def test_F20_a_topic_that_is_denied_is_named_and_one_that_is_allowed_is_read(tmp_path: Path) -> None:
    closed = Mosquitto(tmp_path, guarded(tmp_path, "office/#"))
    assert refused(closed, "hall/#") == "mqtt-denied"

    async def allowed() -> Messages:
        reading = Broker(settings(closed, topics=("office/#",))).read(None)
        first = asyncio.ensure_future(anext(reading))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(send, closed, [Message(b"{}", {"topic": "office/clock"})])
        found = await asyncio.wait_for(first, PATIENCE_S)
        await reading.aclose()
        assert isinstance(found, Messages)
        return found

    closed.start()
    try:
        assert len(asyncio.run(allowed()).messages) == 1
    finally:
        closed.stop()


async def anext_of(broker: Broker) -> object:
    return await asyncio.wait_for(anext(broker.read(None)), PATIENCE_S)


def test_F21_two_with_one_name_take_the_session_from_each_other_and_are_told_so(broker: Mosquitto) -> None:
    async def often(mine: Broker) -> list[str]:
        codes = []
        while "mqtt-taken-over" not in codes:
            try:
                await asyncio.wait_for(anext(mine.read(None)), PATIENCE_S)
            except Retry as error:
                codes.append(error.problems[0].code)
            await asyncio.sleep(0.2)
        return codes

    async def both() -> None:
        one, other = (asyncio.ensure_future(often(Broker(settings(broker)))) for _ in range(2))
        done, waiting = await asyncio.wait(
            [one, other], timeout=2 * PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
        )
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert {task.result()[-1] for task in done} == {"mqtt-taken-over"}

    asyncio.run(both())


def test_F18_a_slow_store_holds_the_broker_back_and_nothing_is_lost(project: Path, broker: Mosquitto) -> None:
    sent = [message(second, pieces=second) for second in range(2_500)]

    async def slowly(one: Floor) -> None:
        reading = Broker(settings(broker)).read(None)
        following = asyncio.ensure_future(anext(reading))
        await asyncio.sleep(1.0)
        sending = asyncio.ensure_future(asyncio.to_thread(send, broker, sent))
        seen = 0
        while seen < len(sent):
            delivery = await asyncio.wait_for(following, PATIENCE_S)
            assert isinstance(delivery, Messages)
            assert len(delivery.messages) <= 1_000
            await asyncio.sleep(0.2)
            outcome = await asyncio.to_thread(one.deliveries.write, one.connection, delivery)
            seen += len(delivery.messages)
            following = asyncio.ensure_future(reading.asend(outcome))
        await sending
        following.cancel()

    with floor(project) as one:
        asyncio.run(slowly(one))
        assert sum(int(good) for _, _, good in one.told()) == len(sent) - 1


def test_plain_texts_are_read_as_values(broker: Mosquitto) -> None:
    async def one_text() -> Messages:
        reading = Broker(settings(broker, is_text=True)).read(None)
        first = asyncio.ensure_future(anext(reading))
        await asyncio.sleep(1.0)
        plain = Message(b"12.5", {"topic": "hall/filler/speed"})
        await asyncio.to_thread(send, broker, [plain])
        found = await asyncio.wait_for(first, PATIENCE_S)
        assert isinstance(found, Messages)
        await reading.aclose()
        return found

    (got,) = asyncio.run(one_text()).messages
    assert (got.payload, got.is_text, got.about["topic.1"]) == (b"12.5", True, "filler")


def test_a_password_that_others_can_read_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x\n")
    secret.chmod(0o644)
    told = Settings("127.0.0.1", ("a",), "c", user="u", password=secret, ca=tmp_path / "none").problems()
    assert [(one.code, one.where) for one in told] == [("file-missing", "none"), ("secret-open", "secret")]
