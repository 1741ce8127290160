"""Run charts, small multiples, months and ladders: places recompute, rules of the guide hold."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.charts.reading import Element, of, read, share, spoken, texts
from tests.web.charts.samples import run_chart_of

from plantstack.interfaces.web.charts import (
    Day,
    Ladder,
    Month,
    NamedSignal,
    Panel,
    PhaseLines,
    Tick,
    ladder,
    month_grid,
    run_chart,
    small_multiples,
)

values = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=60)


def points(element: Element) -> list[tuple[float, float]]:
    """Corners of a path."""
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", element.get("d", ""))]


@given(values)
def test_every_known_value_is_a_point_and_gaps_stay_gaps(series: list[float | None]) -> None:
    drawn = str(run_chart(run_chart_of(series)))
    assert "nan" not in drawn.lower()
    whole = read(run_chart(run_chart_of(series)))
    known = [one for one in series if one is not None]
    marked = [*of(whole, "rc-point"), *of(whole, "rc-signal")]
    assert len(marked) == len(known)
    places = sorted(points(one)[0][0] for one in marked)
    wanted = [100 * (place + 0.5) / len(series) for place, one in enumerate(series) if one is not None]
    assert places == pytest.approx(wanted, abs=0.001)
    assert all(0 <= y <= 100 for one in marked for _, y in points(one))


def test_points_lie_as_high_as_their_values() -> None:
    whole = read(run_chart(run_chart_of([10, 20, 40])))
    heights = [y for one in of(whole, "rc-point") for _, y in points(one)]
    assert (heights[0] - heights[1]) * 2 == pytest.approx(heights[1] - heights[2], abs=0.01)


def test_under_twenty_points_there_are_no_limits() -> None:
    few = run_chart_of([float(place % 7) for place in range(19)])
    assert not of(read(run_chart(few)), "rc-limit")
    with pytest.raises(ValueError, match="19 points have no limits"):
        run_chart(replace(few, phases=[PhaseLines(0, 18, 3, "mean 3", 0, 6)]))
    enough = run_chart_of([float(place % 7) for place in range(20)])
    assert len(of(read(run_chart(enough)), "rc-limit")) == 2


def test_limits_carry_their_values_and_signals_their_names() -> None:
    whole = read(run_chart(run_chart_of([*[50.0, 52, 48, 51] * 5, 70])))
    assert [one.split()[0] for one in texts(of(whole, "rc-value"))] == ["high", "mean", "low"]
    assert texts(of(whole, "rc-name")) == ["beyond limit"]
    assert len(of(whole, "rc-signal")) == 1
    assert texts(of(whole, "rc-signals")) == ["Week 30: beyond limit"]


def test_phases_meet_between_points_and_the_line_breaks_there() -> None:
    series = [*[50.0, 52, 48, 51] * 5, *[60.0, 62, 58, 61] * 5]
    whole = read(run_chart(run_chart_of(series, [20])))
    first, second = (points(one) for one in of(whole, "rc-centre"))
    assert (first[0][0], first[1][0], second[0][0], second[1][0]) == (0, 50, 50, 100)
    assert first[0][1] > second[0][1], "higher values lie higher"
    assert len(of(whole, "rc-line")) == 2
    assert texts(of(whole, "note-sign")) == ["1"]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=12))
def test_names_of_signals_never_lie_over_one_another(spans: list[tuple[int, int]]) -> None:
    signals = [NamedSignal(at, at + long, "name", f"signal {at}") for at, long in spans]
    chart = replace(run_chart_of([float(place % 5) for place in range(40)]), signals=signals)
    lanes: dict[str, list[tuple[float, float]]] = {}
    for one in of(read(run_chart(chart)), "rc-bracket"):
        lanes.setdefault(one.get("y1", ""), []).append((share(one, "x1"), share(one, "x2")))
    assert len(lanes) <= 3
    for row in lanes.values():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(row)))
    said = texts(one for whole in of(read(run_chart(chart)), "rc-signals") for one in whole)
    assert said == [one.text for one in signals], "the list names them all"


def test_the_table_says_the_same_and_calm_is_said() -> None:
    whole = read(run_chart(run_chart_of([50, None, 52])))
    assert texts(of(whole, "rc-calm")) == ["No signal: chance alone."]
    rows = [texts(row) for row in of(whole, "chart-table")[0].iter("tr")]
    assert rows == [
        ["Week", "Hours", "Signal"],
        ["week 10", "50 h", ""],
        ["week 11", "–", ""],
        ["week 12", "52 h", ""],
    ]
    assert spoken(whole) == ["Hours between stops by week"]


@given(st.lists(values, min_size=1, max_size=6), st.floats(-1e6, 1e6))
def test_panels_share_one_scale(series: list[list[float | None]], plan: float) -> None:
    panels = [Panel("said", one, plan, empty="none") for one in series]
    drawn = [read(one) for one in small_multiples(panels, [Tick(0, "0")])]
    levels = {y for one in drawn for line in of(one, "pm-plan") for _, y in points(line)}
    assert len(levels) <= 1, "the same plan lies at the same height in every panel"
    for one, panel in zip(drawn, panels, strict=True):
        assert bool(of(one, "chart-empty")) == all(value is None for value in panel.values)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=20), st.floats(0, 100))
def test_tints_lie_between_line_and_plan(series: list[float], plan: float) -> None:
    (drawn,) = small_multiples([Panel("said", series, plan)], [Tick(0, "0"), Tick(100, "100")])
    whole = read(drawn)
    ((_, level), _) = points(of(whole, "pm-plan")[0])
    for name, sign in (("pm-above", 1), ("pm-below", -1)):
        for area in of(whole, name):
            assert all(sign * (level - y) >= -0.002 for _, y in points(area))
    tinted = sum(_area(points(area)) for name in ("pm-above", "pm-below") for area in of(whole, name))
    line = [(x, level - y) for x, y in points(of(whole, "pm-line")[0])]
    assert tinted == pytest.approx(sum(_apart(*ends) for ends in pairwise(line)), abs=0.5)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Area between a piece of the line and its plan; where it crosses, of both sides."""
    long, before, after = other[0] - one[0], abs(one[1]), abs(other[1])
    if one[1] * other[1] < 0:
        return long * (before**2 + after**2) / (2 * (before + after))
    return long * (before + after) / 2


