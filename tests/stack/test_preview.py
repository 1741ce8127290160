"""What a change would do to history: by definition, by standard, by reason; and that nothing of it stays."""

from __future__ import annotations

from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from tests.kpis.test_own import HEAD, kpi
from tests.stack.floor import load, plant, written
from tests.stack.test_questions import said, shift_of_the_line

from plantstack.errors import ConfigError, QueryError
from plantstack.stack import Stack
from plantstack.stack.claims.previewing import Change, preview

OWN = HEAD + kpi("jam_share", formula="time_breakdown / PPT")
OWN += kpi("jam_points", formula="jam_share", uses="[jam_share]")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("preview")
    project = plant(root / "p")
    (project / "kpis.yaml").write_text(OWN, "utf-8")
    why = said("reason", "filler", 121, "why", role="symptom", reason="electrical")
    load(project, written(root, "1.ndjson", [*shift_of_the_line(), why]))
    return project


def state(project: Path) -> dict[str, bytes]:
    """Everything a preview must leave alone."""
    kept = [
        path for folder in ("lake", "reported") for path in (project / folder).rglob("*") if path.is_file()
    ]
    return {str(path.relative_to(project)): path.read_bytes() for path in kept}


def previewed(project: Path, change: Change, *ids: str, **asked: Any) -> dict[str, Any]:
    before = state(project)
    with Stack.open(project) as stack:
        offset = stack.log.last_offset()
        table = preview(stack.desk, stack.engine(), change, ids, **{"scope": "filler", **asked})
        assert stack.log.last_offset() == offset
        again = stack.kpis(["oee"], scope="filler").rows[0]["value"]
    assert state(project) == before
    with Stack.open(project) as stack:
        assert stack.kpis(["oee"], scope="filler").rows[0]["value"] == again
    rows = {row["kpi"]: row for row in table.rows}
    return {**rows, "notes": [problem.code for problem in table.notes]}


def file(folder: Path, text: str) -> Change:
    path = folder / "new.yaml"
    path.write_text(text, "utf-8")
    return Change(kpis=path)


def edited(project: Path, folder: Path, name: str, old: str, new: str) -> Change:
    """A copy of the plant files with one thing changed."""
    for path in project.glob("*.yaml"):
        copy(path, folder)
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    return Change(plant=folder)


def test_a_changed_definition_moves_what_stands_on_it(project: Path, tmp_path: Path) -> None:
    new = OWN.replace("time_breakdown / PPT", "time_run / PPT", 1)
    new = new.replace("    name: Jam share\n", "    version: 2\n    name: Run share\n", 1)
    found = previewed(project, file(tmp_path, new))
    assert set(found) == {"jam_share", "jam_points", "notes"}
    row = found["jam_share"]
    assert (row["now"], row["then"]) == (pytest.approx(1 / 8), pytest.approx(7 / 8))
    assert row["difference"] == pytest.approx(6 / 8)
    assert (row["sides"]["now"]["version"], row["sides"]["then"]["version"]) == (1, 2)
    assert found["jam_points"]["difference"] == row["difference"]
    assert (row["period"]["label"], row["name"], found["notes"]) == ("2026-03", "Run share", [])


def test_a_definition_that_changes_without_a_new_version_is_named(project: Path, tmp_path: Path) -> None:
    found = previewed(project, file(tmp_path, OWN.replace("time_breakdown / PPT", "time_run / PPT", 1)))
    assert found["notes"] == ["kpi-version"]


def test_what_is_new_or_gone_stands_on_one_side(project: Path, tmp_path: Path) -> None:
    found = previewed(project, file(tmp_path, HEAD + kpi("fresh", formula="time_run / PPT")))
    assert (found["fresh"]["now"], found["fresh"]["then"]) == (None, pytest.approx(7 / 8))
    assert (found["jam_share"]["then"], found["jam_share"]["changed"]) == (None, True)
    assert found["fresh"]["difference"] is None


def test_the_same_file_changes_nothing(project: Path, tmp_path: Path) -> None:
    assert set(previewed(project, file(tmp_path, OWN))) == {"notes"}
    found = previewed(project, file(tmp_path, OWN), "jam_share", "oee")
    assert [found[name]["changed"] for name in ("jam_share", "oee")] == [False, False]


def test_a_faster_ideal_lowers_performance_and_no_availability(project: Path, tmp_path: Path) -> None:
    change = edited(project, tmp_path, "products.yaml", "ideal: 600/min", "ideal: 1200/min")
    found = previewed(project, change, "performance", "availability", "oee")
    assert found["performance"]["then"] == pytest.approx(found["performance"]["now"] / 2)
    assert found["oee"]["difference"] < 0
    assert found["availability"]["changed"] is False


def test_a_reason_moved_to_another_account_moves_its_time(project: Path, tmp_path: Path) -> None:
    change = edited(project, tmp_path, "reasons.yaml", "account: breakdown", "account: waiting")
    found = previewed(project, change, "stop_time", "jam_share")
    assert found["stop_time"]["difference"] == 0
    assert found["jam_share"]["difference"] == pytest.approx(-1 / 8)


def test_a_new_target_changes_statuses_alone(project: Path, tmp_path: Path) -> None:
    for path in project.glob("*.yaml"):
        copy(path, tmp_path)
    (tmp_path / "targets.yaml").write_text("targets: [{kpi: oee, at: [filler], value: 1 %}]\n", "utf-8")
    row = previewed(project, Change(plant=tmp_path), "oee")["oee"]
    assert row["difference"] == 0
    assert (row["sides"]["now"]["status"], row["sides"]["then"]["status"]) == ("no target", "met")


def test_what_cannot_be_previewed_says_why(project: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="nothing would change"):
        previewed(project, Change())
    with pytest.raises(ConfigError, match=r"new.yaml:4.*a shipped KPI is called 'oee'"):
        previewed(project, file(tmp_path, HEAD + kpi("oee")))
    with pytest.raises(ConfigError, match=r"none.yaml"):
        previewed(project, Change(kpis=tmp_path / "none.yaml"))
    with pytest.raises(QueryError, match=r"there is no kpi 'jam_shar'. did you mean 'jam_share'?"):
        previewed(project, file(tmp_path, OWN), "jam_shar")
    (tmp_path / "other").mkdir()
    change = edited(project, tmp_path / "other", "plant.yaml", "project: ", "project: x")
    with pytest.raises(QueryError, match="files are of the project"):
        previewed(project, change)


def test_an_empty_plant_has_no_history_to_change(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    with Stack.open(project) as stack:
        assert preview(stack.desk, stack.engine(), file(tmp_path, OWN)).rows == []
