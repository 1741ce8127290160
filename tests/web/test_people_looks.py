"""The pages of people in a real browser: how they look, what axe says, with a finger, by keyboard alone."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Thread
from typing import Literal

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page
from tests.live.browser import PASSWORD, application
from tests.live.inside import Inside, inside
from tests.live.shift import clock
from tests.live.test_entrance import a_pin, a_tablet, came, somebody

from plantstack.interfaces.api.callers import DEVICE, SESSION
from plantstack.live.entrance import Entrance

NOW = clock()
_LARGE, _PHONE = (1280, 800), (390, 844)
_WIDER = """() => [...document.querySelectorAll('p, td, th, h1, h2, label, button, a.button, dd, li, output')]
    .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
    .map(one => one.tagName + ' ' + one.textContent.trim().slice(0, 40))"""


@dataclass
class Site:
    """A small plant being served, with an admin, a supervisor and a tablet."""

    url: str
    cookies: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with inside(tmp_path_factory.mktemp("looks") / "p", NOW) as plant:
        app = application(plant)
        cookies = _people(app)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
            thread = Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            _wait(lambda: server.started)
            yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}", cookies)
            server.should_exit = True
            thread.join(30)
        assert isinstance(plant, Inside)


def _people(app: FastAPI) -> dict[str, dict[str, str]]:
    entrance: Entrance = app.state.entrance
    somebody(entrance, "root", "admin")
    ann = somebody(entrance, "ann.with.a.long.name.of.packing", "supervisor", "line-1")
    a_pin(entrance, ann)
    _, secret = a_tablet(entrance, "filler", "capper")
    return {
        "": {},
        "admin": {SESSION: came(entrance, "root").secret},
        "supervisor": {SESSION: came(entrance, ann.name).secret},
        "tablet": {DEVICE: secret},
    }


def _wait(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody; a fault of it fails the test."""
    faults: list[str] = []
    contexts = []

    def opened(
        path: str,
        who: str = "",
        size: tuple[int, int] = _LARGE,
        scheme: Literal["light", "dark"] = "light",
        *,
        touch: bool = False,
    ) -> Page:
        context = browser.new_context(
            base_url=site.url, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme,
            has_touch=touch, locale="en-US",
        )  # fmt: skip
        contexts.append(context)
        context.add_cookies([{"name": n, "value": v, "url": site.url} for n, v in site.cookies[who].items()])
        page = context.new_page()
        page.on(
            "console", lambda told: faults.append(told.text) if told.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda one: None if one.url.startswith(site.url) else faults.append(one.url))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [_LARGE, _PHONE], ids=["1280", "390"])
@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/sign-in", ""),
        ("/pair", ""),
        ("/pin", "tablet"),
        ("/me", "tablet"),
        ("/me", "supervisor"),
        ("/people", "supervisor"),
        ("/people", "admin"),
    ],
)
def test_a_page_holds_its_text_and_axe_finds_nothing(
    look: Callable[..., Page], path: str, who: str, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    page = look(path, who, size, scheme)
    if (path, who) == ("/people", "admin"):
        page.locator("summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(_WIDER) == []
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_number_and_pin_are_tapped_on_large_keys_and_no_name_is_shown(look: Callable[..., Page]) -> None:
    page = look("/pin", "tablet", touch=True)
    keys = page.locator(".keys button")
    assert keys.count() == 12
    for key in keys.all():
        box = key.bounding_box()
        assert box is not None and box["height"] >= 56 and box["width"] >= 56
    for digit in ("4", "1", "7", "Next", "4", "8", "3", "1"):
        page.get_by_role("button", name=digit, exact=True).tap()
    assert page.locator("#number").input_value() == "417"
    assert "ann" not in page.content()
    with page.expect_navigation(url=re.compile(r":\d+/$")):
        page.get_by_role("button", name="Next").tap()
    page.goto("/me")
    assert page.get_by_role("heading", level=1).inner_text() == "What this system records about me"
    assert "ann.with.a.long.name" in page.content()
    with page.expect_navigation(url=re.compile(r":\d+/$")):
        page.get_by_role("button", name="Sign out", exact=True).tap()
    page.goto("/me")
    assert "ann.with.a.long.name" not in page.content()


def test_somebody_signs_in_with_a_keyboard_alone(look: Callable[..., Page]) -> None:
    page = look("/people")
    assert page.url.endswith("/sign-in?next=/people")
    assert page.evaluate("document.activeElement.id") == "name"
    page.keyboard.type("root")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    assert page.locator("#name").input_value() == "root"
    with page.expect_navigation(url=re.compile(r":\d+/people$")):
        page.keyboard.press("Enter")
    assert page.get_by_role("heading", name="Audit").is_visible()
