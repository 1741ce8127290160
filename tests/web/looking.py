"""Looking at a page as people do, and hearing what the browser says of it."""

from __future__ import annotations

import json
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page
from tests.web.demo import DemoSite

# Nothing moves: a picture taken now is the picture taken later.
_STILL = (
    "*, *::before, *::after { animation: none !important; transition: none !important; "
    "caret-color: transparent !important; scroll-behavior: auto !important }"
)

# How many entries of this page the server has answered, for tests that wait for it.
_ARRIVED = """document.addEventListener('outbox', ({ detail: { rows } }) => {
  document.body.dataset.arrived = +(document.body.dataset.arrived || 0) + rows.length;
});"""


class Looking:
    """Pages of one test, and what was wrong with them.

    Attributes:
        faults: errors in the console, errors of scripts, requests to anywhere else, answers of 500.
        expected: parts of faults that a test brings about on purpose.
    """

    def __init__(self, browser: Browser, site: DemoSite) -> None:
        self.faults: list[str] = []
        self.expected: list[str] = []
        self._browser, self._site = browser, site
        self._contexts: list[BrowserContext] = []

    def open(
        self,
        path: str = "/",
        role: str = "admin",
        *,
        width: int = 1280,
        height: int = 800,
        scheme: Literal["light", "dark"] = "light",
        language: str = "en",
        zone: str = "America/Chicago",
        touch: bool = False,
    ) -> Page:
        """Open a page in a browser of its own.

        Args:
            path: on the demo site.
            role: of who is signed in; '' is nobody.
            width: of the window, CSS pixels.
            height: of the window.
            scheme: what the device asks for.
            language: of the browser.
            zone: of the browser's own clock.
            touch: a finger, not a mouse.
        """
        context = self._browser.new_context(
            base_url=self._site.url, viewport={"width": width, "height": height}, color_scheme=scheme,
            locale=language, timezone_id=zone, has_touch=touch, reduced_motion="reduce",
        )  # fmt: skip
        self._contexts.append(context)
        if role:
            told, url = self._site.cookies(role), self._site.url
            context.add_cookies([{"name": name, "value": value, "url": url} for name, value in told.items()])
        page = context.new_page()
        self._listen(page)
        self.still(page)
        page.add_init_script(_ARRIVED)
        page.goto(path)
        return page

    def still(self, page: Page) -> None:
        """Let nothing move on a page, also when it reloads; by a sheet: no inline style is allowed."""
        page.add_init_script(
            f"const sheet = new CSSStyleSheet(); sheet.replaceSync({json.dumps(_STILL)}); "
            "document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];"
        )

    def close(self) -> None:
        """Close every page; what was expected is no fault."""
        for context in self._contexts:
            context.close()
        self.faults = [one for one in self.faults if not any(part in one for part in self.expected)]

    def _listen(self, page: Page) -> None:
        def heard(request_url: str) -> None:
            if not request_url.startswith((self._site.url, "data:", "blob:")):
                self.faults.append(f"outside request: {request_url}")

        page.on("console", lambda said: self._said(said.type, said.text))
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", lambda request: heard(request.url))
        page.on("response", lambda one: self._answered(one.status, one.url))

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(f"{kind}: {text}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 500:
            self.faults.append(f"answered {status}: {url}")
