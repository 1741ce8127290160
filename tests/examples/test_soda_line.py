"""The soda line: a wide workbook of minutes without a clock, with sums its own sheets confirm."""

from __future__ import annotations

from pathlib import Path

import pytest

from plantstack.stack import Stack
from plantstack.stack.files.loading import Loaded

from .support import data, events, load, minutes, project, run_tour, value

pytestmark = pytest.mark.shared

NAME = "soda-line-downtime"
BOOK = "Manufacturing_Line_Productivity.xlsx"
OPERATOR_ERROR = {
    "batch-change": 160,
    "product-spill": 57,
    "machine-adjustment": 332,
    "batch-coding-error": 145,
    "calibration-error": 49,
    "label-switch": 33,
}
OTHERS = {
    "labeling-error": 42,
    "inventory-shortage": 225,
    "machine-failure": 254,
    "conveyor-belt-jam": 17,
    "other": 74,
}


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Loaded]]:
    book = data(NAME) / BOOK
    folder = project(NAME, tmp_path_factory.mktemp("soda"))
    return folder, [*load(folder, "batches", book), *load(folder, "downtime", book)]


@pytest.fixture(scope="module")
def soda(loads: tuple[Path, list[Loaded]]) -> Path:
    return loads[0]


def test_every_row_of_both_sheets_is_read(loads: tuple[Path, list[Loaded]]) -> None:
    batches, downtime = loads[1]
    assert (batches.receipt.accepted, downtime.receipt.accepted) == (4 * 38, 61)
    assert not batches.problems and not downtime.problems and not batches.notes and not downtime.notes


def test_batch_time_is_running_plus_lost(soda: Path) -> None:
    run, stop = minutes(soda, "run_time"), minutes(soda, "stop_time")
    assert (run[""], stop[""], run[""] + stop[""]) == (2_470, 1_388, 3_858)


def test_batch_by_batch(soda: Path) -> None:
    """38 batches; each is its minimum time and its downtime, exactly, as in the workbook."""
    run = minutes(soda, "run_time", by=["order"])
    stop = minutes(soda, "stop_time", by=["order"])
    told = {event["order_id"]: event for event in events(soda, "state") if event["state"] == "producing"}
    assert len(told) == 38
    for order, event in told.items():
        length = (event["until_at"] - event["at"]) / 60_000_000
        ideal = 98 if event["product"] == "CO-2L" else 60
        assert (run[order], run[order] + stop.get(order, 0)) == (ideal, length), order


def test_line_efficiency_and_nothing_unknown(soda: Path) -> None:
    row = value(soda, "availability", scope="soda-line")
    assert round(row["value"], 3) == 0.640 and row["low"] == row["high"] == row["value"]
    assert value(soda, "performance", scope="soda-line")["value"] == 1
    assert value(soda, "data_known_ratio", scope="soda-line")["value"] == 1


def test_minutes_by_factor(soda: Path) -> None:
    assert minutes(soda, "stop_time", by=["reason"]) == OPERATOR_ERROR | OTHERS
    assert sum(OPERATOR_ERROR.values()) == 776
    by_group = minutes(soda, "stop_time", by=["reason_group"])
    assert by_group == {"operator-error": 776, "no-operator-error": 1_388 - 776}
    with Stack.open(soda) as stack:
        reasons = stack.plant.reasons.values()
    assert {one.id for one in reasons if one.group_path == "operator-error"} == set(OPERATOR_ERROR)


def test_a_stop_whose_clock_is_not_known_is_flagged_and_has_no_hour(soda: Path) -> None:
    stops = [event for event in events(soda, "state") if event["state"] == "stopped"]
    assert {event["method"] for event in stops} == {"placed"} and len(stops) == 61
    with Stack.open(soda) as stack:
        rows = stack.kpis(["stop_time"], scope="soda-line", grain="hour").rows
    assert {row["value"] for row in rows} == {None, 0}
    assert {row["why_none"] for row in rows if row["value"] is None} == {
        "stops were recorded without a clock time: ask by shift, day or longer"
    }
    with Stack.open(soda) as stack:
        first = stack.kpis(["micro_stop_count", "run_time"], scope="soda-line", grain="hour").rows[:2]
    assert [row["value"] for row in first] == [None, None], (
        "the first batch may have been stopped in its first hour"
    )
    day = minutes(soda, "stop_time", days=("2024-08-29", "2024-08-29"))
    assert day[""] == 244, "a whole day is as the workbook has it"


def test_what_the_workbook_does_not_say_is_not_computed(soda: Path) -> None:
    row = value(soda, "oee", scope="soda-line")
    assert row["value"] is None and "good" in row["why_none"]


@pytest.mark.parametrize(
    ("kpi", "why"),
    [
        ("scrap_rate", "needs count:scrap"),
        ("scrap_count", "needs count:scrap"),
        ("rework_rate", "needs count:rework"),
        ("first_pass_yield", "needs count:first_pass or inspection"),
    ],
)
def test_what_was_never_recorded_is_not_0(soda: Path, kpi: str, why: str) -> None:
    row = value(soda, kpi, scope="soda-line")
    assert (row["value"], row["why_none"]) == (None, why)


def test_the_last_batch_ends_after_midnight(soda: Path) -> None:
    last = max(event["until_at"] for event in events(soda, "state") if event["until_at"])
    with Stack.open(soda) as stack:
        tail = stack.ledger("soda-line", days=("2024-09-04", "2024-09-04")).to_pylist()
    assert max(row["until_at"] for row in tail) == last


def test_loading_the_workbook_again_changes_nothing(soda: Path) -> None:
    again = [*load(soda, "batches", data(NAME) / BOOK), *load(soda, "downtime", data(NAME) / BOOK)]
    assert [one.receipt.accepted for one in again] == [0, 0]
    assert [note.code for one in again for note in one.notes] == ["file-known"] * 2


def test_the_tour_of_the_readme(tmp_path: Path) -> None:
    outputs = []
    for command, code, output in run_tour(NAME, tmp_path, data(NAME)):
        assert code == 0, (command, output)
        outputs.append(output)
    told = "".join(outputs)
    for part in ("64.0 %", "5 h 32 min", "41 h 10 min", "23 h 08 min", "12 h 56 min"):
        assert part in told
