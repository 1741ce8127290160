"""What somebody who set out to break it found; origins in README.md of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.interfaces.test_commands import plantstack
from tests.soundness.test_silent import instant, said, value
from tests.stack.floor import load, plant, written

from plantstack.intervals import HOUR
from plantstack.stack import Stack


def edited(project: Path, old: str, new: str) -> Path:
    path = project / "plant.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return project


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "    label: Capper\n    under: line-1\n",
            "    label: Capper\n"
            "    placed: [{under: packing, until: 2025-06-01}, {under: line-1, from: 2025-06-01}]\n",
        ),
        ("    exit: packer ", "    exit: [{is: capper}, {is: packer, from: 2025-06-01}] "),
    ],
)
def test_a_move_before_the_books_begin_counts_nothing_twice(tmp_path: Path, old: str, new: str) -> None:
    project = edited(plant(tmp_path / "p"), old, new)
    rows = [said("state", "capper", 0, state="producing"), said("count", "capper", 0.5, good=10)]
    rows += [said("state", "capper", 1, state="off"), said("alarm", "capper", 1.1, code="7", phase="on")]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        (cell,) = stack.measures(["time_run", "qty_counted"]).cells
        assert cell.sums == {"time_run": 3600, "qty_counted": 10}
        assert [row["scope"]["line"] for row in stack.kpis(["run_time"], by=["line"]).rows] == ["line-1"]


def test_a_placement_after_the_books_can_be_asked_for(tmp_path: Path) -> None:
    moved = "placed: [{under: line-1, until: 2027-06-01}, {under: packing, from: 2027-06-01}]"
    new = f"    label: Capper\n    {moved}\n"
    project = edited(plant(tmp_path / "p"), "    label: Capper\n    under: line-1\n", new)
    rows = [said("state", "capper", 0, state="producing"), said("state", "capper", 1, state="off")]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        assert value(stack, "run_time", scope="line-1") == 3600
        assert stack.kpis(["run_time"], scope="line-1", structure="2027-07-01").rows == []
        assert value(stack, "run_time", scope="packing", structure="2027-07-01") == 3600


def test_what_silence_has_ended_stays_ended_over_a_border(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    # idle at 03:00, first sign more than an hour later; the day ends at 06:00
    rows = [said("order", "filler", 20, order="A", phase="start", product="cola-330")]
    rows += [said("state", "filler", 21, state="producing")]
    rows += [said("count", "filler", hours, good=5) for hours in (23.75, 24.3, 24.8, 25.5, 26.3)]
    rows += [said("state", "filler", 27, state="producing"), said("state", "filler", 27.5, state="stopped")]
    load(project, written(tmp_path, "1.ndjson", rows))
    load(project, written(tmp_path, "2.ndjson", [said("count", "filler", 25.6, good=5)]))
    with Stack.open(project) as stack:
        assert stack.verify() == []
        (cell,) = stack.measures(["time_unknown"], scope="filler", days=("2026-03-04", None)).cells
        assert (cell.sums["time_unknown"] or 0) > 0


def test_an_alive_interval_over_a_border_is_one_sign(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [said("state", "filler", 23.5, state="producing"), said("state", "filler", 28, state="stopped")]
    rows += [said("alive", "filler", 27.5, **{"from": instant(23.5), "until": instant(27.5)})]
    load(project, written(tmp_path, "1.ndjson", rows))
    load(project, written(tmp_path, "2.ndjson", [said("count", "filler", 25.7, good=5)]))
    with Stack.open(project) as stack:
        assert stack.verify() == []
        run = sum(cell.sums["time_run"] or 0 for cell in stack.measures(["time_run"], scope="filler").cells)
        assert run == 4.5 * 3600


def test_an_order_resumed_keeps_its_lineage_over_a_border(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [said("order", "filler", 20, order="A", phase="start", product="cola-330")]
    rows += [said("order", "filler", 21, order="A", phase="end")]
    rows += [said("order", "filler", 22, order="A", phase="start", product="cola-330")]
    rows += [said("state", "filler", 20 + hours / 2, state="producing") for hours in range(20)]
    load(project, written(tmp_path, "1.ndjson", rows))
    load(project, written(tmp_path, "2.ndjson", [said("state", "filler", 26.2, state="idle")]))
    with Stack.open(project) as stack:
        assert stack.verify() == []


def test_a_window_may_be_open_at_one_end(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [said("state", "filler", 0, state="producing"), said("state", "filler", 1, state="fault")]
    load(project, written(tmp_path, "1.ndjson", [*rows, said("state", "filler", 2, state="producing")]))
    for words in (["--from", instant(0.5)], ["--to", instant(0.5)], ["--from", "2026-03-03T06:30:00"]):
        told = plantstack("kpi", project, "run_time", "--scope", "filler", *words, "--json")
        assert (told.code, told.rows[0]["value"]) == (0, 1800)
    assert plantstack("explain", project, "run_time", "--scope", "filler", "--from", instant(0.5)).code == 0


@pytest.mark.parametrize("number", ["1e999999999", "-1e999999999", "1e-999999999", "-5"])
def test_numbers_of_no_sum_are_refused_at_once(number: str) -> None:
    told = plantstack("kpi", "eval", "oee", "--measures", f'{{"time_run": {number}}}', "--json")
    assert (told.code, told.answer["problems"][0]["code"]) == (2, "measure-number")


def test_a_lake_cut_short_is_derived_again(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [said("state", "filler", 0, state="producing"), said("state", "filler", 1, state="fault")]
    load(project, written(tmp_path, "1.ndjson", rows))
    for path in (project / "lake").rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:50])
    with Stack.open(project) as stack:
        assert value(stack, "run_time", scope="filler") == HOUR // 1_000_000
    assert plantstack("rebuild", project).code == 0
    assert plantstack("rebuild", project, "--verify").code == 0


def test_a_machine_that_stands_nowhere_is_a_problem(tmp_path: Path) -> None:
    project = edited(
        plant(tmp_path / "p"), "    label: Capper\n    under: line-1\n", "    label: Capper\n    placed: []\n"
    )
    told = plantstack("check", project, "--json")
    assert told.code == 1
    assert "placement-none" in {problem["code"] for problem in told.answer["problems"]}


def test_a_target_told_for_a_day_is_of_that_day_on_the_wall(tmp_path: Path) -> None:
    project = edited(plant(tmp_path / "p"), "zone: America/Chicago", "zone: Asia/Kolkata")
    (project / "targets.yaml").write_text(
        "targets: [{kpi: availability, at: [filler], value: 90 %, from: 2026-03-01}]\n", "utf-8"
    )
    told = said(
        "target", "filler", -60, kpi="availability", value=0.4, **{"from": "2026-03-01T00:00:00+05:30"}
    )
    rows = [said("state", "filler", 0, state="producing"), said("state", "filler", 4, state="off"), told]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        (row,) = stack.kpis(["availability"], scope="filler").rows
        assert row["target"] == 0.4  # of two from the same day that of the event
