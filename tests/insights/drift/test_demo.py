"""What was planted in the simulated group, found without being told, and when."""

from __future__ import annotations

import pytest
from tests.demo.told import truth
from tests.insights.drift.simulated import facts_of_demo

from plantstack.insights.drift.analysis import ANALYSIS
from plantstack.insights.finding import Finding
from plantstack.intervals import DAY


def found(machine: str, parameter: str, at: int) -> Finding | None:
    facts = facts_of_demo([machine]).known(at)
    mine = [one for one in ANALYSIS.run(facts).findings if one.subject.about["parameter"] == parameter]
    return mine[0] if mine else None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "machine", "parameter", "better", "share"),
    [
        ("seal-temperature-drifts", "tul-2-former", "seal_temperature", -1, 0.2),
        ("mill-bearing", "lei-1-mill", "vibration", 1, 0.2),
        ("filler-slows", "tul-1-filler", "speed", -1, 0.35),  # less than 2.5 % of speed is not said
    ],
)
def test_a_planted_drift_is_found_while_it_is_small(
    name: str, machine: str, parameter: str, better: int, share: float
) -> None:
    planted = truth(name)
    length = planted.until_at - planted.from_at
    assert found(machine, parameter, planted.from_at) is None
    early = found(machine, parameter, planted.from_at + round(share * length))
    late = found(machine, parameter, planted.until_at - DAY)
    assert early is not None and late is not None
    assert early.id == late.id
    change = late.effect.value - late.effect.baseline
    assert change * better > 0
    assert late.window.start > planted.from_at - 7 * DAY
    assert found(machine, parameter, planted.until_at + 6 * DAY) is None  # mended


@pytest.mark.slow
def test_the_seal_temperature_costs_leaking_seals() -> None:
    planted = truth("seal-temperature-drifts")
    late = found("tul-2-former", "seal_temperature", planted.until_at - DAY)
    assert late is not None and late.cost.pieces is not None and late.cost.pieces > 0
    assert late.effect.value - late.effect.baseline == pytest.approx(-8.5, abs=1.0)
    assert abs(late.window.start - planted.from_at) < 2 * DAY
