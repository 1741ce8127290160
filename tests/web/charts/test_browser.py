"""Charts as a browser draws them: nothing runs over, nothing stretched, keys reach every stop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.web.gallery import SIZES, WEB, page

KEYS = WEB / "components/state_strip.js"


@pytest.fixture(scope="module")
def opened(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    file = tmp_path_factory.mktemp("gallery") / "gallery.html"
    file.write_text(page("light"), encoding="utf-8")
    view = browser.new_page()
    view.goto(file.as_uri())
    view.add_script_tag(content=KEYS.read_text(encoding="utf-8"), type="module")
    yield view
    view.close()


@pytest.mark.parametrize(("width", "height"), [*SIZES, (320, 640)])
def test_nothing_runs_over_its_card(opened: Page, width: int, height: int) -> None:
    opened.set_viewport_size({"width": width, "height": height})
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    over: list[str] = opened.evaluate(
        "[...document.querySelectorAll('.card')].filter(one => one.scrollWidth > one.clientWidth + 1)"
        ".map(one => one.querySelector('h2').textContent)"
    )
    assert over == []


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_words_on_an_axis_do_not_touch(opened: Page, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 800})
    touching: list[str] = opened.evaluate(
        """[...document.querySelectorAll('.strip-drawing, .rc-drawing')].flatMap(drawing =>
          ['.axis-tick', '.strip-label, .flag-box', '.rc-name', '.axis-tick, .now-box'].flatMap(kind => {
            const boxes = [...drawing.querySelectorAll(kind)].map(one => [one, one.getBoundingClientRect()])
              .filter(([, box]) => box.width > 0);
            return boxes.flatMap(([one, a], at) => boxes.slice(at + 1)
              .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
              .map(([other]) => `${one.textContent} / ${other.textContent}`));
          }))"""
    )
    assert touching == []


def test_words_are_not_stretched(opened: Page) -> None:
    widths = []
    for width in (600, 1200):
        opened.set_viewport_size({"width": width, "height": 800})
        widths.append(
            opened.evaluate(
                "document.querySelector('.strip-drawing .axis-tick').getBoundingClientRect().width"
            )
        )
    assert widths[0] == pytest.approx(widths[1], abs=0.6)


def test_a_short_stop_is_two_pixels_wide_on_the_smallest_screen(opened: Page) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    width: Any = opened.evaluate("getComputedStyle(document.querySelector('.st-thin-down')).strokeWidth")
    assert float(str(width).removesuffix("px")) >= 2


def test_arrows_move_between_stops_and_the_focus_is_seen(opened: Page) -> None:
    opened.set_viewport_size({"width": 1280, "height": 800})
    said = []
    opened.locator(".strip-stops a").first.focus()
    for key in ("ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home"):
        opened.keyboard.press(key)
        said.append(opened.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert said == [
        "No cartons, 10:00–10:06",
        "Stopped now, 10:36–10:42",
        "Stopped now, 10:36–10:42",
        "Stopped, 10:06",
        "Film splice, 08:18–08:29",
    ]
    seen = "getComputedStyle(document.activeElement.querySelector('.stop-hit')).strokeWidth"
    assert opened.evaluate(seen) == "3px"
    opened.keyboard.press("Enter")
    assert opened.url.endswith("#film")


def test_below_twenty_five_rem_a_list_names_the_stops(opened: Page) -> None:
    for width, shown in ((390, True), (1280, False)):
        opened.set_viewport_size({"width": width, "height": 800})
        assert opened.locator(".strip-list").first.is_visible() is shown


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(opened: Page, theme: str) -> None:
    opened.set_viewport_size({"width": 1280, "height": 800})
    opened.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    found = Axe().run(opened).response["violations"]
    assert [
        (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
    ] == []


def test_forced_colours_keep_the_form(opened: Page) -> None:
    opened.emulate_media(forced_colors="active")
    run, down, made, plan = opened.evaluate(
        "['st-run', 'st-down', 'hb-made', 'hb-plan'].map(name => {"
        " const one = getComputedStyle(document.querySelector('.' + name)); return [one.fill, one.stroke] })"
    )
    opened.emulate_media(forced_colors="none")
    assert run[0] != down[0], "a stop is told from running"
    assert made[0] != plan[0], "what was made is solid"
    assert plan[1] not in (plan[0], "none"), "a plan is an outline"
