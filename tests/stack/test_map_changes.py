"""A changed mapping over what was kept: shown before it is adopted, and nothing stands twice."""

from __future__ import annotations

from itertools import count, groupby
from pathlib import Path
from typing import Any

import pytest
from tests.live.test_messages import TEXT, message
from tests.stack.floor import START, plant, written

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Alive, Gap, Message, Messages
from plantstack.connectors.drop.connector import Drop
from plantstack.connectors.mapping.read import load_mapping
from plantstack.errors import LogError, QueryError
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.intervals import HOUR, MINUTE, SECOND, rfc3339
from plantstack.live.delivering import Deliveries
from plantstack.live.door import Door
from plantstack.plant.load import load_plant
from plantstack.stack import Stack
from plantstack.stack.files.naming import names_of
from plantstack.stack.mappings.adopting import adopt, compare
from plantstack.stack.mappings.differing import check_kpis, events_changed, kpis_changed, letters_changed
from plantstack.stack.mappings.replaying import input_of

NOW = START + 7 * HOUR
LATER = NOW + HOUR


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = plant(tmp_path / "p")
    (folder / "mappings").mkdir(exist_ok=True)
    (folder / "mappings" / "gateway.yaml").write_text(TEXT, "utf-8")
    return folder


def live(project: Path, *deliveries: Any) -> None:
    """Run the connection for a while, under the mapping as it is in the folder; six messages a delivery."""
    mapping = load_mapping(project / "mappings" / "gateway.yaml")
    hall = Connection("hall", "test", Drop(project), mapping)
    plant_of = load_plant(project)
    with Log.open(project, write=True, project_id=plant_of.project_id) as log:
        ticks = count(NOW + log.last_offset() * SECOND, SECOND)
        writer = GroupWriter(log)
        door = Door(writer, names_of(plant_of), lambda: next(ticks))
        told = Deliveries(project, plant_of, writer, door, lambda: next(ticks))
        for is_message, group in groupby(deliveries, lambda one: isinstance(one, Message)):
            some = tuple(group)
            parts = [Messages(some[at : at + 6]) for at in range(0, len(some), 6)] if is_message else some
            for one in parts:
                told.write(hall, one)
        writer.close()
        told.close()


def shift(start: int = 0) -> list[Message]:
    """Two hours of a filler that stops for a quarter of an hour in each, and counts."""
    told = []
    for minute in range(0, 120, 5):
        is_running = minute % 60 < 45
        told.append(message(start + 60 * minute, run=is_running, pieces=start + minute * 10, waste=minute))
    return told


def changed(project: Path, old: str, new: str) -> Path:
    path = project.parent / "new.yaml"
    text = (project / "mappings" / "gateway.yaml").read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return path


def taken_over(project: Path, new: Path, **more: Any) -> Any:
    with Stack.open(project, write=True) as stack:
        change = compare(stack, "gateway", new, input_of(project, "gateway", ["hall"], [], **more), now=LATER)
        adopt(stack, change, now=LATER)
    return change


def compared(project: Path, new: Path, **more: Any) -> Any:
    with Stack.open(project) as stack:
        return compare(stack, "gateway", new, input_of(project, "gateway", ["hall"], [], **more), now=LATER)


def books(project: Path, *ids: str) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    with Stack.open(project) as stack:
        rows = stack.ledger("filler").to_pylist()
        values = stack.kpis(ids or ("good_parts", "run_time", "mttr"), scope="filler").rows
    told = [(row["from_at"], row["until_at"], row["state"], row["account"]) for row in rows]
    return told, {row["kpi"]: row["value"] for row in values}


def counted(change: Any, name: str) -> int:
    """The pieces that the new mapping tells, of one class."""
    return sum(int(one or 0) for one in change.tells.events[name].to_pylist())


FAULT = ('"false": stopped', '"false": fault')
SAME = ("  pieces: pieces\n", "  pieces: pieces\n  spare: spare\n")


