"""Kernels of drift: what they say of series whose truth is known."""

from __future__ import annotations

from dataclasses import asdict
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from plantstack.insights.drift.budget import episodes, normal_threshold, threshold
from plantstack.insights.drift.monitor import Chart, Limits, Monitor, Persistence, ewma_sd, raised, run
from plantstack.insights.drift.onset import onset
from plantstack.insights.drift.robust import Floats, baseline, block_medians, memory, spread
from plantstack.insights.drift.rules import NELSON, Broken, broken
from plantstack.insights.drift.space import greatest, space

numbers = st.floats(-8, 8) | st.just(float("nan"))
series = st.lists(numbers, max_size=60)
charts = st.builds(
    Chart,
    limits=st.builds(
        lambda high, share, k, more: Limits(high, high * share, k, k + more),
        st.floats(0.2, 3),
        st.floats(0, 1),
        st.integers(1, 3),
        st.integers(0, 3),
    ),
    weight=st.floats(0.02, 1),
    level_sd=st.floats(0.1, 2),
    slack=st.floats(0, 1),
    sum_scale=st.none() | st.floats(0.5, 5),
    clip=st.floats(1, 6),
    reach=st.floats(1, 9),
)


def ar1(phi: float, n: int, seed: int) -> Floats:
    """AR(1) noise of spread 1."""
    shocks = np.random.default_rng(seed).normal(0, np.sqrt(1 - phi**2), n)
    return np.asarray(lfilter([1.0], [1.0, -phi], shocks), dtype=np.float64)


@given(charts, series, st.data())
def test_a_stream_cut_anywhere_says_what_the_whole_series_says(
    chart: Chart, values: list[float], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(values)))
    before = Monitor(chart)
    told = [before.step(value) for value in values[:cut]]
    kept = (
        before.level,
        before.up,
        before.down,
        asdict(before.alarm),
    )  # all that is stored between two values
    after = Monitor(chart, *kept[:3])
    after.alarm = Persistence(**{**kept[3], "limits": Limits(**kept[3]["limits"])})
    assert told + [after.step(value) for value in values[cut:]] == run(chart, values)


@given(charts, series)
def test_a_value_that_is_no_number_changes_nothing(chart: Chart, values: list[float]) -> None:
    known = [value for value in values if not isnan(value)]
    kept = [step for step, value in zip(run(chart, values), values, strict=True) if not isnan(value)]
    assert kept == run(chart, known)


def test_levels_and_sums_are_those_of_their_formulas() -> None:
    values = np.random.default_rng(1).normal(0, 1, 300)
    told = run(Chart(Limits(9, 1), weight=0.1, slack=0.3, clip=1e9, reach=1e9), values)
    level = lfilter([0.1], [1, -0.9], values)
    walk = np.cumsum(values - 0.3)
    up = walk - np.minimum(np.minimum.accumulate(walk), 0)
    assert np.allclose([one.level for one in told], level)
    assert np.allclose([one.up for one in told], up)


def test_one_wild_value_moves_the_level_by_little() -> None:
    chart = Chart(Limits(9, 1), weight=0.1)
    assert run(chart, [1e9])[-1].level == pytest.approx(0.3)


def test_what_was_far_off_is_not_long_in_coming_back() -> None:
    chart = Chart(Limits(1, 0.5, k=1, n=1), weight=0.2)
    told = run(chart, [50.0] * 400 + [0.0] * 40)
    assert told[399].level == pytest.approx(8.0)
    assert not told[429].is_raised


def test_an_alarm_needs_k_of_n_and_holds_until_it_is_low_again() -> None:
    limits = Limits(3, 1, k=2, n=3)
    assert raised(limits, [4, 0, 0, 4, 0]) == [False] * 5
    assert raised(limits, [4, 4, 2, 2, 2]) == [False, True, True, True, True]
    assert raised(limits, [4, 4, 0.5, 2, 0.5]) == [False, True, True, True, False]


@pytest.mark.parametrize(("phi", "low", "high"), [(0.0, 1.0, 1.6), (0.5, 2.0, 4.5), (0.9, 9.0, 32.0)])
def test_memory_is_that_of_the_process(phi: float, low: float, high: float) -> None:
    found = [memory(ar1(phi, 2000, seed)) for seed in range(20)]
    assert low <= np.median(found) <= high  # (1 + phi) / (1 - phi): 1, 3, 19


def test_the_doubt_of_a_centre_is_how_far_centres_of_such_series_lie_apart() -> None:
    found = [baseline(ar1(0.8, 600, seed)) for seed in range(60)]
    apart = np.std([one.centre for one in found])
    assert 0.7 * apart < np.median([one.doubt for one in found]) < 1.8 * apart


def test_the_spread_of_an_ewma_is_that_of_ewmas() -> None:
    level = [
        run(Chart(Limits(99, 1), weight=0.1, clip=99), ar1(0.6, 800, seed))[-1].level for seed in range(300)
    ]
    assert ewma_sd(0.1, 4.0) == pytest.approx(np.std(level), rel=0.15)


