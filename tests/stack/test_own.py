"""A plant's own KPIs in its project: shown, explained, versioned, refused when broken, dated by the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.kpis.test_own import HEAD, kpi
from tests.stack.floor import NOW, load, plant, written
from tests.stack.test_questions import HOUR, shift_of_the_line

from plantstack.errors import ConfigError, QueryError
from plantstack.stack import Stack

OWN = HEAD + kpi("jam_share", formula="time_run / PPT", better="up", version="3")
OWN += kpi("jam_points", formula="jam_share", uses="[jam_share]")
AIM = "targets: [{kpi: jam_share, at: [filler], value: 99 %, owner: lead}]\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("own")
    project = plant(root / "p")
    load(project, written(root, "1.ndjson", shift_of_the_line()))
    (project / "kpis.yaml").write_text(OWN, "utf-8")
    (project / "targets.yaml").write_text(AIM, "utf-8")
    with Stack.open(project, write=True) as stack:
        stack.rebuild(now=NOW + HOUR)
    return project


@pytest.fixture(scope="module")
def stack(project: Path) -> Any:
    with Stack.open(project) as opened:
        yield opened


def test_check_knows_them_and_their_targets(project: Path) -> None:
    assert Stack.check(project) == []


def test_they_are_shown_with_their_layer_and_named_with_their_version(stack: Stack) -> None:
    shown = {row["kpi"]: row for row in stack.kpis(layer=2, scope="filler").rows}
    row = shown["jam_share"]
    assert row["value"] == pytest.approx(7 / 8)  # an hour of eight; it ran through the pause
    assert (row["version"], row["layer"], row["trust"]["grade"]) == (3, 2, "A")
    assert (row["target"], row["status"]) == (0.99, "missed")
    assert shown["jam_points"]["value"] == row["value"]
    assert stack.kpi_names()["jam_share"] == "Jam share"


def test_they_are_explained_down_to_the_events(stack: Stack) -> None:
    rows = stack.explain("jam_points", scope="filler").rows
    assert rows[0]["formula"] == "jam_share"
    assert {row["measure"] for row in rows if row["row"] == "measure"} >= {"time_breakdown"}
    assert any(row["row"] == "entry" and row["events"] for row in rows)


def test_before_they_were_written_nobody_knew_them(stack: Stack) -> None:
    with pytest.raises(QueryError, match="there is no kpi 'jam_share'"):
        stack.kpis(["jam_share"], known_at=stack.log.last_offset() - 1)


def test_a_broken_file_stops_everything_and_check_names_it(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    (project / "kpis.yaml").write_text(HEAD + kpi("oee"), "utf-8")
    assert [problem.code for problem in Stack.check(project)] == ["kpi-shadow"]
    with pytest.raises(ConfigError, match="a shipped KPI is called 'oee'"), Stack.open(project):
        pass
    (project / "kpis.yaml").write_text("kpis: {a: 1}\n", "utf-8")
    assert {problem.code for problem in Stack.check(project)} == {"key-missing", "value-wrong"}


def test_the_file_is_one_section_of_the_plant(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    (project / "kpis.yaml").write_text(OWN, "utf-8")
    (project / "more.yaml").write_text("own_kpis: {schema: plantstack-kpis/1}\n", "utf-8")
    assert [problem.code for problem in Stack.check(project)] == ["section-twice"]


def test_a_kpi_not_yet_taken_in_is_unknown_with_what_takes_it_in(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", shift_of_the_line()))
    with pytest.raises(QueryError) as error, Stack.open(project) as stack:
        stack.kpis(["jam_share"], scope="filler")
    assert [one.code for one in error.value.problems] == ["kpi-unknown"]
    (project / "kpis.yaml").write_text(OWN, "utf-8")
    with pytest.raises(QueryError) as error, Stack.open(project) as stack:
        stack.kpis(["jam_share"], scope="filler")
    assert [one.code for one in error.value.problems] == ["kpi-unknown", "config-unrecorded"]
    assert "plantstack rebuild" in error.value.problems[1].fix
