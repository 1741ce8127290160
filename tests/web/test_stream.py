"""The stream of a page: made once for all who see the same, only what changed, and honest when it is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.web.checking import until
from tests.web.demo import DemoSite, copied, serving
from tests.web.looking import Looking

from plantstack.events.people import accounts, sessions
from plantstack.events.people.accounts import Account
from plantstack.events.people.sessions import Life
from plantstack.events.people.writing import beside
from plantstack.interfaces.api.callers import SESSION
from plantstack.interfaces.web.changes import pieces
from plantstack.intervals import DAY

Look = Callable[..., Page]
Told = tuple[str, dict[str, Any]]
RUNNING = "/op/tul-1-filler"
PATIENCE_S = 30.0


class Reader:
    """Somebody who follows a page without a browser, and puts the pieces together as one does."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.parts: dict[str, str] = {}
        self.bytes: list[int] = []

    def next(self, *kinds: str) -> Told:
        """The next message of one of these kinds."""
        kind = ""
        for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                told = json.loads(value)
                if kind == "patch":
                    self.bytes.append(len(line.encode()))
                    self._take(told["parts"])
                if kind in kinds:
                    return kind, told
        raise EOFError("the stream ended")

    def _take(self, parts: dict[str, Any]) -> None:
        for key, part in parts.items():
            if isinstance(part, str):
                self.parts[key] = part
                continue
            known = pieces(self.parts[key])
            for start, count, text in reversed(part):
                known[start : start + count] = [text]
            self.parts[key] = "".join(known)


@contextmanager
def following(site: DemoSite, path: str, cookies: dict[str, str]) -> Iterator[Reader]:
    url = f"{site.url}/live?page={quote(path)}"
    with httpx.stream("GET", url, cookies=cookies, timeout=PATIENCE_S) as answer:
        answer.raise_for_status()
        yield Reader(answer.iter_lines())


def test_a_page_is_made_once_for_all_and_only_what_changed_is_sent(demo_site: DemoSite) -> None:
    cookies = demo_site.cookies("operator")
    with following(demo_site, RUNNING, cookies) as one, following(demo_site, RUNNING, cookies) as two:
        for reader in (one, two):
            assert "strip" in reader.next("patch")[1]["parts"]
        whole = dict(one.parts)
        demo_site.advance(5)
        first, second = one.next("patch")[1], two.next("patch")[1]
        assert first == second
        assert "shift" not in first["parts"] and "strip" in first["parts"]
        assert one.bytes[1] < one.bytes[0] / 4
        assert one.parts["strip"] != whole["strip"]
        with following(demo_site, RUNNING, cookies) as late:
            late.next("patch")
            assert late.parts == one.parts


def test_a_reader_of_another_scope_never_gets_the_parts_of_others(demo_site: DemoSite) -> None:
    cookies = session(demo_site, "narrow", "pune")
    address = f"{demo_site.url}/live?page={quote(RUNNING)}"
    assert httpx.get(address, cookies=cookies, timeout=PATIENCE_S).status_code == 404
    with (
        following(demo_site, "/board", cookies) as narrow,
        following(demo_site, "/board", demo_site.cookies("supervisor")) as broad,
    ):
        narrow.next("patch"), broad.next("patch")
        assert "tul-1" in broad.parts["rows"]
        assert "tul-1" not in narrow.parts["rows"] and "pun-1" in narrow.parts["rows"]


def session(site: DemoSite, name: str, scope: str) -> dict[str, str]:
    """Somebody who is let near one part of the plant."""
    with beside(site.folder) as connection:
        accounts.add(connection, Account(f"a-{name}", name, "supervisor", scope, site.now), "")
        sessions.begin(connection, f"a-{name}", f"session-of-{name}", Life(30 * DAY, 30 * DAY), site.now)
    return {SESSION: f"session-of-{name}"}


def test_whoever_is_shut_out_is_cut_off_though_news_goes_on(demo_site: DemoSite) -> None:
    cookies = session(demo_site, "leaver", "")
    with following(demo_site, RUNNING, cookies) as reader:
        reader.next("hello")
        with beside(demo_site.folder) as connection:
            sessions.end_all(connection, "a-leaver")
        with pytest.raises(EOFError):
            for _ in range(20):
                demo_site.advance(2)
                reader.next("patch", "beat")


def test_what_is_under_a_finger_is_not_changed(look: Look, demo_site: DemoSite) -> None:
    page = look("/op/tul-1-labeller", "operator")
    page.locator(".cat").first.click()
    kept = page.locator("[data-live=why]").inner_html()
    page.evaluate("document.querySelector('[data-live=why]').firstElementChild.dataset.mark = 'mine'")
    page.evaluate("document.querySelector('[data-live=hours]').firstElementChild.dataset.mark = 'mine'")
    demo_site.advance(90)
    until(page, "!document.querySelector('[data-live=hours] [data-mark]')")
    assert page.locator("[data-live=why] [data-mark]").count() == 1
    assert kept


def test_a_lost_server_is_said_timers_stop_and_it_comes_back_by_itself(
    browser: Browser, demo_group: Path, tmp_path: Path
) -> None:
    folder = copied(demo_group, tmp_path / "site")
    with serving(folder) as site:
        looking = Looking(browser, site)
        page = looking.open("/op/pun-1", "operator")
        expect(page.locator("[data-link-word]")).to_have_text("Live")
    # time is made to pass for the page alone: half a minute without a word
    page.evaluate("() => { const real = Date.now; Date.now = () => real() + 40_000 }")
    expect(page.locator("[data-link-word]")).to_contain_text("Offline since", timeout=20_000)
    expect(page.locator("[data-lost]")).to_contain_text("Values are from then")
    timer = page.locator(".timer [data-since]")
    stands = timer.inner_text()
    page.wait_for_timeout(2_500)
    assert timer.inner_text() == stands
    with serving(folder, port=urlsplit(site.url).port or 0):
        expect(page.locator("[data-link-word]")).to_have_text("Live", timeout=40_000)
        expect(page.locator("[data-lost]")).to_be_hidden()
        looking.close()


def test_another_version_of_the_app_is_loaded_when_nobody_touches_it(look: Look) -> None:
    page = look("/op/pun-2", "operator")
    page.evaluate("document.body.dataset.mark = 'old'; document.body.dataset.version = 'another'")
    page.evaluate("dispatchEvent(new Event('online'))")  # it is told which version there is whenever it opens
    page.evaluate("() => { const real = Date.now; Date.now = () => real() + 40_000 }")
    expect(page.locator("body:not([data-mark])")).to_be_attached(timeout=40_000)
