"""The declarations an engine compiles: known words only, and the sums of the books."""

from __future__ import annotations

import re

import pytest
from tests.kpis.shared import shared_file

from plantstack.events.kinds import KINDS
from plantstack.ledger.rules import ACCOUNTS, FLAGS
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import COUNT_FACTS, PLANT_FACTS

COLUMNS = {
    "time": {"us"},
    "pieces": {"qty", "ideal", "std"},
    "spans": {
        "n",
        "own_us",
        "wall_us",
        "scheduled_us",
        "hidden_us",
        "std_us",
        "qty",
        "qty_matched",
        "amount",
    },
    "levels": {"value_us"},
}
SUMS = [measure for measure in MEASURES.values() if measure.sum is not None]


@pytest.mark.parametrize("name", MEASURES)
def test_a_declaration_uses_known_words(name: str) -> None:
    one = MEASURES[name]
    assert one.meaning and not one.meaning.endswith(".")
    assert set(one.feeds) <= {*KINDS, *COUNT_FACTS, *PLANT_FACTS}
    assert str(one.base_unit)
    parts = [one.sum, *(part.sum for part in one.line_parts)]
    for part in (part for part in parts if part):
        assert part.column in COLUMNS[part.table]
        words = dict(part.where)
        assert set(words.get("account", ())) <= set(ACCOUNTS)
        assert set(words.get("flags", ())) <= set(FLAGS)


def test_names_carry_their_unit() -> None:
    for name, measure in MEASURES.items():
        unit = {"time": "s", "hours": "h", "n": "count", "qty": "pc", "cost": "money"}.get(name.split("_")[0])
        assert unit is None or measure.unit == unit, name
        assert (measure.kind == "level") == measure.unit.endswith("*day"), name


def test_the_leaves_of_the_calendar_are_its_accounts_once_each() -> None:
    leaves = {
        account: measure.name
        for measure in SUMS
        if measure.sum and measure.sum.table == "time" and measure.adds == "add"
        for column, values in measure.sum.where
        if column == "account" and len(values) == 1 and len(measure.sum.where) == 1
        for account in values
    }
    assert leaves == {account: f"time_{account}" for account in ACCOUNTS}


def test_microseconds_become_seconds_hours_or_days() -> None:
    wholes = {"s": 1_000_000, "h": 3_600_000_000, "h*day": 86_400_000_000, "money*day": 86_400_000_000}
    for measure in SUMS:
        assert measure.sum is not None
        whole = wholes if measure.sum.column.endswith("us") else {}
        assert measure.sum.divisor == whole.get(measure.unit, 1), measure.name
        assert {part.sum.divisor for part in measure.line_parts} <= {measure.sum.divisor}, measure.name


def test_money_knows_what_has_to_be_told_of_it() -> None:
    named = {name for name, measure in MEASURES.items() if measure.said}
    assert {name for name in MEASURES if name.startswith("cost_")} - named == {
        "cost_work_orders",
        "cost_work_reactive",
    }
    assert all(MEASURES[name].kind == "level" or MEASURES[name].sum is not None for name in named)


def test_a_line_puts_out_what_left_its_exit_and_what_it_scrapped() -> None:
    parts = {part.machines: part.sum.where for part in MEASURES["qty_total"].line_parts}
    assert parts == {"exit": (("class", ("good",)),), "all": (("class", ("scrap",)),)}
    outputs = {name for name, measure in MEASURES.items() if measure.adds == "output"}
    pieces = {"qty_total", "qty_good", "qty_first_pass", "qty_inspected", "qty_plan", "qty_plan_matched"}
    # an order of a line is one order, however many machines it runs over
    orders = {"n_orders_due", "n_orders_on_time_in_full", "time_order_execution", "qty_order"}
    orders |= {"n_orders_planned", "time_order_deviation", "n_slots", "n_slots_hit"}
    # a line's changeover is another thing than the set-ups of its machines
    changeovers = {"n_changeover", "time_changeover", "time_changeover_std"}
    doubts = {"qty_exit_counted", "qty_exit_over_gap", "qty_exit_unjudged", "qty_exit_typed"}
    doubts |= {
        "qty_without_plan",
        "qty_exit_told_twice",
        "qty_exit_told_apart",
        "qty_exit_told",
        "qty_exit_unconverted",
    }
    assert outputs == pieces | orders | changeovers | doubts


@pytest.mark.shared
def test_every_measure_of_the_reference_is_declared() -> None:
    text = shared_file("kpi-reference.md").read_text("utf-8")
    table = text.split("\n## 2.")[1].split("\n## 3.")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    names = {
        name
        for row in rows
        for name in re.findall(r"[a-z]\w+(?=[,`\s(])", row)
        if "_" in name or name == "rav"
    }
    names -= {name for name in names if name.startswith(("cash_flow",))}  # a series, for a model
    assert names - set(MEASURES) == set()
    assert len(names) > 80
