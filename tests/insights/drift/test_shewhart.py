"""Limits and signals of run and control charts, against published figures."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantstack.insights.drift.shewhart import (
    MIN_POINTS,
    Limits,
    Signal,
    individuals,
    judged,
    proportions,
    signals_in,
)

SHARED = Path("../shared/data/spc-process-monitoring")
values = st.lists(st.floats(-1e6, 1e6), max_size=80)

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.2: defective chips of 50 on each of 30 wafers
WAFERS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11]
WAFERS += [20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def test_limits_of_proportions_are_those_of_the_handbook() -> None:
    found = proportions(WAFERS, [50] * 30)
    assert [round(found[0].centre, 4), round(found[0].low or 0, 4), round(found[0].high or 0, 4)] == [
        0.2313,
        0.0524,
        0.4102,
    ]
    beyond = [place + 1 for place, count in enumerate(WAFERS) if count / 50 > (found[place].high or 1)]
    assert beyond == [15, 23]


def test_a_small_sample_has_wide_limits_that_stay_possible() -> None:
    small, large = proportions([1, 2], [5, 50])
    assert small.low == large.low == 0
    assert small.high is not None and large.high is not None
    assert small.high > large.high
    assert all(one.high == 1 for one in proportions([4, 5], [5, 5]))
    with pytest.raises(ValueError, match="share of nothing"):
        proportions([], [])


def test_limits_are_two_point_six_six_mean_moving_ranges_from_the_mean() -> None:
    # the factor 3 / d2 of tables for charts of individuals (Montgomery, appendix VI; Wheeler: 2.66)
    found = individuals([10.0, 12.0] * 10)
    assert found.centre == 11
    assert found.high == pytest.approx(11 + 2.66 * 2, abs=0.001)
    assert found.low == pytest.approx(11 - 2.66 * 2, abs=0.001)


def test_nineteen_points_are_a_run_chart_with_its_median() -> None:
    series = [float(place % 5) for place in range(MIN_POINTS - 1)]
    (phase,) = judged(series).phases
    assert phase.limits == Limits(median(series))
    (control,) = judged([*series, 4.0]).phases
    assert control.limits.high is not None


def test_limits_are_frozen_and_a_new_phase_has_its_own() -> None:
    series = [float(10 + place % 3) for place in range(30)]
    before = judged(series).phases[0].limits
    assert judged([*series, 400.0, 500.0]).phases[0].limits == before
    assert Signal("beyond", 30, 30) in judged([*series, 400.0]).signals
    first, second = judged([*series, *(one + 50 for one in series)], starts=[30]).phases
    assert (first.first, first.last, second.first, second.last) == (0, 29, 30, 59)
    assert second.limits.centre == pytest.approx(first.limits.centre + 50)
    both = judged([*series, *(one + 50 for one in series)], [30])
    assert not [one for one in both.signals if one.rule == "beyond"]


def test_what_cannot_be_is_no_limit() -> None:
    series = [0.0, 30.0] * 12
    (phase,) = judged(series, least=0).phases
    assert phase.limits.low == 0
    (share,) = judged([0.1, 0.9] * 12, least=0, most=1).phases
    assert (share.limits.low, share.limits.high) == (0, 1)


@pytest.mark.parametrize(
    ("series", "found"),
    [
        ([1, 1, 1, 1, 1, 1, 1, 1], [Signal("one_side", 0, 7)]),
        ([1, 1, 1, 1, 1, 1, 1], []),
        (
            [1, 1, 1, 1, 0, 1, 1, 1, 1],
            [Signal("one_side", 0, 8)],
        ),  # on the line it does not count
        ([-1, 1, 1, 1, 1, 1, 1, 1, 1, -1], [Signal("one_side", 1, 8)]),
        ([-3, -2, -1, 1, 2, 3], [Signal("rising", 0, 5)]),
        ([-3, -2, -1, 1, 2], []),
        ([-3, -2, -1, -1, 1, 2, 3], []),  # a step that does not rise breaks it
        ([3, 2, 1, -1, -2, -3], [Signal("falling", 0, 5)]),
        ([0, 9, 0], [Signal("beyond", 1, 1)]),
        ([0, 5, -5], []),  # on the limit is not beyond it
        ([0, -9, 0], [Signal("beyond", 1, 1)]),
    ],
)
def test_each_rule_needs_all_its_points(series: list[int], found: list[Signal]) -> None:
    assert signals_in(list(enumerate(series)), Limits(0, -5, 5)) == found


def test_a_gap_neither_helps_nor_breaks() -> None:
    series = [1.0, 2, 3, None, 4, 5, 6]
    assert judged(series).signals == (Signal("rising", 0, 6),)
    assert judged([None, None]).phases == ()


@given(values, st.floats(-1e6, 1e6))
def test_moving_a_series_moves_its_limits_and_no_signal_beyond_them(series: list[float], by: float) -> None:
    whole = [round(one) for one in series]
    here, there = judged(whole), judged([one + round(by) for one in whole])
    for one, other in zip(here.phases, there.phases, strict=True):
        assert other.limits.centre == pytest.approx(one.limits.centre + round(by), abs=1e-3)


@given(values)
def test_upside_down_the_signals_are_the_same(series: list[float]) -> None:
    turned = {"rising": "falling", "falling": "rising"}
    here, there = judged(series), judged([-one for one in series])
    said = sorted((turned.get(one.rule, one.rule), one.first, one.last) for one in here.signals)
    assert said == sorted((one.rule, one.first, one.last) for one in there.signals)


@pytest.mark.shared
def test_the_teaching_series_of_rubber_colours() -> None:
    with (SHARED / "rubber-colour.csv").open(encoding="utf-8") as file:
        series = [float(row["Colour"]) for row in csv.DictReader(file)]
    assert len(series) == 100
    found = individuals(series)
    ranges = [abs(after - before) for before, after in pairwise(series)]
    assert found.centre == pytest.approx(238.8, abs=0.05)  # the mean the course prints
    assert found.high == pytest.approx(found.centre + 3 * sum(ranges) / 99 / 1.128)
    beyond = [one for one in signals_in(list(enumerate(series)), found) if one.rule == "beyond"]
    assert len(beyond) <= 3, "a stable teaching set has hardly a point beyond its limits"
