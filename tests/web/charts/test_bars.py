"""Sparks, hour bars, progress, bullets, intervals, trust: positions recompute to the figures."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.charts.reading import of, read, share

from plantstack.interfaces.web.charts import (
    Band,
    Bullet,
    HourBar,
    Order,
    Spark,
    Trust,
    Whisker,
    bullet,
    hour_bars,
    icon,
    order_bar,
    spark,
    trust_mark,
    whisker,
)
from plantstack.interfaces.web.charts.icons import ICONS
from plantstack.interfaces.web.charts.spark import thinned

# no subnormal numbers: some libraries let the processor take them for 0, and no plant makes 1e-308 pieces
amounts = st.one_of(st.none(), st.floats(0, 1e9, allow_subnormal=False))


@given(st.lists(st.builds(HourBar, amounts, amounts, amounts), min_size=1, max_size=12))
def test_hours_share_one_scale_that_begins_at_zero(hours: list[HourBar]) -> None:
    rows = [read(one) for one in hour_bars(hours)]
    assert len(rows) == len(hours)
    known = [one for hour in hours for one in (hour.plan, hour.made, hour.plan_now) if one is not None]
    most = max(known, default=0) or 1
    for row, hour in zip(rows, hours, strict=True):
        for name, value in (("hb-plan", hour.plan), ("hb-made", hour.made)):
            found = of(row, name)
            assert len(found) == (value is not None), "what is not known is not drawn as 0"
            for bar in found:
                assert value is not None
                assert share(bar, "x") == 0
                assert share(bar, "width") == pytest.approx(100 * value / most, abs=0.001)


def test_an_hour_over_plan_still_shows_its_plan() -> None:
    (row,) = hour_bars([HourBar(500, 625)])
    (line,) = of(read(row), "hb-over")
    assert share(line, "x1") == 80


def test_an_hour_that_missed_and_one_ahead_are_told_apart() -> None:
    missed, ahead = (read(one) for one in hour_bars([HourBar(600, 400, is_missed=True), HourBar(600, None)]))
    assert of(missed, "hb-missed")
    assert not of(ahead, "hb-made")
    (dashed,) = hour_bars([HourBar(600, None, is_ahead=True)])
    assert of(read(dashed), "hb-ahead")


@given(st.floats(0.1, 1e6), st.floats(0, 2e6), amounts)
def test_an_order_is_as_long_as_it_is_done(whole: float, made: float, plan: float | None) -> None:
    drawn = read(order_bar(Order("said", whole, made, plan)))
    most = max(whole, made, plan or 0)
    (bar,) = of(drawn, "ob-made")
    assert share(bar, "width") == pytest.approx(100 * made / most, abs=0.001)
    assert share(of(drawn, "ob-whole")[0], "width") == pytest.approx(100 * whole / most, abs=0.001)
    assert len(of(drawn, "ob-now")) == (plan is not None)


def test_where_an_order_will_end_is_hatched() -> None:
    drawn = read(order_bar(Order("said", 100, 40, None, 80, 90, id="o")))
    (likely,) = of(drawn, "ob-likely")
    assert (share(likely, "x"), share(likely, "width")) == (80, 10)
    (pattern,) = drawn.iter("pattern")
    assert likely.get("fill") == f"url(#{pattern.get('id')})"


@given(st.lists(st.one_of(st.none(), st.floats(-1e12, 1e12)), max_size=200))
def test_a_trend_has_at_most_sixty_points_and_leaves_gaps(values: list[float | None]) -> None:
    kept = thinned(values)
    assert len(kept) <= 60
    known = [one for one in values if one is not None]
    assert bool([one for one in kept if one is not None]) == bool(known)
    assert all(min(known) - 1e-3 <= one <= max(known) + 1e-3 for one in kept if one is not None)
    drawn = str(spark(Spark(values, 5)))
    assert "nan" not in drawn
    if known:
        read(spark(Spark(values, 5)))


def test_a_trend_runs_from_edge_to_edge_and_upwards() -> None:
    drawn = read(spark(Spark([1, 2, 3])))
    (line,) = of(drawn, "spark-line")
    points = [tuple(map(float, pair.split(","))) for pair in line.get("d", "")[1:].split()]
    assert [x for x, _ in points] == [0, 50, 100]
    assert points[0][1] > points[1][1] > points[2][1]


def test_doubt_is_dotted_and_a_target_dashed() -> None:
    drawn = read(spark(Spark([1, 2], 2, is_trusted=False)))
    assert of(drawn, "est")
    assert of(drawn, "spark-target")
    assert not of(read(spark(Spark([1, 2]))), "est")


def test_without_a_sentence_a_trend_is_an_ornament() -> None:
    (drawn,) = read(spark(Spark([1, 2])))
    assert (drawn.get("aria-hidden"), drawn.get("role")) == ("true", None)
    (said,) = read(spark(Spark([1, 2], sentence="rising")))
    assert (said.get("aria-label"), said.get("role")) == ("rising", "img")


def test_a_bullet_lies_on_its_bands() -> None:
    bands = [Band(0, 60, 0), Band(60, 100, 2)]
    drawn = read(bullet(Bullet("said", 71, 75, bands, [(75, "75")], is_off=True)))
    assert [(share(one, "x"), share(one, "width")) for one in of(drawn, "bl-band")] == [(0, 60), (60, 40)]
    assert share(of(drawn, "bl-off")[0], "width") == 71
    assert share(of(drawn, "bl-target")[0], "x1") == 75


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_value_lies_inside_its_interval(one: float, two: float, three: float) -> None:
    low, value, high = sorted((one, two, three))
    drawn = read(whisker(Whisker("said", value, low, high)))
    (line,), (dot,) = of(drawn, "wk-line"), of(drawn, "wk-dot")
    assert share(line, "x1") <= share(dot, "cx") <= share(line, "x2")


def test_trust_is_told_by_letter_shape_title_and_words() -> None:
    shapes = set()
    for letter in ("A", "B", "C", "U"):
        (mark,) = read(trust_mark(Trust(letter, "because")))
        assert mark.get("title") == "because"
        assert "".join(mark.itertext()) == f"{letter} – because"
        shapes.add(ElementTree.tostring(mark[0]))
    assert len(shapes) == 4
    assert "stroke-dasharray" in str(trust_mark(Trust("C", ""))), "not yet trusted is dotted"
    (link,) = read(trust_mark(Trust("A", "because", "/lineage/oee")))
    assert (link.tag, link.get("href")) == ("a", "/lineage/oee")


def test_every_icon_is_inside_its_square_and_none_is_drawn_twice_but_order() -> None:
    assert read(*(icon(name) for name in ICONS))
    assert str(icon("no such reason")) == str(icon("other"))
    drawn = [path for name, path in ICONS.items() if name != "changeover"]
    assert len(drawn) == len(set(drawn))
    for name, path in ICONS.items():
        starts = re.findall(r"M(-?[\d.]+) (-?[\d.]+)", path)
        assert starts, name
        assert all(0 <= float(one) <= 24 for pair in starts for one in pair), name


def test_nothing_known_is_said() -> None:
    assert "empty" in str(spark(Spark([None], empty="why")))
    for drawn in (
        order_bar(Order("", None, 4, empty="why")),
        bullet(Bullet("", None, empty="why")),
        whisker(Whisker("", 3, None, 4, empty="why")),
    ):
        assert str(drawn) == '<p class="chart-empty">why</p>'
