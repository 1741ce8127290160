"""The scrap pattern that is planted in the simulated group is found, with what goes with it, and no other."""

from __future__ import annotations

import pytest
from tests.insights.group import group_facts

from plantstack.insights.finding import Finding
from plantstack.insights.patterns.analysis import ScrapPatterns
from plantstack.insights.saying import Bounds, Name, Say

PRESSES = ("pun-1", "pun-2", "pun-3", "pun-4")


@pytest.fixture(scope="module")
def told() -> list[Finding]:
    return list(ScrapPatterns().run(group_facts(PRESSES, sites=2)).findings)


def melt(says: Say) -> list[float]:
    """Thresholds of the melt that a text speaks of."""
    values = [one for one in says.values.values() if isinstance(one, Bounds)]
    return [one.low for one in values if one.of.id == "melt_temperature" and one.low is not None]


@pytest.mark.slow
def test_the_clip_flashes_at_night_on_press_three(told: list[Finding]) -> None:
    """Mould, night and a hot melt are the same pieces there: one is said, the others are its rivals."""
    assert [(one.subject.equipment, one.subject.about["reason"]) for one in told] == [("pun-3", "flash")]
    one = told[0]
    every = [value for each in one.explanations for value in each.says.values.values()]
    assert Name("night", "shift") in every
    assert any(233 <= low <= 239 for each in one.explanations for low in melt(each.says))
    assert sum(each.weight for each in one.explanations) == pytest.approx(1, abs=0.05)


@pytest.mark.slow
def test_it_is_as_large_as_it_was_planted(told: list[Finding]) -> None:
    effect = told[0].effect
    assert effect.value - effect.baseline == pytest.approx(0.085, rel=0.4)
    assert effect.low is not None and effect.high is not None
    assert effect.low < 0.09 < effect.high
