"""What a shift came to and what to do first, on the pages of whoever runs it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.web.checking import axe_of, faults_of, structure_of
from tests.web.demo import DemoSite

Look = Callable[..., Page]


def _waited(page: Page, part: str) -> Page:
    """Wait until a part that is worked out beside the page has come."""
    expect(page.locator(f"[data-live='{part}'] [data-fact]").first).to_be_visible(timeout=90_000)
    return page


@pytest.mark.parametrize(
    ("path", "part", "width", "scheme"),
    [
        ("/?scope=tul-1", "first", 1280, "light"),
        ("/?scope=tul-1", "first", 390, "dark"),
        ("/board/tul-1", "said-of", 1280, "dark"),
        ("/board/tul-1", "said-of", 390, "light"),
        ("/handover/tul-1", "said-of", 1280, "light"),
        ("/handover/tul-1", "said-of", 390, "dark"),
    ],
)
def test_they_look_right(look: Look, path: str, part: str, width: int, scheme: str) -> None:
    page = _waited(look(path, role="supervisor", width=width, scheme=scheme), part)
    assert faults_of(page) == []
    assert structure_of(page) == []
    assert axe_of(page) == []


def test_a_page_says_what_a_program_is_told(look: Look, demo_site: DemoSite) -> None:
    page = _waited(look("/handover/tul-1", role="supervisor"), "said-of")
    shown = page.locator("[data-live='said-of'] [data-fact]")
    ids = [one.get_attribute("data-fact") for one in shown.all()]
    rows = demo_site.get("/api/v1/summary", scope="tul-1").json()["rows"]
    assert ids == [row["id"] for row in rows if row["row"] == "sentence" and row["kind"] != "result"]
    assert all(one.locator("a").get_attribute("href") for one in shown.all() if one.locator("a").count())


def test_it_is_said_in_the_language_of_the_reader(look: Look) -> None:
    page = _waited(look("/board/tul-1", role="supervisor", language="de"), "said-of")
    expect(page.locator("[data-live='said-of']")).to_contain_text("fertigte")
