"""The operator page with calls open and without a network is one screen; its dialogs ask what they must."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from tests.web.checking import faults_of, scrolls, until
from tests.web.demo import DemoSite
from tests.web.looking import Looking

Look = Callable[..., Page]
WHOLE = ((1280, 800), (1920, 1080))
_IN_SIGHT = """() => {
  const box = document.querySelector('.actions .call').getBoundingClientRect();
  const main = document.querySelector('main');
  return box.top > 0 && box.bottom <= innerHeight && main.scrollHeight <= main.clientHeight;
}"""


def call(page: Page, whom: str, n: int) -> None:
    page.locator("[data-open=call]").click()
    page.locator(f"[data-call-for={whom}]").click()
    expect(page.locator(".calling")).to_have_count(n, timeout=30_000)
    expect(page.locator("#dialog-call")).to_be_hidden(timeout=10_000)


def fits(page: Page, what: str) -> None:
    """That it is one screen with Call help on it, and nothing scrolls sideways on a phone."""
    for width, height in WHOLE:
        page.set_viewport_size({"width": width, "height": height})
        assert scrolls(page) == [], (what, width)
        assert page.evaluate(_IN_SIGHT), (what, width)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert faults_of(page) == [], (what, width, scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    assert not [one for one in scrolls(page) if one.startswith("width")], what
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize("place", ["tul-1", "pun-1"])
def test_open_calls_and_a_lost_network_push_nothing_out(looking: Looking, place: str) -> None:
    looking.expected.append("ERR_")
    page = looking.open(f"/op/{place}", "operator")
    fits(page, "no call")
    call(page, "maintenance", 1)
    expect(page.locator(".calling").first).to_contain_text(re.compile(r"Help: maintenance[^,]*,\s+\S"))
    fits(page, "one call")
    call(page, "quality", 2)
    fits(page, "two calls")
    page.context.set_offline(True)
    expect(page.locator("[data-lost]")).to_be_visible()
    fits(page, "offline")


def test_an_order_needs_its_product_and_the_toast_says_what_was_saved(look: Look) -> None:
    page = look("/op/tul-1", "operator")
    page.locator("[data-open=order]").click()
    page.locator("#order-starts").fill("X-1")
    page.locator("#order-qty").fill("500")
    page.locator("#dialog-order [type=submit]").click()
    expect(page.locator("#dialog-order")).to_be_visible()  # the product is asked for
    page.locator("#order-product").select_option("cola-500")
    page.locator("#dialog-order [type=submit]").click()
    expect(page.locator("[data-toast-word]")).to_have_text("Saved: order X-1, Cola 0.5 l, 500 pieces")


_WATCHED = """() => {
  window.shown = [];
  const part = document.querySelector('[data-live=order]');
  const seen = new MutationObserver(() => window.shown.push(part.textContent));
  seen.observe(part, { childList: true, subtree: true });
}"""


def test_an_order_that_was_taken_back_does_not_come_back_for_a_moment(
    look: Look, demo_site: DemoSite
) -> None:
    page = look("/op/tul-2", "operator")
    entries: list[str] = []

    def late(route: Route) -> None:
        entries.append(route.request.post_data or "")
        if '"undo"' in entries[-1]:
            demo_site.advance(60)  # meanwhile the books hear of the order
            page.wait_for_timeout(3_000)
        route.continue_()

    page.route("**/api/v1/entries", late)
    page.locator("[data-open=order]").click()
    page.locator("#order-starts").fill("X-2")
    page.locator("#order-product").select_option(index=1)
    page.evaluate(_WATCHED)
    page.locator("#dialog-order [type=submit]").click()
    until(page, "+(document.body.dataset.arrived || 0) > 0")
    page.locator("[data-undo]").click()
    before = page.evaluate("window.shown.length")
    until(page, "+(document.body.dataset.arrived || 0) > 1")
    demo_site.advance(10)
    page.wait_for_timeout(3_000)
    assert len(entries) == 2
    assert not [one for one in page.evaluate("window.shown")[before:] if "X-2" in one]
    assert "X-2" not in page.locator(".order").inner_text()


def test_a_count_no_machine_can_make_is_asked_about_once_and_kept(look: Look) -> None:
    page = look("/op/pun-2", "operator")
    until(page, "document.querySelector('[data-can]').dataset.can !== '{}'")
    page.locator("[data-open=count]").click()
    expect(page.locator("#dialog-count .about")).to_have_text("Press 2")
    page.locator("#count-good").fill("999999999")
    page.locator("#dialog-count [type=submit]").click()
    expect(page.locator("[data-ask-sure]")).to_have_text(
        re.compile(r"That is [\d,]+ times what Press 2 can make in .+\. Is it right\?")
    )
    page.locator("#dialog-count [type=submit]").click()
    expect(page.locator("#dialog-count")).to_be_hidden()
    expect(page.locator("[data-toast-word]")).to_have_text("Saved: Press 2, 999,999,999 good")


def test_the_dialogs_speak_of_the_machine_the_page_is_about_now(look: Look) -> None:
    page = look("/op/tul-1", "operator")
    machine = page.locator(".state").get_attribute("data-machine") or ""
    page.evaluate("document.querySelector('#count-machine').value = 'tul-1-packer'")  # of an old question
    page.locator("[data-open=count]").click()
    expect(page.locator("#count-machine")).to_have_value(machine)


def test_every_other_reason_is_one_search_away_and_a_split_chooses_none(look: Look) -> None:
    page = look("/op/tul-1-packer", "operator")
    page.locator("[data-picker]:not([hidden]) .cat").first.click()
    page.locator(".leaf[data-open=another]:visible").click()
    page.locator("#another-find").fill("mould")
    assert page.locator("#another-reason option").all_inner_texts() == ["Mould damaged"]
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("[data-open=split]").click()
    assert page.locator("#split-first").input_value() == page.locator("#split-second").input_value() == ""


def test_groups_of_reasons_are_said_in_the_reader_s_language_and_flagged_where_they_are_not(
    look: Look,
) -> None:
    page = look("/op/tul-1-packer", "operator", language="de")
    assert {"Pausen", "Technik"} <= set(page.locator(".cat b").all_inner_texts())
    page = look("/config/reasons")
    expect(page.locator("#kinds-head")).to_be_visible()
    assert page.locator(".missing").count() == 0  # the demo's own words are all translated


_COVERED = """(scrolled) => {
  const card = document.querySelector('.why').getBoundingClientRect();
  const found = [];
  for (const one of document.querySelectorAll('.why :is(.cat, .leaf)')) {
    if (scrolled) one.scrollIntoView({ block: 'nearest' });
    const box = one.getBoundingClientRect();
    if (!box.width) continue;
    const at = document.elementFromPoint(box.left + box.width / 2, box.bottom - 3);
    if (box.bottom > card.bottom || !one.contains(at)) found.push(one.innerText);
  }
  return found;
}"""


@pytest.mark.parametrize("gloves", ["", "on"])
@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_every_reason_of_a_station_of_five_machines_can_be_tapped(
    look: Look, language: str, gloves: str
) -> None:
    page = look("/op/tul-1", "operator", language=language)
    expect(page.locator(".machines li")).to_have_count(5)
    page.evaluate("on => { if (on) document.documentElement.dataset.gloves = on }", gloves)
    page.locator("[data-picker]:not([hidden]) .cat").nth(1).click()
    for width, height in (*WHOLE, (1280, 780)):  # while it stands the head is 20 px taller
        page.set_viewport_size({"width": width, "height": height})
        assert page.locator(".cat:visible").count() >= 7
        assert page.evaluate(_COVERED, gloves) == [], (width, language)  # with gloves and calls it scrolls


@pytest.mark.parametrize("language", ["en", "de"])
def test_scrap_of_several_machines_has_a_share_and_its_limit(look: Look, language: str) -> None:
    tile = look("/op/tul-1", "operator", language=language).locator(".kpis .tile").nth(3)
    expect(tile.locator(".cmp span").first).to_have_text(
        re.compile(r"^\D+ \d+[.,]\d %, (limit|Grenze) \d+[.,]\d$")
    )


def test_more_hours_than_there_is_room_for_are_scrolled_to(look: Look) -> None:
    """None is laid under what stands below them, and the hour that runs is in sight."""
    page = look("/op/tul-1", role="operator", width=1280, height=560)
    page.wait_for_selector(".hours .now")
    found = page.evaluate(
        "(() => { const hours = document.querySelector('.hours'), box = hours.getBoundingClientRect();"
        " const now = hours.querySelector('.now').getBoundingClientRect();"
        " return { isMore: hours.scrollHeight > hours.clientHeight + 1, isIn: now.bottom <= box.bottom + 1,"
        " cut: getComputedStyle(hours).overflowY,"
        " apart: box.bottom <= document.querySelector('.fc').getBoundingClientRect().top + 1 }; })()"
    )
    assert found == {"isMore": True, "isIn": True, "cut": "auto", "apart": True}


_LONGEST = """([beside, apart]) => {
  const tile = document.querySelector('.tile');
  tile.closest('[data-live]').dataset.hold = '';  // nothing is put in its place any more
  tile.querySelector('.spark')?.remove();  // as where part of the shift is in no plan
  tile.querySelector('strong').textContent = apart;
  tile.querySelector('.fig').append(tile.querySelector('strong'));
  tile.querySelector('.cmp > span').textContent = beside;
}"""
_CUT = """[...document.querySelectorAll('.tile')].filter((one) => {
  const [last, end] = [one.querySelector('.cmp'), one].map((each) => each.getBoundingClientRect().bottom);
  return one.scrollHeight > one.clientHeight || last > end;
}).map((one) => one.textContent)"""


@pytest.mark.parametrize("beside", ["plan 122,125, of it made 0", "Plan 122.125, davon gefertigt 12.345"])
def test_no_word_of_a_figure_is_cut(looking: Looking, beside: str) -> None:
    page = looking.open("/op/tul-1", "operator")
    for width, height in WHOLE:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(_LONGEST, [beside, "▼−122,125"])
        assert page.evaluate(_CUT) == [], width
        assert scrolls(page) == [], width
