"""What a search finds counts only where rows it has not seen say the same."""

from __future__ import annotations

import numpy as np
import pytest

from plantstack.insights.patterns.pattern import patterns
from plantstack.insights.patterns.rule import Is
from plantstack.insights.patterns.sample import Named, Sample, held_out

ORDERS, HOURS = 120, 6


def sample(rate_searched: float, rate_held: float) -> Sample:
    """Tool `worn` has other rates on the rows searched and on those held out; all else is at 1 %."""
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(ORDERS), HOURS)
    held = held_out(np.arange(ORDERS * HOURS), group)
    is_worn = group % 4 == 1
    rate = np.where(is_worn, np.where(held, rate_held, rate_searched), 0.01)
    total = np.full(ORDERS * HOURS, 200.0)
    bad = rng.binomial(200, rate * rng.lognormal(0, 0.2, ORDERS)[group]).astype(float)
    tool = Named.of(["worn" if one else "new" for one in is_worn])
    noise = {"warmth": rng.normal(20, 3, len(total))}
    return Sample(total, bad, group, held, {"tool": tool}, noise)


def test_a_pattern_of_both_halves_is_told() -> None:
    assert [one.rule for one in patterns(sample(0.06, 0.06))] == [(Is("tool", "worn"),)]


@pytest.mark.parametrize("rate", [0.01, 0.005])
def test_a_pattern_of_the_half_that_was_searched_is_none(rate: float) -> None:
    assert patterns(sample(0.06, rate)) == []


def test_its_figures_are_of_the_rows_held_out() -> None:
    told = patterns(sample(0.12, 0.05))[0]
    assert float(told.held.inside.rate[0]) == pytest.approx(0.05, rel=0.2)
