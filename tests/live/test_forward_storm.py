"""An edge and its server, killed and cut from each other under load; then everything is counted.

PLANTSTACK_FAULT_ROUNDS=50 kills that often, PLANTSTACK_SEED=n repeats a storm.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc
import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.edges import Dropping, centre, folder, forwarding, lying, wait_for
from tests.live.shift import MACHINES, clock, plant

from plantstack.events.log import Log
from plantstack.intervals import SECOND, Interval, rfc3339
from plantstack.testing.faults import Chance, CutProxy, Live, Producer, Server, check

ROUNDS = int(os.environ.get("PLANTSTACK_FAULT_ROUNDS", "1"))


@dataclass
class Storm:
    """What was seen while it went on."""

    project: Path
    edge: Path
    producers: list[Dropping]
    early: Live
    live: Live
    cut: int
    peaks_mb: tuple[float, float]
    complaints: str


def waiting(edge: Path) -> int:
    return int(json.loads(plantstack("forward", edge, "--status", "--json").out)["rows"][0]["waiting"])


def goes_on(producers: list[Dropping]) -> None:
    before = [len(one.history()) for one in producers]
    wait_for(
        lambda: all(len(p.history()) > n for p, n in zip(producers, before, strict=True)), "no more acks"
    )


def quiet(server: Server, until: int) -> None:
    def is_quiet() -> bool:
        told = server.ask("/health").said
        return told["behind"] == 0 and min(told["as_of"].values(), default="") >= rfc3339(until)

    wait_for(is_quiet, "the books did not come to the end of the log")


def stopped(producers: list[Dropping], near: Server, server: Server, begun: int) -> Live:
    """Stop them with a file of each in the inbox; what a server answers that has only what came before."""
    near.pause()
    wait_for(lambda: len(lying(near.project)) == len(producers), "nothing is put into the inbox")
    for one in producers:
        one.stop()
    end = clock()
    quiet(server, end)
    early = Live.asked(server, MACHINES, Interval(begun - SECOND, end))
    near.go_on()
    return early


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    place = tmp_path_factory.mktemp("forward")
    chance = Chance(int(os.environ.get("PLANTSTACK_SEED", random.randrange(10**6))))
    print("seed", chance.seed)
    project, edge, begun = plant(place / "p"), folder(place / "edge"), clock()
    Dropping.edge = edge
    server = centre(project)
    try:
        server.start()
        with (
            CutProxy.before(server) as proxy,
            Dropping.sending(server, MACHINES, clock, place, chance) as all_,
        ):
            near = forwarding(edge, proxy.address)
            try:
                near.start()
                goes_on(all_)
                wait_for(lambda: server.ask("/health").said["offset"] > 1, "nothing came")
                proxy.is_cutting = True
                wait_for(lambda: proxy.cut > 0, "nothing was cut")
                proxy.is_cutting = False
                for _ in range(ROUNDS):
                    time.sleep(chance.between(0.1, 0.5))
                    near.kill()
                    near.start()
                    time.sleep(chance.between(0.1, 0.5))
                    server.kill()
                    goes_on(all_)  # the edge takes in what it cannot tell
                    server.start()
                early = stopped(all_, near, server, begun)
                wait_for(lambda: lying(edge) == [], "a file was not taken in")
                wait_for(lambda: waiting(edge) == 0, "something still waits")
                quiet(server, early.span.end)
                live = Live.asked(server, MACHINES, early.span)
                peaks = near.peak_mb(), server.peak_mb()
                assert near.stop() == 0 and server.stop() == 0
                told = server.complaints() + near.complaints()
                yield Storm(project, edge, all_, early, live, proxy.cut, peaks, told)
            finally:
                near.kill()
    finally:
        server.kill()


def test_F01_F43_what_an_edge_acknowledged_is_in_the_server_once_and_in_order(storm: Storm) -> None:
    """F01 kill -9 of edge and server at random; F43 the answer is cut after the commit. I1-I5, I7."""
    producers: list[Producer] = list(storm.producers)
    assert check(storm.project, producers, storm.live, now=clock(), told=storm.complaints) == []
    assert storm.cut > 0
    assert storm.complaints == ""


def test_I4_the_checker_sees_an_answer_that_came_too_early(storm: Storm) -> None:
    """What lies in an inbox is in no log: a server at the end of its own lacks it, and quite rightly so."""
    broken = check(storm.project, [], storm.early, now=clock())
    assert storm.early.offsets[""] < storm.live.offsets[""]
    assert f"at offset {storm.early.offsets['']} of {storm.live.offsets['']}" in broken[-1]
    assert {wrong[:2] for wrong in broken} == {"I4"}


def test_nothing_came_after_the_server_was_asked(storm: Storm) -> None:
    with Log.open(storm.project, write=False) as log:
        assert set(storm.live.offsets.values()) == {log.last_offset()}


def test_F42_both_logs_hold_the_same_and_receipt_is_each_its_own(storm: Storm) -> None:
    with Log.open(storm.project, write=False) as there, Log.open(storm.edge, write=False) as here:
        far, near = there.events(), here.events()
    far = far.filter(pc.not_equal(far["kind"], "config"))
    assert len(near) > 0
    said = [name for name in near.column_names if name not in ("log_offset", "received_at")]
    assert far.select(said).equals(near.select(said))
    assert not far["received_at"].equals(near["received_at"])


def test_I8_memory_of_an_edge_and_its_server_stays_under_its_bound(storm: Storm) -> None:
    edge, server = storm.peaks_mb
    assert 0 < edge < 500 and 0 < server < 1_000
