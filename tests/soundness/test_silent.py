"""Wrong numbers that once came out silently; origins in README.md of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.stack.floor import START, Wire, load, plant, written

from plantstack.intervals import HOUR, rfc3339
from plantstack.stack import Stack


def said(kind: str, machine: str, hours: float, **fields: object) -> Wire:
    at = rfc3339(START + round(hours * HOUR))
    key = f"{kind} {machine} {hours} {sorted(fields)}"
    return {"kind": kind, "equipment": machine, "at": at, "source": "plc", "key": key, **fields}


def value(stack: Stack, kpi: str, **asked: Any) -> Any:
    return stack.kpis([kpi], **asked).rows[0]["value"]


def instant(hours: float) -> str:
    return rfc3339(START + round(hours * HOUR))


def test_a_changeover_over_the_weekend_is_one(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    # Friday 21:00 to the end of the shift, and on Monday from 06:00 (of summer time); on Saturday
    # somebody looks
    first = [said("state", "filler", 72, state="producing"), said("state", "filler", 87, state="setup")]
    first += [said("state", "filler", 88, state="off")]
    first += [said("alive", "filler", 110, **{"from": instant(72), "until": instant(110)})]
    second = [said("state", "filler", 143, state="setup"), said("state", "filler", 144, state="producing")]
    second += [said("alive", "filler", 146, **{"from": instant(110), "until": instant(146)})]
    load(project, written(tmp_path, "1.ndjson", first))
    load(project, written(tmp_path, "2.ndjson", second))
    with Stack.open(project) as stack:
        (cell,) = stack.measures(["n_changeover", "time_setup"], scope="filler").cells
        assert cell.sums == {"n_changeover": 1, "time_setup": 2 * 3600}
        assert stack.verify() == []


def test_a_plan_of_the_line_is_attained(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    slot = {"product": "cola-330", "qty": 100, "from": instant(0), "until": instant(4)}
    rows = [{**said("plan", "line-1", -20, **slot)}]
    rows += [said("order", "packer", 0, order="A", phase="start", product="cola-330")]
    rows += [said("state", "packer", 0, state="producing"), said("count", "packer", 1, good=80)]
    rows += [said("alive", "packer", 5, **{"from": instant(0), "until": instant(5)})]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        assert value(stack, "schedule_attainment", scope="line-1") == 0.8


def test_a_sheet_handed_in_at_the_end_is_no_night_shift(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [{**said("state", "capper", 10, state="producing"), "source": "person-1"}]
    sheet = said("count", "capper", 16, good=100, **{"from": instant(10)})  # 22:00, the end of the late shift
    rows += [{**sheet, "source": "person-1"}, said("alarm", "filler", 20, code="7", phase="on")]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        late = stack.measures(["time_run"], scope="capper", span=None, grain="shift").cells
        assert {cell.label: cell.sums["time_run"] for cell in late}["2026-03-03 outside the shifts"] == 0


def test_a_late_sign_of_life_reaches_back_over_midnight(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [said("state", "filler", 0, state="producing")]
    rows += [said("alive", "filler", 23.5, **{"from": instant(0), "until": instant(23.5)})]
    rows += [said("state", "filler", 30, state="producing")]
    load(project, written(tmp_path, "1.ndjson", rows))
    load(project, written(tmp_path, "2.ndjson", [said("count", "filler", 24.25, good=5)]))
    with Stack.open(project) as stack:
        run = stack.measures(["time_run"], scope="filler", grain="day").cells
        assert run[0].sums["time_run"] == 24 * 3600
        assert stack.verify() == []


def test_the_order_of_building_is_seen_over_all_periods(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [
        {
            **said(
                "plan",
                "line-1",
                -20,
                product="cola-330",
                qty=100,
                **{"from": instant(0), "until": instant(4)},
            )
        }
    ]
    rows += [said("order", "packer", 0, order="A", phase="start", product="cola-330")]
    rows += [said("state", "packer", 0, state="producing"), said("count", "packer", 1, good=100)]
    rows += [said("alive", "packer", 5, **{"from": instant(0), "until": instant(5)})]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        assert value(stack, "build_to_schedule", scope="line-1") == 1
        assert value(stack, "build_to_schedule", scope="line-1", grain="shift") == 1


def test_an_empty_answer_is_zero_where_there_is_time(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(
        project,
        written(
            tmp_path,
            "1.ndjson",
            [said("state", "filler", 0, state="producing"), said("alarm", "filler", 1, code="7", phase="on")],
        ),
    )
    with Stack.open(project) as stack:
        (cell,) = stack.measures(["n_stop", "n_failures"], scope="filler").cells
        assert cell.sums == {"n_stop": 0, "n_failures": 0}


def test_group_oee_is_not_a_mean(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = []
    for machine, hours, share in (("filler", 8, 7 / 8), ("capper", 1, 0.5)):
        rows += [said("order", machine, 0, order="A", phase="start", product="cola-330")]
        rows += [said("state", machine, 0, state="producing")]
        pace = 36_000  # pieces an hour: 600 a minute, and 0.1 s a piece
        rows += [said("count", machine, hours, good=round(pace * hours * share), **{"from": instant(0)})]
        rows += [
            said("alive", machine, 8, **{"from": instant(0), "until": instant(8)}),
            said("state", machine, hours, state="off"),
            said("order", machine, hours, order="A", phase="end"),
        ]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project) as stack:
        span = stack.kpis(["oee"], by=["machine"], days=("2026-03-03", "2026-03-03"))
        parts = {row["scope"]["machine"]: row["value"] for row in span.rows}
        whole = stack.kpis(["oee"], profile="six-loss-ordered").rows[0]
        assert whole["value"] == pytest.approx(7.5 / 9)
        assert whole["value"] != pytest.approx(sum(parts.values()) / 2)
