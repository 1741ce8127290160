"""A planted pattern is found where it is, nothing is found where nothing is, and rivals are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.insights.patterns.made import START, Press, facts, table

from plantstack.insights.finding import Finding
from plantstack.insights.patterns.analysis import ScrapPatterns
from plantstack.insights.patterns.cells import cells_of, sample_of
from plantstack.insights.patterns.pattern import patterns
from plantstack.insights.saying import Bounds, Figure, Name
from plantstack.intervals import DAY


def found(press: Press, **asked: Any) -> list[Finding]:
    return list(ScrapPatterns(**asked).run(facts(press)).findings)


def cold(hour: Mapping[str, Any]) -> float:
    """Lots of family B make flash on press 2 when the hall is cold."""
    is_it = hour["machine"] == "press-2" and hour["lot"].startswith("B") and hour["temperature"] < 18
    return 0.12 if is_it else 0.01


def conditions(one: Finding) -> set[str]:
    told = [one.says.values[place] for place in ("first", "second", "third") if place in one.says.values]
    names = [value.of if isinstance(value, Bounds) else value for value in told]
    return {value.id for value in names if isinstance(value, Name)}


@pytest.fixture(scope="module")
def planted() -> list[Finding]:
    return found(Press(cold))


def test_a_planted_pattern_is_found_with_its_threshold(planted: list[Finding]) -> None:
    assert len(planted) == 1
    one = planted[0]
    assert conditions(one) == {"press-2", "lot family B", "temperature"}
    bound = next(value for value in one.says.values.values() if isinstance(value, Bounds))
    assert bound.low is None
    assert bound.high == pytest.approx(18, abs=0.5)
    assert one.subject.equipment == "press-2"


def test_its_effect_is_that_of_pieces_not_searched(planted: list[Finding]) -> None:
    effect = planted[0].effect
    assert effect.value == pytest.approx(0.12, rel=0.35)
    assert effect.low is not None and effect.high is not None
    assert effect.low < 0.11 < effect.high
    assert effect.n < 0.7 * 300 * 60 * 24 * 3


def test_it_costs_what_its_pieces_cost(planted: list[Finding]) -> None:
    cost = planted[0].cost
    assert cost.pieces is not None and cost.likely is not None
    assert cost.likely == pytest.approx(0.5 * cost.pieces)
    assert (cost.currency, cost.per, cost.money_class) == ("EUR", "month", "cash cost out")


def test_without_a_price_there_is_no_money_and_it_says_so() -> None:
    one = found(Press(cold, price={"clip": 0.5}))[0]
    assert (one.cost.likely, "money" in one.says.values) == (None, False)
    assert "price" in one.cost.why_none
    assert one.cost.pieces


@pytest.mark.parametrize("scatter", [0.05, 0.4, 0.9])
def test_nothing_is_found_where_orders_differ_by_chance_alone(scatter: float) -> None:
    """Bad pieces dealt out anew by order, thirty times: false patterns stay within what was asked for."""
    whole = facts(Press(days=14))
    cells = cells_of(whole, list(whole.places))
    sample = sample_of(cells, whole, allow_crew=True)
    false = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        rates = 0.01 * rng.lognormal(0, scatter, int(sample.group.max()) + 1)
        bad = rng.binomial(sample.total.astype(int), np.minimum(rates[sample.group], 1.0))
        false += bool(patterns(sample.of(bad.astype(float)), alpha=0.05))
    assert false <= 3


def test_facts_that_came_later_change_nothing() -> None:
    early = facts(Press(cold)).known(START + 45 * DAY)
    late = replace(facts(Press(cold)), as_of=START + 45 * DAY)
    one, other = (ScrapPatterns().run(each).findings for each in (early, late))
    assert [each.as_row() for each in one] == [each.as_row() for each in other] != []


def test_names_of_machines_change_nothing(planted: list[Finding]) -> None:
    backwards = {"press-1": "z", "press-2": "m", "press-3": "a"}
    other = found(Press(cold, rename=lambda name: backwards[name]))
    assert [(one.effect, one.cost, one.severity) for one in other] == [
        (one.effect, one.cost, one.severity) for one in planted
    ]
    assert other[0].subject.equipment == "m"


def test_what_cannot_be_told_apart_is_said_to_compete() -> None:
    """Mould 9 sits on press 2 only: nobody can know which of the two it is."""

    def tools(machine: str, product: str) -> str:
        return "mould-9" if machine == "press-2" else "mould-1"

    one = found(Press(lambda hour: 0.06 if hour["machine"] == "press-2" else 0.01, tools=tools))[0]
    assert len(conditions(one)) == 1
    mine, rival = one.explanations[:2]
    assert mine.weight == pytest.approx(0.5, abs=0.01) == rival.weight
    assert {mine.says.values["first"], rival.says.values["first"]} == {
        Name("press-2", "equipment"),
        Name("tool mould-9", "context"),
    }
    assert rival.test is not None and "never came apart" in rival.test.text


def test_a_crew_is_named_only_where_that_is_allowed() -> None:
    def rate(hour: Mapping[str, Any]) -> float:
        return 0.08 if hour["crew"] == "b" else 0.01

    withheld, allowed = found(Press(rate)), found(Press(rate), allow_crew=True)
    assert not any("crew" in one.subject.about for one in withheld)
    assert all("crews are not told apart" in one.limits for one in withheld)
    assert [one.subject.about.get("crew") for one in allowed] == ["b"]


def test_two_orders_that_went_wrong_are_no_pattern() -> None:
    """Many bad pieces, but of two orders: their lot, hour and warmth say nothing of the next."""
    assert found(Press(lambda hour: 0.4 if hour["hour"] // 7 in (10, 60) else 0.01)) == []


def test_too_little_is_said_to_be_too_little() -> None:
    told = ScrapPatterns().run(facts(Press(days=1, machines=("press-1", "press-2"))))
    assert not told.findings
    assert told.cannot[0].why.values["orders"] == Figure(8, digits=0)


def test_scrap_typed_in_later_is_shared_out_over_its_pieces() -> None:
    """Scrap told at the end of a shift belongs to the pieces since the last telling."""
    whole = facts(Press(cold))
    pieces = whole.table("pieces")
    rows = pieces.to_pylist()
    for row in rows:
        if row["reason"] is not None:
            row["from"] = row["until"] = row["until"] + 2 * 60_000_000
    told = ScrapPatterns().run(replace(whole, tables={**whole.tables, "pieces": table("pieces", rows)}))
    assert [conditions(one) for one in told.findings] == [{"press-2", "lot family B", "temperature"}]
    assert np.isclose(told.findings[0].effect.value, 0.12, rtol=0.4)
