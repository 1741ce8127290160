"""Reports on paper, as the command writes them: so many sheets as they should be, and not too large."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.web.demo import NOW, copied

from plantstack.interfaces.reports.kinds import Wanted, asked
from plantstack.interfaces.reports.paper import printed
from plantstack.stack import Stack

LONG = "the long name of a reason that a plant wrote out in full with all that it heard of it from everybody "
PORTRAIT, LANDSCAPE = 718, 1047  # pixels between the margins of A4
MOST_BYTES = 2_000_000  # of a report that is sent by mail every morning


@pytest.fixture(scope="module")
def group(demo_group: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The demo group, in which every reason has a very long name."""
    folder = copied(demo_group, tmp_path_factory.mktemp("paper") / "p")
    file = folder / "reasons.yaml"
    text, count = re.subn(r"(label: )[^,}\n]+", rf"\g<1>{LONG}", file.read_text("utf-8"))
    assert count > 5
    file.write_text(text, "utf-8")
    with Stack.open(folder) as stack:
        stack.keep(NOW)
        yield stack


def sheets(paper: bytes) -> int:
    assert paper.startswith(b"%PDF")
    return len(re.findall(rb"/Type\s*/Page\b", paper))


@pytest.mark.parametrize(
    ("wanted", "most"),
    [
        (Wanted("shift", scope="tul-1"), 2),
        (Wanted("shift", "now", scope="tul-1", language="de"), 2),
        (Wanted("shift", scope="tul-mix-1"), 2),  # nothing is told of it any more
        (Wanted("shift", scope="lei-1"), 2),
        (Wanted("day", scope="tul-1"), 2),
        (Wanted("day", scope="tulsa", language="es"), 3),
        (Wanted("portfolio"), 1),
        (Wanted("portfolio", weeks=4, language="de"), 1),
    ],
    ids=lambda one: f"{one.kind}-{one.which}-{one.scope}-{one.language}" if isinstance(one, Wanted) else "",
)
def test_a_report_has_so_many_sheets(chromium_path: str, group: Stack, wanted: Wanted, most: int) -> None:
    assert chromium_path
    paper = printed(asked(group, wanted, NOW).html())
    assert 1 <= sheets(paper) <= most
    assert len(paper) < MOST_BYTES


def looked_at(browser: Browser, html: str, paper_px: int) -> list[str]:
    """What is wrong with a report in a browser: whatever it says, fetches, cuts off or leads nowhere with."""
    page, found = browser.new_page(viewport={"width": 1280, "height": 900}), list[str]()
    page.on("console", lambda one: found.append(one.text))
    page.on("request", lambda one: found.append(one.url))
    page.set_content(html)
    for media, width in (("screen", 1280), ("print", paper_px)):
        page.emulate_media(media="print" if media == "print" else "screen")
        page.set_viewport_size({"width": width, "height": 900})
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            found.append(f"it is wider than the {media}")
    if page.locator("h1").count() != 1:
        found.append("it has not one heading")
    found += page.locator("a[href^='/'], script, link, button:visible").all_inner_texts()
    page.close()
    return found


@pytest.mark.parametrize(
    ("wanted", "paper_px"),
    [
        (Wanted("shift", scope="tul-1"), PORTRAIT),
        (Wanted("day", scope="tulsa", language="de"), PORTRAIT),
        (Wanted("portfolio", language="es"), LANDSCAPE),
    ],
    ids=lambda one: one.kind if isinstance(one, Wanted) else "",
)
def test_a_report_in_a_browser_fetches_nothing_and_is_whole(
    browser: Browser, group: Stack, wanted: Wanted, paper_px: int
) -> None:
    assert looked_at(browser, asked(group, wanted, NOW).html(), paper_px) == []
