"""Books kept load by load are the books of everything at once, published or in memory (BOOKS 7, DESIGN 3)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stack.floor import MACHINES, NOW, START, Wire, load, plant, wire_events, written

from plantstack.intervals import MINUTE, rfc3339
from plantstack.stack import Stack

KPIS = ("oee", "availability", "performance", "quality", "micro_stop_count")
LINE_KPIS = ("schedule_attainment", "good_parts", "allocation_ratio", "line_oee")


def entries(stack: Stack) -> list[dict[str, Any]]:
    hidden = ("state_offset", "reason_offset", "order_offset")
    rows = [row for machine in MACHINES for row in stack.ledger(machine).to_pylist()]
    return [{name: value for name, value in row.items() if name not in hidden} for row in rows]


def answers(stack: Stack) -> list[dict[str, Any]]:
    """Values by machine and day, and of the line; offsets are those of each project's own log."""
    rows = [*stack.kpis(KPIS, by=("machine",), grain="day").rows, *stack.kpis(LINE_KPIS, by=("line",)).rows]
    return [dict(row) for row in rows]


@settings(deadline=None, max_examples=15)
@given(st.lists(wire_events(), min_size=3, max_size=40), st.data())
def test_load_by_load_is_all_at_once(events: list[Wire], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(events) - 1), min_size=1, max_size=2)))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        stepwise, at_once = plant(root / "a"), plant(root / "b")
        for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(events)], strict=True)):
            load(stepwise, written(root, f"{number}.ndjson", events[start:end]))
            with Stack.open(stepwise) as stack:
                assert stack.verify() == []
        load(at_once, written(root, "all.ndjson", events))
        with Stack.open(stepwise) as one, Stack.open(at_once) as other:
            assert entries(one) == entries(other)
            assert answers(one) == answers(other)


@settings(deadline=None, max_examples=15)
@given(st.lists(wire_events(), min_size=2, max_size=30), st.randoms(use_true_random=False))
def test_shuffled_and_doubled_is_the_same(events: list[Wire], chance: Any) -> None:
    doubled = [*events, *events]
    chance.shuffle(doubled)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        once, twice = plant(root / "a"), plant(root / "b")
        load(once, written(root, "once.ndjson", events))
        load(twice, written(root, "twice.ndjson", doubled))
        with Stack.open(once) as one, Stack.open(twice) as other:
            assert entries(one) == entries(other)
            assert answers(one) == answers(other)


def running(machine: str, minute: int, key: str, state: str = "producing") -> Wire:
    at = rfc3339(START + minute * MINUTE)
    return {"kind": "state", "equipment": machine, "at": at, "source": "plc", "key": key, "state": state}


def test_a_reader_sees_what_is_not_published_yet(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(
        project,
        written(tmp_path, "1.ndjson", [running("filler", 0, "a"), running("filler", 30, "b", "fault")]),
    )
    with Stack.open(project, write=True) as stack:
        stack.load([written(tmp_path, "2.ndjson", [running("filler", 20, "c", "fault")])], now=NOW)
    with Stack.open(project) as stack:
        assert [
            (row["account"], row["until_at"] - row["from_at"]) for row in stack.ledger("filler").to_pylist()
        ] == [
            ("run", 20 * MINUTE),
            ("breakdown", 10 * MINUTE),
        ]


def test_what_was_known_before_stays_to_be_asked(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(
        project,
        written(tmp_path, "1.ndjson", [running("filler", 0, "a"), running("filler", 60, "b", "fault")]),
    )
    with Stack.open(project) as stack:
        before, offset = stack.kpis(["run_time"]).rows[0]["value"], stack.log.last_offset()
    load(project, written(tmp_path, "2.ndjson", [running("filler", 20, "c", "stopped")]))
    with Stack.open(project) as stack:
        assert stack.kpis(["run_time"]).rows[0]["value"] == 20 * 60
        assert stack.kpis(["run_time"], known_at=offset).rows[0]["value"] == before == 3600


def test_a_broken_lake_is_derived_again_and_named_by_verify(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(
        project,
        written(tmp_path, "1.ndjson", [running("filler", 0, "a"), running("filler", 60, "b", "fault")]),
    )
    (project / "lake" / "manifest.json").write_text("{", "utf-8")
    with Stack.open(project) as stack:
        assert stack.kpis(["run_time"]).rows[0]["value"] == 3600
        assert stack.verify() == []


def test_edited_plant_files_count_once_they_are_recorded(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(
        project,
        written(tmp_path, "1.ndjson", [running("filler", 0, "a"), running("filler", 60, "b", "fault")]),
    )
    text = (project / "plant.yaml").read_text("utf-8")
    (project / "plant.yaml").write_text(
        text.replace("fast: {micro_stop_limit: 60 s}", "fast: {micro_stop_limit: 90 s}")
    )
    with Stack.open(project) as stack:
        found = stack.unrecorded()
        assert found is not None
        assert found.code == "config-unrecorded"
    with Stack.open(project, write=True) as stack:
        stack.rebuild(now=NOW)
        assert stack.unrecorded() is None
