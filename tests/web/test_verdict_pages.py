"""Accepting and contesting a loss in a real browser: said where it is shown, told once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.web.checking import axe_of, faults_of, structure_of
from tests.web.demo import PATIENCE_S, DemoSite
from tests.web.looking import Looking

from plantstack.stack import Stack

Look = Callable[..., Page]
LOSSES = "/losses/tul-1?from=2026-10-12&to=2026-10-16"
SLOW_MS = 1000 * 4 * PATIENCE_S
_TOLD = (
    "select phase, void, body from everything where kind = 'verdict' and equipment = $1"
    " and source like 'desk%' order by log_offset"
)
_EMPTY = """() => new Promise((done) => {
  const opened = indexedDB.open("plantstack-outbox");
  opened.onsuccess = () => {
    const count = opened.result.transaction("entries").objectStore("entries").count();
    count.onsuccess = () => { opened.result.close(); done(count.result === 0); };
  };
})"""


def opened(look: Look, role: str, path: str = LOSSES, **more: Any) -> Page:
    page = look(path, role=role, **more)
    page.wait_for_selector(".claims", timeout=SLOW_MS)
    page.wait_for_load_state("load")  # a page that was worked out first is loaded anew: its modules too
    return page


def told(site: DemoSite, machine: str) -> list[dict[str, Any]]:
    """Verdicts of pages about a machine, as the log has them."""
    with Stack.open(site.folder) as stack:
        books = stack.engine(scope=None).books.con
        rows = books.execute(_TOLD, [machine]).fetchall()
    return [dict(zip(("phase", "void", "body"), row, strict=True)) for row in rows]


def heard(page: Page, site: DemoSite, machine: str, n: int) -> list[dict[str, Any]]:
    """Wait until the log has so many verdicts about a machine; return all it has."""
    for _ in range(50):
        if len(told(site, machine)) >= n:
            break
        page.wait_for_timeout(200)
    site.fresh()
    return told(site, machine)


def drained(page: Page) -> None:
    """Wait until nothing waits in the browser any more."""
    page.wait_for_function(_EMPTY, timeout=SLOW_MS)


def waiting(page: Page, owner: str, place: int) -> Locator:
    """A loss that its owner has not answered, held by its own name: lists change their order."""
    rows = page.locator(f'[data-claim$="|{owner}"]:has([data-verdict=accept].first)')
    name = rows.nth(place).get_attribute("data-claim")
    return page.locator(f'[data-claim="{name}"]')


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("path", [LOSSES, "/handover/tul-1?shift=last"])
def test_they_look_right(look: Look, path: str, width: int, scheme: str) -> None:
    page = opened(look, "ci", path, width=width, scheme=scheme)
    for find in (faults_of, structure_of, axe_of):
        assert find(page) == []
    page.locator("[data-verdict=contest]").first.click()
    for find in (faults_of, axe_of):
        assert find(page) == []


def test_a_tap_accepts_and_the_page_says_what_it_changes(look: Look, demo_site: DemoSite) -> None:
    page = opened(look, "supervisor")
    row = waiting(page, "production", 0)
    machine = row.get_attribute("data-machine") or ""
    before = len(told(demo_site, machine))
    row.get_by_role("button", name="Accept").click()
    expect(row.locator("[data-after=accept]")).to_be_visible()  # it is kept now; before, the words are hidden
    expect(row.locator("[data-after=accept]")).to_contain_text("Nobody has to answer any more")
    expect(row.locator("[data-after=accept]")).to_contain_text("from not answered to accepted")
    drained(page)
    found = heard(page, demo_site, machine, before + 1)
    assert len(found) == before + 1
    assert (found[-1]["phase"], '"production"' in found[-1]["body"]) == ("accept", True)
    page.reload()
    page.wait_for_selector(".claims", timeout=SLOW_MS)
    expect(row.locator("[data-word]")).to_contain_text("Accepted by production")


def test_a_contest_names_the_reason_and_who_answers_next(look: Look, demo_site: DemoSite) -> None:
    page = opened(look, "supervisor")
    row = waiting(page, "production", 1)
    row.get_by_role("button", name="Contest").click()
    dialog = page.locator("#contest")
    options = dialog.locator("optgroup:not([hidden])")
    assert "production" not in options.evaluate_all("all => all.map(one => one.dataset.owner)")
    dialog.get_by_role("button", name="Contest", exact=True).click()
    expect(dialog).to_be_visible()  # nothing was chosen
    dialog.get_by_label("What it should be").select_option(label="No material")
    dialog.get_by_label("Why, in a few words").fill("no caps came")
    dialog.get_by_role("button", name="Contest", exact=True).click()
    expect(row.locator("[data-after=contest]")).to_be_visible()
    expect(row.locator("[data-after=contest]")).to_contain_text("Logistics answers next")
    expect(row.locator("[data-after=contest]")).to_contain_text("stay in the loss")
    drained(page)
    demo_site.fresh()
    page.reload()
    page.wait_for_selector(".claims", timeout=SLOW_MS)
    expect(row.locator("[data-word]")).to_contain_text("it should be “No material”. “no caps came” Logistics")


def test_what_it_should_be_is_of_the_site_and_in_the_language_of_the_reader(look: Look) -> None:
    page = opened(look, "supervisor", language="de")
    waiting(page, "production", 1).locator("[data-verdict=contest]").click()
    options = page.locator("#contest option[data-sites]")
    reasons = set(options.evaluate_all("all => all.map(one => one.value)"))
    assert "no-material" in reasons
    assert not reasons & {"chips", "part-stuck", "hydraulic"}, "what only other plants ever told"
    assert "Kein Material" in options.all_inner_texts()


def test_undo_takes_it_back(look: Look, demo_site: DemoSite) -> None:
    page = opened(look, "ci", "/handover/tul-1?shift=last")
    row = waiting(page, "production", 0)
    name, machine = row.get_attribute("data-claim"), row.get_attribute("data-machine") or ""
    before = len(told(demo_site, machine))
    row.get_by_role("button", name="Accept").click()
    page.locator(f'[data-claim="{name}"]').get_by_role("button", name="Undo").click()
    expect(page.locator(f'[data-claim="{name}"] [data-told]')).to_contain_text("Taken back")
    expect(page.locator(f'[data-claim="{name}"] [data-verdict=accept]')).to_be_visible()
    drained(page)
    demo_site.fresh()
    page.reload()
    page.wait_for_selector(".claims", timeout=SLOW_MS)
    expect(page.locator(f'[data-claim="{name}"] [data-word]')).to_contain_text("has not answered")
    more = told(demo_site, machine)[before:]
    more = heard(page, demo_site, machine, before + 2)[before:] if more else more
    assert [one["void"] for one in more] in ([], [False, True])  # it had not left, or it was taken back


def test_without_a_network_it_is_kept_and_told_exactly_once(
    look: Look, looking: Looking, demo_site: DemoSite
) -> None:
    looking.expected += ["ERR_INTERNET_DISCONNECTED", "Failed to load resource"]
    page = opened(look, "supervisor")
    row = waiting(page, "production", 2)
    machine = row.get_attribute("data-machine") or ""
    before = len(told(demo_site, machine))
    page.context.set_offline(True)
    row.get_by_role("button", name="Accept").click()
    expect(row.locator("[data-told]")).to_contain_text("Kept on this device")
    assert len(told(demo_site, machine)) == before
    page.context.set_offline(False)
    drained(page)
    expect(row.locator("[data-told]")).to_be_hidden(timeout=SLOW_MS)
    page.reload()
    page.wait_for_selector(".claims", timeout=SLOW_MS)
    assert len(told(demo_site, machine)) == before + 1


def test_each_role_answers_for_its_own(look: Look) -> None:
    page = opened(look, "maintenance")
    owners = page.locator("[data-claim]:has(button:not([hidden]))").evaluate_all(
        "all => [...new Set(all.map(one => one.dataset.owner))]"
    )
    assert set(owners) <= {"maintenance"}
    assert opened(look, "operator").locator("[data-verdict]").count() == 0
    page = opened(look, "supervisor")
    assert page.locator('[data-claim$="|maintenance"] [data-verdict]').count() == 0
    assert page.locator('[data-claim$="|production"] [data-verdict]').count() > 0
