"""Signals are watched while they come in: a doubt is on disk, told by health, and weakens what it feeds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.live.test_messages import MAPPING, message
from tests.stack.floor import START, plant

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Messages
from plantstack.connectors.drop.connector import Drop
from plantstack.errors import ConfigError
from plantstack.events import signals
from plantstack.events.log import Log
from plantstack.events.signals import Check
from plantstack.events.writer import GroupWriter
from plantstack.intervals import HOUR, MINUTE, SECOND
from plantstack.kpis.trusting.signals import CHANGED, FAILED, UNPROVEN, spans_of
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.plant.load import load_plant
from plantstack.stack import Stack
from plantstack.stack.files.naming import names_of

TAG = "hall/filler pieces"


@contextmanager
def floor(project: Path, at: list[int]) -> Iterator[tuple[Deliveries, Connection]]:
    plant_of = load_plant(project)
    with Log.open(project, write=True, project_id=plant_of.project_id) as log:
        writer = GroupWriter(log)
        door = Door(writer, names_of(plant_of), lambda: at[0])
        deliveries = Deliveries(project, plant_of, writer, door, lambda: at[0])
        try:
            yield deliveries, Connection("hall", "test", Drop(project), MAPPING, learn=24 * MINUTE)
        finally:
            writer.close()
            deliveries.close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plant(tmp_path / "p")


def send(project: Path, first: int, last: int, by: int, at: list[int]) -> list[str]:
    """Minutes of a counter; returns what health says."""
    with floor(project, at) as (deliveries, hall):
        for minute in range(first, last):
            told = [
                message(second, run=True, pieces=by * second)
                for second in range(60 * minute, 60 * minute + 60, 4)
            ]
            at[0] = START + minute * MINUTE + 59 * SECOND
            deliveries.write(hall, Messages(tuple(told)))
        return deliveries.troubles()


def test_what_is_doubted_weakens_what_it_feeds_until_somebody_says_what_it_means(project: Path) -> None:
    at = [START]
    assert send(project, 0, 30, 1, at) == []
    assert trust(project, at)[1] == [UNPROVEN]
    for test in ("count", "stop", "clock"):
        record(project, test, at[0])
    assert trust(project, at)[1] == []
    why = send(project, 30, 42, 1_000, at)
    assert len(why) == 1 and why[0].startswith(f"connector hall: the meaning of {TAG} may have changed at ")
    grade, limits = trust(project, at)
    assert grade == "C" and set(limits) == {CHANGED, UNPROVEN}
    with pytest.raises(ConfigError):
        signals.confirm(project, "hall", "other", by="electrician", note="", is_changed=False, now=at[0])
    signals.confirm(project, "hall", TAG, by="electrician", note="new PLC", is_changed=False, now=at[0])
    assert trust(project, at)[1] == []
    assert send(project, 42, 46, 1_000, at) == []


def test_a_test_that_failed_weighs_more_than_none(project: Path) -> None:
    at = [START]
    send(project, 0, 2, 1, at)
    record(project, "stop", at[0], is_good=False)
    assert FAILED in trust(project, at)[1]


def record(project: Path, test: str, at: int, *, is_good: bool = True) -> None:
    check = Check("hall", "filler", test, at, 100, 100 if is_good else 80, 1, is_good, "shift lead", "", at)
    signals.record(project, check)


def trust(project: Path, at: list[int]) -> tuple[str, list[str]]:
    """Grade and limits of the filler's pieces by its signals."""
    with Stack.open(project) as stack:
        rows = stack.kpis(["availability"], scope="filler", now=at[0]).rows
    limits = [one["measure"] for one in rows[0]["trust"]["limits"]]
    return rows[0]["trust"]["grade"], [one for one in limits if one.startswith("signal_")]


def test_a_test_holds_until_the_meaning_changes() -> None:
    feed = signals.Feed("hall", TAG, "filler", "count", 0)
    good = Check("hall", "filler", "count", 3 * HOUR, 100, 100, 1, True, "shift lead", "", 3 * HOUR)
    doubt = signals.Doubt("hall", TAG, "scale", "", 5 * HOUR, 6 * HOUR, 8 * HOUR, True)
    kinds = [(one.measure, one.since // HOUR) for one in spans_of([feed], [doubt], [good])]
    assert kinds == [(CHANGED, 5), (UNPROVEN, 5)]
    again = replace(good, at=9 * HOUR)
    assert [one.measure for one in spans_of([feed], [doubt], [good, again])] == [CHANGED]
    assert spans_of([feed], [replace(doubt, is_changed=False)], [good]) == []
