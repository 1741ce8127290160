"""Thin signals of a live source: stops it shows by saying nothing, gaps, restarts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
