"""Hand-over of a shift and its report for paper, as people see them in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from tests.web.checking import axe_of, faults_of, structure_of
from tests.web.demo import DemoSite
from tests.web.looking import Looking

from plantstack.stack import Stack
from plantstack.stack.floor.handover import handover
from plantstack.stack.improving.shifts import last_over

Look = Callable[..., Page]


def check(page: Page) -> None:
    """Nothing is cut off, and axe finds nothing serious."""
    assert faults_of(page) == []
    assert structure_of(page) == []
    assert axe_of(page) == []


@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [
        ("/report/tul-1/last", 1280, "light"),
        ("/report/tul-1/last", 390, "dark"),
        ("/handover/tul-1", 1280, "dark"),
        ("/handover/tul-1", 390, "light"),
        ("/handover", 1280, "light"),
        ("/day/tul-1/yesterday", 1280, "light"),
        ("/day/tulsa/2026-10-15", 390, "dark"),
    ],
)
def test_they_look_right(look: Look, path: str, width: int, scheme: str) -> None:
    check(look(path, role="supervisor", width=width, scheme=scheme))


@pytest.mark.parametrize("place", ["tul-1", "lei-1", "tul-mix-1"])
def test_a_report_is_one_or_two_sheets(look: Look, place: str) -> None:
    page = look(f"/report/{place}/last", role="supervisor")
    paper = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2
    page.emulate_media(media="print")
    heads = page.evaluate("[...document.querySelectorAll('thead')].map(e => getComputedStyle(e).display)")
    assert set(heads) <= {"table-header-group"}
    assert not page.locator(".menu").is_visible()


def test_the_report_says_what_the_floor_says(look: Look, demo_site: DemoSite) -> None:
    page = look("/report/tul-1/last", role="supervisor")
    with Stack.open(demo_site.folder) as stack:
        now = handover(stack, "tul-1", demo_site.now)
        found = now if now.is_over else handover(stack, "tul-1", demo_site.now, now.from_at)
    shift = found.results[0].shift
    assert page.locator(".hourly tbody tr").count() == len(shift.hours)
    said = page.locator(".said").inner_text()
    assert f"{shift.good:,.0f}" in said
    assert f"{shift.plan_now:,.0f}" in said
    assert found.day in page.content() or found.shift in page.locator("header.top").inner_text()


def test_the_same_shift_by_its_name(look: Look) -> None:
    page = look("/handover/tul-1", role="supervisor")
    link = page.get_by_role("link", name="Report for paper").get_attribute("href")
    assert link
    assert re.fullmatch(r"/report/tul-1/\d{4}-\d\d-\d\d\.\w+", link)
    told = page.locator("header.top p").first.inner_text()
    assert look(link, role="supervisor").locator("header.top p").first.inner_text() == told


def test_a_shift_that_is_none_says_what_to_write(demo_site: DemoSite) -> None:
    for word in ("yesterday", "2026-10-15.midnight"):
        assert demo_site.get(f"/report/tul-1/{word}").status_code in (400, 404, 422), word


def test_who_may_not_sign_sees_no_button(look: Look) -> None:
    assert look("/handover/tul-1", role="operator").locator("[data-phase]").count() == 0


def test_a_shift_that_runs_says_when_it_can_be_signed(look: Look) -> None:
    page = look("/handover/tul-1", role="supervisor")
    assert page.get_by_role("button", name="Sign and hand over").count() == 0
    assert "It can be signed from" in page.locator(".signed").inner_text()
    page.get_by_role("link", name="The shift before").click()
    assert page.get_by_role("button", name="Sign and hand over").count() == 1


def test_a_shift_is_signed_by_one_tap(look: Look, demo_site: DemoSite) -> None:
    path = "/handover/lei-1?shift=last"
    page = look(path, role="supervisor")
    with page.expect_response(lambda one: "/entries" in one.url) as answer:
        page.get_by_role("button", name="Sign and hand over").click()
    assert [row["status"] for row in answer.value.json()["rows"]] == ["accepted"]
    demo_site.advance(120)  # the clock of the browser does not stand still
    with Stack.open(demo_site.folder) as stack:
        found = handover(stack, "lei-1", demo_site.now, last_over(stack, "lei-1", demo_site.now))
    assert found.frozen is not None
    assert found.frozen.grain == "shift"
    expect(page.locator(".signed")).to_contain_text("Handed over", timeout=60_000)


def test_while_a_shift_is_frozen_the_page_says_so_and_for_how_long(looking: Looking) -> None:
    looking.expected.append("ERR_")
    page = looking.open("/handover/pun-1?shift=last", role="supervisor")
    held: list[Route] = []
    page.route("**/api/v1/entries", lambda route: held.append(route))
    page.get_by_role("button", name="Sign and hand over").click()
    said = page.locator("[data-handover] [data-told]")
    expect(said).to_contain_text("This is being worked out.")
    expect(said.locator("[data-since]")).to_have_text(re.compile(r"[1-9]\d* s"), timeout=5_000)
    check(page)
    page.context.set_offline(True)
    while held:
        held.pop().abort()
    expect(said).to_have_text("Kept. It is told as soon as the server is reached.")


@pytest.mark.parametrize("path", ["/report/tul-1/last", "/handover/tul-1?shift=last"])
def test_each_figure_of_a_shift_has_its_trust_its_target_and_how_far_it_is(look: Look, path: str) -> None:
    figures = look(path, role="supervisor").locator(".result dl > div")
    known = [one for one in figures.all() if one.locator("dd b").count()]
    assert known
    for one in known:
        assert one.locator(".trust").count() == 1, one.inner_text()
    wanted = [one.inner_text() for one in known if "target" in one.inner_text()]
    assert wanted
    assert all(re.search(r"target [\d.,]+ \S+ [+−±]?\d", one) for one in wanted), wanted
