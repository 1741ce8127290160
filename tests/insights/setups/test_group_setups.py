"""The wrong set-ups that are planted in the simulated group are told in their first hour."""

from __future__ import annotations

import pytest
from tests.demo.told import truths_of
from tests.insights.group import DAYS, group_facts

from plantstack.insights.facts import Facts
from plantstack.insights.setups.analysis import SetupErrors
from plantstack.intervals import DAY, HOUR

SITES = 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "parameter"), [("pouch-setup-wrong", "seal_pressure"), ("lathe-setup-wrong", "tool_offset")]
)
def test_a_planted_wrong_setup_is_told_and_little_else(truth: str, parameter: str) -> None:
    """Told within two hours of the order change, and one more at most in ten weeks of the machine."""
    one = next(one for one in truths_of(DAYS, SITES, 1) if one.id == truth)
    facts = group_facts([one.where], SITES)
    told = SetupErrors().run(facts.known(one.from_at + 3 * HOUR)).findings
    mine = [each for each in told if each.began >= one.from_at - HOUR]
    assert [each.subject.about["parameter"] for each in mine] == [parameter]
    size = one.effects[0].size
    assert mine[0].effect.value - mine[0].effect.baseline == pytest.approx(size, abs=0.35 * abs(size))
    assert len(_all(facts) - {each.id for each in mine}) <= 1


def _all(facts: Facts) -> set[str]:
    """Ids of everything that would have been told, asked once a day."""
    days = (facts.known(facts.as_of - day * DAY) for day in range(70))
    return {one.id for each in days for one in SetupErrors(recent=DAY).run(each).findings}