def test_a_mapping_that_tells_the_same_changes_no_number(project: Path) -> None:
    """Also where counters and states began before what is kept, and the source was away in between."""
    live(project, message(-60 * 60, run=True, pieces=0), message(-60, run=True, pieces=0))
    for path in (project / "raw" / "hall").iterdir():
        path.unlink()
    live(project, *shift(), Alive(), Gap("away", since=NOW - 2 * HOUR), *shift(4 * 60 * 60))
    before = books(project)
    assert before[1]["good_parts"] > 15_000
    change = taken_over(project, changed(project, *SAME))
    assert len(change.targets) == len(change.tells.events) + 2 > 90
    assert change.carried["kind"].to_pylist() == ["alive", "state", "state", "alive"]  # the last two before
    assert books(project) == before


def test_what_another_mapping_tells_is_shown_then_adopted_and_live_goes_on(project: Path) -> None:
    live(project, *shift())
    before = books(project)[1]
    new = changed(project, *FAULT)
    with Stack.open(project) as stack:
        change = compare(stack, "gateway", new, input_of(project, "gateway", ["hall"], []), now=LATER)
        rows = {row["kind"]: row for row in events_changed(change)}
        assert (rows["state"]["same"], rows["state"]["changed"]) == (18, 6)
        assert (rows["count"]["same"], rows["count"]["changed"]) == (23, 0)
        assert rows["state"]["old"].endswith("state stopped")
        assert rows["state"]["new"].endswith("state fault")
        effect = kpis_changed(stack, change, ["good_parts", "mttr"], now=LATER)
        assert stack.log.last_offset() == stack.log.refresh()  # nothing was changed
    moved = {row["kpi"] for row in effect if row["changed"]}
    assert moved == {"mttr"}
    taken_over(project, new)
    after = books(project)[1]
    assert (after["good_parts"], after["run_time"]) == (before["good_parts"], before["run_time"])
    assert after["mttr"] != before["mttr"]
    mapping = load_mapping(project / "mappings" / "gateway.yaml")
    assert mapping.source == "gateway-2"
    assert load_mapping(project / "mappings" / "before" / "gateway-gateway.yaml").source == "gateway"
    assert Stack.check(project) == []
    # the next pieces count from where the counter stood
    live(project, message(2 * 60 * 60, run=True, pieces=1_200))
    assert books(project)[1]["good_parts"] == before["good_parts"] + 50


def test_a_difference_stands_on_one_moment_while_a_server_writes(project: Path) -> None:
    """A mapping that only gives a reading another unit moves no KPI (found beside a running server)."""
    when, shown = "{pieces: {present: true}}", 'parameter: temperature, value: "{pieces}", unit: "°C"'
    reading = f"  - {{kind: reading, when: {when}, {shown}}}\n"
    path = project / "mappings" / "gateway.yaml"
    path.write_text(path.read_text("utf-8") + reading, "utf-8")
    live(project, *shift())
    with Stack.open(project) as stack:
        live(project, message(20 * 60 + 30, run=False))  # late, into what is compared
        given = input_of(project, "gateway", ["hall"], [])
        change = compare(stack, "gateway", changed(project, "°C", "K"), given, now=NOW + 4 * SECOND)
        live(project, message(10 * 60 + 30, run=False), *shift(2 * 60 * 60))
        effect = kpis_changed(stack, change, ["good_parts", "run_time"], now=LATER)
    assert [row["kind"] for row in events_changed(change) if row["changed"]] == ["reading"]
    assert effect and not [row for row in effect if row["changed"]]


def test_an_unknown_kpi_is_refused_before_anything_is_read(project: Path) -> None:
    with Stack.open(project) as stack, pytest.raises(QueryError) as found:
        check_kpis(stack, ["run_tim"], "day")
    assert "run_time" in found.value.problems[0].fix


