"""Thin signals of a live source: stops it shows by saying nothing, gaps, restarts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.stack.floor import START

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Alive, Gap, Messages
from plantstack.connectors.drop.connector import Drop
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.observation import observation
from plantstack.events.standing import standing_events
from plantstack.intervals import SECOND, rfc3339

from .test_heard import Floor, floor

MAPPING = parse_mapping(
    """
schema: 1
source: plc
file: {format: json}
columns: {at: at, machine: machine, tag: tag, value: value}
every: {equipment: "{machine}", at: "{at}"}
quality: "{quality}"
events:
  - {kind: count, when: {tag: pieces}, good: "{value}", counter: {counts: cumulative}}
  - {kind: reading, when: {tag: power}, parameter: power, value: "{value}", unit: kW}
  - {kind: alarm, when: {tag: lamp}, code: "{value}", severity: low, phase: on}
signals:
  - {method: pulses, when: {tag: pieces}, value: "{value}", counts: cumulative, gap: 20 s}
""".replace("value: value}", "value: value, quality: quality}"),
    "plc",
)


@contextmanager
def hall(tmp_path: Path) -> Iterator[Floor]:
    with floor(tmp_path) as one:
        one.connection = Connection("cell", "test", Drop(one.project), MAPPING)
        yield one


def shows(one: Floor, second: int, pieces: int, machine: str = "filler", scope: str = "") -> None:
    at = rfc3339(START + second * SECOND)
    told = observation("pieces", pieces, at=at, scope=scope, machine=machine)
    one.at(second, Messages((told,)))


def measures(one: Floor, second: int, tag: str, scope: str) -> None:
    at = rfc3339(START + second * SECOND)
    one.at(second, Messages((observation(tag, 3, at=at, scope=scope, machine="filler"),)))


def states(one: Floor) -> list[tuple[str, int, str]]:
    rows = standing_events(one.log.events(), {}).to_pylist()
    found = [
        (row["equipment"], (row["at"] - START) // SECOND, row["state"])
        for row in rows
        if row["method"] == "pulses"
    ]
    return sorted(found, key=lambda row: row[1:])


def test_a_source_that_is_there_and_silent_shows_the_stop(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        shows(one, 0, 7)
        shows(one, 5, 8)
        shows(one, 10, 9)
        one.at(30, Alive())
        assert states(one) == [("filler", 5, "producing")]
        one.restart()  # what was certain is no longer, but what was shown is remembered
        shows(one, 31, 9)
        one.at(60, Alive())
        assert states(one) == [("filler", 5, "producing"), ("filler", 10, "stopped")]
        shows(one, 100, 10)
        assert states(one)[2:] == [("filler", 100, "producing")]


def test_a_gap_is_no_stop(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        shows(one, 0, 7)
        shows(one, 5, 8)
        one.at(300, Gap("the line was cut"))
        shows(one, 310, 40)
        assert states(one) == [
            ("filler", 5, "producing"),
            ("filler", 300, "unknown"),
            ("filler", 310, "producing"),
        ]


def test_only_the_scope_that_is_there_shows_a_stop(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        for machine in ("filler", "capper"):
            shows(one, 0, 7, machine, scope=machine)
            shows(one, 5, 8, machine, scope=machine)
        one.at(60, Alive("capper"))
        assert states(one) == [
            ("filler", 5, "producing"),
            ("capper", 5, "producing"),
            ("capper", 5, "stopped"),
        ]


@pytest.mark.parametrize("tag", ["power", "lamp"])
def test_another_device_of_the_machine_shows_no_stop(tmp_path: Path, tag: str) -> None:
    with hall(tmp_path) as one:
        shows(one, 0, 7, scope="box")
        shows(one, 5, 8, scope="box")
        measures(one, 6, tag, "meter")
        one.at(70, Alive("meter"))
        assert states(one) == [("filler", 5, "producing")]
        one.at(300, Gap("no answer", "box"))
        assert states(one) == [("filler", 5, "producing"), ("filler", 300, "unknown")]


def test_a_gap_of_another_device_cuts_no_run(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        shows(one, 0, 7, scope="box")
        shows(one, 5, 8, scope="box")
        measures(one, 6, "lamp", "lamp")
        one.at(10, Gap("no answer", "lamp", since=START + 7 * SECOND))
        shows(one, 15, 9, scope="box")
        one.at(60, Alive("box"))
        assert states(one) == [("filler", 5, "producing"), ("filler", 15, "stopped")]
        assert {row["method"] for row in one.log.events().to_pylist() if row["kind"] == "state"} == {"pulses"}


def test_a_sample_without_a_new_piece_shows_the_stop_where_nobody_says_that_the_source_is_there(
    tmp_path: Path,
) -> None:
    def told(folder: str, *, by_tick: bool) -> list[dict[str, object]]:
        (tmp_path / folder).mkdir()
        with hall(tmp_path / folder) as one:
            shows(one, 0, 7)
            shows(one, 5, 8)
            shows(one, 20, 8)
            assert states(one) == [("filler", 5, "producing")]
            if by_tick:
                one.at(40, Alive())
            else:
                shows(one, 26, 8)
            assert states(one) == [("filler", 5, "producing"), ("filler", 5, "stopped")]
            rows = [row for row in one.log.events().to_pylist() if row["method"] == "pulses"]
            return [
                {name: row[name] for name in row if name not in ("offset", "received_at")} for row in rows
            ]

    assert told("samples", by_tick=False) == told("ticks", by_tick=True)


def test_a_connection_that_shares_the_mapping_neither_shows_a_stop_nor_a_gap(tmp_path: Path) -> None:
    with hall(tmp_path) as one:
        shows(one, 0, 7)
        shows(one, 5, 8)
        one.connection = Connection("other", "test", one.connection.connector, MAPPING)
        measures(one, 6, "lamp", "")
        one.at(60, Alive())
        one.at(70, Gap("no answer"))
        assert states(one) == [("filler", 5, "producing")]
        assert {row["method"] for row in one.log.events().to_pylist() if row["kind"] == "state"} == {"pulses"}
