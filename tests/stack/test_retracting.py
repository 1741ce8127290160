"""What was loaded by mistake is taken back by corrections: nothing is deleted, and it can come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.stack.floor import NOW, START, Wire, load, plant, written

from plantstack.errors import QueryError
from plantstack.intervals import DAY, HOUR, MINUTE, rfc3339
from plantstack.stack import Stack
from plantstack.stack.files.retracting import Wanted, list_loads, load_of_file, preview, retract


def state(at: int, name: str, key: str, **more: Any) -> Wire:
    told = {"kind": "state", "equipment": "filler", "at": rfc3339(START + at), "source": "plc", "key": key}
    return {**told, "state": name, **more}


RIGHT = [state(0, "producing", "1"), state(HOUR, "fault", "2"), state(2 * HOUR, "producing", "3")]
ALIVE = {"from": rfc3339(START), "until": rfc3339(START + 8 * HOUR), "key": "5"}
RIGHT += [state(8 * HOUR, "off", "4"), {**state(8 * HOUR, "", "5"), **ALIVE, "kind": "alive"}]
# a stop that never was, one told right corrected to something else, and a piece of the wrong machine
WRONG = [
    state(4 * HOUR, "fault", "9"),
    state(5 * HOUR, "producing", "10"),
    state(HOUR, "idle", "2b", supersedes={"source": "plc", "key": "2"}),
    {**state(3 * HOUR, "", "11"), "kind": "count", "good": 70},
    state(6 * HOUR, "fault", "12"),
    state(6 * HOUR, "idle", "12b", supersedes={"source": "plc", "key": "12"}),
]
for one in [*RIGHT, *WRONG]:
    if one["kind"] != "state":
        del one["state"]
DAY_ONE = {"from": rfc3339(START), "until": rfc3339(START + DAY), "grain": "day"}
CLOSE = {"kind": "close", "equipment": "tulsa", "at": DAY_ONE["until"], "source": "office", "key": "c1"}
CLOSE |= DAY_ONE


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = plant(tmp_path / "plant")
    load(folder, written(tmp_path, "right.ndjson", RIGHT), now=NOW)
    return folder


def told(stack: Stack) -> list[dict[str, Any]]:
    span = None
    rows: list[dict[str, Any]] = stack.ledger("filler", span).to_pylist()
    kept = ("from_at", "until_at", "state", "account", "reason")
    return [{name: row[name] for name in kept} for row in rows]


def measured(stack: Stack) -> dict[str, Any]:
    rows = stack.kpis(["run_time", "availability"], scope="filler").rows
    return {row["kpi"]: (row["value"], row["why_none"]) for row in rows}


def test_a_file_loaded_by_mistake_is_taken_back_and_nothing_is_deleted(project: Path, tmp_path: Path) -> None:
    with Stack.open(project) as stack:
        before = told(stack), measured(stack)
    load(project, written(tmp_path, "wrong.ndjson", WRONG), now=NOW + HOUR)
    with Stack.open(project, write=True) as stack:
        assert told(stack) != before[0]
        wanted = Wanted(load_of_file(stack, "somewhere/wrong.ndjson"))
        shown = preview(stack, wanted)
        assert (shown.events, shown.left) == (6, 0)
        assert {(row["kind"], row["events"]) for row in shown.rows} == {("state", 5), ("count", 1)}
        stored = stack.log.last_offset()
        assert retract(stack, wanted, now=NOW + DAY, why="wrong day").events == 6
        assert stack.log.last_offset() == stored + 6
        assert (told(stack), measured(stack)) == before
        assert stack.verify() == []
        assert '"wrong day"' in stack.log.events().column("body").to_pylist()[-1]
        assert retract(stack, wanted, now=NOW + 2 * DAY).events == 0
        assert stack.log.last_offset() == stored + 6


def test_taking_the_retraction_back_brings_all_back(project: Path, tmp_path: Path) -> None:
    load(project, written(tmp_path, "wrong.ndjson", WRONG), now=NOW + HOUR)
    with Stack.open(project, write=True) as stack:
        before = told(stack), measured(stack)
        wanted = Wanted(load_of_file(stack, "wrong.ndjson"))
        retract(stack, wanted, now=NOW + DAY)
        newest = list_loads(stack, 1)[0]
        assert (newest["events"], newest["standing"], newest["files"]) == (6, 6, [])
        assert retract(stack, Wanted(newest["load"]), now=NOW + 2 * DAY).events == 6
        assert (told(stack), measured(stack)) == before
        assert retract(stack, wanted, now=NOW + 3 * DAY).events == 6
        assert stack.verify() == []


def test_what_others_corrected_since_is_left(project: Path, tmp_path: Path) -> None:
    load(project, written(tmp_path, "wrong.ndjson", WRONG[:2]), now=NOW + HOUR)
    mended = state(4 * HOUR, "idle", "m1", source="tablet-1", supersedes={"source": "plc", "key": "9"})
    load(project, written(tmp_path, "mended.ndjson", [mended]), now=NOW + 2 * HOUR)
    with Stack.open(project, write=True) as stack:
        found = retract(stack, Wanted(load_of_file(stack, "wrong.ndjson")), now=NOW + DAY)
        assert (found.events, found.left) == (1, 1)
        assert (START + 4 * HOUR, "idle") in {(row["from_at"], row["state"]) for row in told(stack)}


def test_a_source_in_a_window(project: Path) -> None:
    with Stack.open(project) as stack:
        day = rfc3339(START)[:10]
        assert preview(stack, Wanted(source="plc", days=(day, day))).events == 5
        with pytest.raises(QueryError, match="no such events"):
            preview(stack, Wanted(source="plc", days=("2026-04-01", None)))
    with Stack.open(project, write=True) as stack:
        assert retract(stack, Wanted(source="plc"), now=NOW + HOUR).events == 5
        assert told(stack) == []
        assert preview(stack, Wanted(source="plc")).events == 0  # a retraction is no telling of the source
        with pytest.raises(QueryError, match="no such events"):
            preview(stack, Wanted(source="pcl"))
        with pytest.raises(QueryError, match="whole"):
            load_of_file(stack, "other.ndjson")


def test_files_of_one_load_are_taken_back_together(project: Path, tmp_path: Path) -> None:
    files = [written(tmp_path, f"{n}.ndjson", [WRONG[n]]) for n in (0, 1)]
    with Stack.open(project, write=True) as stack:
        stack.load(files, now=NOW + HOUR)
        with pytest.raises(QueryError, match="together with 1 other"):
            load_of_file(stack, "0.ndjson")
        assert list_loads(stack, 5)[0]["files"] == ["0.ndjson", "1.ndjson"]


def test_reported_periods_keep_their_values_and_are_named(project: Path, tmp_path: Path) -> None:
    load(project, written(tmp_path, "wrong.ndjson", WRONG[:2]), now=START + 9 * HOUR)
    load(project, written(tmp_path, "close.ndjson", [CLOSE]), now=START + DAY + HOUR)
    with Stack.open(project, write=True) as stack:
        wanted = Wanted(load_of_file(stack, "wrong.ndjson"))
        found = preview(stack, wanted)
        touched = [row for row in found.rows if row["row"] == "reported"]
        assert [(row["scope"], row["events"]) for row in touched] == [("tulsa", 2)]
        frozen = reported(stack)
        retract(stack, wanted, now=START + 2 * DAY)
        after = reported(stack)
        assert after[1] == frozen[1]
        assert after[0] - frozen[0] == pytest.approx(HOUR / 1_000_000)
        assert stack.verify() == []


def reported(stack: Stack) -> tuple[float, float]:
    (row,) = [one for one in stack.kpis(["run_time"], scope="filler", grain="day").rows if one["reported"]]
    return row["value"], row["reported"]["value"]


def test_what_is_late_waits_for_a_reopen(project: Path, tmp_path: Path) -> None:
    load(project, written(tmp_path, "close.ndjson", [CLOSE]), now=NOW + MINUTE)
    with Stack.open(project, write=True) as stack:
        before = told(stack)
        wanted = Wanted(load_of_file(stack, "right.ndjson"))
        assert retract(stack, wanted, now=NOW + HOUR).events == 5
        assert told(stack) == before
        assert retract(stack, wanted, now=NOW + 2 * HOUR).events == 0  # they wait, and are not told twice
        reopen = {**CLOSE, "kind": "reopen", "key": "r1"}
        stack.load([written(tmp_path, "reopen.ndjson", [reopen])], now=NOW + 3 * HOUR)
        assert told(stack) == []


SHEET = """
schema: 1
source: sheet
file: {format: csv}
columns: {at: at, machine: machine, what: {column: what, map: {Gut: good, Schrott: scrap}}, pieces: pieces}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: count, when: {what: good}, good: "{pieces}"}
  - {kind: count, when: {what: scrap}, scrap: "{pieces}"}
