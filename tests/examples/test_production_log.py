"""The job shop: an activity log without machines, checked against a recount of its rows."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plantstack.connectors.mapping.read import load_mapping
from plantstack.stack import Stack
from plantstack.stack.files.loading import Loaded

from .support import data, events, load, minutes, project, run_tour, value

pytestmark = pytest.mark.shared

NAME = "production-event-log"
FILE = "production_2012-01_02.csv"
ZERO_LONG = (1232, 1582, 1879, 2067, 2490, 2596)


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Loaded]:
    path = data(NAME) / FILE
    folder = project(NAME, tmp_path_factory.mktemp("shop"))
    (loaded,) = load(folder, "activities", path)
    return folder, loaded


@pytest.fixture(scope="module")
def shop(loads: tuple[Path, Loaded]) -> Path:
    return loads[0]


@pytest.fixture(scope="module")
def spans(shop: Path) -> dict[str, list[tuple[int, int]]]:
    """Station -> every stretch of work on it, straight from the file."""
    stations = load_mapping(shop / "mappings" / "activities.yaml").columns["station"].words
    assert stations is not None
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    with (data(NAME) / FILE).open(newline="") as source:
        for row in csv.DictReader(source):
            begin, end = (
                int(datetime.strptime(row[name], "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC).timestamp()) // 60
                for name in ("start_timestamp", "timestamp")
            )
            found[stations.to[row["activity"]]].append((begin, end))
    return found


def union(stretches: list[tuple[int, int]]) -> int:
    """Minutes covered by at least one stretch."""
    covered, reached = 0, 0
    for begin, end in sorted(stretches):
        covered += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return covered


def test_every_row_is_accounted_for(loads: tuple[Path, Loaded]) -> None:
    loaded = loads[1]
    assert loaded.receipt.accepted == 3 * (2_943 - 35 - 6)
    assert loaded.receipt.dead_lettered == 6 and loaded.receipt.duplicates == 0
    both = "column 'start_timestamp', column 'timestamp'"
    assert [problem.where for problem in loaded.problems] == [f"{FILE}:{line}, {both}" for line in ZERO_LONG]
    assert all("'until' to be after 'at', came" in problem.what for problem in loaded.problems)
    told = {note.code: note.what for note in loaded.notes}
    assert told["rows-identical"].startswith(
        "rows left out because they say the same as an earlier row: 35 ("
    )
    assert told["rows-overlap"].startswith(
        "rows that begin before an earlier one of the same equipment ends: 1872"
    )
    assert told["file-partial"].startswith("6 rows were set aside")


def test_orders_stations_and_lengths_are_those_of_the_set(shop: Path) -> None:
    states = events(shop, "state")
    assert len({event["order_id"] for event in states}) == 157
    with Stack.open(shop) as stack:
        assert {event["equipment"] for event in states} == set(stack.plant.machines)
    hours = [(event["until_at"] - event["at"]) / 3.6e9 for event in states]
    assert sum(length > 12 for length in hours) == 27 and max(hours) == 23


def test_busy_time_by_station_is_a_recount_of_the_rows(
    shop: Path, spans: dict[str, list[tuple[int, int]]]
) -> None:
    """Overlapping rows of one station are counted once: a station is busy or it is not."""
    busy = {name: union(stretches) for name, stretches in spans.items()}
    run, setup = minutes(shop, "run_time", by=["machine"]), 141  # one row is a set-up, 2 h 21 min
    assert sum(run.values()) + setup == sum(busy.values()) == 264_607 + setup
    for station, told in run.items():
        assert busy[station] - told in (0, setup if station == "turning-milling" else 0), station
    assert run["round-grinding"] == 952 * 60 and run["turning-milling"] == 1_268 * 60 + 6


def test_time_without_a_row_is_unknown_and_never_idle(shop: Path) -> None:
    with Stack.open(shop) as stack:
        accounts = {row["account"] for row in stack.ledger("round-qc").to_pylist()}
    assert accounts == {"run", "unknown"}
    row = value(shop, "availability")
    assert (round(row["low"], 3), round(row["high"], 3)) == (0.179, 1.0) and row["trust"]["grade"] == "C"


def test_what_the_log_does_not_say_is_not_computed(shop: Path) -> None:
    row = value(shop, "oee")
    assert (row["value"], row["why_none"]) == (None, "needs count")


def test_the_six_rows_come_with_a_mended_file_and_nothing_is_doubled(shop: Path, tmp_path: Path) -> None:
    lines = (data(NAME) / FILE).read_text().splitlines()
    for number in ZERO_LONG:
        cells = lines[number - 1].split(",")
        cells[-1] = cells[-1][:-2] + "59"
        lines[number - 1] = ",".join(cells)
    mended = tmp_path / "mended.csv"
    mended.write_text("\n".join(lines) + "\n")
    folder = project(NAME, tmp_path)
    load(folder, "activities", data(NAME) / FILE)
    (again,) = load(folder, "activities", mended)
    assert (again.receipt.accepted, again.receipt.dead_lettered) == (18, 0)
    assert again.receipt.duplicates == 3 * 2_902


def test_the_tour_of_the_readme(tmp_path: Path) -> None:
    told = ""
    for command, code, output in run_tour(NAME, tmp_path, data(NAME)):
        assert code == (1 if " load " in command else 0), (command, output)
        told += output
    for part in ("production_2012-01_02.csv:1232", "952 h 00 min", "needs count", "17.9 %"):
        assert part in told, part
