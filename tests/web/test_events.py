"""Every way down from a number ends at an event as it was told, for those who are let near it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect
from tests.web.demo import DemoSite
from tests.web.logged import logged

Look = Callable[..., Page]


def test_from_a_number_to_the_event_that_was_told(look: Look) -> None:
    page = look("/lineage/good_parts/tul-1/2026-10-15..2026-10-15")
    expect(page.locator(".whole")).to_be_visible(timeout=60_000)
    page.locator("#terms summary").click()
    expect(page.locator(".terms")).to_contain_text("judged good")  # names of the formula have words
    page.locator(".tree details details summary").first.click()
    link = page.locator("a[href^='/event/']").first
    number = link.inner_text()
    link.click()
    expect(page.locator("h1")).to_contain_text(f"Event {number}")
    expect(page.locator("main")).to_contain_text("Case packer")
    expect(page.locator("main")).to_contain_text("good")


def test_who_it_was_and_what_is_not_his_is_not_shown(demo_site: DemoSite) -> None:
    when, before = "2026-10-16T20:00:00Z", demo_site.running.offset
    note = {"kind": "note", "equipment": "tul-1", "at": when, "source": "tablet-9", "key": "event-note"}
    cost = {"kind": "cost", "equipment": "tulsa", "at": when, "source": "erp", "key": "event-cost"}
    demo_site.send(
        {**note, "note": "belt squeaks", "by": "p-123456"},
        {**cost, "account": "energy", "amount": 100},
    )
    at = {row["key"]: row["log_offset"] for row in logged(demo_site.folder, before)}

    def seen(offset: int, role: str) -> tuple[int, str]:
        answer = httpx.get(f"{demo_site.url}/event/{offset}", cookies=demo_site.cookies(role), timeout=30)
        return answer.status_code, answer.text

    status, text = seen(at["event-note"], "operator")
    assert status == 200 and "belt squeaks" in text
    assert "p-123456" not in text
    assert seen(at["event-cost"], "operator")[0] == 404
    assert seen(at["event-cost"], "admin")[0] == 200
    assert seen(10**9, "admin")[0] == 404
