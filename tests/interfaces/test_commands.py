"""The commands as people and scripts meet them: the contract of answers and exit codes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.stack.floor import START, written
from tests.stack.test_questions import shift_of_the_line

from plantstack.interfaces.cli import main
from plantstack.intervals import HOUR, rfc3339


@dataclass(frozen=True)
class Said:
    """What a command printed and how it left."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.out)
        assert set(told) == {"schema", "offset", "as_of", "rows", "problems"}
        assert told["schema"] == "plantstack/1"
        return told

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.answer["rows"]
        return rows


def plantstack(*words: object) -> Said:
    """Run a command in this process: what is printed, and the code it leaves with."""
    out, err, was = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["plantstack", *map(str, words)]
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main()
    finally:
        sys.argv = was
    return Said(int(left.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(scope="module", autouse=True)
def _wide() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "120")
        yield


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("commands")
    folder = root / "plant"
    assert plantstack("init", folder).code == 0
    loaded = plantstack("load", folder, written(root, "shift.ndjson", shift_of_the_line()), "--json")
    assert loaded.code == 0
    wanted = {"file", "accepted", "duplicates", "dead_lettered", "refused"}
    assert wanted <= set(loaded.rows[0])
    return folder


def test_a_new_project_passes_check(project: Path) -> None:
    assert plantstack("check", project).code == 0


def test_kpi_gives_the_row_of_the_contract(project: Path) -> None:
    told = plantstack("kpi", project, "oee,availability", "--scope", "filler", "--json")
    assert told.code == 0
    assert [row["kpi"] for row in told.rows] == ["oee", "availability"]
    assert told.answer["offset"] == 23
    assert told.answer["as_of"] == {"tulsa": rfc3339(START + 8 * HOUR)}


def test_kpi_for_people_shows_bars_changes_and_reasons(project: Path) -> None:
    told = plantstack("kpi", project, "availability,quality_events", "--scope", "filler", "--grain", "hour")
    assert told.code == 0
    assert "██" in told.out
    assert "-100.0 pt" in told.out
    told_plainly = "not computable, because no quality event was ever recorded: record holds,"
    assert told_plainly in " ".join(told.out.split())
    assert "(needs quality_event)" in " ".join(told.out.split())


def test_ndjson_streams_rows(project: Path) -> None:
    told = plantstack("kpi", project, "run_time", "--by", "machine", "--ndjson")
    assert [json.loads(line)["value"] for line in told.out.splitlines()] == [7 * 3600, 8 * 3600]


def test_ledger_tiles_the_time(project: Path) -> None:
    rows = plantstack("ledger", project, "--machine", "acme/tulsa/packing/line-1/filler", "--json").rows
    wanted = {"from", "to", "account", "reason", "order", "product", "shift", "open", "events"}
    assert wanted <= set(rows[0])
    assert all(one["to"] == other["from"] for one, other in pairwise(rows))
    since, until = rfc3339(START + HOUR), rfc3339(START + 2 * HOUR)
    inner = plantstack(
        "ledger", project, "--machine", "filler", "--from", since, "--to", until, "--json"
    ).rows
    assert (inner[0]["from"], inner[-1]["to"]) == (since, until)
    assert "breakdown" in plantstack("ledger", project, "--machine", "filler").out


def test_explain_ends_at_events_and_its_sums_close(project: Path) -> None:
    rows = plantstack("explain", project, "oee", "--scope", "filler", "--json").rows
    kinds = [row["row"] for row in rows]
    assert [kind for kind in dict.fromkeys(kinds)] == ["kpi", "measure", "part", "entry", "event"]
    assert {row["residual"] for row in rows if row["row"] == "measure"} == {0}
    entries = [row for row in rows if row["row"] == "entry"]
    assert all(row["events"] for row in entries)
    assert sum(row["good"] for row in rows if row["row"] == "event") == 8000
    assert "time_run" in plantstack("explain", project, "oee", "--scope", "filler").out


def test_rebuild_and_verify_agree(project: Path) -> None:
    assert plantstack("rebuild", project, "--verify").code == 0
    assert plantstack("rebuild", project).code == 0
    assert plantstack("rebuild", project, "--verify", "--json").rows == [{"verified": True}]


def test_as_known_at_an_offset_and_an_instant(project: Path) -> None:
    before = plantstack("kpi", project, "good_parts", "--scope", "filler", "--as-known-at", "9", "--json")
    assert before.answer["offset"] == 9
    assert before.rows[0]["value"] == 1000
    later = plantstack(
        "kpi", project, "good_parts", "--scope", "filler", "--as-known-at", "2100-01-01T00:00:00Z", "--json"
    )
    assert later.rows[0]["value"] == 8000
    beyond = plantstack("kpi", project, "good_parts", "--as-known-at", "99999", "--json")
    assert (beyond.code, beyond.answer["problems"][0]["code"]) == (2, "offset-unknown")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nonsense"], "kpi-unknown"),
        (["oee", "--by", "reason"], "kpi-split"),
        (["oee", "--scope", "nowhere"], "scope-unknown"),
        (["oee", "--from", "2026-03-02", "--to", "2026-03-02T06:00:00Z"], "time-unreadable"),
        (["oee", "--from", "2026-03-04", "--to", "2026-03-02"], "time-unreadable"),
        (["oee", "--from", "2026-02-30"], "time-unreadable"),
        (["oee", "--structure", "as-if"], "time-unreadable"),
    ],
)
def test_wrong_questions_leave_with_2(project: Path, words: list[str], code: str) -> None:
    told = plantstack("kpi", project, *words, "--json")
    assert (told.code, told.answer["problems"][0]["code"]) == (2, code)
    assert plantstack("kpi", project, *words).out == ""


