"""Whose loss: the answer of `causes` adds up to the ledger, in JSON and for people."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.soundness.test_silent import instant, said
from tests.stack.floor import START, load, plant, written
from typer.testing import CliRunner

from plantstack.errors import QueryError
from plantstack.interfaces.cli import app
from plantstack.interfaces.tour_losses import top
from plantstack.intervals import HOUR, Interval
from plantstack.stack import Stack
from plantstack.stack.reasons.blaming import blame

STOPS = ("time_breakdown", "time_waiting", "time_other_stop", "time_micro_stop", "time_planned_overrun")
MINUTE = 1 / 60


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filler jams and the others starve; then the packer fails, then it waits for nobody."""
    folder = tmp_path_factory.mktemp("causes")
    shop = plant(folder / "p")
    rows = [
        said("order", name, 0, order="A", phase="start", product="cola-330") for name in ("filler", "packer")
    ]
    for name, delay in (("filler", 0.0), ("capper", 0.2), ("packer", 0.5)):
        state = "stopped" if name == "filler" else "starved"
        rows += [
            said("state", name, 0, state="producing"),
            said("state", name, 1 + delay * MINUTE, state=state),
        ]
        rows += [said("state", name, 1 + (10 + delay) * MINUTE, state="producing")]
        rows += [said("alive", name, 5, **{"from": instant(0), "until": instant(5)})]
    rows += [said("reason", "filler", 1.1, role="symptom", reason="bottle-jam")]
    rows += [
        said("state", "packer", 2, state="fault"),
        said("state", "packer", 2 + 6 * MINUTE, state="producing"),
    ]
    rows += [
        said("state", "packer", 4, state="starved"),
        said("state", "packer", 4 + 3 * MINUTE, state="producing"),
    ]
    rows += [said("verdict", "filler", 1.1, phase="contest", owner="production", reason="no-material")]
    rows += [said("verdict", "filler", 4, phase="accept", owner="production")]
    load(shop, written(folder, "1.ndjson", rows))
    return shop


def asked(project: Path, **more: Any) -> list[dict[str, Any]]:
    given: dict[str, Any] = {"watch": "exit", "days": (None, None), "span": None} | more
    with Stack.open(project) as stack:
        return [dict(row) for row in blame(stack.engine(), "line-1", **given).rows]


def test_causes_add_up_to_the_stops_of_the_ledger(project: Path) -> None:
    total, *causes = asked(project)
    assert total["seconds"] == sum(row["seconds"] for row in causes) == 600 + 360 + 180
    assert [(row["laid_to"], row["how"], row["reason"], row["seconds"]) for row in causes] == [
        ("filler", "passed_on", "bottle-jam", 600),
        ("packer", "own", "", 360),
        (None, "not_determined", "", 180),
    ]
    with Stack.open(project) as stack:
        (cell,) = stack.measures(STOPS, scope="packer").cells
        assert sum(Fraction(number or 0) for number in cell.sums.values()) == 1140
        (line,) = stack.measures(["time_exit_stop"], scope="line-1").cells
        assert line.sums == {"time_exit_stop": 1140}


def test_contested_minutes_stand_beside_and_the_total_stays(project: Path) -> None:
    total, jam, *_ = asked(project)
    assert (total["contested"], jam["contested"], jam["owner"]) == (600, 600, "production")


def test_every_pareto_shows_what_is_contested_and_no_total_changes(project: Path) -> None:
    with Stack.open(project) as stack:
        rows = stack.losses(scope="filler").rows
        leaves = {row["leaf"]: row for row in rows if row["row"] == "leaf"}
        assert {leaf: row["contested"] for leaf, row in leaves.items() if row["contested"]} == {
            "other_stop": 600
        }
        assert leaves["other_stop"]["seconds"] == 600
        assert next(row["residual"] for row in rows if row["row"] == "check") == 0
        told = stack.kpis(["downtime_by_category"], scope="line-1", by=["reason"]).rows
        whole = stack.kpis(["downtime_by_category"], scope="line-1").rows
        tour = Console(width=100)
        with tour.capture() as shown:
            tour.print(top(stack, "filler"))
    assert {row["scope"]["reason"]: row["contested"] for row in told if row["contested"]} == {
        "bottle-jam": 600
    }
    assert "contested" not in whole[0]
    assert sum(row["value"] for row in told) == whole[0]["value"]
    assert "contested" in shown.get()
    told_people = CliRunner().invoke(app, ["losses", str(project), "--scope", "filler"]).output
    assert "contested h" in told_people and "0.2" in told_people
    listed = CliRunner().invoke(app, ["kpi", str(project), "downtime_by_category", "--by", "reason"]).output
    assert "contested" in listed and "10 min" in listed


def test_a_window_cuts_a_stop(project: Path) -> None:
    span = Interval(START + HOUR, START + HOUR + 5 * 60_000_000)
    total, *causes = asked(project, span=span)
    assert (total["seconds"], [row["laid_to"] for row in causes]) == (270, ["filler"])


def test_a_verdict_about_no_stop_is_named(project: Path) -> None:
    with Stack.open(project) as stack:
        (note,) = blame(stack.engine(), "line-1", "exit", (None, None), None).notes
    assert note.code == "verdict-astray"
    assert re.fullmatch(
        r"a verdict about \w+ meets no stop of a reason its owner owns: \w+, \d+ Mar 2026 \d\d:\d\d C[SD]T",
        note.what,
    )


def test_only_lines_have_causes(project: Path) -> None:
    with Stack.open(project) as stack, pytest.raises(QueryError, match="scope-not-line"):
        blame(stack.engine(), "filler", "exit", (None, None), None)


def test_the_command_tells_people_and_programs(project: Path) -> None:
    told = CliRunner().invoke(app, ["causes", str(project), "--line", "line-1", "--at", "exit"])
    assert told.exit_code == 0
    words = " ".join(told.output.split())
    assert "line-1 stood 19 min" in words
    assert "10 min of it contested" in words
    assert "not determined" in words
    row = json.loads(
        CliRunner().invoke(app, ["causes", str(project), "--line", "line-1", "--at", "exit", "--json"]).output
    )
    assert [one["row"] for one in row["rows"]] == ["total", "cause", "cause", "cause"]
