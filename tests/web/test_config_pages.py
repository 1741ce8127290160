"""What changes weekly, changed in a browser: seen, worked out, taken in, remembered; and what KPIs mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, TimeoutError, expect
from tests.web.demo import DemoSite
from tests.web.looking import Looking

Look = Callable[..., Page]
ROLE = "ci"
PATIENCE_MS = 60_000
LISTS = ("targets", "standards", "reasons", "exceptions", "kpis", "history")
EDITS = ("targets/edit?kpi=mttr", "standards/edit", "reasons/edit?is_new=1", "reasons/edit?id=cap-jam")
A_DAY = "exceptions/edit?calendar=tulsa-three&date=2026-10-20&kind=breaks"
WRONG = "targets/preview?kpi=mttr&value=20+kg&from=2026-10-19"
PAGES = tuple(f"/config/{one}" for one in (*LISTS, *EDITS, A_DAY, WRONG))
KPIS = ("/kpis", "/kpis/oee", "/kpis/wait_share", "/kpis/oee_gain", "/kpis/ebitda_loss_impact")

# Texts that are wider than their box, things to press that are too small, a page wider than its window.
_LOOK = """() => {
  const seen = e => e.getClientRects().length && !e.closest('.sr, .wide, pre');
  const over = [...document.querySelectorAll('main *')].filter(e => seen(e) && e.clientWidth
    && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'visible');
  const small = [...document.querySelectorAll('main .button, main button, main select, main .tabs a,'
    + ' main summary, main input:not([type=hidden], [type=radio], [type=checkbox])')].filter(e => seen(e)
    && e.getBoundingClientRect().height < 47.5);
  const html = document.documentElement;
  return [over.concat(small).map(e => e.outerHTML.slice(0, 80)), html.scrollWidth > html.clientWidth];
}"""


_NAME = "() => (document.activeElement.labels?.[0] || document.activeElement).textContent.trim()"


@pytest.mark.parametrize("path", (*PAGES, *KPIS))
def test_every_page_fits_its_window_and_can_be_pressed_and_read(look: Look, path: str) -> None:
    for size in ({"width": 1280, "height": 800}, {"width": 390, "height": 844, "scheme": "dark"}):
        page = look(path, ROLE, **size)
        assert page.evaluate(_LOOK) == [[], False], (path, size)
        serious = [
            (one["id"], [node["html"][:80] for node in one["nodes"]])
            for one in Axe().run(page).response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], path


def press(page: Page, times: int = 1, key: str = "Tab") -> None:
    for _ in range(times):
        page.keyboard.press(key)


def to(page: Page, text: str, most: int = 80) -> None:
    """Move the focus by the keyboard until it is on something that is called so."""
    for _ in range(most):
        press(page)
        name = page.evaluate(_NAME)
        if re.match(text, " ".join(str(name).split())):
            return
    raise AssertionError(f"the keyboard does not reach '{text}'")


def test_a_standard_is_changed_by_the_keyboard_alone(looking: Looking, demo_site: DemoSite) -> None:
    page = looking.open("/config/standards/edit?machine=tul-1-filler&product=cola-500", ROLE)
    expect(page.get_by_text("It is 480/min now.")).to_be_visible()
    to(page, "Ideal")
    page.keyboard.press("Control+a")
    page.keyboard.type("500/min")
    to(page, "Set by")
    page.keyboard.type("process engineering")
    to(page, "Evidence")
    page.keyboard.type("trial of Tuesday: three hours")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What it would do")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("As if it had held on all of these days.")).to_be_visible()
    oee = page.get_by_role("row", name=re.compile("^OEE Filler cola-500"))
    expect(oee).to_contain_text("−")
    assert (demo_site.folder / "products.yaml").read_text("utf-8").count("500/min") == 0
    to(page, "Why, for whoever reads the history")
    page.keyboard.type("after the trial")
    to(page, "Take it in")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Taken in.")).to_be_visible()
    written = (demo_site.folder / "products.yaml").read_text("utf-8")
    assert 'evidence: "trial of Tuesday: three hours"' in written
    demo_site.fresh()
    expect(page.get_by_text("The numbers follow it now.")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("navigation", name="What is changed here").get_by_role("link", name="History").click()
    newest = page.locator(".edition").first
    expect(newest).to_contain_text("after the trial")
    expect(newest).to_contain_text(re.compile("by p-"))
    expect(newest).to_contain_text("500/min")


def test_what_is_wrong_is_said_in_a_sentence_and_may_be_mended(look: Look, demo_site: DemoSite) -> None:
    before = (demo_site.folder / "targets.yaml").read_bytes()
    page = look("/config/targets/edit?kpi=mttr", ROLE)
    page.locator("#f-value").fill("20 kg")
    page.get_by_role("button", name="Preview").click()
    wrong = page.locator(".wrong")
    expect(wrong).to_contain_text("This cannot be taken in; nothing was written")
    beside = page.locator(".field:has(#f-value) .said-wrong")
    expect(beside).to_have_text("expected a length of time, for example 15 min; you wrote “20 kg”")
    assert "yaml" not in page.locator("main").inner_text()
    assert page.locator("#f-kpi").input_value() == "mttr"
    assert page.locator("#f-value").input_value() == "20 kg"
    page.locator("#f-value").fill("20 min")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".diff")).to_contain_text("value: 20 min", timeout=PATIENCE_MS)
    assert (demo_site.folder / "targets.yaml").read_bytes() == before


def test_of_two_who_change_the_same_the_second_is_told_what_stands(
    looking: Looking, demo_site: DemoSite
) -> None:
    first, second = (looking.open("/config/reasons/edit?id=film", role) for role in (ROLE, "admin"))
    for page, text in ((first, "Film spliced"), (second, "Film changed")):
        page.get_by_label("What people read").fill(text)
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("button", name="Take it in").wait_for(timeout=PATIENCE_MS)
    first.get_by_role("button", name="Take it in").click()
    expect(first.get_by_text("Taken in.")).to_be_visible()
    with suppress(TimeoutError):  # the page may have said it by itself already
        second.get_by_role("button", name="Take it in").click(timeout=5_000)
    expect(second.locator(".wrong")).to_contain_text("somebody changed the reason film after you had")
    expect(second.locator(".wrong")).to_contain_text("Film spliced")
    second.get_by_label("What people read").fill("Film changed")
    second.get_by_role("button", name="Preview").click()
    second.get_by_role("button", name="Take it in").click(timeout=PATIENCE_MS)
    expect(second.get_by_text("Taken in.")).to_be_visible()
    kept = "film: {label: Film changed, translations: {de: Folienspleiß, es: Empalme de film}}"
    assert kept in (demo_site.folder / "reasons.yaml").read_text("utf-8")


def test_a_day_is_closed_and_as_usual_again(look: Look, demo_site: DemoSite) -> None:
    before = (demo_site.folder / "calendars.yaml").read_bytes()
    page = look("/config/exceptions/edit?calendar=leipzig-two&date=2026-12-24", ROLE)
    page.get_by_label("Why").fill("Christmas Eve")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("nobody works")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Take it in").click()
    row = page.get_by_role("row", name=re.compile("Christmas Eve"))
    expect(row).to_contain_text("closed")
    row.get_by_role("link", name=re.compile("Change")).click()
    page.get_by_label("As usual again").check()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Take it in").click(timeout=PATIENCE_MS)
    expect(page.get_by_text("Taken in.")).to_be_visible()
    assert (demo_site.folder / "calendars.yaml").read_bytes() == before


def test_breaks_of_a_day_are_offered_as_they_stand_floating_ones_too(look: Look) -> None:
    page = look(f"/config/{A_DAY}", ROLE)
    assert page.locator("#f-break-early-1-at").input_value() == "11:00"
    assert page.locator("#f-break-early-1-until").input_value() == "13:00"
    page.locator("#f-break-early-0-at").fill("09:30")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".diff")).to_contain_text("between: [11:00, 13:00]", timeout=PATIENCE_MS)
    expect(page.locator(".diff")).to_contain_text("at: 09:30")


def test_whoever_may_not_change_sees_and_is_offered_nothing(looking: Looking) -> None:
    page = looking.open("/config/targets", "exec")
    expect(page.get_by_role("heading", name="Targets").first).to_be_visible()
    assert page.get_by_text("Change", exact=True).count() == 0
    looking.expected.append("403")
    assert looking.open("/config/targets/edit", "operator").get_by_text("this page is for others").count()
    told: dict[str, Any] = page.evaluate(
        "async () => { const told = await fetch('/api/v1/config', {method: 'POST', headers: {'content-type':"
        " 'application/json', 'x-csrf-token': document.body.dataset.csrf}, body: '{}'});"
        " return {status: told.status} }"
    )
    assert told["status"] == 403


def test_files_changed_by_hand_are_told_to_whoever_may_take_them_in(
    looking: Looking, demo_site: DemoSite
) -> None:
    path = demo_site.folder / "reasons.yaml"
    path.write_text(path.read_text("utf-8").replace("Cap jam", "Caps jam"), "utf-8")
    page = looking.open("/config/reasons", "admin")
    expect(page.locator(".stray")).to_contain_text("Plant files were changed and are not taken in")
    page.get_by_role("button", name="Take them in").click()
    expect(page.locator(".edition").first).to_contain_text("changed by hand")
    expect(page.locator(".edition").first).to_contain_text("Caps jam")
    assert page.locator(".stray").count() == 0


def test_every_kpi_has_a_page_that_says_what_it_is_for(demo_site: DemoSite, look: Look) -> None:
    page = look("/kpis/oee", ROLE)
    for text in ("Where is the hour going?", "time_ideal_good ÷ PPT", "divided by", "six-loss", "OEE gain"):
        expect(page.get_by_text(text).first).to_be_visible()
    page = look("/kpis?q=waiting", ROLE)
    expect(page.get_by_role("link", name="Waiting share")).to_be_visible()
    names = page.evaluate(
        "async () => [...new DOMParser().parseFromString(await (await fetch('/kpis')).text(), 'text/html')"
        ".querySelectorAll('.rows th a')].map(one => one.getAttribute('href'))"
    )
    assert len(set(names)) > 150
    told = page.evaluate(
        "async names => { const bad = []; for (const one of names)"
        " if ((await fetch(one)).status !== 200) bad.push(one); return bad }",
        names,
    )
    assert told == []


def test_what_there_is_not_is_not_found(looking: Looking) -> None:
    looking.expected.append("404")
    for path in ("/config/sites", "/config/reasons/edit?id=nobody", "/kpis/nothing"):
        expect(looking.open(path, ROLE).get_by_text(re.compile("there is no "))).to_be_visible()


def test_a_kpi_of_the_library_is_looked_at_adopted_remembered_and_left(
    look: Look, demo_site: DemoSite
) -> None:
    page = look("/kpis/nee", ROLE)
    page.get_by_role("link", name="Adopt it: preview").click()
    page.wait_for_selector(".effect .shows li", timeout=PATIENCE_MS)
    told = page.locator(".effect").inner_text()
    assert "state: recorded" in told
    assert "Tulsa:" in told
    assert "+  kpis: [nee]" in page.locator(".diff").inner_text()
    page.get_by_label("Why, for whoever reads the history").fill("asked for by the group")
    page.get_by_role("button", name="Take it in").click()
    expect(page.locator(".taken")).to_contain_text("Taken in.")
    expect(page.locator("tbody")).to_contain_text("NEE")
    page.get_by_role("link", name="NEE", exact=True).click()
    expect(page.locator(".past")).to_contain_text("asked for by the group")
    page.get_by_role("link", name="Show no longer: preview").click()
    page.wait_for_selector(".effect .shows", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Take it in").click()
    expect(page.locator("main")).to_contain_text("Nothing of the library is adopted")
    other = look("/kpis/nee", "supervisor")
    assert other.get_by_role("link", name="Adopt it: preview").count() == 0