def test_adopted_twice_each_time_from_the_beginning(project: Path) -> None:
    live(project, *shift())
    before = books(project)[0]
    taken_over(project, changed(project, *FAULT))
    live(project, *shift(4 * 60 * 60))
    change = taken_over(project, changed(project, *reversed(FAULT)))
    assert change.new.source == "gateway-3"
    assert books(project)[0][: len(before) - 1] == before[:-1]
    with Stack.open(project) as stack:
        assert stack.verify() == []
        told = stack.log.events().to_pylist()
        assert {one["source"] for one in told if one["kind"] != "config"} == {
            "gateway",
            "gateway-2",
            "gateway-3",
        }


def test_what_people_corrected_stays_and_its_row_is_not_told_again(project: Path, tmp_path: Path) -> None:
    live(project, *shift())
    with Stack.open(project, write=True) as stack:
        told = [one for one in stack.log.events().to_pylist() if one["state"] == "stopped"]
        fixed: dict[str, Any] = {
            "kind": "state",
            "equipment": "filler",
            "at": rfc3339(told[0]["at"]),
            "state": "setup",
        }
        fixed |= {"source": "tablet", "key": "1"}
        fixed["supersedes"] = {"source": told[0]["source"], "key": told[0]["key"]}
        stack.load([written(tmp_path, "fixed.ndjson", [fixed])], now=NOW + MINUTE)
    change = taken_over(project, changed(project, *FAULT))
    assert change.left == 1 and [note.code for note in change.notes] == ["map-left"]
    events = change.tells.events.to_pylist()
    assert told[0]["at"] not in [one["at"] for one in events if one["kind"] == "state"]
    assert told[0]["at"] in [one["at"] for one in events if one["kind"] == "count"]
    at_once = [row for row in books(project)[0] if row[0] == told[0]["at"]]
    assert [row[2] for row in at_once] == ["setup"]


def test_pieces_go_to_another_class_and_are_counted_once(project: Path) -> None:
    live(project, *shift())
    change = compared(project, changed(project, 'good: "{pieces}"', 'scrap: "{pieces}"'))
    assert (counted(change, "good"), counted(change, "scrap"), change.notes) == (0, 1_150, [])


def test_another_counter_begins_anew_and_says_so(project: Path) -> None:
    live(project, message(-60, pieces=0, waste=900))
    for path in (project / "raw" / "hall").iterdir():
        path.unlink()
    live(project, *shift())
    change = compared(project, changed(project, "pieces: pieces", "pieces: waste"))
    assert [note.code for note in change.notes] == ["map-counters"]
    assert counted(change, "good") == 115


def test_counters_go_on_through_a_second_change_too(project: Path) -> None:
    """From a value before all that is kept, which the mapping before the one before has told."""
    live(project, message(-60, pieces=0))
    for path in (project / "raw" / "hall").iterdir():
        path.unlink()
    live(project, *shift()[1:])
    first = taken_over(project, changed(project, *FAULT))
    second = compared(project, changed(project, *reversed(FAULT)))
    for change in (first, second):
        assert (counted(change, "good"), change.notes) == (1_150, [])


GAUGES = """  waste: waste
  part: part
orders: {order: "{part}"}
"""
BAND = """
  - kind: reading
    when: {waste: {present: true}}
    parameter: waste
    value: "{waste}"
    deadband: {change: 3, longest: 1 h}
"""


def gauged(second: int, waste: int, part: str) -> Message:
    return message(second, run=True, waste=waste, part=part)


