"""Signals proven at the machine, doubts settled, and the plan for IT, by the commands that people give."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.stack.floor import START, plant
from typer.testing import CliRunner

from plantstack.connectors.connections import Connection, read_connections
from plantstack.events import signals
from plantstack.events.log import Log
from plantstack.events.signals import Doubt, Feed
from plantstack.interfaces.cli import app
from plantstack.intervals import MINUTE, SECOND, rfc3339
from plantstack.stack import Stack
from plantstack.stack.files.planning import over_budget, plan

Row = Mapping[str, Any]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A filler that is heard through a connection: ten pieces a minute, a stop, a reject."""
    folder = plant(tmp_path / "p")
    base = {"equipment": "filler", "source": "hall"}
    told = [
        {"kind": "count", "at": rfc3339(START + n * MINUTE), "good": 10, "key": f"c{n}", **base}
        for n in range(1, 31)
    ]
    states = ((0, "producing"), (1_203, "stopped"), (1_260, "producing"))
    for second, state in states:
        at = rfc3339(START + second * SECOND)
        told.append({"kind": "state", "at": at, "state": state, "key": f"s{second}", **base})
    at = rfc3339(START + 1_500 * SECOND)
    told.append({"kind": "count", "at": at, "scrap": 1, "key": "r", **base})
    file = tmp_path / "told.ndjson"
    file.write_text("\n".join(json.dumps(one) for one in told))
    with Stack.open(folder, write=True) as stack:
        stack.load([file], now=START + 40 * MINUTE)
    with Log.open(folder, write=True) as log:
        signals.feed(
            log.connection,
            [Feed("hall", f"press {kind}", "filler", kind, START) for kind in ("state", "count")],
        )
    yield folder


def run(*words: object) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]]]:
    result = CliRunner().invoke(app, [*map(str, words), "--json"])
    answer = json.loads(result.output)
    return result.exit_code, answer["rows"], answer["problems"]


def at(second: int) -> str:
    return rfc3339(START + second * SECOND)


def test_a_machine_is_proven_by_a_count_a_stop_and_the_clock(project: Path) -> None:
    asked = ("accept", project, "hall", "filler")
    code, rows, _ = run(*asked, "--count", 100, "--from", at(0), "--to", at(600), "--by", "shift lead")
    assert code == 0
    assert [one["verdict"] for one in rows[0]["tests"]] == ["good"] and rows[0]["status"] == "not proven"
    code, rows, _ = run(*asked, "--stop", at(1_200), "--reject", at(1_495), "--by", "shift lead")
    assert [(one["test"], one["seen"], one["verdict"]) for one in rows[0]["tests"][1:]] == [
        ("stop", 3.0, "good"),
        ("reject", 1.0, "good"),
    ]
    code, rows, problems = run(*asked, "--clock", "--by", "shift lead", "--tolerance", 1e9)
    assert (code, problems, rows[0]["status"]) == (0, [], "proven")


def test_a_counter_that_counts_otherwise_than_people_fails_the_command(project: Path) -> None:
    asked = ("accept", project, "hall", "press count", "--count", 90, "--from", at(0), "--to", at(600))
    code, rows, problems = run(*asked, "--by", "shift lead")
    assert (code, rows[0]["status"]) == (1, "failed")
    assert problems[0]["what"] == "expected 90, seen 100 pieces, tolerance 1"


@pytest.mark.parametrize(
    "words, code",
    [
        (("hall", "packer", "--clock", "--by", "x"), "accept-machine"),
        (("other", "filler", "--clock", "--by", "x"), "accept-connection"),
        (("hall", "filler", "--clock"), "accept-by"),
        (("hall", "filler", "--stop", "2020-01-01T00:00:00Z", "--by", "x"), "accept-nothing"),
        (("hall", "filler", "--stop", "yesterday", "--by", "x"), "time-unreadable"),
    ],
)
def test_what_cannot_be_tested_is_said(project: Path, words: tuple[str, ...], code: str) -> None:
    result = CliRunner().invoke(app, ["accept", str(project), *words])
    assert [one.code for one in getattr(result.exception, "problems", ())] == [code]


