"""What home says where numbers cannot be held against their target, and where each role goes from there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from plantstack.interfaces.web.pages.home import PAGE

Look = Callable[..., Page]
_CLEAR = "Nothing with a target is off it."


def _home(look: Look, role: str, scope: str = "") -> Page:
    page = look(f"{PAGE.path}?scope={scope}" if scope else PAGE.path, role)
    expect(page.locator("[data-live=off]")).to_be_visible(timeout=90_000)
    return page


def test_a_number_too_doubtful_to_be_judged_is_no_all_clear(look: Look) -> None:
    page = _home(look, "operator", "tul-1")
    doubtful = page.locator(".doubtful-tile:has(.cmp strong)")  # a target, and grey
    assert doubtful.count()
    off = page.locator("[data-live=off]")
    expect(off).not_to_contain_text(_CLEAR)
    expect(off).to_contain_text("Not trusted enough to be held against the target:")
    for name in doubtful.locator("h3").all_inner_texts():
        expect(off).to_contain_text(name)


def test_every_role_has_where_to_go_from_home(look: Look) -> None:
    wanted = {
        "exec": {"/portfolio", "/tieout", "/readiness"},
        "ci": {"/ci", "/readiness"},
        "planner": {"/plan/tulsa"},
        "supervisor": {"/board/tul-packing"},
    }
    for role, paths in wanted.items():
        page = _home(look, role)
        links = {one.get_attribute("href") for one in page.locator(".starts a").all()}
        assert paths <= links, role
        expect(page.locator(".starts")).not_to_contain_text("Add a line to the plant files")