"""
ROWS = "".join(
    f"{rfc3339(START + hour * HOUR)},filler,{what},{pieces}\n"
    for hour, what, pieces in ((1, "Gut", 40), (2, "Schrott", 2), (3, "Gut", 30))
)


def test_a_wrong_word_of_a_mapping_is_healed_by_a_retraction_and_a_new_source(tmp_path: Path) -> None:
    """Without a key an event is known by all it says, so the mended word alone tells its pieces twice."""
    folder, file = plant(tmp_path / "plant"), tmp_path / "sheet.csv"
    file.write_text("at,machine,what,pieces\n" + ROWS)
    mapping = tmp_path / "sheet.yaml"

    def made(stack: Stack, text: str, hours: int) -> tuple[float, float]:
        mapping.write_text(text)
        stack.load([file], now=NOW + hours * HOUR, mapping=str(mapping))
        return pieces(stack)

    with Stack.open(folder, write=True) as stack:
        assert made(stack, SHEET.replace("Schrott: scrap", "Schrott: good"), 1) == (72, 0)
        assert made(stack, SHEET, 2) == (72, 2)  # the two stand as good ones and as scrap
        for row in list_loads(stack, 2):
            retract(stack, Wanted(row["load"]), now=NOW + 3 * HOUR)
        assert made(stack, SHEET.replace("source: sheet", "source: sheet-2"), 4) == (70, 2)
        assert stack.verify() == []


def pieces(stack: Stack) -> tuple[float, float]:
    (cell,) = stack.measures(["qty_good", "qty_scrap"], scope="filler").cells
    return float(cell.sums["qty_good"] or 0), float(cell.sums["qty_scrap"] or 0)
