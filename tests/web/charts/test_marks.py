"""Scales, text and marks: what every chart stands on."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from math import inf, isfinite, nan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markupsafe import Markup

from plantstack.interfaces.web.charts import svg
from plantstack.interfaces.web.charts.svg import Scale

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, finite, finite)
def test_a_share_is_always_on_the_axis(low: float, high: float, value: float) -> None:
    share = Scale(low, high).share(value)
    assert isfinite(share)
    assert 0 <= share <= 100


@given(st.lists(st.one_of(st.none(), finite)))
def test_bars_begin_at_zero(values: list[float | None]) -> None:
    scale = svg.from_zero(values)
    assert scale.low <= 0 <= scale.high
    assert scale.low < scale.high
    if all(one is None or one >= 0 for one in values):
        assert scale.share(0) == 0


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0.001, 1))
def test_a_share_recomputes_to_its_value(low: float, extent: float, part: float) -> None:
    high = low + abs(extent) + 1
    share = Scale(low, high).share(low + part * (high - low))
    assert share == pytest.approx(100 * part, rel=1e-6)


def test_nothing_is_drawn_where_no_number_is() -> None:
    for one in (nan, inf, -inf):
        with pytest.raises(ValueError, match="no place to draw at"):
            svg.number(one)


@given(st.text(), st.text())
def test_any_text_is_carried_and_never_markup(label: str, name: str) -> None:
    drawn = svg.tag("g", svg.text(label, class_=name), svg.title(label))
    read = ElementTree.fromstring(drawn)
    assert [one.tag for one in read.iter()] == ["g", "text", *(["title"] if label else [])]


def test_what_a_template_translated_is_taken_as_the_text_it_means() -> None:
    said = Markup('A &amp; B say "stop"')
    read = ElementTree.fromstring(svg.tag("g", svg.title(said), aria_label=said))
    assert read.get("aria-label") == 'A & B say "stop"'
    assert read[0].text == 'A & B say "stop"'


@given(st.lists(st.text(max_size=4), max_size=3), st.lists(st.text(max_size=4), max_size=3))
def test_different_parts_have_different_ids(one: list[str], other: list[str]) -> None:
    if len(one) == len(other):
        assert (svg.identifier(*one) == svg.identifier(*other)) == (one == other)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_round_values_lie_on_the_axis_and_are_few(low: float, extent: float) -> None:
    assume(extent > 1e-6 * abs(low))
    high = low + extent
    found = svg.round_values(low, high)
    assert len(found) <= 6
    assert all(low - 1e-3 * extent <= one <= high + 1e-3 * extent for one in found)
    assert list(found) == sorted(set(found))


def test_every_second_tick_gives_way_first() -> None:
    ticks = [(100 * hour / 8, "06:00") for hour in range(9)]
    found = [int(str(one).removeprefix("from-")) for one in svg.tick_fits(ticks)]
    assert found[0] == found[4] == found[8] < found[2] < found[1]


@given(st.lists(st.tuples(st.floats(0, 100), st.text("abc ", min_size=1, max_size=20)), max_size=8))
def test_words_on_a_line_stay_on_it_and_apart_once_shown(
    wanted: list[tuple[float, str]],
) -> None:
    places = svg.spread(wanted)
    assert len(places) == len(wanted)
    shown = [(one, label) for one, (_, label) in zip(places, wanted, strict=True) if one]
    for width in svg.FITS:
        spans = []
        for one, label in shown:
            if int(one.fits.removeprefix("from-")) <= width:
                long = 100 * svg.width_of(label) / width
                left = one.at - {"start": 0.0, "middle": long / 2, "end": long}[one.anchor]
                spans.append((left, left + long))
        assert all(left >= -0.01 and right <= 100.01 for left, right in spans)
        spans.sort()
        assert all(before[1] <= after[0] + 0.01 for before, after in pairwise(spans))
