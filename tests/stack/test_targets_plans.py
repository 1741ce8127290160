"""Plans against budgets: each step adds up, and what is short is named with its step."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stack.floor import START, Wire, load, plant, written
from tests.stack.test_questions import said, shift_of_the_line

from plantstack.intervals import DAY, MINUTE, rfc3339
from plantstack.kpis.targets.coherence import Means, steps_of
from plantstack.stack import Stack
from plantstack.stack.targets.plans import check_plans

HOUR = 60 * MINUTE
amounts = st.fractions(1, 10**6, max_denominator=100)


@given(amounts, amounts, amounts, st.fractions(Fraction(1, 100), 1), amounts, amounts)
def test_each_step_leaves_no_more_than_the_one_before(
    budget: Fraction, scheduled: Fraction, planned: Fraction, oee: Fraction, cycle: Fraction, plans: Fraction
) -> None:
    means = Means(budget, scheduled, planned, "", oee, "", cycle, plans)
    steps = {step.name: step for step in steps_of(means)}
    left = [steps[name].pieces for name in ("calendar", "planned stops", "expected losses")]
    assert all(one is not None for one in left)
    assert left == sorted(left, key=lambda one: -(one or 0))
    for name in ("calendar", "planned stops", "expected losses", "hour plans"):
        step = steps[name]
        assert step.pieces is not None and step.short is not None and step.short_hours is not None
        assert step.short == max(budget - step.pieces, 0)
        # working that long would make them
        assert step.short_hours * 3600 * oee / cycle == step.short
    gap = steps["plans against losses"].short
    assert gap == max(plans - (left[2] or 0), 0)


def test_what_is_not_known_is_not_made_up() -> None:
    means = Means(Fraction(5), Fraction(9), Fraction(1), "", None, "nothing known", None, None)
    found = {step.name: step for step in steps_of(means)}
    assert found["expected losses"].pieces is None
    assert found["expected losses"].why == "nothing known"
    assert found["calendar"].pieces is None
    assert found["hour plans"].short == 5
    assert found["hour plans"].short_hours is None


# -- in a plant ----------------------------------------------------------------------------------

FILES = """\
targets:
  - {kpi: good_parts, at: [line-1], value: 300000, per: month}
  - {kpi: good_parts, at: [tulsa], value: 350000, per: month}
  - {kpi: oee, at: [filler], value: 50 %}
"""


def planned(key: str, start: int, hours: int, qty: int) -> Wire:
    span = {"from": rfc3339(start), "until": rfc3339(start + hours * HOUR)}
    return said("plan", "line-1", 0, key, product="cola-330", qty=qty, **span)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("plans")
    project = plant(root / "p")
    (project / "targets.yaml").write_text(FILES, "utf-8")
    # 2026-03-03 is a Tuesday; a Sunday night has no shift
    plans = [planned(f"day {day}", START + day * DAY, 8, 9_000) for day in range(3)]
    plans += [planned("sunday", START + 5 * DAY + 8 * HOUR, 2, 500)]
    load(project, written(root, "1.ndjson", [*shift_of_the_line(), *plans]))
    with Stack.open(project) as stack:
        rows = check_plans(stack.engine(), stack.catalog()).rows
        only = check_plans(stack.engine(), stack.catalog(), scope="filler").rows
        scheduled = stack.measures(["time_calendar"], scope="filler").cells
    assert scheduled
    told = {(row["scope"], row["period"]["label"], row["step"]): row for row in rows}
    return told, only


def step(found: Any, name: str, month: str = "2026-03", scope: str = "line-1") -> Any:
    return found[0][scope, month, name]


def test_the_calendar_at_ideal_is_what_could_be_made_at_most(found: Any) -> None:
    row = step(found, "calendar")
    # the constraint makes 600/min of cola-330, which is all that is planned
    assert row["pieces"] == pytest.approx(row["hours"] * 60 * 600)
    assert step(found, "planned stops")["hours"] < row["hours"]


def test_losses_are_those_of_the_past_or_as_agreed(found: Any) -> None:
    row = step(found, "expected losses")
    assert "OEE" in row["why"]
    share = row["pieces"] / step(found, "planned stops")["pieces"]
    assert f"{share:.1%}" in row["why"]


def test_plans_are_added_up_and_what_lacks_is_named(found: Any) -> None:
    row = step(found, "hour plans")
    assert (row["pieces"], row["short_pieces"]) == (27_500, 272_500)
    assert row["short_hours"] > 0
    outside = step(found, "plans outside the calendar")
    assert (outside["short_pieces"], outside["pieces"]) == (500, 27_000)


def test_a_month_without_plans_is_short_of_everything(found: Any) -> None:
    row = step(found, "hour plans", "2026-04")
    assert (row["pieces"], row["short_pieces"], row["why"]) == (0, 300_000, "no plan")


def test_the_budgets_of_lines_add_up_to_that_of_their_site(found: Any) -> None:
    row = step(found, "budgets of lines", scope="tulsa")
    assert (row["pieces"], row["short_pieces"], row["why"]) == (300_000, 50_000, "line-1")
    assert found[1] == []  # the filler has no budget


def test_without_budget_or_books_there_is_nothing_to_check(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    with Stack.open(project) as stack:
        answer = check_plans(stack.engine(), stack.catalog())
        assert (answer.rows, [note.code for note in answer.notes]) == ([], ["budget-none"])
    (project / "targets.yaml").write_text(FILES, "utf-8")
    with Stack.open(project) as stack:
        assert check_plans(stack.engine(), stack.catalog()).rows == []
