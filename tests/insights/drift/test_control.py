"""Control charts on the same values that drift is judged on."""

from __future__ import annotations

import numpy as np
import pytest
from tests.insights.drift.made import A_DAY, START, facts, noise, readings

from plantstack.insights.chart import Control
from plantstack.insights.drift.control import control
from plantstack.insights.drift.judge import Lacking
from plantstack.insights.drift.robust import Floats
from plantstack.intervals import DAY, HOUR


def drawn_after(days: float, values: Floats) -> Control:
    made = control(facts(days, ("readings", readings("m", "heat", values))), "m", "heat", "p")
    assert isinstance(made, Control)
    return made


def test_a_step_breaks_rules_from_its_hour_on_and_noise_hardly_any() -> None:
    step = np.where(np.arange(14 * A_DAY) >= 8 * A_DAY, 1.5, 0.0)
    drawn = drawn_after(14, 10 + noise(14 * A_DAY, 1) + step)
    assert drawn.centre == pytest.approx(10, abs=0.1)
    assert drawn.sigma == pytest.approx(1.2533 / np.sqrt(12), rel=0.35)  # of a median of twelve
    after = [one for one in drawn.broken if drawn.at[one.first] >= START + 8 * DAY]
    assert min(int(drawn.at[one.first]) for one in after) <= START + 8 * DAY + 2 * HOUR
    assert {"beyond", "one_side"} <= {one.rule for one in after}
    calm = drawn_after(14, 10 + noise(14 * A_DAY, 1))
    assert len(calm.broken) < 0.1 * (len(calm.at) - calm.first)


def test_limits_do_not_follow_their_points() -> None:
    values = 10 + noise(14 * A_DAY, 1)
    early, again = drawn_after(6, values), drawn_after(14, values)
    late = drawn_after(14, values + np.linspace(0, 9, len(values)))
    assert (early.centre, early.sigma) == (again.centre, again.sigma)
    assert late.broken


def test_hours_that_gave_the_limits_break_no_rule_and_those_after_them_give_none() -> None:
    values = 10 + noise(14 * A_DAY, 1)
    values[12 * 20 : 12 * 21] += 4  # one hour of the first day is far off
    values[8 * A_DAY :] += 9
    drawn = drawn_after(14, values)
    assert drawn.value[20] > drawn.high and not drawn.rules_at(20)
    assert all(one.first >= drawn.first for one in drawn.broken) and drawn.rules_at(len(drawn.at) - 1)
    assert drawn.n_learned == drawn.first <= 3 * 24 and drawn.high < 12


def test_too_little_has_no_limits() -> None:
    rows = ("readings", readings("m", "heat", noise(A_DAY, 1)))
    assert isinstance(control(facts(1, rows), "m", "heat", "p"), Lacking)
    assert control(facts(1, rows), "m", "cold", "p") is None