def _area(corners: list[tuple[float, float]]) -> float:
    turned = [*corners[1:], corners[0]]
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(corners, turned, strict=True))) / 2


def test_what_is_not_comparable_is_dotted_without_tint_or_end() -> None:
    (drawn,) = small_multiples([Panel("said", [1, 2, 1], 1.5, is_comparable=False)], [])
    whole = read(drawn)
    assert of(whole, "est")
    assert not [one for name in ("pm-above", "pm-below", "pm-end") for one in of(whole, name)]


def test_a_day_missed_has_a_cross_and_leads_to_its_action() -> None:
    days = [
        Day("met", "1", "1"),
        Day("missed", "2: accident", "2", "/actions/4"),
        Day("unmeasured", "3", "3"),
    ]
    whole = read(month_grid(Month("said", days, links="Days missed")))
    assert [len(of(whole, f"md-{state}")) for state in ("met", "missed", "unmeasured")] == [1, 1, 1]
    assert len(of(whole, "md-cross")) == 1
    (links,) = of(whole, "month-links")
    assert [(one.get("href"), one.get("aria-label")) for one in links] == [("/actions/4", "2: accident")]
    assert spoken(whole) == ["said", "Days missed"]


@given(st.integers(1, 62), st.integers(0, 6))
def test_days_stand_in_weeks_of_seven(count: int, before: int) -> None:
    days = [Day("met", str(day)) for day in range(count)]
    cells = of(read(month_grid(Month("said", days, before))), "md")
    places = [(float(one.get("x", "")), float(one.get("y", ""))) for one in cells]
    assert len(set(places)) == count
    assert [round(x / 32) for x, _ in places] == [(before + day) % 7 for day in range(count)]


@given(st.integers(0, 5))
def test_a_ladder_is_filled_up_to_its_level_and_says_it(level: int) -> None:
    whole = read(ladder(Ladder(level, f"ready {level} of 5")))
    assert len(of(whole, "ld-on")) == level
    assert len(of(whole, "ld-off")) == 5 - level
    heights = [float(one.get("height", "")) for one in whole.iter("rect")]
    assert heights == sorted(set(heights)), "steps rise"
    assert texts([whole]) == [f"ready {level} of 5"]


def test_nothing_known_is_said() -> None:
    assert (
        str(run_chart(run_chart_of([None]))) == '<p class="chart-empty">No stop was reported in 8 weeks.</p>'
    )
    (drawn,) = small_multiples([Panel("", [], empty="why")], [])
    assert "why" in str(drawn)
    assert "why" in str(month_grid(Month("", [], empty="why")))
