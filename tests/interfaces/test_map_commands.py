"""map test and map explain: what a mapping makes of one row or message, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.test_messages import TEXT, floor, message
from tests.stack.floor import START, plant

from plantstack.intervals import SECOND, rfc3339

SHEET = """schema: 1
source: sheet
file: {format: csv}
columns:
  at: Time
  machine: {column: Machine, map: {F: filler, X: nowhere, otherwise: error}}
  state: {column: State, map: {RUN: producing, NO: idle, TEST: ignore}}
  good: Good
every: {equipment: "{machine}", at: "{at}"}
ignore:
  - rows: {good: "999"}
events:
  - {rule: run, kind: state, when: {good: {absent: true}}, state: "{state}"}
  - {rule: made, kind: count, when: {good: {above: 5}}, good: "{good}"}
tests:
  - name: a count
    rows: [{Time: "2026-01-05T06:00:00Z", Machine: F, State: "", Good: "7"}]
    events: [{kind: count, equipment: filler, at: "2026-01-05T06:00:00Z", good: 7}]
"""
ROWS = """Time,Machine,State,Good
2026-01-05T06:00:00Z,F,RUN,
2026-01-05T06:01:00Z,F,,7
2026-01-05T06:02:00Z,F,TEST,
2026-01-05T06:03:00Z,F,,3
2026-01-05T06:04:00Z,F,,999
2026-01-05T06:05:00Z,F,WALK,
2026-01-05T06:06:00Z,X,RUN,
2026-01-05T06:07:00Z,F,RUN
"""
Rows = list[dict[str, Any]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = plant(tmp_path / "plant")
    (folder / "mappings").mkdir(exist_ok=True)
    (folder / "mappings" / "sheet.yaml").write_text(SHEET, "utf-8")
    (folder / "mappings" / "gateway.yaml").write_text(TEXT, "utf-8")
    (tmp_path / "rows.csv").write_text(ROWS, "utf-8")
    return folder


def explained(project: Path, *words: object) -> dict[str, Rows]:
    told = plantstack("map", "explain", project, *words, "--json")
    assert told.code == 0, told
    found: dict[str, Rows] = {}
    for row in told.rows:
        found.setdefault(row["row"], []).append(row)
    return found


def row(project: Path, number: int) -> dict[str, Rows]:
    return explained(project, "sheet", project.parent / "rows.csv", "--row", number)


def test_a_row_shows_its_cells_its_rules_and_its_event(project: Path) -> None:
    found = row(project, 3)
    cells = {cell["column"]: cell for cell in found["column"] if cell["read_as"] != "real"}
    assert cells["at"]["value"] == "2026-01-05T06:01:00Z" and cells["machine"]["raw"] == "F"
    assert cells["machine"]["value"] == "filler" and cells["good"]["where"] == "column 'Good'"
    run, made = found["rule"]
    assert (run["speaks"], run["failed"]) == (False, "'good' says nothing")
    assert made["speaks"] and "letter" not in found
    (event,) = found["event"]
    assert (event["kind"], event["equipment"], event["good"]) == ("count", "filler", "7")


@pytest.mark.parametrize(
    ("number", "rules", "end"),
    [
        (4, ["the map of 'state' ignores the word", "'good' is above '5'"], {}),
        (5, ["'good' says nothing", "'good' is above '5'"], {}),
        (6, ["'good' says nothing", ""], {"left out": "the row was left out by the ignore list"}),
        (7, ["", "'good' is above '5'"], {"letter": "row-unreadable"}),
        (8, ["", "'good' is above '5'"], {"letter": "event-equipment"}),
    ],
)
def test_a_row_without_an_event_says_why(
    project: Path, number: int, rules: list[str], end: dict[str, str]
) -> None:
    found = row(project, number)
    assert [rule["failed"] for rule in found["rule"]] == rules
    assert "event" not in found
    assert {word: found[word][0].get("why") or found[word][0]["code"] for word in end} == end


def test_a_line_that_is_no_row_says_what_is_wrong_with_it(project: Path) -> None:
    assert row(project, 9)["letter"][0]["code"] == "row-broken"
    told = plantstack("map", "explain", project, "sheet", project.parent / "rows.csv", "--row", 99, "--json")
    assert (told.code, told.answer["problems"][0]["code"]) == (2, "row-unknown")


def test_a_kept_message_goes_on_from_where_counters_stood(project: Path) -> None:
    with floor(project) as found:
        found.send(message(0, pieces=10), message(1, run=True))
        found.send(message(60, pieces=13))
    third = explained(project, "gateway", "--raw", "hall", "--row", 3)
    assert third["event"][0]["good"] == "3" and third["event"][0]["from"] == rfc3339(START)
    assert explained(project, "gateway", "--raw", "hall") == third  # the last
    first = explained(project, "gateway", "--raw", "hall", "--row", 1)
    assert "event" not in first and first["rule"][1]["speaks"]
    assert "the baseline" in first["rule"][1]["silent"] and third["rule"][-1]["silent"] == ""
    second = explained(project, "gateway", "--raw", "hall", "--row", 2)
    assert second["event"][0]["at"] == rfc3339(START + SECOND)
    unknown = plantstack("map", "explain", project, "gateway", "--raw", "hull", "--json")
    assert "did you mean 'hall'" in unknown.answer["problems"][0]["fix"]


COUNTED = """schema: 1
source: sheet
file: {format: csv}
columns: {at: Time, good: Good}
every: {equipment: filler, at: "{at}"}
events:
  - {rule: made, kind: count, good: "{good}", counter: {counts: cumulative, zeros: drop, max_rate: 5/min}}
