"""What pages say of windows longer than the books, and of numbers nobody told or set a target for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.stack.floor_questions.told import SIX, orders, standing, states

from plantstack.interfaces.web import formats
from plantstack.interfaces.web.beginning import begins_of
from plantstack.intervals import HOUR

Look = Callable[..., Page]
BEGINS = re.compile(r"The books begin \d+ Oct 2026: \d+ of 91 days\.")


@pytest.mark.parametrize("path", ["/?layer=3", "/maint", "/portfolio", "/ci?period=13w"])
def test_a_window_longer_than_the_books_says_so(look: Look, path: str) -> None:
    page = look(path)
    expect(page.locator(".short").first).to_have_text(BEGINS, timeout=60_000)


def test_a_window_inside_the_books_says_nothing(look: Look) -> None:
    page = look("/?layer=1")
    expect(page.locator(".few")).to_be_visible(timeout=60_000)
    expect(page.locator(".short")).to_have_count(0)


def test_a_layer_is_only_called_on_target_where_there_are_targets(look: Look) -> None:
    page = look("/?layer=2")
    expect(page.locator(".stack")).to_be_visible(timeout=60_000)
    for layer in page.locator(".stack li").all():
        told = layer.inner_text()
        with_target = int(re.findall(r"(\d+) with a target", told)[0])
        assert ("nothing off target" in told) <= (with_target > 0), told
        assert ("no targets" in told) == (with_target == 0 and "off target" not in told), told
    for tile in page.locator(".few .tile.untargeted").all():
        expect(tile).to_contain_text("no target")


def test_the_books_of_a_place_begin_with_its_first_event(tmp_path: Path) -> None:
    events = [*orders("filler"), *states("filler", (SIX, "producing"))]
    with standing(tmp_path, events, SIX + HOUR) as stack:
        assert str(begins_of(stack, "line-1")) == "2026-03-03"
        assert str(begins_of(stack, "")) == "2026-03-03"
        assert begins_of(stack, "packer") is None


def test_nothing_told_is_no_zero() -> None:
    told = {"value": 0.0, "unit": "1"}
    assert formats.kpi({**told, "trust": {"grade": "U"}}, "en") == ("–", "")
    assert formats.kpi({**told, "trust": {"grade": "A"}}, "en") == ("0.0", "%")
