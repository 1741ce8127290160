"""Few of something: what a chart says of few points, and hours that whole numbers do not tell apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from plantstack.interfaces.web.page import Visit
from plantstack.interfaces.web.pages.plan import _means
from plantstack.interfaces.web.series import run_chart_of
from plantstack.interfaces.web.speaking import catalogue
from plantstack.stack.floor.planner import PlanDay


def visit(language: str = "en") -> Visit:
    def say(text: str, **values: object) -> str:
        told = catalogue(language).gettext(text)
        return told % values if values else told

    return cast(Visit, SimpleNamespace(language=language, say=say))


@pytest.mark.parametrize(("n", "is_few"), [(1, True), (3, True), (7, True), (8, False), (30, False)])
def test_of_few_points_no_chart_says_that_they_are_chance(n: int, is_few: bool) -> None:
    values = [10.0 + place % 2 for place in range(n)] + [None]
    chart = run_chart_of(visit(), "x", [str(place) for place in range(n + 1)], values, "h")
    assert not chart.signals
    assert ("Too few points" in chart.calm) == is_few
    assert ("is chance" in chart.calm) != is_few


@pytest.mark.parametrize(
    ("need", "have", "said"),
    [(26.2, 21.0, "26 h of a 21 h"), (7.4, 7.2, "7.4 h of a 7.2 h"), (7.21, 7.2, "7.21 h of a 7.20 h")],
)
def test_a_day_that_is_too_short_is_told_by_hours_that_differ(need: float, have: float, said: str) -> None:
    told: dict[str, Any] = {"required_s": need * 3600, "low_s": need * 3600, "high_s": need * 3600}
    day = SimpleNamespace(available_s=have * 3600, missing=(), at_risk=("o1",), why_none="", **told)
    assert said in _means(visit(), cast(PlanDay, day))