"""


def test_a_counter_that_makes_nothing_says_why(project: Path) -> None:
    (project / "mappings" / "count.yaml").write_text(COUNTED, "utf-8")
    day = project.parent / "day.csv"
    shown = ("100", "103", "103", "102", "9000", "104")
    rows = [f"2026-01-05T06:0{minute}:00Z,{value}\n" for minute, value in enumerate(shown)]
    day.write_text("Time,Good\n" + "".join(rows), "utf-8")
    found = [explained(project, "count", day, "--row", number) for number in range(2, 8)]
    silent = [one["rule"][0]["silent"] for one in found]
    assert [("event" in one, "letter" in one) for one in found] == [
        (False, False),
        (True, False),
        (False, False),
        (False, False),
        (False, True),
        (True, False),
    ]
    assert [bool(said) for said in silent] == [True, False, True, True, True, False]
    assert "baseline" in silent[0] and "zeros: drop" in silent[2] and "cannot be believed" in silent[4]
    told = plantstack("map", "explain", project, "count", day, "--row", 2)
    assert "makes nothing: its first value is the baseline" in " ".join(told.out.split())


def test_people_read_it_as_sentences(project: Path) -> None:
    told = plantstack("map", "explain", project, "sheet", project.parent / "rows.csv", "--row", 5)
    assert "does not speak: not 'good' is above '5'" in told.out
    assert "It gives no event." in told.out


def test_the_tests_in_mappings_are_run(project: Path) -> None:
    told = plantstack("map", "test", project, "sheet", "--json")
    assert (told.code, told.rows) == (0, [{"mapping": "sheet", "tests": 1, "problems": 0}])
    broken = SHEET.replace("good: 7", "good: 8")
    (project / "mappings" / "sheet.yaml").write_text(broken, "utf-8")
    told = plantstack("map", "test", project, "--json")
    assert (told.code, told.answer["problems"][0]["code"]) == (1, "mapping-test")


def test_another_mapping_is_shown_and_only_then_adopted(project: Path) -> None:
    with floor(project) as found:
        found.send(message(0, pieces=10, run=True), message(600, run=False), message(1200, run=True))
    new = project.parent / "new.yaml"
    new.write_text(TEXT.replace('"false": stopped', '"false": fault'), "utf-8")
    asked = ("gateway", new, "--raw", "hall", "--kpi", "run_time,stop_time", "--json")
    rows = plantstack("map", "diff", project, *asked).rows
    states = next(row for row in rows if row["row"] == "events" and row["kind"] == "state")
    assert (states["same"], states["changed"]) == (2, 1)
    assert {row["kpi"] for row in rows if row["row"] == "kpi"} == {"run_time", "stop_time"}
    shown = plantstack("map", "adopt", project, "gateway", new, "--raw", "hall", "--kpi", "run_time")
    said = " ".join(shown.out.split())
    assert "3 events would be taken back, 3 told anew as 'gateway-2'" in said and "--confirm" in said
    assert said.count("state of filler:") == 1 and "state stopped -> " in said
    assert "source: gateway\n" in (project / "mappings" / "gateway.yaml").read_text("utf-8")
    done = plantstack("map", "adopt", project, "gateway", new, "--raw", "hall", "--confirm")
    assert done.code == 0 and "were taken back" in done.out
    assert "source: gateway-2\n" in (project / "mappings" / "gateway.yaml").read_text("utf-8")
    again = plantstack("map", "diff", project, *asked[:2], "--raw", "nobody", "--json")
    assert (again.code, again.answer["problems"][0]["code"]) == (2, "raw-nothing")


def test_a_row_of_pieces_shows_the_run_it_begins_by_the_cycle_of_the_plant_files(project: Path) -> None:
    text = """schema: 1
source: pulses
file: {format: csv}
columns: {at: at, machine: machine}
every: {equipment: "{machine}", at: "{at}"}
signals:
  - {method: pulses, cycles: 3}
events:
  - {kind: count, good: "1", key: "{machine} {at}"}
"""
    (project / "mappings" / "pulses.yaml").write_text(text, "utf-8")
    file = project.parent / "pulses.csv"
    file.write_text("at,machine\n2026-01-05T06:00:00Z,filler\n2026-01-05T06:00:01Z,filler\n", "utf-8")
    told = explained(project, "pulses", file, "--row", 2)
    assert [(one["kind"], one.get("state")) for one in told["event"]] == [
        ("count", None),
        ("state", "producing"),
    ]
