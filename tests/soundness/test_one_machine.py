"""A time of one machine over its pieces is no number of a line: times of machines add up, pieces do not."""

from __future__ import annotations

from pathlib import Path

from tests.stack.floor import NOW, START, Wire, load, plant, written

from plantstack.intervals import HOUR, rfc3339
from plantstack.stack import Stack

MACHINES = ("filler", "capper", "packer")


def hour_of_three_machines() -> list[Wire]:
    until = rfc3339(START + HOUR)
    told: list[Wire] = []
    for name in MACHINES:
        same = {"equipment": name, "source": "plc"}
        told += [
            {**same, "kind": "state", "at": rfc3339(START), "until": until, "state": "producing"},
            {**same, "kind": "count", "from": rfc3339(START), "at": until, "good": 360},
        ]
    return told


def test_the_cycle_time_of_a_line_is_not_three_times_that_of_its_machines(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", hour_of_three_machines()), now=NOW)
    with Stack.open(project) as stack:
        (line,) = stack.kpis(["cycle_time_actual"], scope="line-1").rows
        machines = stack.kpis(["cycle_time_actual"], scope="line-1", by=["machine"]).rows
    assert line["value"] is None  # it was 30 s: three hours of machines over the pieces of the exit
    assert line["why_none"] == "exists for one machine, asked for a line; split it by machine"
    assert [row["value"] for row in machines] == [10.0, 10.0, 10.0]
