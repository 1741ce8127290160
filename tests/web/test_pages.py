"""Every page there is, in every size and both schemes: nothing cut off, everything read, pressed and reached.

A new page is tested by itself; one with something new in its path needs a line in `EXAMPLES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.web.checking import axe_of, faults_of, spaced, structure_of

from plantstack.interfaces.web.finding import Found, all_pages

Look = Callable[..., Page]
EXAMPLES = {
    "scope": "tul-1",
    "kpi": "oee",
    "period": "2026-10-12..2026-10-15",
    "section": "targets",
    "id": "oee",
    "offset": "7",
    "line": "tul-1",
    "shift": "2026-10-15.late",
    "day": "2026-10-15",
    "plant": "tulsa",
}
USUAL = ((1280, 800), (1920, 1080), (390, 844))
SIZES = {  # as section 8 of the UI guide has them
    "op": ((1280, 800), (1920, 1080), (800, 1280), (360, 740)),
    "board": ((1920, 1080), (3840, 2160), (390, 844)),
    "ci": ((1440, 900), (390, 844)),
    "maint": ((1280, 800), (360, 740)),
}
NARROW = 320
PAGES = {f"{one.page.path} of {one.name}": one for one in all_pages()}


def address(found: Found) -> str:
    def example(match: re.Match[str]) -> str:
        return EXAMPLES[match[1].partition(":")[0]]

    return re.sub(r"\{(.*?)\}", example, found.page.path)


def ready(page: Page) -> None:
    """Wait until what takes long is there."""
    expect(page.locator('[data-live="not-yet"]')).to_have_count(0, timeout=60_000)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_in_every_size_and_scheme(look: Look, name: str) -> None:
    found = PAGES[name]
    page = look(address(found))
    ready(page)
    assert structure_of(page) == []
    for width, height in SIZES.get(found.name, USUAL):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light")
        assert faults_of(page) == [], width
    page.emulate_media(color_scheme="dark")
    assert faults_of(page) == [], "dark"
    assert axe_of(page) == []
    if "/andon" in found.page.path:
        return  # hangs on a wall
    page.set_viewport_size({"width": NARROW, "height": 800})
    page.emulate_media(color_scheme="light", forced_colors="active")
    spaced(page)
    wide = [fault for fault in faults_of(page) if fault.startswith("the page is")]
    assert wide == [], "narrow, spaced and in the colours of the reader"
