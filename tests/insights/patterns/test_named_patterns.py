"""What people can change is named before its trace, where both explain as much; else the trace is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.insights.patterns.made import Press, facts, table

from plantstack.insights.facts import Facts
from plantstack.insights.finding import Explanation, Finding
from plantstack.insights.patterns.analysis import ScrapPatterns
from plantstack.insights.saying import Bounds, Figure, Name


def is_hot(row: Mapping[str, Any], *, every: int) -> bool:
    where = row["machine"], row["shift"], row["product"]
    return bool(where == ("press-2", "night", "clip") and row["hour"] // 24 % every == 0)


def hot_nights(every: int = 1) -> Facts:
    """Press 2 runs clips hot in every so many nights, and only hot pieces flash; all else is at 20 degC."""
    made = facts(Press(lambda hour: 0.09 if is_hot(hour, every=every) else 0.005, days=45))
    rng = np.random.default_rng(5)
    rows = made.table("readings").to_pylist()
    for row in rows:
        known = row | {"machine": row["equipment"], "hour": row["offset"]}
        row["value"] = 20.0 + 9.0 * is_hot(known, every=every) + float(rng.normal(0, 0.5))
    return replace(made, tables={**made.tables, "readings": table("readings", rows)})


def told(of: Facts) -> Finding:
    (one,) = ScrapPatterns().run(of).findings
    return one


def heat(one: Explanation | Finding) -> list[Bounds]:
    return [value for value in one.says.values.values() if isinstance(value, Bounds)]


def test_mould_and_night_lead_where_heat_comes_with_them() -> None:
    one = told(hot_nights())
    assert one.subject.about["shift"] == "night" and "parameter" not in one.subject.about
    said = {value.id for value in one.says.values.values() if isinstance(value, Name)}
    assert {"night", "tool M-clip-press-2"} <= said


def test_the_heat_stands_beside_them_with_its_own_figure() -> None:
    one = told(hot_nights())
    (beside,) = [each for each in one.explanations[1:] if heat(each)]
    (bounds,) = heat(beside)
    assert bounds.low == pytest.approx(24.5, abs=2)
    times = [each.says.values["times"] for each in one.explanations]
    assert all(isinstance(each, Figure) and each.value > 5 for each in times)
    assert times[0] == one.says.values["times"]
    assert sum(each.weight for each in one.explanations) == pytest.approx(1, abs=0.3)


def test_the_heat_leads_where_most_nights_are_cool() -> None:
    one = told(hot_nights(every=3))
    assert [bounds.of.id for bounds in heat(one)] == ["temperature"]
