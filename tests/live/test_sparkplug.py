"""Edge nodes at a real broker: born, heard, lost, dead, and what the log says of their machines then."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from tests.live.broker import PATIENCE_S, Mosquitto
from tests.stack.floor import NOW, START, plant

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Delivery, Outcome
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.mqtt.settings import Settings as BrokerSettings
from plantstack.connectors.sparkplug.browsing import browse
from plantstack.connectors.sparkplug.codec import REBIRTH, decode
from plantstack.connectors.sparkplug.connector import Host
from plantstack.connectors.sparkplug.settings import Settings
from plantstack.connectors.sparkplug.topics import state_topic
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.live.supervisor import Supervisor
from plantstack.plant.load import load_plant
from plantstack.stack.files.naming import names_of
from plantstack.testing.sparkplug_node import EdgeNode, Words

MAPPING = parse_mapping(
    """
schema: 1
source: sparkplug
file: {format: json}
columns:
  at: at
  machine: device
  metric: tag
  value: value
  run: {column: value, map: {"true": producing, "false": stopped}}
  id: id
every: {equipment: "{machine}", at: "{at}", key: "{id}"}
events:
  - {kind: state, when: {metric: Run}, state: "{run}"}
  - {kind: count, when: {metric: Good}, good: "{value}", counter: {counts: cumulative}}
