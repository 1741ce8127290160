"""Values, reasons for none, the two profiles, splits by reason."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kpis.days import BALANCED_DAY

from plantstack.errors import QueryError
from plantstack.kpis.cell import Cell
from plantstack.kpis.evaluate import evaluate, loss_tree
from plantstack.kpis.formulas.given import evaluate_given
from plantstack.kpis.load import shipped_catalog
from plantstack.measures.catalog import MEASURES

seconds = st.integers(0, 10**12).map(lambda us: F(us, 10**6))


@settings(deadline=None)
@given(
    run=seconds.filter(bool),
    micro=seconds,
    other=seconds,
    unknown=seconds,
    total=seconds.filter(bool),
    good=st.fractions(0, 1, max_denominator=10**6),
)
def test_oee_is_the_product_of_its_factors_exactly(
    run: F, micro: F, other: F, unknown: F, total: F, good: F
) -> None:
    day = {
        "time_run": run,
        "time_micro_stop": micro,
        "time_waiting": other,
        "time_unknown": unknown,
        "time_ideal_total": total,
        "time_ideal_good": total * good,
    }
    found = {}
    for profile in shipped_catalog().profiles:
        a, p, q, oee = (
            evaluate_given(kpi, day, profile).exact
            for kpi in ("availability", "performance", "quality", "oee")
        )
        assert a is not None and p is not None and q is not None
        assert oee == a * p * q
        found[profile] = oee
    assert found["six-loss"] == found["iso"]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(MEASURES)), seconds, min_size=5))
def test_the_loss_tree_adds_up_whatever_the_sums(day: dict[str, F]) -> None:
    leaves = loss_tree(Cell(day))
    inside = ("run", "setup", "breakdown", "waiting", "other_stop", "micro_stop", "planned_overrun")
    busy = sum(day.get(f"time_{name}", F(0)) for name in (*inside, "no_order", "unknown"))
    assert sum(leaves.values()) == busy - day.get("time_ideal_good", F(0))


# Exclusive cost classes, each of another size, so that a forgotten one shows.
MONEY = {
    "revenue": 1000,
    "cost_material": 1,
    "cost_labour": 2,
    "cost_overhead": 4,
    "cost_energy": 8,
    "cost_maint": 16,
    "cost_variable_other": 32,
    "qty_good": 1,
    "time_run": 3600,
    "time_constraint_planned": 3600,
}


@pytest.mark.parametrize(
    ("kpi", "day", "value"),
    [
        ("contribution_per_line_hour", MONEY, 1000 - 1 - 8 - 32),
        ("conversion_cost_per_unit", MONEY, 2 + 4 + 8 + 16),
        ("cost_per_good_unit", MONEY, 1 + 2 + 4 + 8 + 16),
        ("throughput_value", MONEY, 1000 - 1),
        ("throughput_accounting_ratio", MONEY, 999 / 30),
        ("micro_stop_rate", {"n_micro_stop": 6, "time_run": 7200}, 3),
        ("cycle_time_actual", {"time_run": 60, "qty_total": 4}, 15),
        ("reason_coverage", {"time_stop_long": 400, "time_uncoded": 100}, 0.75),
        ("data_known_ratio", {"time_calendar": 1000, "time_unknown": 50}, 0.95),
        ("throughput_rate", {"qty_good": 100, "time_calendar": 7200}, 50),
        ("stop_time", {"time_breakdown": 1, "time_other_stop": 2, "time_waiting": 4, "time_setup": 8}, 15),
        ("setup_adherence", {"n_param_ok": 9, "n_param_checks": 10}, 0.9),
        ("maintenance_response_time", {"time_response": 900, "n_calls": 3}, 300),
        ("failure_rate", {"n_failures": 2, "time_operating": 36_000}, 0.2),
        ("dpmo", {"qty_defects": 3, "qty_opportunities": 1000}, 3000),
        ("maint_schedule_compliance", {"hours_scheduled_done": 3, "hours_scheduled": 4}, 0.75),
        ("capacity_utilisation", {"time_ideal_good": 5, "time_calendar": 20, "time_not_scheduled": 10}, 0.5),
    ],
)
def test_values_come_in_base_units(kpi: str, day: dict[str, int], value: float) -> None:
    assert evaluate_given(kpi, day).value == value


def test_hours_win_over_orders_and_the_row_says_which() -> None:
    orders = {"n_wo_scheduled_done": 1, "n_wo_scheduled": 2}
    counted = evaluate_given("maint_schedule_compliance", orders)
    assert (counted.value, counted.basis) == (0.5, "n_wo_scheduled_done / n_wo_scheduled")
    hours = evaluate_given("maint_schedule_compliance", {**orders, "hours_scheduled": 4})
    assert (hours.value, hours.basis) == (0, "")


@pytest.mark.parametrize(
    ("kpi", "day", "why"),
    [
        ("oee", {}, "no denominator: PPT is 0"),
        ("performance", {}, "no denominator: (time_run + time_micro_stop) is 0"),
        ("first_pass_yield", {"qty_first_pass": 3}, "no denominator: qty_inspected is 0"),
        ("maint_schedule_compliance", {}, "no denominator: hours_scheduled is 0"),
        ("rolled_throughput_yield", {}, "model rolled_throughput_yield: needs the rows behind the sums"),
        ("roce", {"ebit": 3}, "no denominator: the length of the period is not known"),
    ],
)
def test_no_value_has_a_reason(kpi: str, day: dict[str, int], why: str) -> None:
    found = evaluate_given(kpi, day)
    assert (found.value, found.low, found.high, found.if_typical, found.why_none) == (None,) * 4 + (why,)


def test_a_kind_never_recorded_is_named() -> None:
    cell = Cell({"n_param_ok": 0, "n_param_checks": 0}, kinds=frozenset({"state", "count"}))
    assert evaluate("setup_adherence", cell).why_none == "needs setup_check"
    assert evaluate("quality_events", cell).why_none == "needs quality_event"
    assert evaluate("line_oee", cell).why_none == "needs plant:constraint"


@pytest.mark.parametrize("kpi", ["quality_events", "worker_efficiency", "fall_off_ratio", "otif", "copq"])
def test_what_no_floor_event_feeds_needs_its_kind(kpi: str) -> None:
    floor = (
        "state alive count alarm order plan reason reading setup_check inspection call config close reopen"
    )
    found = evaluate(kpi, Cell({}, kinds=frozenset(floor.split())))
    assert found.why_none.startswith("needs ")
    assert found.value is None


def test_a_sum_that_is_none_says_why() -> None:
    sums = {"qty_good": None, "qty_total": None, "qty_scrap": 3}
    cell = Cell(
        sums, kinds=frozenset({"count", "count:scrap"}), reasons={"qty_total": "line-1 names no exit machine"}
    )
    assert evaluate("scrap_rate", cell).why_none == "line-1 names no exit machine"
    assert evaluate("good_parts", cell).why_none == "qty_good is not known here"
    assert evaluate("scrap_count", cell).value == 3


def test_a_split_by_reason_leaves_the_denominator_whole() -> None:
    whole = {"qty_scrap": Decimal(10), "qty_total": Decimal(100)}
    flash = {"qty_scrap": Decimal(4), "qty_total": Decimal(4)}
    assert evaluate("scrap_rate", Cell(flash, whole=whole)).exact == F(4, 100)


def test_above_the_ceiling_is_doubtful_and_never_capped() -> None:
    found = evaluate_given("performance", {"time_run": 100, "time_ideal_total": 110})
    assert (found.value, found.is_doubtful) == (1.1, True)
    assert not evaluate_given("performance", BALANCED_DAY).is_doubtful


@pytest.mark.parametrize("measure", ["qty_without_standard", "qty_unjudged"])
@pytest.mark.parametrize("kpi", ["quality", "oee"])
def test_too_many_pieces_in_doubt_leave_no_value_and_name_the_product(kpi: str, measure: str) -> None:
    day = {**BALANCED_DAY, "qty_counted": 1000}
    sums: dict[str, int | F] = {**dict.fromkeys(MEASURES, 0), **day}
    cell = Cell({**sums, measure: 21}, named={measure: ("bracket-7",)})
    found = evaluate(kpi, cell)
    assert found.value is None
    assert found.why_none == f"{MEASURES[measure].meaning} (2.1% of the pieces, limit 2%): bracket-7"
    graded = evaluate(kpi, Cell({**sums, measure: 20}))
    assert graded.value is not None
    assert graded.trust.limits[0].measure == measure


def test_unjudged_pieces_do_not_touch_what_is_made() -> None:
    day = {**BALANCED_DAY, "qty_unjudged": 500}
    assert evaluate_given("performance", day).value is not None
    assert evaluate_given("parts_produced", day).value == 1170
    assert evaluate_given("good_parts", day).value is None


def test_the_row_of_the_contract() -> None:
    row = evaluate_given("first_time_yield", {"qty_good": 19.5, "qty_total": 20}, "iso").as_row()
    assert {key: row[key] for key in ("kpi", "version", "layer", "profile", "unit", "value", "why_none")} == {
        "kpi": "first_time_yield",
        "version": 1,
        "layer": 2,
        "profile": "iso",
        "unit": "1",
        "value": 0.975,
        "why_none": "",
    }
    assert row["inputs"] == {"qty_good": 19.5, "qty_total": 20}
    assert isinstance(row["inputs"]["qty_total"], int)
    assert row["trust"]["grade"] == "A"


def test_every_problem_of_a_question_at_once() -> None:
    with pytest.raises(QueryError) as caught:
        evaluate_given("oee", {"time_rum": 1, "time_run": float("nan"), "qty_good": True})  # one a key
    assert [(problem.code, problem.where) for problem in caught.value.problems] == [
        ("measure-unknown", "time_rum"),
        ("measure-number", "time_run"),
        ("measure-number", "qty_good"),
    ]
    assert caught.value.problems[0].fix == "did you mean 'time_run'?"


@pytest.mark.parametrize("number", [1e31, -1e31, 1e-31, float("inf"), Decimal("NaN"), 10**31, F(1, 10**31)])
def test_numbers_no_plant_has_are_refused(number: float) -> None:
    with pytest.raises(QueryError, match="no sum of anything"):
        evaluate_given("oee", {"time_run": number})


@pytest.mark.parametrize(("kpi", "profile"), [("oe", None), ("oee", "isso")])
def test_unknown_names_get_a_suggestion(kpi: str, profile: str | None) -> None:
    with pytest.raises(QueryError, match="did you mean"):
        evaluate_given(kpi, {}, profile)
