"""What holds for every page: nothing is cut off, everything can be read, pressed and reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")


def _found(page: Page, what: str, told: Any = None) -> Any:
    return page.evaluate(f"(told) => {_SCRIPT.strip()}.{what}(told)", told)


def faults_of(page: Page, *, touch: int = 48, desk: int = 24) -> list[str]:
    """What is wider than its place, hard to read or too small to press, as it is shown now.

    Args:
        page: an open page.
        touch: least height of what is pressed on pages for fingers, CSS px.
        desk: on all others.
    """
    found: list[str] = _found(page, "faults", {"touch": touch, "desk": desk})
    return found


def structure_of(page: Page) -> list[str]:
    """What is missing of headings, landmarks, names."""
    found: list[str] = _found(page, "structure")
    return found


def axe_of(page: Page) -> list[tuple[str, Any]]:
    """What axe finds serious or critical, once the page is whole: one being worked out is loaded anew."""
    page.locator('[data-live="not-yet"]').wait_for(state="detached", timeout=60_000)
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["html"][:110] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def scrolls(page: Page) -> list[str]:
    """In which directions a page is larger than its window."""
    found: list[str] = _found(page, "scrolls")
    return found


def spaced(page: Page) -> None:
    """Space the text as somebody may who cannot read it otherwise."""
    _found(page, "spaced")


def until(page: Page, true: str, seconds: float = 30.0) -> None:
    """Wait for something on a page whose policy forbids what Playwright waits with."""
    for _ in range(int(seconds * 10)):
        if page.evaluate(true):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(true)
