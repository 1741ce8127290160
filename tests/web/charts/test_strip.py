"""The state strip: places recompute to instants, each state keeps its second sign."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.charts.reading import length, of, read, share, spoken, texts

from plantstack.interfaces.web.charts import Segment, Strip, Tick, state_strip
from plantstack.interfaces.web.charts.strip import State


def drawn(*segments: Segment, ticks: Sequence[Tick] = (), now: Tick | None = None) -> Strip:
    return Strip("s", "what happened", 0, 480, segments, ticks, now, "Stops", "nothing known")


@given(st.lists(st.tuples(st.sampled_from(get_args(State)), st.floats(0.01, 200)), min_size=1, max_size=30))
def test_states_lie_where_their_time_lies(states: list[tuple[State, float]]) -> None:
    start, segments = 0.0, []
    for state, long in states:
        segments.append(Segment(state, start, start + long, state))
        start += long
    whole = read(state_strip(Strip("s", "said", 0, start, segments)))
    groups = [one for one in whole.iter("g") if one.find("title") is not None]
    assert texts(one for group in groups for one in group.findall("title")) == [state for state, _ in states]
    for group, segment in zip(groups, segments, strict=True):
        box = group.findall("rect")[0]
        assert share(box, "x") == pytest.approx(100 * segment.start / start, abs=0.002)
        assert share(box, "width") == pytest.approx(100 * (segment.end - segment.start) / start, abs=0.002)
    ends = [share(group.findall("rect")[0], "x") for group in groups]
    assert all(before <= after for before, after in pairwise(ends))


def test_each_state_has_a_second_sign_beside_its_colour() -> None:
    states = get_args(State)
    segments = [Segment(state, 40 * place, 40 * place + 40, state) for place, state in enumerate(states)]
    whole = read(state_strip(drawn(*segments)))
    (frame,) = of(whole, "st-frame")
    full, top = length(frame, "height"), length(frame, "y")
    (micro,), (wait,), (down,) = of(whole, "st-micro"), of(whole, "st-wait"), of(whole, "st-down")
    slow = next(one for one in of(whole, "st-run") if length(one, "height") < full)
    assert length(micro, "height") == full / 2
    assert length(micro, "y") == top + full / 2
    assert length(slow, "height") == pytest.approx(0.75 * full)
    assert length(down, "height") == full
    (pattern,) = whole.iter("pattern")
    assert wait.get("fill") == f"url(#{pattern.get('id')})"


def test_a_short_stop_is_never_thinner_than_two_pixels() -> None:
    whole = read(state_strip(drawn(Segment("run", 0, 100, "r"), Segment("down", 100, 100.01, "short"))))
    (thin,) = of(whole, "st-thin-down")
    assert share(thin, "x1") == pytest.approx(100 * 100.005 / 480, abs=0.001)


def test_an_unexplained_stop_carries_a_flag_at_its_middle() -> None:
    whole = read(state_strip(drawn(Segment("down", 120, 240, "no reason yet", is_unexplained=True))))
    (sign,) = of(whole, "flag-sign")
    flag = next(one for one in whole.iter("svg") if sign in list(one))
    assert sign.text == "?"
    assert share(flag, "x") == pytest.approx(37.5)


def test_stops_can_be_focused_beside_the_image_and_say_what_they_are() -> None:
    whole = read(
        state_strip(
            drawn(
                Segment("run", 0, 100, "Running"),
                Segment("down", 100, 140, 'Jam "A" & <b>', href="/stop/7", key="7"),
            )
        )
    )
    (link,) = of(whole, "strip-stops")[0].findall("a")
    assert link.get("aria-label") == 'Jam "A" & <b>'
    assert (link.get("href"), link.get("data-stop")) == ("/stop/7", "7")
    (image,) = [one for one in whole.iter() if one.get("role") == "img"]
    assert not list(image.iter("a")), "an image has no parts that can be focused"
    assert spoken(whole) == ["what happened", "Stops"]


def test_the_list_names_stops_but_neither_running_nor_micro_stops() -> None:
    whole = read(
        state_strip(
            drawn(
                Segment("run", 0, 100, "Running"),
                Segment("micro", 100, 101, "Micro"),
                Segment("wait", 101, 120, "No cartons"),
            )
        )
    )
    assert texts(of(whole, "strip-list")[0].findall("li")) == ["No cartons"]


def test_the_now_line_stands_at_now_and_takes_the_place_of_a_tick() -> None:
    ticks = [Tick(60 * hour, f"{hour:02}:00") for hour in range(9)]
    whole = read(state_strip(drawn(Segment("run", 0, 240, "r"), ticks=ticks, now=Tick(240, "now"))))
    (line,) = of(whole, "now-line")
    assert share(line, "x1") == 50
    assert "04:00" not in texts(of(whole, "axis-tick"))
    outside = read(state_strip(drawn(Segment("run", 0, 240, "r"), now=Tick(481, "now"))))
    assert not of(outside, "now-line")


def test_labels_never_lie_on_one_another() -> None:
    close = [Segment("down", 100, 104, "a", "Film splice"), Segment("down", 104, 120, "b", "Jaw jam")]
    found = of(read(state_strip(drawn(*close))), "strip-label")
    assert texts(found)[0] == "Jaw jam", "the longer stop is named first"
    width = {one.text: int(one.get("class", "").split("from-")[1]) for one in found}
    assert width.get("Film splice", 999) > width["Jaw jam"]


def test_nothing_known_is_said_not_drawn() -> None:
    assert str(state_strip(drawn())) == '<p class="chart-empty">nothing known</p>'
    assert "<svg" not in state_strip(drawn(Segment("run", 500, 600, "outside")))
