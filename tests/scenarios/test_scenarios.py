"""Every scenario file: the books are as expected, in whatever order the events of a load come."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.scenarios.rules import RULES

from plantstack.testing import read_scenario, run_scenario, update_scenario

FILES = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path: Path, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-scenarios", default=False):
        assert update_scenario(path) == [], "these have to be written by hand"
        pytest.skip("rewritten where it differed: look at the diff")
    assert run_scenario(path) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_order_of_arrival_changes_nothing(path: Path) -> None:
    assert run_scenario(path, arrange=lambda events: events[::-1]) == []


def test_every_rule_has_a_scenario() -> None:
    named = Counter(rule for path in FILES for rule in read_scenario(path).rules)
    assert [rule for rule in RULES if not named[rule]] == []
    assert sorted(set(named) - set(RULES)) == []


def test_every_scenario_is_golden_for_a_rule() -> None:
    assert [path.name for path in FILES if not read_scenario(path).rules] == []
