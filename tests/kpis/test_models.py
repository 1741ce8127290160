"""Models over the parts of a line, by hand."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from plantstack.kpis.formulas.formula import Undefined
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.models.models import BESIDE, MODELS, Part, build_to_schedule, rolled_throughput_yield


def made(name: str, good: int, plan: int, planned_at: int | None, made_at: int | None) -> Part:
    return Part(name, {"qty_good": good, "qty_plan": plan}, planned_at, made_at)


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ([made("a", 100, 100, 1, 1), made("b", 100, 100, 2, 2)], F(1)),
        # all pieces, but b before a: half of them can be kept in the planned order
        ([made("a", 100, 100, 1, 2), made("b", 100, 100, 2, 1)], F(1, 2)),
        # three quarters of the volume, all of it planned, in order
        ([made("a", 100, 100, 1, 1), made("b", 50, 100, 2, 2)], F(3, 4)),
        # all of the volume, a third of it not in the plan
        ([made("a", 100, 150, 1, 1), made("c", 50, 0, None, 2)], F(1) * F(100, 150)),
        # more than planned counts as planned
        ([made("a", 300, 100, 1, 1)], F(1)),
        ([made("a", 0, 100, 1, None)], F(0)),
        # of a, b, c built as c, a, b the pair a, b is kept
        ([made("a", 10, 10, 1, 2), made("b", 10, 10, 2, 3), made("c", 10, 10, 3, 1)], F(2, 3)),
    ],
)
def test_build_to_schedule(parts: list[Part], value: F) -> None:
    assert build_to_schedule(parts) == value


def test_without_a_plan_there_is_nothing_to_build_to() -> None:
    with pytest.raises(Undefined, match="qty_plan is 0"):
        build_to_schedule([made("a", 10, 0, None, 1)])


def test_rolled_throughput_yield_needs_every_step() -> None:
    steps = [
        Part("filler", {"qty_first_pass": 90, "qty_inspected": 100}),
        Part("capper", {"qty_first_pass": 50, "qty_inspected": 100}),
    ]
    assert rolled_throughput_yield(steps) == F(45, 100)
    with pytest.raises(Undefined, match="at packer"):
        rolled_throughput_yield([*steps, Part("packer", {"qty_first_pass": 0, "qty_inspected": None})])


def test_every_model_of_layers_1_and_2_is_registered() -> None:
    asked = {kpi.model for kpi in shipped_catalog().kpis.values() if kpi.model and kpi.layer <= 2}
    assert asked == {*MODELS, "likely_shift_end"}
    assert "likely_shift_end" in BESIDE
