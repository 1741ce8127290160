"""Three machines with a sensor fitted later: silence is idle, and says so."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from plantstack.stack import Stack
from plantstack.stack.files.loading import Loaded

from .support import data, events, load, minutes, project, run_tour, value

pytestmark = pytest.mark.shared

NAME = "sme-retrofit-machines"
FILE = "company_A_labelled_subset.csv.gz"
FIVE = 300
Told = dict[str, list[tuple[int, str, int]]]  # machine -> (second, status, items)


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Loaded]:
    path = data(NAME) / FILE
    folder = project(NAME, tmp_path_factory.mktemp("sme"))
    (loaded,) = load(folder, "five-minutes", path)
    return folder, loaded


@pytest.fixture(scope="module")
def sme(loads: tuple[Path, Loaded]) -> Path:
    return loads[0]


@pytest.fixture(scope="module")
def told() -> Told:
    """The rows as the file has them, in order of time."""
    found: Told = defaultdict(list)
    with gzip.open(data(NAME) / FILE, "rt", newline="") as source:
        for row in csv.DictReader(source):
            second = int(datetime.fromisoformat(row["ts"]).timestamp())
            found[f"machine-{row['asset']}"].append((second, row["status"], int(float(row["items"]))))
    return {machine: sorted(rows) for machine, rows in found.items()}


def test_every_row_is_read(loads: tuple[Path, Loaded], told: Told) -> None:
    assert sum(map(len, told.values())) == 14_492
    assert not loads[1].problems and loads[1].receipt.duplicates == 0
    assert len([event for event in events(loads[0], "state") if not event["method"]]) == 14_492


def test_states_are_those_of_the_set(sme: Path) -> None:
    states = Counter((event["state"], event["method"]) for event in events(sme, "state"))
    assert states == {
        ("producing", None): 8_390, ("idle", None): 5_900, ("fault", None): 202, ("idle", "assumed"): 241
    }  # fmt: skip


def test_silence_is_assumed_idle_from_five_minutes_on(sme: Path, told: Told) -> None:
    expected = {
        (machine, before[0] + FIVE, after[0])
        for machine, rows in told.items()
        for before, after in pairwise(rows)
        if after[0] - before[0] > FIVE
    }
    assumed = {
        (event["equipment"], event["at"] // 10**6, event["until_at"] // 10**6)
        for event in events(sme, "state")
        if event["method"]
    }
    assert assumed == expected and len(expected) == 241
    longest = max(until - at for _, at, until in assumed) + FIVE
    assert longest // 3600 == 2 * 24 + 8, "2 d 8 h, as the set's README has it"


def test_run_time_is_a_recount_of_the_automatic_rows(sme: Path, told: Told) -> None:
    run = minutes(sme, "run_time", by=["machine"])
    for machine, rows in told.items():
        # The pieces of the last row are told five minutes after it: so long the machine was seen.
        ended = [*rows, (rows[-1][0] + FIVE, "", 0)] if rows[-1][2] else rows
        seconds = sum(
            min(after[0] - before[0], FIVE) for before, after in pairwise(ended) if before[1] == "2.0"
        )
        assert run[machine] == pytest.approx(seconds / 60, abs=1e-6), machine
    assert sum(run.values()) == pytest.approx(660 * 60 + 40, abs=1)


def test_pieces_count_whatever_the_mode_was(sme: Path, told: Told) -> None:
    counts = events(sme, "count")
    assert (
        sum(event["total"] for event in counts)
        == sum(row[2] for rows in told.values() for row in rows)
        == 40_067
    )
    assert len(counts) == 8_255 and all(event["at"] - event["from_at"] == FIVE * 10**6 for event in counts)
    assert sum(row[2] > 0 and row[1] != "2.0" for rows in told.values() for row in rows) == 339
    assert value(sme, "parts_produced")["value"] == 40_067


def test_assumed_time_is_evidence_and_makes_the_number_doubtful(sme: Path) -> None:
    row = value(sme, "availability")
    limits = {limit["measure"]: limit for limit in row["trust"]["limits"]}
    assert limits["time_assumed"]["share"] > 0.1 and row["trust"]["grade"] == "C"
    with Stack.open(sme) as stack:
        unknown = [
            row["from_at"] for row in stack.ledger("machine-1").to_pylist() if row["account"] == "unknown"
        ]
    last = max(event["at"] for event in events(sme, "state") if event["equipment"] == "machine-1")
    assert all(begun >= last for begun in unknown), "only behind its last row nothing is known"


def test_what_the_set_does_not_say_is_not_computed(sme: Path) -> None:
    row = value(sme, "oee")
    assert row["value"] is None and "without an ideal cycle" in row["why_none"]


def test_the_same_rows_unpacked_shuffled_and_in_two_files(sme: Path, tmp_path: Path) -> None:
    with gzip.open(data(NAME) / FILE, "rt") as source:
        header, *rows = source.read().splitlines()
    folder = project(NAME, tmp_path)
    rows.sort(key=lambda row: row[::-1])
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("\n".join([header, *rows]) + "\n")
    two.write_text("\n".join([header, *rows[5_000:9_000]]) + "\n")
    first, second = load(folder, "five-minutes", one, two)
    known = {event["key"] for event in events(sme, "state")}
    assert {event["key"] for event in events(folder, "state") if event["method"] is None} <= known
    assert first.receipt.accepted == 44_899 and second.receipt.duplicates >= 4_000


def test_the_tour_of_the_readme(tmp_path: Path) -> None:
    told = ""
    for command, code, output in run_tour(NAME, tmp_path, data(NAME)):
        assert code == 0, (command, output)
        told += output
    for part in ("660 h 40 min", "40,067", "without an ideal cycle", "time_assumed"):
        assert part in told, part
