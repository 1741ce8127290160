"""The benches run on a small plant, and what they compare is the same thing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from bench import csv_load, fresh, hot, kpi_query, live
from bench.derive import FACTS, Derivation
from bench.floor import Floor
from bench.frames.books import Books
from bench.frames.compare import differences
from bench.frames.facts import Facts, facts_of
from bench.measure import Result, table
from bench.pandas_rules import books_in_pandas
from bench.project import project_of

from plantstack.engines.duckdb.deriving import derive, dirt_of
from plantstack.events.log import Log
from plantstack.ledger.rules import FLAGS, flag_bit

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_of(Floor(machines=20, days=4), tmp_path_factory.mktemp("bench"))


def test_the_generator_repeats_itself_and_lands_in_sealed_segments(project: Path, tmp_path: Path) -> None:
    again = project_of(Floor(machines=20, days=4), tmp_path)
    with Log.open(project, write=False) as one, Log.open(again, write=False) as other:
        assert one.last_offset() == other.last_offset() > 30_000
        assert [s.sha256 for s in one.manifest()] == [s.sha256 for s in other.manifest()]
        assert len(one.hot()) == 0
        kinds = {kind for segment in one.manifest() for kind in segment.kinds.split(",")}
    told = "state alive count alarm order reason setup_check inspection plan"
    assert kinds == set(told.split())


_MADE = (
    "good scrap rest inspected first_pass defects opportunities plan plan_edited without_plan line_good"
    " reduced_capacity"
)
_SPANS = "stop changeover failure check reason plan_slot plan_part good_run"


@pytest.fixture(scope="module")
def books(project: Path) -> Books:
    return books_in_pandas(project)


def _differences(project: Path, facts: Facts, books: Books) -> dict[str, tuple[int, int]]:
    with TemporaryDirectory() as scratch:
        work = Derivation(project, Path(scratch))
        opened = work.open()
        derive(opened, dirt_of(opened))
        return differences(work.con, facts, books.plant.machine["equipment"])


def test_pandas_follows_the_same_rules(project: Path, books: Books) -> None:
    found = _differences(project, facts_of(books), books)
    assert {name: wrong for name, (wrong, _) in found.items()} == dict.fromkeys(found, 0)
    assert found.keys() == {"time", "above_ideal", *_MADE.split(), *_SPANS.split()}
    assert found["time"][1] > 1_000 and all(rows for _, rows in found.values())


def test_pandas_marks_time_as_the_rules_do(books: Books) -> None:
    told = facts_of(books).time["flags"]
    said = {name for name in FLAGS if (told & flag_bit(name)).any()}
    assert said >= {
        "typed",
        "long_stop",
        "uncoded",
        "coded",
        "counted",
        "contradicted",
        "unseen",
        "moved_out",
    }


@pytest.mark.parametrize(
    ("table", "name", "change"),
    [
        ("time", "time", {"flags": 0}),
        ("pieces", "scrap", {"std": 1.0}),
        ("pieces", "plan", {"shift": "late"}),
        ("spans", "failure", {"hidden_us": 1}),
        ("spans", "reason", {"flags": 0}),
    ],
)
def test_the_comparison_can_fail(
    project: Path, books: Books, table: str, name: str, change: dict[str, Any]
) -> None:
    facts = facts_of(books)
    wrong = replace(facts, **{table: getattr(facts, table).assign(**change)})
    assert _differences(project, wrong, books)[name][0] > 0


def test_deriving_is_timed_in_a_process_of_its_own(project: Path) -> None:
    command = [sys.executable, "-m", "bench.derive", str(project), "1"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    assert all(told["rows"][fact] > 0 for fact in FACTS)
    assert len(told["derive_s"]) == len(told["scan_s"]) == 1
    assert 0 < told["peak_gb"] < 1.5


def test_every_other_bench_gives_its_figures(tmp_path: Path) -> None:
    small, large = live.tick(4, 1), live.tick(8, 1)
    results = live.compare(small, large, 1.0)
    results += kpi_query.measure(kpi_query.published_year(30_000, tmp_path), 1)
    results += [csv_load.measure(2_000, 1), hot.measure(500, 1), *fresh.measure(4, 1, 1_000, 1)]
    assert all(one.measured > 0 and one.target for one in results)


def test_a_missed_bound_is_said_loudly() -> None:
    text = table([Result("this", 2.0, 3.0), Result("that", 4.0, 3.0), Result("figure", 1.0)])
    assert "that" in text.splitlines()[-1] and "MISSED" in text.splitlines()[-1]
    assert table([Result("this", 2.0, 3.0)]).endswith("every bound is met")
