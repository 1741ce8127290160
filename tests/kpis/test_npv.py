"""The value of projects today, against the published example."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from ruamel.yaml import YAML
from tests.kpis.shared import shared_file

from plantstack.kpis.models.priced_models import project_npv, worth_today


@pytest.mark.shared
def test_the_published_project_is_worth_what_it_says() -> None:
    examples = YAML(typ="safe").load(shared_file("kpi-worked-examples.yaml"))["examples"]
    (one,) = (found for found in examples if found["id"] == "equipment_npv_six_years")
    told = one["inputs"]
    for rate, name in (("r8", "npv_8"), ("r12", "npv_12")):
        worth = project_npv(F(told["investment"]), F(told["inflow"]), F(str(told[rate])), told["years"])
        assert float(worth) == pytest.approx(one["expected"][name]["exact"], rel=1e-9)


def test_a_saving_comes_at_the_end_of_its_year() -> None:
    assert project_npv(F(0), F(110), F(1, 10), 1) == 100
    assert project_npv(F(100), F(110), F(0), 2) == 120


def test_half_of_the_saving_is_told_too() -> None:
    told = worth_today(F(100), F(110), F(1, 10), 1)
    assert told.value == 0
    assert told.basis == "savings as claimed, over 1 year at 10.0%; with half of them -50"
