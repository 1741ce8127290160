"""A source that is there and silent is seen; one that was away leaves time that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.stack.floor import START, plant

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Alive, Delivery, Gap, Messages
from plantstack.connectors.drop.connector import Drop
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.observation import observation
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.intervals import SECOND, rfc3339
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.plant.load import load_plant
from plantstack.stack.files.naming import names_of

MAPPING = parse_mapping(
    """
schema: 1
source: plc
file: {format: json}
columns:
  at: at
  machine: machine
  tag: tag
  amount: value
  run: {column: value, map: {"true": producing, "false": stopped}}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {tag: run}, state: "{run}"}
  - {kind: count, when: {tag: pieces}, good: "{amount}", counter: {counts: cumulative}}
  - {kind: reading, when: {tag: power}, parameter: power, value: "{amount}", unit: kW}
""",
    "plc",
)


class Floor:
    """A log with one connection, and a clock in the hand of the test."""

    def __init__(self, project: Path, log: Log) -> None:
        self.log, self.second = log, 0
        self.writer = GroupWriter(log)
        self.plant = load_plant(project)
        self.connection = Connection("cell", "test", Drop(project), MAPPING)
        self.deliveries = self._deliveries(project)
        self.project = project

    def _deliveries(self, project: Path) -> Deliveries:
        def clock() -> int:
            return START + self.second * SECOND

        door = Door(self.writer, names_of(self.plant), clock)
        return Deliveries(project, self.plant, self.writer, door, clock)

    def at(self, second: int, delivery: Delivery) -> None:
        self.second = second
        self.deliveries.write(self.connection, delivery)

    def says(self, second: int, machine: str, value: bool, scope: str = "") -> None:
        instant = rfc3339(START + second * SECOND)
        self.at(second, Messages((observation("run", value, at=instant, scope=scope, machine=machine),)))

    def shows(self, second: int, tag: str, value: float, scope: str) -> None:
        instant = rfc3339(START + second * SECOND)
        self.at(second, Messages((observation(tag, value, at=instant, scope=scope, machine="filler"),)))

    def restart(self) -> None:
        self.deliveries.close()
        self.deliveries = self._deliveries(self.project)
        self.deliveries.begin("cell")

    def told(self, kind: str) -> list[tuple[str, int, int | None]]:
        def second(instant: int | None) -> int | None:
            return None if instant is None else (instant - START) // SECOND

        rows: list[dict[str, Any]] = [one for one in self.log.events().to_pylist() if one["kind"] == kind]
        return [(one["equipment"], second(one["at"]) or 0, second(one["until_at"])) for one in rows]


@contextmanager
def floor(tmp_path: Path) -> Iterator[Floor]:
    project = plant(tmp_path)
    with Log.open(project, write=True, project_id=load_plant(project).project_id) as log:
        found = Floor(project, log)
        found.deliveries.begin("cell")
        try:
            yield found
        finally:
            found.writer.close()
            found.deliveries.close()


def test_a_silent_source_that_is_there_is_seen_without_a_hole(tmp_path: Path) -> None:
    with floor(tmp_path) as one:
        one.says(0, "filler", True)
        one.at(60, Alive())
        one.says(80, "filler", False)
        one.at(120, Alive())
        assert one.told("alive") == [("filler", 0, 60), ("filler", 60, 120)]


def test_F29_after_a_restart_the_source_is_not_taken_as_seen_and_the_gap_is_told(tmp_path: Path) -> None:
    with floor(tmp_path) as one:
        one.says(0, "filler", True)
        one.at(60, Alive())
        one.restart()
        one.at(300, Alive())
        one.at(360, Alive())
        assert one.told("alive") == [("filler", 0, 60), ("filler", 300, 360)]
        one.restart()
        one.at(600, Gap("the server was restarted"))
        one.at(660, Alive())
        gaps = [told for told in one.told("state") if told[2] is not None]
        assert gaps == [("filler", 360, 600)]
        assert one.told("alive")[2:] == [("filler", 600, 660)]


def test_a_sequence_without_a_hole_bridges_our_own_restart(tmp_path: Path) -> None:
    with floor(tmp_path) as one:
        one.says(0, "filler", True)
        one.at(60, Alive())
        one.restart()
        one.says(200, "filler", False)
        one.at(240, Alive(is_unbroken=True))
        assert one.told("alive") == [("filler", 0, 60), ("filler", 60, 240)]


def test_only_machines_of_the_scope_are_spoken_of(tmp_path: Path) -> None:
    with floor(tmp_path) as one:
        one.says(0, "filler", True, scope="a")
        one.says(0, "capper", True, scope="b")
        one.at(60, Alive("a"))
        one.at(90, Gap("poll failed", "b", since=START + 10 * SECOND))
        assert one.told("alive") == [("filler", 0, 60)]
        gaps = [told for told in one.told("state") if told[2] is not None]
        assert gaps == [("capper", 10, 90)]


def test_a_source_that_is_not_back_is_unknown_until_it_tells_again(tmp_path: Path) -> None:
    with floor(tmp_path) as one:
        one.says(0, "filler", True, scope="a")
        one.at(30, Gap("it died", "a", since=START + 40 * SECOND, is_open=True))  # its clock is ahead
        assert one.told("state")[1:] == [("filler", 40, None)]
        one.says(90, "filler", False, scope="a")
        one.at(120, Alive("a"))
        assert one.told("alive") == [("filler", 90, 120)]


def test_a_meter_neither_vouches_for_a_machine_nor_makes_it_unknown(tmp_path: Path) -> None:
    with floor(tmp_path) as one:
        one.says(0, "filler", True, scope="box")
        one.shows(1, "power", 3.2, "meter")
        one.at(60, Alive("meter"))
        one.at(90, Gap("the meter did not answer", "meter"))
        assert one.told("alive") == []
        assert [told for told in one.told("state") if told[2] is not None] == []


def test_a_counter_vouches_for_a_machine_and_does_not_say_what_it_does(tmp_path: Path) -> None:
    with floor(tmp_path) as one:
        one.says(0, "filler", True, scope="box")
        one.shows(1, "pieces", 7, "counter")
        one.shows(2, "pieces", 8, "counter")
        one.at(60, Alive("counter"))
        one.at(90, Gap("the counter did not answer", "counter"))
        assert one.told("alive") == [("filler", 2, 60)]
        assert [told for told in one.told("state") if told[2] is not None] == []


def test_a_gap_outranks_what_its_scope_said_before_it_and_nothing_that_is_said_of_it(tmp_path: Path) -> None:
    with floor(tmp_path) as one:
        one.says(0, "filler", True, scope="a")
        one.second = 4  # the clock of the source is ahead of ours
        instant = rfc3339(START + 6 * SECOND)
        ahead = observation("run", False, at=instant, scope="a", machine="filler")
        one.at(4, Messages((ahead,)))
        one.at(90, Gap("poll failed", "a"))
        one.says(95, "filler", True, scope="a")
        rows = [row for row in one.log.events().to_pylist() if row["kind"] == "state"]
        gap = next(row for row in rows if row["method"] == "gap")
        assert (gap["at"] - START, gap["until_at"] - START) == (4 * SECOND, 90 * SECOND)
        assert all(
            row["told_at"] < gap["told_at"] for row in rows if row["at"] <= START + 6 * SECOND and row != gap
        )
        assert gap["told_at"] < START + 7 * SECOND  # what was stored of this time, and is told later, stands


def test_a_gap_that_is_told_again_is_a_duplicate(tmp_path: Path) -> None:
    with floor(tmp_path) as one:
        one.says(0, "filler", True, scope="a")
        gap = Gap("the server kept fewer", "a", since=START + 10 * SECOND, until=START + 60 * SECOND)
        one.at(90, gap)
        one.says(95, "filler", False, scope="a")
        one.restart()
        one.at(120, gap)
        assert one.log.events().num_rows == 3
