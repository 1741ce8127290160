"""Another mapping of thin signals over what was kept: what silence showed is shown by it as well."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.stack.floor import START, plant
from tests.stack.test_map_changes import books, changed, compared, taken_over

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Alive, Delivery, Gap, Message, Messages
from plantstack.connectors.drop.connector import Drop
from plantstack.connectors.mapping.read import load_mapping
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.intervals import SECOND, rfc3339
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.plant.load import load_plant
from plantstack.stack import Stack
from plantstack.stack.files.naming import names_of
from plantstack.stack.mappings.differing import events_changed

TEXT = """
schema: 1
source: gateway
file: {format: json}
columns: {at: at, machine: machine, pieces: pieces, amps: amps}
every: {equipment: "{machine}", at: "{at}"}
signals:
  - {method: pulses, when: {pieces: {present: true}}, value: "{pieces}", counts: cumulative, gap: 20 s}
events:
  - {kind: count, when: {pieces: {present: true}}, good: "{pieces}", counter: {counts: cumulative}}
"""
SAME = ("amps: amps}", "amps: amps, spare: spare}")
Told = tuple[int, Delivery]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = plant(tmp_path / "p")
    (folder / "mappings").mkdir(exist_ok=True)
    (folder / "mappings" / "gateway.yaml").write_text(TEXT, "utf-8")
    return folder


def live(project: Path, *told: Told) -> None:
    """Run the connection under the mapping in the folder; each delivery at its second."""
    hall = Connection("hall", "test", Drop(project), load_mapping(project / "mappings" / "gateway.yaml"))
    plant_of, clock = load_plant(project), [START]
    with Log.open(project, write=True, project_id=plant_of.project_id) as log:
        writer = GroupWriter(log)
        door = Door(writer, names_of(plant_of), lambda: clock[0])
        deliveries = Deliveries(project, plant_of, writer, door, lambda: clock[0])
        for second, delivery in told:
            clock[0] = START + second * SECOND
            deliveries.write(hall, delivery)
        writer.close()
        deliveries.close()


def shows(
    second: int, pieces: int, machine: str = "filler", scope: str = "box", at: int | None = None
) -> Told:
    instant = rfc3339(START + (second if at is None else at) * SECOND)
    told: dict[str, str | int] = {"at": instant, "machine": machine, "pieces": pieces}
    return second, Messages((Message(json.dumps(told).encode(), {}, f"{machine} at {second}", scope=scope),))


def alive(second: int, scope: str = "") -> Told:
    return second, Alive(scope)


def shift(start: int = 0) -> list[Told]:
    """Runs, a stop that only silence shows, a gap, a piece that came late, another machine that stands."""
    pieces = count(start)
    told = [shows(start + second, next(pieces)) for second in (0, 10, 20, 30)]
    told += [shows(start + 31, start, "capper", "meter"), shows(start + 41, start + 3, "capper", "meter")]
    told += [alive(start + second) for second in (60, 120, 180)]
    told.append(shows(start + 190, start + 4, at=start + 45))
    told += [shows(start + second, next(pieces)) for second in (200, 210, 220)]
    told += [(start + 300, Gap("no answer", "box")), alive(start + 301, "meter")]
    told += [shows(start + second, next(pieces)) for second in (310, 320)]
    return [*told, alive(start + 420), alive(start + 480)]


def told(change: Any) -> dict[tuple[str, str], list[int]]:
    return {
        (row["equipment"], row["kind"]): [row[name] for name in ("same", "changed", "only_old", "only_new")]
        for row in events_changed(change)
    }


def test_a_mapping_that_says_the_same_changes_no_state(project: Path) -> None:
    live(project, *shift())
    before = books(project)
    assert any(state == "stopped" for _, _, state, _ in before[0])
    with Stack.open(project) as stack:
        assert any(row["void"] for row in stack.log.events().to_pylist())  # the late piece took a stop back
    change = compared(project, changed(project, *SAME))
    assert change.left == 0
    assert {tuple(row[1:]) for row in told(change).values()} == {(0, 0, 0)}
    with Stack.open(project) as stack:
        keys = {row["key"] for row in stack.log.events().to_pylist() if row["source"] == "gateway"}
    assert set(change.told.events["key"].to_pylist()) == {
        key for key in keys if not key.startswith(("alive ", "gap "))
    }
    taken_over(project, changed(project, *SAME))
    assert books(project) == before


def test_live_goes_on_from_what_the_adopted_mapping_remembers(project: Path) -> None:
    other = plant(project.parent / "other")
    (other / "mappings").mkdir(exist_ok=True)
    (other / "mappings" / "gateway.yaml").write_text(TEXT, "utf-8")
    live(other, *shift(), *shift(900))
    live(project, *shift())
    taken_over(project, changed(project, *SAME))
    live(project, *shift(900))
    assert books(project) == books(other)
    taken_over(project, changed(project, "spare: spare", "spare: spared"))
    assert books(project) == books(other)


def test_signals_go_on_from_before_what_is_kept(project: Path) -> None:
    live(project, *shift())
    for path in (project / "raw" / "hall").iterdir():
        path.unlink()
    live(project, alive(890), *shift(900))
    before = books(project)
    change = compared(project, changed(project, *SAME))
    assert {tuple(row[1:]) for row in told(change).values()} == {(0, 0, 0)}
    taken_over(project, changed(project, *SAME))
    assert books(project) == before


def test_another_pause_shows_other_stops(project: Path) -> None:
    live(project, *shift())
    change = compared(project, changed(project, "gap: 20 s", "gap: 180 s"))
    rows = told(change)
    assert rows[("filler", "state")][2] > 0 and rows[("filler", "count")][1:] == [0, 0, 0]
    fresh = plant(project.parent / "fresh")
    (fresh / "mappings").mkdir(exist_ok=True)
    (fresh / "mappings" / "gateway.yaml").write_text(TEXT.replace("gap: 20 s", "gap: 180 s"), "utf-8")
    live(fresh, *shift())
    taken_over(project, project.parent / "new.yaml")
    assert books(project) == books(fresh)
