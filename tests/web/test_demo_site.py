"""The demo site that page tests stand on: it stands still, goes on when told to, and hides no fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page
from tests.web.demo import NOW, STATES, DemoSite, copied, serving
from tests.web.looking import Looking

from plantstack.events.people.accounts import ROLES
from plantstack.intervals import MINUTE, SECOND, rfc3339


def test_time_stands_still_until_a_test_lets_it_pass(demo_group: Path, tmp_path: Path) -> None:
    with serving(copied(demo_group, tmp_path / "site")) as site:
        before = site.running.offset
        site.fresh()
        assert site.running.offset == before
        assert site.get("/health").json()["as_of"]["tulsa"] == rfc3339(NOW)
        site.advance(90)
        assert site.now == NOW + 90 * SECOND
        assert site.running.offset > before  # counters, signs of life
        assert site.get("/health").json()["as_of"]["tulsa"] == rfc3339(NOW + 90 * SECOND)
        assert site.get("/health").json()["status"] == "ok"


def test_what_is_sent_is_in_the_books(demo_group: Path, tmp_path: Path) -> None:
    with serving(copied(demo_group, tmp_path / "site")) as site:
        at = rfc3339(NOW - MINUTE)
        event = {"kind": "call", "equipment": "tul-1-filler", "at": at, "source": "tablet.tul-1", "key": "c1"}
        event |= {"call": "c1", "phase": "asked", "for": "maintenance"}
        assert [row["status"] for row in site.send(event)] == ["accepted"]
        assert site.running.keeper.standing.offset == site.running.offset


def test_there_is_a_line_in_every_state(demo_site: DemoSite) -> None:
    machines = {"running": "tul-1-filler", "all planned": "lei-1-lathe"}
    found = {
        state: demo_site.get("/api/v1/ledger", machine=machines.get(state, where)).json()["rows"][-1][
            "account"
        ]
        for state, where in STATES.items()
    }
    accounts = ("run", "other_stop", "unknown", "not_scheduled")
    assert found == dict(zip(("running", "stopped", "no data", "all planned"), accounts, strict=True))


def test_whoever_is_signed_in_comes_in_and_nobody_else(demo_site: DemoSite) -> None:
    for role in ROLES:
        answer = httpx.get(f"{demo_site.url}/api/v1/dead-letters", cookies=demo_site.cookies(role))
        assert answer.status_code in (200, 403), role
    assert httpx.get(f"{demo_site.url}/api/v1/kpis").status_code == 401


def test_a_page_is_seen_as_it_is(look: Callable[..., Page]) -> None:
    assert look("/docs").title()


def test_what_is_wrong_with_a_page_is_heard(browser: Browser, demo_site: DemoSite) -> None:
    looking = Looking(browser, demo_site)
    page = looking.open("/health")
    page.evaluate("console.error('a fault'); setTimeout(() => { throw new Error('another') }, 0)")
    page.evaluate("fetch('http://elsewhere.invalid/x').catch(() => 0)")
    looking.close()
    assert {one.split(":")[0] for one in looking.faults} >= {"error", "script", "outside request"}