def test_no_project_leaves_with_1(tmp_path: Path) -> None:
    told = plantstack("kpi", tmp_path / "none", "oee", "--json")
    assert (told.code, told.answer["problems"][0]["code"]) == (1, "project-missing")


def test_bad_rows_leave_with_1_and_good_ones_stay(tmp_path: Path) -> None:
    folder = tmp_path / "plant"
    plantstack("init", folder)
    rows = shift_of_the_line()
    rows.insert(3, {**rows[0], "key": "wrong", "state": "dancing"})
    told = plantstack("load", folder, written(tmp_path, "mixed.ndjson", rows), "--json")
    assert told.code == 1
    assert (told.rows[0]["accepted"], told.rows[0]["dead_lettered"]) == (len(rows) - 1, 1)
    assert "line 4" in told.answer["problems"][0]["where"]
    assert plantstack("kpi", folder, "good_parts", "--scope", "line-1", "--json").rows[0]["value"] == 7200


def test_backup_and_restore_give_the_same_numbers(project: Path, tmp_path: Path) -> None:
    assert plantstack("backup", project, tmp_path / "b.zst").code == 0
    assert plantstack("restore", tmp_path / "b.zst", tmp_path / "again").code == 0
    told = [
        plantstack("kpi", folder, "--layer", "1", "--json").rows for folder in (project, tmp_path / "again")
    ]
    assert told[0] == told[1]


def test_an_empty_project_has_no_numbers_and_no_crash(tmp_path: Path) -> None:
    folder = tmp_path / "plant"
    plantstack("init", folder)
    assert plantstack("kpi", folder, "oee", "--json").rows == []
    assert "nothing in the books" in plantstack("kpi", folder, "oee").out
    assert plantstack("ledger", folder, "--machine", "filler", "--json").rows == []
    assert plantstack("rebuild", folder, "--verify").code == 0


def test_people_see_a_bar_of_bytes_while_a_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert plantstack("init", tmp_path / "plant").code == 0
    path = written(tmp_path, "shift.ndjson", shift_of_the_line())
    size = path.stat().st_size / 1000
    shown = plantstack("load", tmp_path / "plant", path).err
    assert f"{size:.1f}/{size:.1f} kB" in shown
    assert "shift.ndjson" in shown
    assert "\u2501" in shown, "a bar"
    assert not plantstack("load", tmp_path / "plant", path, "--json").err


def test_a_conflict_is_told_and_counted(tmp_path: Path) -> None:
    folder = tmp_path / "plant"
    plantstack("init", folder)
    rows = shift_of_the_line()[:2]
    told = plantstack("load", folder, written(tmp_path, "c.ndjson", [*rows, {**rows[0], "state": "idle"}]))
    assert told.code == 0
    assert "something else under a source and key told before" in " ".join(told.out.split())
    again = plantstack(
        "load", folder, written(tmp_path, "d.ndjson", [{**rows[0], "state": "fault"}]), "--json"
    )
    assert again.rows[0]["conflicts"] == 1


def test_what_is_not_given_to_a_formula_is_named() -> None:
    told = plantstack("kpi", "eval", "oee", "--measures", '{"time_run": 100}')
    assert "taken as 0" in told.out
    assert "time_ideal_good" in told.out


def test_the_module_is_a_command(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "plantstack", "check", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 1
    assert "project-missing" in told.stderr


def test_every_command_explains_itself() -> None:
    listed = plantstack("--help").out
    for command in (
        "init",
        "check",
        "load",
        "kpi",
        "ledger",
        "explain",
        "rebuild",
        "backup",
        "restore",
        "demo",
    ):
        assert command in listed
        assert "Usage" in plantstack(command, "--help").out


def test_a_seed_below_zero_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    assert plantstack("demo", tmp_path / "demo", "--seed", "-5").code == 2
    assert not (tmp_path / "demo").exists()


def test_backup_overwrites_only_when_told(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "site.tar"
    assert plantstack("backup", project, file).code == 0
    before = file.read_bytes()
    again = plantstack("backup", project, file, "--json")
    assert again.code == 1
    assert [problem["code"] for problem in again.answer["problems"]] == ["backup-exists"]
    assert file.read_bytes() == before
    assert plantstack("backup", project, file, "--force").code == 0


def test_a_measure_given_twice_is_refused() -> None:
    told = plantstack("kpi", "eval", "oee", "--measures", '{"time_run": 1, "time_run": 2}')
    assert told.code == 2
    assert "gives 'time_run' twice" in told.err
    assert "measures-twice" in told.err
