"""Pages in a real browser: the demo group, and Chromium that reports whatever is wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.web.demo import DemoSite, built, copied, serving
from tests.web.looking import Looking


@pytest.fixture(scope="session")
def demo_group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo group on disk, made once; copy it, do not write into it."""
    base = tmp_path_factory.getbasetemp()
    return built(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture(scope="module")
def demo_site(demo_group: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    """The demo group being served with a clock that stands still; one for all tests of a file."""
    with serving(copied(demo_group, tmp_path_factory.mktemp("demo") / "site")) as site:
        yield site


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; without it there is nothing to test, and in CI that is a failure."""
    found = os.environ.get("PLANTSTACK_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(found).exists():
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    return found


# One a file and not one a run: while it is open no other loop can run in this thread, and other tests do.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A real browser."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def looking(browser: Browser, demo_site: DemoSite) -> Iterator[Looking]:
    """Pages of the demo site in the browser; a fault of any of them that is not expected fails the test."""
    found = Looking(browser, demo_site)
    yield found
    found.close()
    assert found.faults == []


@pytest.fixture
def look(looking: Looking) -> Callable[..., Page]:
    """Open a page of the demo site, see `Looking.open`."""
    return looking.open