def test_what_deadbands_and_orders_remember_goes_on(project: Path) -> None:
    """Also where what was kept begins later: a reading that did not change is none, an order no new one."""
    path = project / "mappings" / "gateway.yaml"
    text = TEXT.replace("  pieces: pieces\n", f"  pieces: pieces\n{GAUGES}") + BAND
    path.write_text(text, "utf-8")
    live(project, gauged(0, 10, "A"), gauged(60, 11, "A"), gauged(120, 10, "B"))
    for kept in (project / "raw" / "hall").iterdir():
        kept.unlink()
    live(project, gauged(60, 11, "A"), gauged(180, 11, "B"), gauged(240, 14, "B"), gauged(300, 14, "C"))
    change = compared(project, changed(project, *FAULT))
    rows = {row["kind"]: row for row in events_changed(change)}
    for kind, told in (("reading", 1), ("order", 1)):
        found = [rows[kind][name] for name in ("same", "changed", "only_old", "only_new")]
        assert found == [told, 0, 0, 0], kind
    wider = project.parent / "wide.yaml"
    wider.write_text(text.replace("change: 3", "change: 2"), "utf-8")
    rows = {row["kind"]: row for row in events_changed(compared(project, wider))}
    assert rows["reading"]["only_new"] == 1  # another deadband begins with a reading


def test_letters_that_the_new_mapping_reads_are_settled(project: Path) -> None:
    live(project, message(0, run="maybe"), message(60, run=True))
    new = changed(project, '"false": stopped', '"false": stopped, maybe: idle')
    change = taken_over(project, new)
    assert letters_changed(change) == [
        {"row": "letters", "kind": "row-unreadable", "only_old": 1, "only_new": 0}
    ]
    with Stack.open(project) as stack:
        assert stack.log.dead_letters() == []
        assert "idle" in stack.log.events()["state"].to_pylist()


def test_files_are_read_again_as_well(project: Path, tmp_path: Path) -> None:
    text = "schema: 1\nsource: sheet\nfile: {format: csv}\ncolumns: {at: at, bad: bad}\n"
    text += 'every: {equipment: filler, at: "{at}"}\n'
    text += 'events:\n  - {kind: count, good: "{bad}"}\n'
    mapping = project / "mappings" / "sheet.yaml"
    mapping.write_text(text, "utf-8")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(f"at,bad\n{rfc3339(START)},5\n{rfc3339(START + HOUR)},7\n", "utf-8")
    new = tmp_path / "new.yaml"
    new.write_text(text.replace("good:", "scrap:"), "utf-8")
    with Stack.open(project, write=True) as stack:
        stack.load([sheet], now=NOW, mapping="sheet")
        given = input_of(project, "sheet", [], [sheet])
        adopt(stack, compare(stack, "sheet", new, given, now=LATER), now=LATER)
        (again,) = stack.load([sheet], now=LATER + SECOND, mapping="sheet")
        assert [note.code for note in again.notes] == ["file-known"]
    assert books(project, "scrap_count", "good_parts")[1] == {"scrap_count": 12, "good_parts": 0}


def test_only_what_came_since_an_instant(project: Path) -> None:
    live(project, *shift())
    with pytest.raises(QueryError) as found, Stack.open(project) as stack:
        compare(
            stack,
            "gateway",
            project / "mappings" / "gateway.yaml",
            input_of(project, "gateway", ["hall"], []),
            now=LATER,
        )
    assert found.value.problems[0].code == "map-same"
    change = compared(project, changed(project, *FAULT), since=NOW + HOUR)
    assert len(change.targets) == len(change.tells.events) == 0


def test_it_is_refused_while_another_process_writes(project: Path) -> None:
    live(project, *shift())
    with Log.open(project, write=True), pytest.raises(LogError) as found:
        taken_over(project, changed(project, *FAULT))
    assert "log" in found.value.problems[0].code


def test_rules_of_the_plant_that_name_the_source_are_minded(project: Path) -> None:
    live(project, *shift())
    plan = project / "plant.yaml"
    text = plan.read_text("utf-8")
    assert "\nsources:" in text
    plan.write_text(text.replace("\nsources:", "\nsources:\n  - {match: gateway, rank: 3}", 1), "utf-8")
    with pytest.raises(QueryError) as found:
        compared(project, changed(project, *FAULT))
    assert found.value.problems[0].code == "map-source-rule"
