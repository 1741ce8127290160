"""Signals are watched while they come in: a doubt is on disk, told by health, and weakens what it feeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.stack.floor import START, plant

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Message, Messages
from plantstack.connectors.drop.connector import Drop
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.errors import ConfigError
from plantstack.events import signals
from plantstack.events.log import Log
from plantstack.events.signals import Check
from plantstack.events.writer import GroupWriter
from plantstack.intervals import HOUR, MINUTE, SECOND, rfc3339
from plantstack.kpis.trusting.signals import CHANGED, FAILED, UNPROVEN, spans_of, with_signals
from plantstack.kpis.trusting.trust import Limit, Trust
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.live.running import Running
from plantstack.plant.load import load_plant
from plantstack.stack import Stack
from plantstack.stack.files.naming import names_of

TAG = "pieces"
MAPPING = parse_mapping(
    """
schema: 1
source: gateway
file: {format: json}
columns: {at: at, machine: topic.1, run: {column: run, map: {"true": producing}}, pieces: value}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {run: {present: true}}, state: "{run}"}
  - {kind: count, when: {pieces: {present: true}}, good: "{pieces}", counter: {counts: cumulative}}
""",
    "gateway",
)


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


def told(second: int, by: int) -> Message:
    """A counter, and that the machine runs."""
    at = rfc3339(START + second * SECOND)
    payload = json.dumps({"tag": TAG, "value": by * second, "at": at, "run": True}).encode()
    return Message(payload, {"topic": "hall/filler", "topic.1": "filler"})


def send(project: Path, first: int, last: int, by: int, at: list[int]) -> list[str]:
    """Minutes of a counter, ten in a delivery; returns what health says of signals."""
    with floor(project, at) as (deliveries, hall):
        for minute in range(first, last, 10):
            seconds = range(60 * minute, 60 * minute + 600, 10)
            at[0] = START + seconds[-1] * SECOND
            deliveries.write(hall, Messages(tuple(told(second, by) for second in seconds)))
        return deliveries.troubles()


def test_what_is_doubted_weakens_what_it_feeds_until_somebody_says_what_it_means(project: Path) -> None:
    at = [START]
    assert send(project, 0, 30, 1, at) == []
    assert trust(project, at)[1] == [UNPROVEN]
    for test in ("count", "stop", "clock"):
        record(project, test, at[0])
    assert trust(project, at)[1] == []
    why = send(project, 30, 70, 1_000, at)
    assert len(why) == 1 and why[0].startswith(f"connector hall: the meaning of {TAG} may have changed at ")
    running = Running(project, lambda: at[0])
    try:
        assert why[0] in running.health().why and running.health().status != "ok"
    finally:
        running.close()
    grade, limits = trust(project, at)
    assert grade == "C" and set(limits) == {CHANGED, UNPROVEN}
    with pytest.raises(ConfigError):
        signals.confirm(project, "hall", "other", by="electrician", note="", is_changed=False, now=at[0])
    signals.confirm(project, "hall", TAG, by="electrician", note="new PLC", is_changed=False, now=at[0])
    assert trust(project, at)[1] == []
    assert send(project, 70, 80, 1_000, at) == []


def test_a_test_that_failed_weighs_more_than_none(project: Path) -> None:
    at = [START]
    send(project, 0, 30, 1, at)
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


def test_the_worst_limit_is_first_by_grade_and_then_by_share() -> None:
    poor = Limit("time_unknown", "PBT", 0.2, "C", (), "", 1)
    unproven = Limit(UNPROVEN, "time_calendar", 1.0, "B", (), "", 1)
    told = with_signals(Trust("C", 0.8, (poor,)), [(unproven, Fraction(1))])
    assert (told.grade, told.score, told.limits) == ("C", 0.8, (poor, unproven))
    told = with_signals(Trust("A", 0.99), [(unproven, Fraction(1))])
    assert (told.grade, told.limits) == ("B", (unproven,))
    changed = replace(unproven, measure=CHANGED, grade="C", share=0.5)
    told = with_signals(told, [(changed, Fraction(1, 2))])
    assert (told.grade, told.score, told.limits) == ("C", 0.5, (changed, unproven))
    assert with_signals(Trust("U", None), [(changed, Fraction(1, 2))]) == Trust("U", None)


def test_a_test_holds_until_the_meaning_changes() -> None:
    feed = signals.Feed("hall", TAG, "filler", "count", 0)
    good = Check("hall", "filler", "count", 3 * HOUR, 100, 100, 1, True, "shift lead", "", 3 * HOUR)
    doubt = signals.Doubt("hall", TAG, "scale", "", 5 * HOUR, 6 * HOUR, 8 * HOUR, True)
    kinds = [(one.measure, one.since // HOUR) for one in spans_of([feed], [doubt], [good])]
    assert kinds == [(CHANGED, 5), (UNPROVEN, 5)]
    again = replace(good, at=9 * HOUR)
    assert [one.measure for one in spans_of([feed], [doubt], [good, again])] == [CHANGED]
    assert spans_of([feed], [replace(doubt, is_changed=False)], [good]) == []
