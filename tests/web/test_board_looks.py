"""The board where there is little room: on a phone nothing of a line stands beside the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.web.checking import scrolls

_BESIDE = """() => [...document.querySelectorAll('.lines, .lines tbody :is(th, td, b, small, svg)')]
  .filter((one) => one.getBoundingClientRect().width && getComputedStyle(one).position !== 'absolute')
  .filter((one) => one.getBoundingClientRect().right > innerWidth || (one.matches('.lines')
    && one.scrollWidth > one.clientWidth))
  .map((one) => one.innerText)"""


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("width", [320, 390])
def test_a_line_of_the_board_is_whole_on_a_phone(
    look: Callable[..., Page], width: int, language: str
) -> None:
    page = look("/board/tul-packing", "supervisor", width=width, height=844, language=language)
    row = page.locator("[data-place=tul-1]")
    for what in (".state-word", "td[data-head] >> nth=0", "td[data-head] >> nth=1", ".strips"):
        expect(row.locator(what)).to_be_visible()
    assert page.evaluate(_BESIDE) == []
    assert not [one for one in scrolls(page) if one.startswith("width")]


def test_what_is_said_of_a_shift_says_of_when_it_is(look: Callable[..., Page]) -> None:
    for path, role in (("/board/tul-packing", "supervisor"), ("/handover/tul-1", "supervisor")):
        page = look(path, role)
        expect(page.locator("[data-live=said-of]").locator(".stand")).to_contain_text("As of", timeout=60_000)


def test_a_day_of_the_plan_says_what_it_means_on_a_phone(look: Callable[..., Page]) -> None:
    page = look("/plan/tul-1", "planner", width=390, height=844)
    means = page.locator(".days .means").first
    expect(means).to_be_visible(timeout=90_000)
    for one in (*page.locator(".days .means").all(), *page.locator(".days [data-head]").all()):
        box = one.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
        assert box["height"] < 120
    assert not [one for one in scrolls(page) if one.startswith("width")]


def test_what_an_event_says_stands_beside_what_it_is_called(look: Callable[..., Page]) -> None:
    page = look("/event/1")
    called, said = (
        page.locator(".facts dt").first.bounding_box(),
        page.locator(".facts dd").first.bounding_box(),
    )
    assert called is not None
    assert said is not None
    assert said["x"] > called["x"] + called["width"]
    assert abs(said["y"] - called["y"]) < 4
