"""The balanced day of the KPI reference: six rows of its table, its elements and its loss tree."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kpis.days import BALANCED_DAY, MINUTE

from plantstack.kpis.cell import Cell, CellValues
from plantstack.kpis.evaluate import loss_tree
from plantstack.kpis.formulas.given import evaluate_given
from plantstack.kpis.load import shipped_catalog
from plantstack.measures.measure import BUSY_ACCOUNTS


def exact(kpi: str, profile: str) -> F | None:
    return evaluate_given(kpi, BALANCED_DAY, profile).exact


@pytest.mark.parametrize(
    ("profile", "availability", "performance", "oee"),
    [
        ("iso", F(645, 900), F(585, 645), F(560, 900)),
        ("six-loss", F(675, 900), F(585, 675), F(560, 900)),
        ("six-loss-ordered", F(675, 860), F(585, 675), F(560, 860)),
        ("iso-pot", F(645, 960), F(585, 645), F(560, 960)),
    ],
)
def test_rows_of_the_table(profile: str, availability: F, performance: F, oee: F) -> None:
    assert exact("availability", profile) == availability
    assert exact("performance", profile) == performance
    assert exact("quality", profile) == F(560, 585)
    assert exact("oee", profile) == oee


@pytest.mark.parametrize("profile", ["six-loss", "iso"])
def test_net_equipment_effectiveness_uses_iso_performance_in_every_profile(profile: str) -> None:
    assert exact("nee", profile) == F(715, 900) * F(585, 645) * F(560, 585)
    assert round(float(exact("nee", profile) or 0), 4) == 0.6898


@pytest.mark.parametrize("profile", ["six-loss", "iso"])
def test_teep_is_oee_times_schedule_utilisation(profile: str) -> None:
    assert exact("utilization_schedule", profile) == F(900, 1440)
    assert exact("teep", profile) == F(560, 1440)


@pytest.mark.parametrize(
    ("name", "minutes"),
    [("POT", 960), ("PBT", 900), ("ADOT", 55), ("AUBT", 845), ("ADET", 130), ("AUPT", 715), ("PPT", 900)],
)
def test_elements(name: str, minutes: int) -> None:
    day: dict[str, int] = {"time_unknown": 0, "time_planned_overrun": 0, **BALANCED_DAY}
    assert CellValues(shipped_catalog(), "iso", Cell(day)).value(name, below=False) == minutes * MINUTE


def test_loss_tree_sums_to_340_minutes() -> None:
    leaves = {leaf: seconds / MINUTE for leaf, seconds in loss_tree(Cell(BALANCED_DAY)).items()}
    assert {leaf: minutes for leaf, minutes in leaves.items() if minutes} == {
        "no_order": 40,
        "waiting": 35,
        "setup": 70,
        "breakdown": 55,
        "other_stop": 25,
        "micro_stop": 30,
        "speed": 60,
        "scrap": 15,
        "rework": 10,
    }
    assert sum(leaves.values()) == 340


def test_a_ramp_is_taken_out_of_speed() -> None:
    ramp = {"time_run_ramp": 50 * MINUTE, "time_ideal_ramp": 35 * MINUTE}
    lanes = {"time_reduced_capacity": 10 * MINUTE, "time_reduced_capacity_ramp": 4 * MINUTE}
    tree = loss_tree(Cell({**BALANCED_DAY, **ramp, **lanes}))
    leaves = {leaf: seconds / MINUTE for leaf, seconds in tree.items()}
    # 60 minutes slower than ideal: 10 in lanes, 50 - 4 - 35 in the ramp, the rest at rate
    assert [leaves[name] for name in ("reduced_capacity", "ramp", "speed")] == [10, 11, 39]
    assert sum(leaves.values()) == 340


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=12, max_size=12))
def test_the_chain_of_elements_holds_with_unknown_time_and_overruns(parts: list[int]) -> None:
    names = [*BUSY_ACCOUNTS, "planned_down", "not_scheduled", "waiting_in_order"]
    day = {f"time_{name}": seconds for name, seconds in zip(names, parts, strict=True)}
    day["time_waiting"] += day["time_waiting_in_order"]
    values = CellValues(shipped_catalog(), "iso", Cell(day))
    e = {name: values.value(name, below=False) for name in shipped_catalog().sums if name != "CONVERSION"}
    assert e["PBT"] == e["ADOT"] + e["AUBT"] + day["time_unknown"]
    assert e["AUBT"] == e["ADET"] + e["AUPT"]
    assert e["POT"] == e["PBT"] + day["time_planned_down"]
    assert e["POT"] + day["time_not_scheduled"] == e["PBT"] + e["OUTSIDE"]
