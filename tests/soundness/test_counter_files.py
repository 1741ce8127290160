"""Counters told in several files: whatever the files overlap, no piece is counted twice or lost."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
from tests.connectors.support import us
from tests.stack import floor

from plantstack.stack import Stack

MAPPING = """
schema: 1
source: press-shop
zone: America/Chicago
file: {format: csv}
columns: {at: at, good: good}
every: {equipment: filler, at: "{at}"}
events: [{kind: count, good: "{good}", counter: {counts: cumulative}}]
"""
RATED = MAPPING.replace("counts: cumulative", "counts: cumulative, max_rate: 10/min")
NOW = us("2026-03-01T00:00:00Z")

Samples = Sequence[tuple[str, int | str]]


def day(*samples: tuple[str, int | str], date: str = "2026-01-05") -> str:
    """A file of samples of one day."""
    return "at,good\n" + "".join(f"{date} {clock}:00,{value}\n" for clock, value in samples)


FINE = [("06:00", 1000), ("06:30", 1100), ("07:00", 1200), ("07:30", 1300), ("08:00", 1400)]
COARSE = FINE[::2]


def good(folder: Path, *files: str, mapping: str = MAPPING) -> tuple[float, set[str]]:
    """Pieces of the filler after each file is loaded by itself, and the codes of all that was noted."""
    project, codes = floor.plant(folder / "p"), set()
    (folder / "m.yaml").write_text(mapping)
    with Stack.open(project, write=True) as stack:
        for number, text in enumerate(files):
            path = folder / f"{number}.csv"
            path.write_text(text)
            (one,) = stack.load([path], now=NOW, mapping=str(folder / "m.yaml"))
            codes |= {note.code for note in (*one.notes, *one.problems)}
        stack.derive()
        rows = stack.kpis(["good_parts"], by=["machine"]).rows
    (value,) = [row["value"] for row in rows if row["scope"]["machine"].endswith("filler")]
    return value, codes


def test_a_mended_row_of_a_counter_counts_nothing_twice(tmp_path: Path) -> None:
    broken = day(("06:00", 1000), ("06:30", "1l00"), ("07:00", 1200))
    found, codes = good(tmp_path, broken, day(*FINE[:3]))
    assert found == 200
    assert {"row-unreadable", "counter-known"} <= codes


@pytest.mark.parametrize(
    "files",
    [
        (day(*COARSE), day(*FINE)),
        (day(*FINE), day(*COARSE)),
        (day(*COARSE[:2]), day(*FINE)),
        (day(*FINE[1:4]), day(*COARSE)),
        (day(*FINE[1:3]), day(*COARSE), day(*FINE)),
    ],
    ids=["coarse-fine", "fine-coarse", "coarse-longer", "fine-within", "three"],
)
def test_exports_of_one_counter_at_other_times_count_once(tmp_path: Path, files: tuple[str, ...]) -> None:
    assert good(tmp_path, *files)[0] == 400


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_files_of_a_counter_may_come_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    files = [
        day(("06:00", 1000), ("07:00", 1200)),
        day(("07:15", 1250), ("07:45", 1350)),
        day(("08:00", 1400), ("09:00", 1600)),
    ]
    assert good(tmp_path, *(files[place] for place in order))[0] == 600


AUTUMN = [
    ("00:30", 1000), ("01:00", 1100), ("01:30", 1200), ("01:00", 1300), ("01:30", 1400), ("02:00", 1500),
    ("02:30", 1600),
]  # fmt: skip


@pytest.mark.parametrize("mapping", [MAPPING, RATED], ids=["any", "rated"])
@pytest.mark.parametrize("samples", [AUTUMN, AUTUMN[::-1]], ids=["onwards", "newest-first"])
def test_a_counter_does_not_start_again_in_the_hour_told_twice(
    tmp_path: Path, samples: Samples, mapping: str
) -> None:
    found, codes = good(tmp_path, day(*samples, date="2025-11-02"), mapping=mapping)
    assert found == 600 and "counter-wild" not in codes


@pytest.mark.parametrize("split", [2, 3, 4, 5])
def test_the_hour_told_twice_in_two_files(tmp_path: Path, split: int) -> None:
    files = [day(*part, date="2025-11-02") for part in (AUTUMN[:split], AUTUMN[split:])]
    assert good(tmp_path, *files)[0] == 600


def test_a_counter_that_was_set_between_files_is_set(tmp_path: Path) -> None:
    shown = [("06:00", 1000), ("06:30", 2000), ("07:00", 2100), ("07:30", 2200), ("08:00", 2300)]
    samples = [*shown, ("08:30", 2400)]
    assert good(tmp_path, day(*samples), mapping=RATED)[0] == 400
    (tmp_path / "apart").mkdir()
    assert good(tmp_path / "apart", *(day(one) for one in samples), mapping=RATED)[0] == 400


def test_what_the_plant_refused_comes_in_once_it_is_mended(tmp_path: Path) -> None:
    project = floor.plant(tmp_path / "p")
    (tmp_path / "m.yaml").write_text(MAPPING.replace("equipment: filler", "equipment: new-filler"))
    path = tmp_path / "a.csv"
    path.write_text(day(*FINE))
    with Stack.open(project, write=True) as stack:
        (one,) = stack.load([path], now=NOW, mapping=str(tmp_path / "m.yaml"))
        assert one.receipt.accepted == 0 and one.set_aside
    plant = project / "plant.yaml"
    machine = "  new-filler: {under: packing, kind: manual}\n"
    plant.write_text(plant.read_text().replace("  capper:\n", f"{machine}  capper:\n", 1))
    with Stack.open(project, write=True) as stack:
        (one,) = stack.load([path], now=NOW, mapping=str(tmp_path / "m.yaml"))
        assert one.receipt.accepted == 4 and not one.set_aside


ORDERS = """
schema: 1
source: press-shop
zone: America/Chicago
file: {format: csv}
columns: {at: at, state: state, order: order}
every: {equipment: filler, at: "{at}"}
events: [{kind: state, state: "{state}"}]
orders: {order: "{order}"}
"""


@pytest.mark.parametrize("is_cut", [False, True], ids=["one", "two"])
def test_an_order_ends_where_the_next_file_says_so(tmp_path: Path, is_cut: bool) -> None:
    rows = [f"2026-01-05 {row}\n" for row in ("06:00,producing,A", "07:00,producing,A", "07:30,idle,")]
    parts = [rows[:2], rows[2:]] if is_cut else [rows]
    (tmp_path / "m.yaml").write_text(ORDERS)
    project = floor.plant(tmp_path / "p")
    with Stack.open(project, write=True) as stack:
        for number, part in enumerate(parts):
            path = tmp_path / f"{number}.csv"
            path.write_text("at,state,order\n" + "".join(part))
            stack.load([path], now=NOW, mapping=str(tmp_path / "m.yaml"))
        told = [
            (event["phase"], event["order_id"], event["at"])
            for event in stack.log.events().to_pylist()
            if event["kind"] == "order"
        ]
    assert told == [("start", "A", us("2026-01-05T12:00:00Z")), ("end", "A", us("2026-01-05T13:30:00Z"))]
