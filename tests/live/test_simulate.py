"""A simulated plant over a real broker says what the same stretch says when it is loaded."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.broker import Mosquitto

from plantstack.connectors.connections import read_connections
from plantstack.demo.living.publishing import Pace, Publisher, play
from plantstack.demo.living.simulation import Simulation, Stream
from plantstack.demo.simulate import History
from plantstack.intervals import HOUR, MINUTE, SECOND, rfc3339
from plantstack.plant.load import load_plant
from plantstack.testing.faults import Server

PATIENCE_S = 90.0
SOME = ("erp.tulsa", "opc.tul-1", "tablet.tul-1")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    found = Mosquitto(folder)
    found.start()
    yield found
    found.stop()


def stream_of(project: Path) -> Stream:
    return Stream(load_plant(project).enterprise, Simulation.open(project).history(project))


def told_by(stream: Stream, sources: tuple[str, ...]) -> Stream:
    """Of a stream, what some sources tell."""
    mine = pc.is_in(stream.history.events["source"], pa.array(sources))
    heard = stream.history.heard[np.asarray(mine)]
    return Stream(stream.enterprise, History(stream.history.events.filter(mine), heard))


def busy(stream: Stream, end: int) -> tuple[int, int]:
    """The last three hours in which pieces are made and orders begin: not on a Sunday."""
    for back in range(6 * 24):
        until = end - back * HOUR
        kinds = Counter(said.topic.rsplit("/", 1)[1] for said in stream.between(until - 3 * HOUR, until))
        if kinds["order"] and kinds["count"] > 100 and kinds["state"]:
            return until - 3 * HOUR, until
    raise AssertionError("nothing happens")


@pytest.mark.slow
def test_a_stretch_over_a_broker_is_the_stretch_that_is_loaded(broker: Mosquitto, tmp_path: Path) -> None:
    live, loaded = tmp_path / "live", tmp_path / "loaded"
    made = plantstack("simulate", live, "--mqtt", f"127.0.0.1:{broker.port}", "--prepare")
    assert made.code == 0, made.err
    shutil.copytree(live, loaded, ignore=shutil.ignore_patterns("connectors", "mappings"))
    stream = told_by(stream_of(live), SOME)
    for path in (live / "connectors").iterdir():
        if not any(source.replace(".", "-") in path.stem for source in SOME):
            path.unlink()  # nine sessions take a while to begin
    start, end = busy(stream, time.time_ns() // 1000 // SECOND * SECOND)
    said = [*stream.standing(start), *stream.between(start, end)]
    stretch = tmp_path / "stretch.ndjson"
    stretch.write_bytes(b"".join(one.payload + b"\n" for one in said))
    assert plantstack("load", loaded, stretch).code == 0
    asked: tuple[str, ...] = (
        "good_parts,run_time,throughput_rate,oee",
        "--by",
        "machine",
        "--from",
        rfc3339(start),
    )
    asked = (*asked, "--to", rfc3339(end - 10 * MINUTE))
    expected = json.loads(plantstack("kpi", loaded, *asked, "--json").out)
    assert any(row["value"] for row in expected["rows"] if row["kpi"] == "good_parts")

    with Server.started(live) as server:
        deadline = time.monotonic() + PATIENCE_S
        while server.ask("/health").said["offset"] < expected["offset"]:
            assert time.monotonic() < deadline, server.ask("/health").said
            publisher = Publisher(("127.0.0.1", broker.port))  # again, until every session was there
            pace = Pace(start, 0, 1e9)
            play(stream, publisher, pace, lambda: end, lambda _s: None, until=end, is_once=True)
            publisher.end()
            time.sleep(1.0)
        assert server.ask("/health").said["why"] == []
        assert server.stop() == 0
    told = json.loads(plantstack("kpi", live, *asked, "--json").out)
    assert told["rows"] == expected["rows"]
    again = plantstack("load", live, stretch, "--json")
    assert again.code == 0, again.out
    assert json.loads(again.out)["offset"] == expected["offset"]  # each of them is known, in the same words


def test_a_simulation_goes_on_where_its_folder_is_and_nowhere_else(tmp_path: Path) -> None:
    folder, now = tmp_path / "p", 1_772_539_200_000_000
    begun = Simulation.begin(folder, now=now, seed=3)
    assert Simulation.open(folder) == begun and begun.until > now
    one, two = (stream_of(folder) for _ in range(2))
    told = list(one.between(now, now + HOUR))
    assert told and told == list(two.between(now, now + HOUR))
    assert [said.heard for said in told] == sorted(said.heard for said in told)
    assert told == [*one.between(now, now + 7 * MINUTE), *one.between(now + 7 * MINUTE, now + HOUR)]
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    told_no = plantstack("simulate", other, "--mqtt", "127.0.0.1:1", "--prepare")
    assert (told_no.code, "[demo-exists]" in told_no.err) == (1, True)
    over = plantstack("simulate", folder, "--mqtt", "127.0.0.1:1", "--prepare")
    assert (over.code, "[simulation-over]" in over.err) == (1, True)


def test_connections_and_mappings_are_written_for_every_source_and_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    assert plantstack("simulate", folder, "--mqtt", "127.0.0.1:1", "--prepare").code == 0
    connections, problems = read_connections(folder)
    assert problems == []
    sources = stream_of(folder).sources
    assert sorted(one.mapping.source for one in connections if one.mapping) == sources
    assert plantstack("check", folder).code == 0


@pytest.mark.parametrize(
    ("broker", "code"),
    [("nix", 2), (":1883", 2), ("127.0.0.1:x", 2), ("127.0.0.1:99999", 2), ("127.0.0.1:1", 1)],
)
def test_a_broker_that_is_none_is_told(tmp_path: Path, broker: str, code: int) -> None:
    told = plantstack("simulate", tmp_path / "p", "--mqtt", broker)
    assert (told.code, len(told.err.splitlines())) == (code, 1)
    assert ("[mqtt-unreachable]" if code == 1 else "[simulate-broker]") in told.err
