"""Grades come from shares, and the worst one is named with its next step."""

from __future__ import annotations

import pytest

from plantstack.kpis.cell import Cell
from plantstack.kpis.evaluate import evaluate
from plantstack.kpis.formulas.given import evaluate_given
from plantstack.kpis.load import shipped_catalog
from plantstack.measures.catalog import MEASURES


def grade(kpi: str, **day: float) -> str:
    return evaluate_given(kpi, day).trust.grade


@pytest.mark.parametrize(
    ("unknown", "expected"), [(0, "A"), (2, "A"), (2.001, "B"), (10, "B"), (10.001, "C"), (100, "C")]
)
def test_grade_by_the_share_of_unknown_time(unknown: float, expected: str) -> None:
    assert grade("oee", time_run=100 - unknown, time_unknown=unknown) == expected


@pytest.mark.parametrize(("typed", "expected"), [(9.99, "A"), (10, "B"), (49.99, "B"), (50, "C")])
def test_typed_in_data_has_its_own_limits(typed: float, expected: str) -> None:
    assert grade("availability", time_run=100, time_typed=typed) == expected


def test_the_worst_member_is_named_with_its_next_step_and_minutes() -> None:
    day = {"time_run": 94, "time_unknown": 6, "qty_total": 100, "qty_over_gap": 30, "time_typed": 40}
    trust = evaluate_given("oee", {**day, "time_ideal_good": 50, "time_ideal_total": 60}).trust
    assert (trust.grade, trust.score) == ("C", 0.7)
    assert [limit.measure for limit in trust.limits] == ["qty_over_gap", "time_typed", "time_unknown"]
    worst = trust.limits[0]
    assert (worst.share, worst.grade, worst.base) == (0.3, "C", "qty_counted")
    assert worst.step and worst.minutes > 0


def test_stops_without_a_reason_weaken_the_pareto_and_not_the_oee() -> None:
    day = {"time_run": 50, "time_breakdown": 50, "time_stop_long": 50, "time_uncoded": 50}
    assert grade("downtime_by_category", **day) == "C"
    assert grade("oee", **day) == "A"


def test_no_base_is_u() -> None:
    found = evaluate_given("throughput_value", {"revenue": 5})
    assert (found.trust.grade, found.trust.score, found.trust.limits) == ("U", None, ())
    assert evaluate_given("oee", {}).trust.grade == "U"


def test_a_higher_layer_inherits_the_doubt_below() -> None:
    day = {"time_run": 50, "time_unknown": 50, "time_calendar": 100, "time_ideal_good": 20}
    assert grade("utilization_schedule", **day) == "C"
    assert grade("contribution_per_line_hour", revenue=5, **day) == "C"


def test_doubt_that_was_never_summed_is_not_held_against_a_value() -> None:
    found = evaluate("quality", Cell({"time_ideal_good": 4, "time_ideal_total": 5}))
    assert found.value == 0.8
    assert found.trust.grade == "U"


def test_every_evidence_names_a_base_and_touches_known_names() -> None:
    sums = set(shipped_catalog().sums)
    for measure in MEASURES.values():
        if measure.evidence:
            names = {measure.evidence.base, *measure.evidence.touches}
            assert names <= sums | set(MEASURES) | set(shipped_catalog().kpis), measure.name
            assert measure.evidence.step.endswith(".")