def test_coarse_and_wild_values_have_a_spread() -> None:
    assert spread(np.array([5.0] * 60 + [6.0] * 40)) > 0.3
    assert spread(np.append(np.random.default_rng(2).normal(0, 1, 500), [1e6] * 20)) < 1.3
    assert spread(np.full(9, 4.0)) == 0
    assert block_medians(np.arange(7.0), 2).tolist() == [0.5, 2.5, 4.5]


def test_a_threshold_keeps_to_its_budget_on_time_it_has_not_seen() -> None:
    counted = []
    for seed in range(12):
        scores = np.abs(ar1(0.7, 8000, seed))
        height = threshold([scores[:4000]], allowed=4, k=1, n=1)
        assert episodes(Limits(height, 0.6 * height, 1, 1), [scores[:4000]]) <= 4
        counted.append(episodes(Limits(height, 0.6 * height, 1, 1), [scores[4000:]]))
    assert np.mean(counted) < 8


def test_a_budget_below_one_alarm_lies_beyond_what_was_seen() -> None:
    scores = np.abs(ar1(0.0, 3000, 5))
    heights = [threshold([scores], allowed, 1, 1) for allowed in (3, 1, 0.1, 0.01)]
    assert heights == sorted(heights)
    assert heights[-1] > scores.max()
    assert normal_threshold(1000, 2.7) == pytest.approx(3.0, abs=0.01)


@pytest.mark.parametrize("shape", ["step", "ramp"])
def test_the_start_of_a_change_is_found_within_its_interval(shape: str) -> None:
    inside = 0
    for seed in range(40):
        values = np.random.default_rng(seed).normal(0, 1, 300)
        values[180:] += 2.0 if shape == "step" else np.linspace(0, 5, 120)
        found = onset(values)
        assert abs(found.at - 180) < (12 if shape == "step" else 50)
        inside += found.low <= 180 <= found.high
    assert inside >= 29  # nine of ten are meant; the shape may be taken for the other one


def test_t2_and_q_part_what_is_far_from_what_does_not_fit() -> None:
    rng = np.random.default_rng(3)
    driver = rng.normal(0, 1, 400)
    rows = np.column_stack([driver, 2 * driver, -driver]) + rng.normal(0, 0.1, (400, 3))
    known = space(rows, kept=0.95)
    far, unfit = np.array([[5.0, 10.0, -5.0]]), np.array([[0.0, 0.0, 2.0]])
    normal, seen, other = known.see(rows), known.see(far), known.see(unfit)
    assert seen.t2[0] > normal.t2.max() and seen.q[0] < np.quantile(normal.q, 0.999)
    assert other.q[0] > normal.q.max()
    assert greatest(other.of_q, ["a", "b", "c"], 1)[0][0] == "c"


@pytest.mark.parametrize("shrink", [None, 0.05])
def test_contributions_add_up_and_lags_belong_to_their_parameter(shrink: float | None) -> None:
    rows = np.random.default_rng(4).normal(0, 1, (200, 4))
    seen = space(rows, lags=2, shrink=shrink).see(rows)
    assert len(seen.t2) == 198
    assert seen.of_t2.shape == (198, 4)
    assert np.allclose(seen.of_t2.sum(axis=1), seen.t2)
    assert np.allclose(seen.of_q.sum(axis=1), seen.q)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("beyond", [0, 3.1, 0]),
        ("two_of_three", [0, 2.1, 0, 2.1, 0]),
        ("four_of_five", [0, 1.1, 1.2, 0, 1.1, 1.3, 0]),
        ("one_side", [-0.1, *[0.1, 0.2] * 4, -0.1]),
        ("rising", [0.5, -0.5, -0.4, -0.3, 0.1, 0.2, 0.3, 0.0]),
        ("alternating", [0.1, -0.1] * 7),
        ("hugging", [0.5, 0.4, -0.5, -0.6, 0.2] * 3),
        ("mixture", [1.5, -1.5] * 2 + [-1.4, 1.4, 1.6, -1.2]),
    ],
)
def test_each_rule_is_broken_by_its_pattern_and_not_by_less(rule: str, values: list[float]) -> None:
    assert rule in {one.rule for one in broken(list(enumerate(values)), 0.0, 1.0, NELSON)}
    less = [
        value for place, value in enumerate(values) if place not in (len(values) // 2, len(values) // 2 + 1)
    ]
    assert rule not in {one.rule for one in broken(list(enumerate(less)), 0.0, 1.0, NELSON)}


def test_a_rule_says_where_it_is_broken() -> None:
    found = broken([(10, 0.0), (11, 2.5), (12, 2.5), (13, 2.5)], 0.0, 1.0)
    assert found == [Broken("two_of_three", 10, 13)]
