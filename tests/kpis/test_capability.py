"""Process capability: the published examples, by hand, and a process that is not stable."""

from __future__ import annotations

from fractions import Fraction as F
from random import Random

import pytest
from ruamel.yaml import YAML
from tests.kpis.shared import shared_file

from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.models.capability import (
    MIN_GROUPS,
    Process,
    Subgroup,
    cp,
    cpk,
    least_capable,
    share_of_signals,
)
from plantstack.kpis.models.modelled import Estimate, Modelled

STEADY = [Subgroup(3, 10.0, 1.0)] * MIN_GROUPS


@pytest.mark.shared
@pytest.mark.parametrize("name", ["cpk_cocoa_fizz", "cp_cpk_filling"])
def test_the_published_indices_come_out(name: str) -> None:
    examples = YAML(typ="safe").load(shared_file("kpi-worked-examples.yaml"))["examples"]
    (one,) = (found for found in examples if found["id"] == name)
    told = one["inputs"]
    given = (told["mean"], told["sigma"], told["lsl"], told["usl"])
    assert cp(*given) == pytest.approx(one["expected"]["cp"]["exact"], rel=1e-9)
    assert cpk(*given) == pytest.approx(one["expected"]["cpk"]["exact"], rel=1e-9)


def index(told: Modelled) -> float:
    assert isinstance(told, Estimate)
    assert told.value is not None
    assert told.low < told.value < told.high
    return float(told.value)


def test_the_spread_is_that_within_subgroups() -> None:
    # variances 1 and 3, half of the groups each: pooled 2; the limits are six roots of it apart
    groups = [Subgroup(3, 10.0, 1.0), Subgroup(3, 10.0, 3.0)] * (MIN_GROUPS // 2)
    wide = 3 * 2**0.5
    process = Process("p", 10 - wide, 10 + wide, groups)
    assert index(least_capable("cp", [process])) == pytest.approx(1.0, rel=1e-12)
    off_centre = Process("p", 10 - wide / 2, 10 + wide, groups)
    assert index(least_capable("cpk", [off_centre])) == pytest.approx(0.5, rel=1e-12)
    assert index(least_capable("cp", [off_centre])) == pytest.approx(0.75, rel=1e-12)


def test_one_limit_has_a_distance_and_no_width() -> None:
    one = Process("p", None, 13.0, STEADY)
    assert index(least_capable("cpk", [one])) == pytest.approx(1.0)
    assert least_capable("cp", [one]) == "p has one limit only, so there is no width: ask for cpk"


def test_a_line_is_as_capable_as_its_least_process_which_is_named() -> None:
    told = least_capable("cpk", [Process("wide", 0.0, 20.0, STEADY), Process("tight", 7.0, 13.0, STEADY)])
    assert index(told) == pytest.approx(1.0)
    assert isinstance(told, Estimate)
    assert told.basis.startswith("least of 2: tight, 20 hours, 0 beyond")


def test_a_process_that_moves_has_no_capability_and_says_what_to_do() -> None:
    moving = [Subgroup(5, 10.0 + 0.4 * hour, 1.0) for hour in range(40)]
    told = least_capable("cpk", [Process("steady", 5.0, 15.0, STEADY), Process("seal", 0.0, 40.0, moving)])
    assert isinstance(told, str)
    assert told.startswith("not stable, find out first what changes: seal: ")
    assert "of 40 hours lie beyond the control limits" in told


def test_control_limits_are_three_sigmas_of_a_mean() -> None:
    # spread 1, four readings: limits at 1.5 from the mean of all, which one group of 21 moves by 1.6 / 21
    near = [Subgroup(4, 10.0, 1.0)] * 20 + [Subgroup(4, 11.55, 1.0)]
    far = [Subgroup(4, 10.0, 1.0)] * 20 + [Subgroup(4, 11.60, 1.0)]
    assert Process("p", None, 20.0, near).signals == 0
    assert Process("p", None, 20.0, far).signals == 1
    told = share_of_signals([Process("p", None, 20.0, far), Process("q", None, 20.0, STEADY)])
    assert isinstance(told, Estimate)
    assert told.value == F(1, 41)
    assert told.basis == "most of them p: 1 of 21 hours"


def test_too_few_hours_or_no_spread_are_no_capability() -> None:
    few = [*STEADY[1:], *[Subgroup(1, 10.0, 0.0)] * 50]
    told = least_capable("cpk", [Process("p", 5.0, 15.0, few)])
    assert told == "19 hours with two readings or more of p, 20 are needed to know its spread"
    stuck = [Subgroup(3, 10.0, 0.0)] * 30
    assert "the sensor stands" in str(least_capable("cpk", [Process("p", 5.0, 15.0, stuck)]))
    assert "setup_specs" in str(least_capable("cpk", []))
    with pytest.raises(Undefined, match="no limit"):
        cpk(1.0, 1.0, None, None)


def test_bounds_hold_nine_times_in_ten() -> None:
    held = 0
    for seed in range(200):
        dice = Random(seed)
        groups = []
        for _ in range(30):
            drawn = [dice.gauss(10, 1) for _ in range(4)]
            mean = sum(drawn) / 4
            groups.append(Subgroup(4, mean, sum((one - mean) ** 2 for one in drawn) / 3))
        told = least_capable("cpk", [Process("p", 6.0, 13.0, groups)])
        held += isinstance(told, Estimate) and told.low <= 1 <= told.high
    assert 165 <= held <= 195
