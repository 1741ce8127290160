"""Failure risk before the next PM: by hand, against a law that is known, and against a naive control."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import exp, log
from random import Random

import pytest
from tests.kpis.shared import shared_file

from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.models.hazard import MIN_FAILURES, Hazard, Life, fit, fit_rate, fit_shape, risk_ahead


def lives(*ran: float, cut: Sequence[float] = ()) -> list[Life]:
    return [*(Life(one, True) for one in ran), *(Life(one, False) for one in cut)]


def drawn(shape: float, scale: float, n: int, *, cut_at: float, seed: int = 3) -> list[Life]:
    """Lives of a known law, each cut where its PM comes."""
    dice = Random(seed)
    told = [scale * (-log(dice.random())) ** (1 / shape) for _ in range(n)]
    return [Life(min(one, cut_at), one < cut_at) for one in told]


def test_a_constant_rate_is_failures_over_all_time_run() -> None:
    # 5 failures in 15 + 40 + 75 + 130 + 240 hours, and 10 more without one: one in 102 h
    told = risk_ahead(lives(15, 40, 75, 130, 240, cut=[10]), 10, 51)
    assert told.value is not None
    assert float(told.value) == pytest.approx(1 - exp(-51 / 102), rel=1e-12)
    assert "constant rate from 5 failures and 1 lives cut short" in told.basis
    # one and two thirds standard deviations of the logarithm, 1 / sqrt(5)
    assert float(told.low) == pytest.approx(1 - exp(-0.5 * exp(-1.6448536 / 5**0.5)), rel=1e-6)
    assert float(told.high) == pytest.approx(1 - exp(-0.5 * exp(1.6448536 / 5**0.5)), rel=1e-6)


def test_lives_that_were_cut_are_time_without_failure() -> None:
    whole = fit_rate(lives(100, 100, 100, 100, 100))
    with_cut = fit_rate(lives(100, 100, 100, 100, 100, cut=[100] * 5))
    assert with_cut.scale == 2 * whole.scale
    assert with_cut.n_cut == 5


@pytest.mark.parametrize("shape", [0.7, 1.8, 4.0])
def test_a_known_law_is_found_again_although_lives_were_cut(shape: float) -> None:
    found = fit_shape(drawn(shape, 100.0, 4000, cut_at=120.0))
    assert found.shape == pytest.approx(shape, rel=0.06)
    assert found.scale == pytest.approx(100.0, rel=0.06)


def test_what_wears_out_is_at_more_risk_the_longer_it_ran() -> None:
    worn = drawn(4.0, 100.0, 40, cut_at=150.0)
    young, old = risk_ahead(worn, 5, 20), risk_ahead(worn, 90, 20)
    assert young.value is not None
    assert old.value is not None
    assert old.value > 5 * young.value
    assert "Weibull of shape" in old.basis


def test_a_shape_is_taken_only_where_the_lives_show_one() -> None:
    assert fit(drawn(1.0, 100.0, 30, cut_at=200.0)).is_constant
    assert not fit(drawn(3.0, 100.0, 30, cut_at=200.0)).is_constant


def test_too_few_failures_say_nothing_of_one_machine() -> None:
    few = lives(*range(10, 10 * MIN_FAILURES, 10), cut=[500] * 40)
    with pytest.raises(Undefined, match=f"{MIN_FAILURES - 1} failures .* {MIN_FAILURES} are needed"):
        risk_ahead(few, 0, 10)
    with pytest.raises(Undefined, match="no failure"):
        fit_rate(lives(cut=[10]))


def test_bounds_hold_nine_times_in_ten() -> None:
    """Of many machines of one law, each with its own few failures."""
    held = 0
    for seed in range(200):
        told = risk_ahead(drawn(2.5, 100.0, 25, cut_at=130.0, seed=seed), 60, 40)
        truth = 1 - exp(-(1.0**2.5 - 0.6**2.5))
        held += told.low <= truth <= told.high
    assert 165 <= held <= 195


@dataclass(frozen=True)
class Outcome:
    """What was said of one stretch ahead, and whether it failed."""

    has_failed: bool
    by_rate: float
    by_fit: float


def excavator_renewals() -> dict[str, list[tuple[int, bool]]]:
    """Each system of three excavators: days of its work orders, and whether it had failed."""
    found: dict[str, dict[int, bool]] = {}
    path = shared_file("data/excavator-work-orders/excavators-cleaned_assets_ABD.csv")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["MajorSystem"] in ("", "NA") or row["SuspSugg"] not in ("0", "1"):
                continue
            days = found.setdefault(f"{row['Asset']} {row['MajorSystem']}", {})
            day = date.fromisoformat(row["BscStartDate"]).toordinal()
            days[day] = days.get(day, False) or row["SuspSugg"] == "0"
    return {name: sorted(days.items()) for name, days in found.items()}


def held_out(renewals: Iterable[list[tuple[int, bool]]], ahead: int) -> list[Outcome]:
    """Fit on the first seven tenths of the time, ask of every stretch of the rest."""
    told = [one for one in renewals if len(one) >= 8]
    end = max(one[-1][0] for one in told)
    found: list[Outcome] = []
    for days in told:
        border = days[0][0] + 0.7 * (end - days[0][0])
        known = [one for one in days if one[0] <= border]
        past = [Life(after[0] - before[0], after[1]) for before, after in pairwise(known)]
        past.append(Life(border - known[-1][0], False))
        if sum(one.has_failed for one in past) < MIN_FAILURES:
            continue
        rate, fitted = fit_rate(past), fit(past)
        for before, after in pairwise(days):
            if before[0] >= border:
                found += asked(rate, fitted, after[0] - before[0], ahead, has_failed=after[1])
    return found


def asked(rate: Hazard, fitted: Hazard, length: int, ahead: int, *, has_failed: bool) -> Iterable[Outcome]:
    for age in range(0, length, ahead):
        is_last = length <= age + ahead
        if is_last and not has_failed:
            return  # cut inside the stretch: nobody knows
        yield Outcome(is_last, rate.chance(age, ahead), fitted.chance(age, ahead))


def log_loss(told: Sequence[tuple[bool, float]]) -> float:
    return -sum(log(p if failed else 1 - p) for failed, p in told) / len(told)


@pytest.mark.shared
def test_on_ten_years_of_excavators_the_fit_is_a_little_better_than_a_constant_rate() -> None:
    """The figures of docs/guide/failure-risk.md; no more than that is claimed."""
    said = {}
    for ahead in (14, 30, 60):
        outcomes = held_out(excavator_renewals().values(), ahead)
        control = log_loss([(one.has_failed, one.by_rate) for one in outcomes])
        mine = log_loss([(one.has_failed, one.by_fit) for one in outcomes])
        expected = sum(one.by_fit for one in outcomes)
        failed = sum(one.has_failed for one in outcomes)
        said[ahead] = (len(outcomes), failed, round(control, 3), round(mine, 3), round(expected / failed, 2))
        assert mine < control
        assert 0.8 < expected / failed < 1.25
    # stretches, failures in them, log loss of the control and of the fit, expected over come
    assert said == {
        14: (689, 306, 0.526, 0.526, 0.93),
        30: (447, 306, 0.421, 0.417, 0.97),
        60: (357, 306, 0.225, 0.222, 0.98),
    }
