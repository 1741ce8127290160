"""The commands about targets and previews: tables for people, rows for scripts, exit codes."""

from __future__ import annotations

from pathlib import Path
from shutil import copy, copytree

import pytest
from tests.interfaces.test_commands import plantstack
from tests.kpis.test_own import HEAD, kpi
from tests.stack.floor import written
from tests.stack.test_targets_proposed import seventy_days

from plantstack.stack import Stack

FILES = """\
targets:
  - {kpi: mttr, at: [filler], value: 1 min}
  - {kpi: good_parts, at: [line-1], value: 1000, per: month}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("commands")
    Stack.init(root / "p")
    (root / "p" / "targets.yaml").write_text(FILES, "utf-8")
    assert plantstack("load", root / "p", written(root, "1.ndjson", seventy_days())).code == 0
    return root / "p"


def test_a_proposal_ends_in_yaml_to_paste(project: Path, tmp_path: Path) -> None:
    said = plantstack("targets", project, "propose", "mttr,crew_present_ratio", "--scope", "filler")
    assert said.code == 0
    start = said.out.index("targets:\n")
    pasted = said.out[start : said.out.index("\n\n", start)]
    for path in project.glob("*.yaml"):
        copy(path, tmp_path)
    (tmp_path / "targets.yaml").write_text(pasted + "\n", "utf-8")
    assert Stack.check(tmp_path) == []
    assert "agree a band" in " ".join(said.out.split())
    rows = plantstack("targets", project, "propose", "mttr", "--scope", "filler", "--json").rows
    assert [row["kpi"] for row in rows] == ["mttr"]


def test_a_budget_is_checked_step_by_step(project: Path) -> None:
    said = plantstack("targets", project, "check")
    assert said.code == 0
    assert "expected losses" in " ".join(said.out.split())
    steps = [row["step"] for row in plantstack("targets", project, "check", "--json").rows]
    assert steps[:4] == ["budget", "calendar", "planned stops", "expected losses"]


def test_without_budget_or_target_nothing_is_said_of_missing_data(project: Path, tmp_path: Path) -> None:
    copytree(project, tmp_path / "p")
    (tmp_path / "p" / "targets.yaml").unlink()
    assert plantstack("rebuild", tmp_path / "p").code == 0
    checked, reviewed = (plantstack("targets", tmp_path / "p", what) for what in ("check", "review"))
    assert "There is no budget to check." in checked.out and "Agree one" in " ".join(checked.out.split())
    assert "No target stands here" in reviewed.out
    assert "Nothing was told" not in checked.out + reviewed.out


def test_a_review_says_what_is_proposed_and_why(project: Path) -> None:
    said = plantstack("targets", project, "review")
    assert "too early" in said.out
    rows = plantstack("targets", project, "review", "--json").rows
    assert {row["kpi"] for row in rows} == {"mttr", "good_parts"}


def test_an_unknown_question_or_kpi_is_a_mistake_of_use(project: Path) -> None:
    wrong = plantstack("targets", project, "revue")
    assert (wrong.code, "did you mean 'review'?" in wrong.err) == (2, True)
    assert plantstack("targets", project, "propose", "mtr").code == 2
    assert plantstack("kpi", "preview", project).code == 2


def test_a_preview_shows_what_moves(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_text(HEAD + kpi("jam_share", formula="time_run / PPT"), "utf-8")
    said = plantstack("kpi", "preview", project, "--kpis", file, "--scope", "filler")
    assert said.code == 0
    assert "Jam share" in said.out
    assert "0 of 3 values stay as they are." in said.out
    rows = plantstack("kpi", "preview", project, "--kpis", file, "--scope", "filler", "--json").rows
    assert [(row["now"], row["changed"]) for row in rows] == [(None, True)] * 3
    file.write_text(HEAD + kpi("oee"), "utf-8")
    assert plantstack("kpi", "preview", project, "--kpis", file).code == 1


def test_the_table_of_kpis_shows_target_and_difference(project: Path) -> None:
    said = plantstack("kpi", project, "mttr", "--scope", "filler", "--grain", "week")
    told = " ".join(said.out.split())
    assert all(word in told for word in ("target", "off by", "missed", "1 min"))