""",
    "press-shop",
)
HOST = "plantstack"
REORDER_S = 0.3


class Hall:
    """A broker, a log, and a host between them that runs in a thread."""

    def __init__(self, broker: Mosquitto, project: Path, log: Log) -> None:
        self.broker, self.log = broker, log
        self.second = 0
        settings = BrokerSettings("127.0.0.1", ("spBv1.0/#",), "plantstack-host", broker.port, kept_s=0)
        host = Host(Settings(settings, HOST, REORDER_S))
        self.connection = Connection("press-shop", "sparkplug", host, MAPPING)
        plant_of = load_plant(project)
        self.writer = GroupWriter(log)
        door = Door(self.writer, names_of(plant_of), lambda: NOW)
        self.deliveries = Deliveries(project, plant_of, self.writer, door, lambda: NOW)

    def node(self, name: str = "node", machine: str = "filler") -> EdgeNode:
        words = Words("plant", name, {"": {}, machine: {"Run": True, "Good": 100}}, self.ms)
        return EdgeNode(self.broker.port, words)

    def ms(self) -> int:
        return START // 1_000 + self.second * 1_000

    async def _take(self, connection: Connection, delivery: Delivery) -> Outcome:
        return await asyncio.to_thread(self.deliveries.write, connection, delivery)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read until the end of the block."""
        begin = self.deliveries.begin
        supervisor = Supervisor([self.connection], self._take, begin, lambda: NOW, lambda: 0.0)
        loop = asyncio.new_event_loop()
        task = loop.create_task(supervisor.run())

        def run() -> None:
            loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

        thread = Thread(target=run, daemon=True)
        thread.start()
        try:
            self.wait_for(lambda: self.state().get("online") is True, "the host is not there")
            yield
        finally:
            loop.call_soon_threadsafe(task.cancel)
            thread.join(PATIENCE_S)

    def state(self) -> dict[str, Any]:
        """What the broker keeps of the host."""
        came = heard(self.broker, state_topic(HOST), 0.1)
        return dict(json.loads(came[-1].payload)) if came else {}

    def told(self) -> list[tuple[str, int, Any]]:
        """Events without the time they stood: what, second, state or pieces."""
        rows = [one for one in self.log.events().to_pylist() if one["kind"] in ("state", "count")]
        return sorted(
            (one["kind"], (one["at"] - START) // 1_000_000, one["state"] or int(one["good"])) for one in rows
        )

    def wait_for(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline, (what, self.told(), self.whys())
            time.sleep(0.02)

    def shows(self, *told: tuple[str, int, Any]) -> None:
        """Wait until the log says exactly this."""
        self.wait_for(lambda: self.told() == sorted(told), f"expected {sorted(told)}")

    def whys(self) -> list[str]:
        return [letter.problem.what for letter in self.log.dead_letters()]


def heard(broker: Mosquitto, topic: str, seconds: float) -> list[MQTTMessage]:
    """Listen for a while."""
    came: list[MQTTMessage] = []
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda one, *_: one.subscribe(topic, 1)
    client.on_message = lambda _client, _data, message: came.append(message)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    time.sleep(seconds)
    client.disconnect()
    client.loop_stop()
    return came


def publish(broker: Mosquitto, topic: str, payload: bytes, *, retain: bool = False) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    folder = tmp_path / "broker"
    folder.mkdir()
    broker, project = Mosquitto(folder), plant(tmp_path / "p")
    broker.start()
    with Log.open(project, write=True, project_id=load_plant(project).project_id) as log:
        found = Hall(broker, project, log)
        try:
            yield found
        finally:
            found.writer.close()
            found.deliveries.close()
            broker.stop()


def test_births_say_the_state_and_data_counts_from_there(hall: Hall) -> None:
    """tck-id-host-topic-phid-birth-required"""
    node = hall.node()
    with hall.reading(), node.online():
        hall.second = 60
        node.say("filler", {"Good": 110})
        node.say("filler", {"Good": 115, "Run": False})
        hall.shows(("state", 0, "producing"), ("count", 60, 10), ("count", 60, 5), ("state", 60, "stopped"))


def test_the_state_of_the_host_is_kept_by_the_broker_and_its_will_says_when_it_is_gone(hall: Hall) -> None:
    """tck-id-host-topic-phid-birth-topic, tck-id-host-topic-phid-birth-payload,
    tck-id-host-topic-phid-birth-retain, tck-id-host-topic-phid-death-topic,
    tck-id-host-topic-phid-death-payload, tck-id-host-topic-phid-death-retain"""
    with hall.reading():
        (born,) = heard(hall.broker, "spBv1.0/STATE/+", 0.3)
        assert (born.topic, born.retain, born.qos) == ("spBv1.0/STATE/plantstack", True, 1)
        assert json.loads(born.payload) == {"online": True, "timestamp": NOW // 1_000}
    (gone,) = heard(hall.broker, "spBv1.0/STATE/+", 0.3)
    assert (gone.retain, json.loads(gone.payload)) == (True, {"online": False, "timestamp": NOW // 1_000})


def test_H_SP_14_a_forged_state_is_contradicted(hall: Hall) -> None:
    """tck-id-message-flow-hid-sparkplug-state-message-delivered"""
    with hall.reading():
        forged = json.dumps({"online": False, "timestamp": NOW}).encode()
        publish(hall.broker, state_topic(HOST), forged, retain=True)
        hall.wait_for(lambda: hall.state() == {"online": True, "timestamp": NOW // 1_000}, "still forged")


def test_F23_a_lost_message_leaves_a_gap_and_one_request_to_be_born_again(hall: Hall) -> None:
    """tck-id-operational-behavior-data-commands-ncmd-rebirth-verb,
    tck-id-operational-behavior-data-commands-ncmd-rebirth-name,
    tck-id-operational-behavior-data-commands-ncmd-rebirth-value"""
    node = hall.node()
    with hall.reading(), node.online():
        hall.second = 60
        node.say("filler", {"Good": 110})
        hall.shows(("state", 0, "producing"), ("count", 60, 10))
        node.words.data("filler", {"Good": 120})  # lost on its way
        hall.second = 120
        node.say("filler", {"Good": 130})
        hall.wait_for(lambda: node.asked == 1, "nobody asked")
        hall.second = 180
        node.say("filler", {"Good": 140})
        hall.shows(
            *(("state", 0, "producing"), ("count", 60, 10), ("state", 60, "unknown")),
            *(("state", 120, "producing"), ("count", 180, 30)),
        )
        time.sleep(2 * REORDER_S)
        assert node.asked == 1
        assert hall.whys() == ["a metric with an alias after messages were lost"]


def test_what_is_asked_for_is_a_birth_and_nothing_else(hall: Hall) -> None:
    """tck-id-operational-behavior-host-reordering-rebirth"""
    node, asked = hall.node(), []
    node.answers = False
    with hall.reading(), node.online():
        listening = Thread(
            target=lambda: asked.extend(heard(hall.broker, "spBv1.0/+/+/#", 3 * REORDER_S + 1))
        )
        listening.start()
        node.words.data("filler", {"Good": 101})
        time.sleep(0.5)
        node.say("filler", {"Good": 102})
        listening.join()
    commands = [one for one in asked if "CMD" in one.topic]
    assert [one.topic for one in commands] == ["spBv1.0/plant/NCMD/node"]
    (only,) = decode(bytes(commands[0].payload)).metrics
    assert (only.name, only.datatype, only.raw) == (REBIRTH, 11, True)


def test_F25_a_node_that_died_is_unknown_since_its_last_word_until_it_is_born(hall: Hall) -> None:
    """tck-id-operational-behavior-edge-node-termination-host-action-ndeath-devices-tags-stale"""
    node = hall.node()
    with hall.reading():
        node.come()
        hall.second = 60
        node.say("filler", {"Good": 110})
        hall.shows(("state", 0, "producing"), ("count", 60, 10))
        node.die()
        hall.shows(("state", 0, "producing"), ("count", 60, 10), ("state", 60, "unknown"))
        hall.second = 600
        node.come()
        hall.second = 660
        node.say("filler", {"Good": 125})
        hall.shows(
            *(("state", 0, "producing"), ("count", 60, 10), ("state", 60, "unknown")),
            *(("state", 600, "producing"), ("count", 660, 15)),
        )
        node.leave()


def test_F26_a_host_that_comes_late_asks_once_and_guesses_nothing(hall: Hall) -> None:
    node = hall.node()
    with node.online():
        node.say("filler", {"Good": 105})
        with hall.reading():
            hall.second = 60
            node.say("filler", {"Good": 110})
            hall.wait_for(lambda: node.asked == 1, "nobody asked")
            hall.shows(("state", 60, "producing"))
            assert [letter.where for letter in hall.log.dead_letters()] == ["plant/node/filler DDATA 1"]


def test_after_our_restart_nothing_is_known_until_the_births_that_were_asked_for(hall: Hall) -> None:
    """tck-id-message-flow-phid-sparkplug-clean-session-50"""
    node = hall.node()
    with node.online():
        with hall.reading():
            node.send(node.words.births())
            hall.second = 60
            node.say("filler", {"Good": 110})
            hall.shows(("state", 0, "producing"), ("count", 60, 10))
        hall.second = 120
        node.say("filler", {"Good": 120})
        hall.second = 180
        with hall.reading():
            hall.wait_for(lambda: node.asked == 1, "nobody asked")
            hall.second = 240
            node.say("filler", {"Good": 127})
            hall.shows(
                *(("state", 0, "producing"), ("count", 60, 10), ("state", 60, "unknown")),
                *(("state", 180, "producing"), ("count", 240, 17)),
            )


def test_history_tells_what_was_while_the_node_was_gone(hall: Hall) -> None:
    node = hall.node()
    with hall.reading():
        node.come()
        hall.second = 60
        node.say("filler", {"Good": 110})
        hall.shows(("state", 0, "producing"), ("count", 60, 10))
        node.die()
        hall.second = 600
        node.words.devices["filler"] = {"Run": True, "Good": 150}
        node.come()
        stored = START // 1_000 + 300_000
        node.say("filler", {"Run": False, "Good": 140}, at_ms=stored, is_historical=True)
        hall.second = 660
        node.say("filler", {"Good": 151})
        hall.shows(
            *(("state", 0, "producing"), ("count", 60, 10), ("state", 60, "unknown")),
            *(("state", 300, "stopped"), ("count", 300, 30)),
            *(("state", 600, "producing"), ("count", 660, 11)),
        )
        node.leave()


def test_F28_a_metric_that_changed_its_type_goes_to_the_dead_letters_and_history_stays(hall: Hall) -> None:
    node = hall.node()
    with hall.reading(), node.online():
        hall.second = 60
        node.say("filler", {"Good": 110})
        hall.shows(("state", 0, "producing"), ("count", 60, 10))
        node.words.devices["filler"] = {"Good": "many", "Run": True}
        hall.second = 120
        node.send(node.words.births())
        hall.second = 180
        node.say("filler", {"Good": "more", "Run": False})
        hall.shows(
            *(("state", 0, "producing"), ("count", 60, 10)),
            *(("state", 120, "producing"), ("state", 180, "stopped")),
        )
        assert len(hall.whys()) == 1


def test_F27_a_storm_of_births_counts_nothing(hall: Hall) -> None:
    nodes = [hall.node(f"node-{machine}", machine) for machine in ("filler", "capper")]
    with hall.reading():
        for node in nodes:
            node.come()
        hall.second = 60
        for _ in range(30):
            for node in nodes:
                node.send(node.words.births())
        hall.wait_for(lambda: len(hall.told()) == 4, "births")
        hall.second = 61
        nodes[0].say("filler", {"Good": 103})
        hall.wait_for(lambda: ("count", 61, 3) in hall.told(), "no count")
        assert [one for one in hall.told() if one[0] == "count"] == [("count", 61, 3)]
        for node in nodes:
            assert node.asked == 0
            node.leave()


def test_H_SP_01_bytes_of_anybody_harm_nobody(hall: Hall) -> None:
    node = hall.node()
    chance = random.Random(5)
    with hall.reading(), node.online():
        for number in range(20):
            topic = ("spBv1.0/plant/DDATA/stranger/x", "spBv1.0/a/b/c/d/e", "spBv1.0/plant/NDATA/n")[
                number % 3
            ]
            publish(hall.broker, topic, chance.randbytes(50))
        hall.second = 60
        node.say("filler", {"Good": 104})
        hall.shows(("state", 0, "producing"), ("count", 60, 4))
        hall.wait_for(lambda: len(hall.whys()) == 20, "dead letters")


def speak(node: EdgeNode) -> None:
    for good in range(20):
        time.sleep(0.1)
        node.say("filler", {"Good": good})


def test_a_broker_is_asked_what_its_nodes_have(hall: Hall) -> None:
    node = hall.node()
    with node.online():
        speaking = Thread(target=speak, args=[node])
        speaking.start()
        host = hall.connection.connector
        assert isinstance(host, Host)
        seen = asyncio.run(browse(host.settings, look_s=2.0))
        speaking.join()
    assert [(one.tag, one.type, one.path) for one in seen] == [
        ("Good", "integer", ("plant", "node", "filler")),
        ("Run", "boolean", ("plant", "node", "filler")),
    ]
    assert seen[1].samples[0] == "true"
    assert hall.state() == {}
