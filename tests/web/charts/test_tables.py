"""Pareto and waterfall: sums, order, places; what does not add up is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.charts.reading import of, read, share, texts
from tests.web.charts.samples import PARETO, WATERFALL

from plantstack.interfaces.web.charts import Cause, Pareto, Step, Waterfall, pareto, waterfall
from plantstack.interfaces.web.charts.pareto import ranked
from plantstack.interfaces.web.charts.waterfall import spans_of

causes = st.lists(
    st.builds(Cause, st.text(max_size=8), st.floats(0, 1e6), st.text(max_size=4), st.booleans()),
    min_size=1,
    max_size=15,
).filter(lambda found: sum(one.value for one in found) > 1e-6)


def chart(found: list[Cause]) -> Pareto:
    return Pareto(
        "said", found, ("Cause", "Hours", "Share", "Together"), lambda one: f"{100 * one:.3f}", "none"
    )


@given(causes)
def test_bars_sum_to_the_whole_and_the_line_ends_there(found: list[Cause]) -> None:
    whole = read(pareto(chart(found)))
    bars = [share(one, "width") for one in of(whole, "pa-bar")]
    assert len(bars) == len(found)
    assert sum(bars) == pytest.approx(100, abs=0.01)
    assert all(share(one, "x") == 0 for one in of(whole, "pa-bar"))
    reached = [share(one, "cx") for one in of(whole, "pa-dot")]
    assert reached == sorted(reached)
    assert reached[-1] == pytest.approx(100, abs=0.01)
    assert [float(one) for one in texts(of(whole, "reached"))] == pytest.approx(reached, abs=0.01)


@given(causes)
def test_the_largest_comes_first_and_what_is_not_told_apart_last(found: list[Cause]) -> None:
    rows = ranked(found)
    assert [one.is_other for one in rows] == sorted(one.is_other for one in rows)
    for is_other in (False, True):
        told = [one.value for one in rows if one.is_other == is_other]
        assert told == sorted(told, reverse=True)


@given(causes)
def test_the_line_is_whole_from_row_to_row(found: list[Cause]) -> None:
    rows = [one for one in read(pareto(chart(found))).iter("tr")][1:]
    ends = [{line.get("y2"): line.get("x2") for line in of(row, "pa-line")} for row in rows]
    assert "0%" not in ends[0]
    assert "100%" not in ends[-1]
    for above, below in pairwise(ends):
        assert above["100%"] == below["0%"]


def test_the_mark_stands_at_eighty_in_every_row() -> None:
    whole = read(pareto(PARETO))
    assert {share(one, "x1") for one in of(whole, "pa-mark")} == {80}
    assert texts(of(whole, "axis-tick")) == ["80 %"]


def test_what_is_chosen_is_told_and_leads_somewhere() -> None:
    whole = read(pareto(PARETO))
    (chosen,) = [one for one in whole.iter("th") if one.get("aria-current") == "true"]
    assert chosen[0].get("href") == "#jaws"


def test_nothing_lost_is_said_and_less_than_nothing_refused() -> None:
    assert "<table" not in str(pareto(chart([Cause("a", 0, "0")])))
    with pytest.raises(ValueError, match="not below 0"):
        pareto(chart([Cause("a", -1, "−1")]))


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    start = draw(st.floats(1, 1e6))
    found, reached = [Step("start", start, "", is_total=True)], start
    for _ in range(draw(st.integers(0, 8))):
        lost = draw(st.floats(0, 1)) * reached
        reached -= lost
        found.append(Step("lost", -lost, "", draw(st.one_of(st.none(), st.floats(-1e6, 1e6))), "0"))
    return [*found, Step("end", reached, "", is_total=True)]


@given(steps())
def test_losses_are_as_long_as_what_they_take_from_an_axis_at_zero(found: list[Step]) -> None:
    whole = read(waterfall(Waterfall("said", found, ("", "", "", ""))))
    totals = [one for one in of(whole, "wf-total") if one.tag == "rect"]
    losses = [one for one in of(whole, "wf-loss") if one.tag == "rect"]
    assert {share(one, "x") for one in totals} == {0}
    for bar, step in zip(losses, found[1:-1], strict=True):
        assert share(bar, "width") == pytest.approx(100 * -step.value / found[0].value, abs=0.002)
    lost = sum(share(one, "width") for one in losses)
    assert share(totals[0], "width") - lost == pytest.approx(share(totals[-1], "width"), abs=0.02)


def test_each_bar_begins_where_the_one_above_ended() -> None:
    starts, ends = zip(*spans_of(WATERFALL.steps), strict=True)
    assert starts[1:-1] == ends[:-2]
    assert (starts[0], starts[-1], ends[-1]) == (0, 0, 3402)


def test_a_total_that_is_not_its_sum_is_refused() -> None:
    wrong = [*WATERFALL.steps[:-1], replace(WATERFALL.steps[-1], value=3403)]
    with pytest.raises(ValueError, match="Fully productive is 3403, but the steps above it leave 3402"):
        waterfall(replace(WATERFALL, steps=wrong))
    with pytest.raises(ValueError, match="begins with a total"):
        waterfall(replace(WATERFALL, steps=WATERFALL.steps[1:]))


def test_differences_are_signed_from_one_zero_line() -> None:
    whole = read(waterfall(WATERFALL))
    zero = share(of(whole, "wf-zero")[0], "x1")
    assert {share(one, "x1") for one in of(whole, "wf-zero")} == {zero}
    for name, sign in (("wf-worse", -1), ("wf-better", 1)):
        for bar in of(whole, name):
            if bar.tag == "rect":
                left, width = share(bar, "x"), share(bar, "width")
                assert (left + width if sign < 0 else left) == pytest.approx(zero, abs=0.002)
    worse = [share(one, "width") for one in of(whole, "wf-worse") if one.tag == "rect"]
    assert worse[0] / worse[1] == pytest.approx(104 / 12, rel=0.01)
    assert texts(of(whole, "wf-within")) == ["", "−2"], "inside the dead band it is grey"


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_figures_of_differences_stay_inside_their_column(one: float, other: float) -> None:
    found = [
        Step("a", 1, "", is_total=True),
        Step("b", 0, "", one, "−1 234"),
        Step("c", 1, "", other, "+1 234", is_total=True),
    ]
    for figure in of(read(waterfall(Waterfall("", found, ("", "", "", "")))), "wf-text"):
        at = share(figure, "x")
        assert at >= 33 if figure.get("text-anchor") == "end" else at <= 67


def test_without_plan_there_is_no_column_of_differences() -> None:
    bare = [Step("a", 1, "1", is_total=True), Step("b", -0.5, "−0.5")]
    whole = read(waterfall(Waterfall("", bare, ("", "", "", "Δ"))))
    assert len(list(whole.iter("th"))) == 3 + 2
    assert "Δ" not in texts(whole.iter("th"))
