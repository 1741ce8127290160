"""Places are called what people call them, and nothing is counted that is not there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_what_is_found_stands_where_people_say_it_does(look: Callable[..., Page]) -> None:
    page = look("/search?q=filler")
    hits = page.locator(".hits")
    expect(hits.locator("a[href='/line/tul-1-filler']").first).to_contain_text(
        "Tulsa › Packing hall › Bottling line 1"
    )
    expect(hits).not_to_contain_text("meridian/")


def test_a_plant_of_single_machines_has_no_lines_to_count(look: Callable[..., Page]) -> None:
    page = look("/portfolio", "exec")
    expect(page.locator("#pm-pune")).to_be_visible(timeout=90_000)
    expect(page.locator("article:has(#pm-tulsa)")).to_contain_text("2 lines")
    expect(page.locator("article:has(#pm-pune)")).not_to_contain_text("0 lines")
