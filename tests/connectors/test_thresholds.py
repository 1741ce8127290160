"""Limits of a level: found where there are two levels, and only there."""

from __future__ import annotations

import csv
import gzip
import lzma
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.interfaces.test_commands import plantstack

from plantstack.connectors.mapping.thresholds import propose
from plantstack.plant.scaffold import write_scaffold

from .support import shared


def heaps(chance: random.Random, low: float, high: float, width: float, share: float) -> list[float]:
    return [chance.gauss(high if chance.random() < share else low, width) for _ in range(2000)]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(6, 40), st.floats(0.1, 0.9))
def test_two_levels_are_found_and_parted(seed: int, apart: float, share: float) -> None:
    values = heaps(random.Random(seed), 10.0, 10.0 + apart, 1.0, share)
    split = propose(values)
    assert not split.why
    middle = 10.0 + apart / 2
    wrong = sum(
        (one > split.above) != (one > middle) for one in values if not split.below <= one <= split.above
    )
    assert wrong / len(values) < 0.01
    assert abs(split.share_on - share) < 0.05 and split.share_between < 0.05
    # a factor changes nothing but the unit
    doubled = propose([one * 2 for one in values])
    assert doubled.above == pytest.approx(2 * split.above, rel=0.02)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_one_level_gives_no_limits(seed: int) -> None:
    chance = random.Random(seed)
    for series in (
        [chance.gauss(10, 2) for _ in range(2000)],
        [chance.uniform(0, 10) for _ in range(2000)],
        [chance.expovariate(1) for _ in range(2000)],
        [chance.lognormvariate(0, 1) for _ in range(2000)],
        heaps(chance, 10, 10, 1, 0.5),
    ):
        assert propose(series).why.startswith("cannot tell")


def test_what_is_too_little_gives_no_limits() -> None:
    chance = random.Random(1)
    assert "at least 200" in propose([1.0, 9.0] * 99).why
    assert "2 different values" in propose([1.0, 9.0] * 500).why
    assert "% of the time" in propose(heaps(chance, 1, 9, 0.1, 0.005)).why
    assert "at least 200" in propose([float("nan")] * 1000).why


def test_levels_far_apart_are_parted_by_their_ratio() -> None:
    chance = random.Random(2)
    values = [10 ** chance.gauss(-1, 0.1) for _ in range(1000)] + [
        10 ** chance.gauss(2, 0.3) for _ in range(1000)
    ]
    split = propose(values)
    assert 0.2 < split.below < split.above < 50


def test_time_counts_and_not_the_number_of_values() -> None:
    chance = random.Random(3)
    values = heaps(chance, 1, 9, 0.5, 0.5)
    held = [10.0 if one > 5 else 1.0 for one in values]
    assert propose(values, held).share_on == pytest.approx(10 / 11, abs=0.02)


@pytest.mark.shared
def test_real_series_say_what_the_guide_says() -> None:
    with gzip.open(shared("steel-energy-15min/steel_2018-01_08.csv.gz"), "rt") as lines:
        rows = list(csv.DictReader(lines))
    split = propose([float(row["Usage_kWh"]) for row in rows])
    assert (split.below, split.above, split.low, split.high) == (9.47, 19.6, 3.38, 58.3)
    agree = sum((float(row["Usage_kWh"]) > 14.5) != (row["Load_Type"] == "Light_Load") for row in rows)
    assert 0.81 < agree / len(rows) < 0.83
    with gzip.open(shared("sme-retrofit-machines/company_A_labelled_subset.csv.gz"), "rt") as lines:
        power = [(row["asset"], float(row["power_avg"])) for row in csv.DictReader(lines)]
    for asset in "012":
        assert propose([value for of, value in power if of == asset]).why


@pytest.mark.shared
def test_loads_of_real_machining_centres() -> None:
    found: dict[str, list[float]] = {}
    for path in sorted(shared("nist-sms-machines/Mazak01").glob("*.xz"))[:12]:
        with lzma.open(path, "rt", errors="replace") as lines:
            for line in lines:
                _, key, value, *_ = [*line.rstrip("\n").split("|"), "", ""]
                if key in ("S2load", "Xload") and value.replace(".", "", 1).isdigit():
                    found.setdefault(key, []).append(float(value))
    assert propose(found["S2load"]).why.startswith("cannot tell")
    assert len(found["Xload"]) > 4000


MAPPING = """
schema: 1
source: meter
file: {format: csv}
columns: {at: at, machine: machine, amps: amps}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: reading, parameter: current, value: "{amps}", unit: A}
"""


def test_the_command_proposes_and_says_where_it_cannot(tmp_path: Path) -> None:
    write_scaffold(tmp_path)
    (tmp_path / "mappings").mkdir(exist_ok=True)
    (tmp_path / "mappings" / "meter.yaml").write_text(MAPPING, "utf-8")
    chance = random.Random(4)
    rows = ["at,machine,amps"]
    for second in range(1200):
        at = f"2026-01-05T06:{second // 60:02}:{second % 60:02}Z"
        on = second % 300 < 200
        rows += [
            f"{at},filler,{chance.gauss(8 if on else 2, 0.3):.3f}",
            f"{at},capper,{chance.gauss(5, 1):.3f}",
        ]
    file = tmp_path / "day.csv"
    file.write_text("\n".join(rows), "utf-8")
    answer = plantstack("map", "thresholds", tmp_path, file, "--mapping", "meter", "--json")
    capper, filler = answer.rows
    assert capper["why_none"] == "cannot tell: the values make one heap"
    assert 2.5 < filler["below"] < filler["above"] < 7.5
    assert filler["share_on"] == pytest.approx(2 / 3, abs=0.01)
    told = plantstack("map", "thresholds", tmp_path, file, "--mapping", "meter")
    assert f"producing: {{above: {filler['above']:g}}}" in told.out
