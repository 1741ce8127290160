"""Wrong or missing answers a first user met; origins in README.md of this folder."""

from __future__ import annotations

from pathlib import Path

from tests.soundness.test_silent import instant, said
from tests.stack.floor import Wire, load, plant, written

from plantstack.stack import Stack


def two_of_a_line() -> list[Wire]:
    """Filler and packer run for four hours; the packer counts what leaves the line."""
    rows: list[Wire] = []
    for machine in ("filler", "packer"):
        rows += [said("order", machine, 0, order="A", phase="start", product="cola-330")]
        rows += [said("state", machine, 0, state="producing")]
        rows += [said("alive", machine, 4, **{"from": instant(0), "until": instant(4)})]
    return [*rows, said("count", "packer", 2, good=100)]


def test_two_contents_told_at_the_same_time_are_a_conflict_and_no_crash(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    run, idle = said("state", "filler", 0, state="producing"), said("state", "filler", 0, state="idle")
    rows = [{**run, "key": "4"}, {**idle, "key": "4"}, said("alarm", "filler", 1, code="7", phase="on")]
    load(project, written(tmp_path, "1.ndjson", rows))
    load(project, written(tmp_path, "2.ndjson", [{**run, "key": "4", "state": "stopped"}]))
    with Stack.open(project) as stack:
        assert stack.ledger("filler").num_rows > 0
        assert stack.verify() == []


def test_what_a_line_put_out_does_not_hang_on_machines_before_its_exit(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [*two_of_a_line(), said("count", "filler", 2, total=500), said("count", "capper", 2, total=500)]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        found = {row["kpi"]: row for row in stack.kpis(["good_parts", "oee"], scope="line-1").rows}
        assert found["good_parts"]["value"] == 100
        assert found["good_parts"]["trust"]["grade"] == "A"
        assert found["oee"]["value"] is None  # the filler says nothing about good pieces


def test_a_machine_that_never_counted_has_no_output_of_zero(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", two_of_a_line()))
    with Stack.open(project) as stack:
        rows = stack.kpis(["oee", "good_parts"], by=["machine"]).rows
        told = {(row["scope"]["machine"], row["kpi"]): (row["value"], row["why_none"]) for row in rows}
        assert told["filler", "oee"] == told["filler", "good_parts"] == (None, "needs count")
        assert told["packer", "good_parts"] == (100, "")


def test_an_exit_that_never_counted_gives_its_line_no_zero(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [row for row in two_of_a_line() if row["kind"] != "count"]
    load(project, written(tmp_path, "1.ndjson", [*rows, said("count", "filler", 2, good=100)]))
    with Stack.open(project) as stack:
        row = stack.kpis(["good_parts"], scope="line-1").rows[0]
        assert (row["value"], row["why_none"]) == (
            None,
            "needs count: packer at the exit of line-1 never told any",
        )


def test_a_stop_over_the_change_of_shifts_is_open_where_the_first_ends(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [said("state", "filler", 0, state="producing"), said("state", "filler", 7.5, state="fault")]
    rows += [said("state", "filler", 8.4, state="producing"), said("count", "filler", 9, good=1)]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        cells = stack.measures(["n_open_stop"], scope="filler", grain="shift").cells
        assert [cell.sums["n_open_stop"] for cell in cells] == [1, 0]


def test_work_in_a_break_and_outside_the_shifts_says_why_it_is_cut(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", two_of_a_line()))
    with Stack.open(project) as stack:
        told = stack.ledger("filler").to_pylist()
    assert [(row["account"], row["beside"]) for row in told] == [
        ("run", ""),
        ("run", "break worked through"),
        ("run", ""),
    ]


def test_time_outside_the_shifts_is_no_day_and_comes_in_its_order(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [said("state", "filler", 0, state="producing")]
    rows += [said("alive", "filler", 30, **{"from": instant(0), "until": instant(30)})]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        told = stack.kpis(["run_time"], scope="filler", grain="shift").rows
        assert [(row["period"]["label"], row["value"]) for row in told] == [
            ("2026-03-03 early", 8 * 3600),
            ("2026-03-03 late", 8 * 3600),
            ("2026-03-03 outside the shifts", 8 * 3600),
            ("2026-03-04 early", 6 * 3600),
        ]


def test_unknown_time_of_a_typed_log_is_no_matter_of_power_and_network_alone(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    typed = {"source": "person-1"}
    rows = [{**said("state", "filler", hours, state="producing"), **typed} for hours in (0, 50)]
    rows += [{**said("count", "filler", 51, good=100), **typed}]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        limits = stack.kpis(["run_time"], scope="filler").rows[0]["trust"]["limits"]
    steps = {one["measure"]: one["step"] for one in limits}
    assert "of a log or file load the missing days" in steps["time_unknown"]
