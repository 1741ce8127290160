"""Published worked examples hold, and a wrong formula is seen."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import pytest
from tests.kpis.shared import shared_file

from plantstack.errors import ConfigError, FormulaError
from plantstack.kpis.formulas.arithmetic import work_out
from plantstack.kpis.formulas.conform import check_examples, read_eval_blocks
from plantstack.kpis.formulas.formula import Formula
from plantstack.kpis.kpi import EVERY_PROFILE, Catalog
from plantstack.kpis.load import shipped_catalog

EXAMPLE = """\
schema: plantstack-worked-examples/2
set: own
count: 1
examples:
- id: two_hours
  inputs:
    run_min: [50, 40]
    planned_min: 120
  expected:
    availability: {formula: sum(run_min)/planned_min, exact: 0.75, published: 0.75, unit: ratio, tol_abs: 0}
    note: {formula: "1", exact: null}
  eval:
  - kpi: availability
    profile: iso
    measures:
      time_run: sum(run_min)*60
      time_breakdown: (planned_min-run_min[0]-run_min[1])*60
    expect: availability
  - kpi: takt_time
    measures: {time_run: "3600"}
    expect: null
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "examples.yaml"
    path.write_text(text, "utf-8")
    return path


def with_formula(kpi: str, text: str) -> Catalog:
    """The shipped catalogue with one formula mistaken."""
    shipped = shipped_catalog()
    wrong = replace(shipped.kpis[kpi], formulas={EVERY_PROFILE: Formula.read(text, "seeded mistake")})
    return replace(shipped, kpis={**shipped.kpis, kpi: wrong})


@pytest.mark.shared
def test_every_published_example_holds() -> None:
    outcomes = check_examples(shared_file("kpi-worked-examples.yaml"))
    assert len(outcomes) >= 110
    assert [f"{one.block.where}: {one.problem}" for one in outcomes if not one.holds] == []


@pytest.mark.shared
@pytest.mark.parametrize(
    ("kpi", "mistake"),
    [
        ("oee", "time_ideal_total / PPT"),
        ("availability", "time_run / POT"),
        ("quality", "qty_good / qty_total"),
        ("mtbf", "time_calendar / n_failures"),
        ("backlog_weeks", "per_year(crew_hours_available) / avg(backlog_hours)"),
        ("conversion_cost_per_unit", "(cost_labour + cost_material) / qty_good"),
    ],
)
def test_a_wrong_formula_is_seen(kpi: str, mistake: str) -> None:
    outcomes = check_examples(shared_file("kpi-worked-examples.yaml"), with_formula(kpi, mistake))
    assert kpi in {one.block.kpi for one in outcomes if not one.holds}


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    outcomes = check_examples(written(tmp_path, EXAMPLE))
    assert [(one.value, one.problem) for one in outcomes] == [(0.75, ""), (None, "")]


def test_what_does_not_hold_says_what_came(tmp_path: Path) -> None:
    text = EXAMPLE.replace("expect: availability", "expect: availability+1e-8")
    text = text.replace("expect: null", "expect: '1'")
    outcomes = check_examples(written(tmp_path, text))
    assert [one.problem for one in outcomes] == [
        "expected 0.75000001, came 0.75",
        "expected 1.0, came no denominator: qty_plan is 0",
    ]


def test_an_unknown_kpi_or_measure_is_an_outcome_of_its_own(tmp_path: Path) -> None:
    text = EXAMPLE.replace("kpi: availability", "kpi: availabilty").replace("{time_run:", "{time_ran:")
    first, second = check_examples(written(tmp_path, text))
    assert "did you mean 'availability'?" in first.problem
    assert "did you mean 'time_run'?" in second.problem


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "sum(run for run in runs)",
        "runs.append(1)",
        "runs[-1]",
        "runs[9]",
        "runs + 1",
        "sum(planned)",
        "9**9**9",
        "planned / (planned - planned)",
        "min()",
        "unknown + 1",
        "(" * 500 + "planned" + ")" * 500,
    ],
)
def test_the_arithmetic_of_examples_is_as_safe_as_a_formula(text: str) -> None:
    with pytest.raises(FormulaError):
        work_out(text, {"runs": (F(1), F(2)), "planned": F(3)}, "example")


@pytest.mark.parametrize(
    "text",
    [
        "examples: none",
        "count: 1",
        "- 1",
        EXAMPLE.replace("120", "a lot"),
        EXAMPLE.replace("120", "1e999999"),
        EXAMPLE.replace("id: two_hours", "id: &a two_hours"),
    ],
)
def test_a_file_that_is_none_is_a_problem(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read_eval_blocks(written(tmp_path, text))


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read_eval_blocks(tmp_path / "absent.yaml")