def test_it_leads_through_the_tests_and_prints_a_card(project: Path) -> None:
    told = "shift lead\n\n" + f"{at(1_200)}\n" + "\n\n"
    result = CliRunner().invoke(app, ["accept", str(project), "hall", "filler"], input=told)
    assert result.exit_code == 0, result.output
    assert "expected 0, seen 3 s late, tolerance 5: good" in result.output
    printed = CliRunner().invoke(app, ["accept", str(project), "--print"]).output
    assert "## filler, heard through hall: not proven" in printed
    assert "| stop | " in printed and "| count |  |" in printed


def test_a_doubt_is_listed_and_settled_once(project: Path) -> None:
    with Log.open(project, write=True) as log:
        doubt = Doubt("hall", "press count", "scale", "may mean something else", START, START)
        signals.doubt(log.connection, [doubt, doubt])
    _, rows, _ = run("connections", "doubts", project)
    assert [one["settled_at"] for one in rows] == [""]
    assert run("accept", project)[1][0]["status"] == "doubted"
    words = (
        "connections",
        "confirm",
        project,
        "hall",
        "press count",
        "--by",
        "electrician",
        "--note",
        "new drum",
    )
    assert run(*words)[0] == 0
    _, rows, _ = run("connections", "doubts", project)
    assert rows[0]["by"] == "electrician" and rows[0]["settled_at"]
    again = CliRunner().invoke(app, [str(one) for one in words])
    assert [one.code for one in getattr(again.exception, "problems", ())] == ["doubt-unknown"]


BOX = """
schema: 1
kind: modbus
every: {every}
budget: {{requests: 10/s, sessions: {sessions}}}
devices:
  box: {{host: 10.0.0.5, tags: {{run: {{coil: 1}}}}}}
"""


MAPPED = """
schema: 1
source: box
file: {format: json}
columns: {at: at, good: value}
every: {equipment: filler, at: "{at}"}
events: [{kind: count, good: "{good}", counter: {counts: cumulative}}]
"""


def connected(project: Path, **files: str) -> list[Connection]:
    (project / "connectors").mkdir(exist_ok=True)
    for name, text in files.items():
        (project / "connectors" / f"{name}.yaml").write_text(f"{text}mapping: box\n")
    (project / "mappings").mkdir(exist_ok=True)
    (project / "mappings" / "box.yaml").write_text(MAPPED)
    found, problems = read_connections(project)
    assert problems == []
    return found


def test_two_connections_to_one_device_are_added_up(project: Path) -> None:
    box = BOX.format(every="200 ms", sessions=4)
    assert over_budget(connected(project, one=box)) == []
    found = over_budget(connected(project, one=box, two=box.replace("200 ms", "100 ms")))
    assert [one.code for one in found] == ["device-budget"]
    assert "one and two ask 10.0.0.5:502 15 times a second, its budget is 10" in found[0].what
    assert "device-budget" in [one.code for one in Stack.check(project)]
    found = over_budget(
        connected(project, one=BOX.format(every="1 s", sessions=1), two=BOX.format(every="1 s", sessions=1))
    )
    assert [one.code for one in found] == ["device-sessions"]


def test_the_plan_for_it_names_every_way_out_and_no_secret(project: Path) -> None:
    mqtt = (
        "schema: 1\nkind: mqtt\nhost: broker.plant.example\ntopics: [hall/#]\nclient: plantstack-hall\n"
        "user: plantstack\npassword_file: secrets/broker\nca: secrets/ca.pem\n"
    )
    agent = "schema: 1\nkind: mtconnect\nurl: http://cell-4:5000\n"
    connected(project, hall=mqtt, cell=agent, box=BOX.format(every="1 s", sessions=1))
    (project / "mappings" / "box.yaml").unlink()  # a plan is wanted before anything can be learnt from
    rows = {way.connection: way.as_row() for way in plan(project)}
    assert (rows["hall"]["port"], rows["hall"]["encryption"]) == (8883, "TLS")
    assert (rows["cell"]["host"], rows["cell"]["port"]) == ("cell-4", 5000)
    assert all(row["direction"] == "outbound only" and not row["writes"] for row in rows.values())
    told = CliRunner().invoke(app, ["connections", str(project), "--plan"]).output
    assert "| box | 10.0.0.5 | 502 | Modbus, TCP | none |" in told
    assert "secrets/broker" not in told
