"""A mapping drafted by listening to a real broker for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.broker import Mosquitto
from tests.live.test_messages import message
from tests.live.test_mqtt import send
from tests.stack.floor import plant

from plantstack.connectors.mapping.read import parse_mapping


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    found = Mosquitto(folder)
    found.start()
    yield found
    found.stop()


def test_a_broker_is_listened_to_and_a_mapping_drafted(broker: Mosquitto, tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    send(broker, [message(0, "filler", run=True, pieces=7)], retain=True)
    address = f"127.0.0.1:{broker.port}"
    told = plantstack("map", "learn", project, "--mqtt", address, "--topics", "hall/#", "--for", "2s")
    assert told.code == 0, told
    mapping = parse_mapping(told.out)
    assert mapping.columns["machine"].header == "topic.1"
    assert {rule.kind for rule in mapping.rules} == {"state", "count"}
    silent = plantstack(
        "map", "learn", project, "--mqtt", address, "--topics", "none/#", "--for", "1s", "--json"
    )
    assert (silent.code, silent.answer["problems"][0]["code"]) == (2, "learn-silent")
