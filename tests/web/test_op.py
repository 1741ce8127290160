"""The operator page in a real browser: what needs me, two taps to a reason, and nothing told is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.web.checking import axe_of, faults_of, scrolls, structure_of, until
from tests.web.demo import STATES, DemoSite, copied, serving
from tests.web.logged import logged
from tests.web.looking import Looking

from plantstack.intervals import MINUTE, rfc3339

Look = Callable[..., Page]
Wire = dict[str, Any]
ROLE = "operator"
SIZES = ((1280, 800), (1920, 1080), (800, 1280), (360, 740))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WHOLE = SIZES[:2]  # one screen, nothing scrolls
SIX = "tul-1-depal+tul-1-filler+tul-1-capper+tul-1-labeller+tul-1-packer+tul-2-cartoner"
SHOWN = {
    "Running": STATES["running"],
    "Stopped": "pun-1",
    "Set-up": "tul-2",
    "Not scheduled": STATES["all planned"],
    "No data": STATES["no data"],
}


@pytest.fixture(scope="module")
def told(demo_site: DemoSite) -> Callable[[str], list[Wire]]:
    """What was told since this file began, by kind."""
    before = demo_site.running.offset
    return lambda kind: of_kind(demo_site.folder, kind, before)


def of_kind(folder: Path, kind: str, before: int) -> list[Wire]:
    return [one for one in logged(folder, before) if one["kind"] == kind]


def notes(rows: list[Wire]) -> list[str]:
    bodies = [json.loads(one["body"] or "{}") for one in rows]
    return [body["note"] for body in bodies if "note" in body]


def sent(page: Page) -> None:
    """Wait until something more that was tapped has arrived, and nothing waits."""
    before = page.evaluate("document.body.dataset.heard || '0'")
    until(page, f"+(document.body.dataset.arrived || 0) > {before}")
    until(page, "document.querySelector('[data-sync]').dataset.state === 'sent'")
    page.evaluate("document.body.dataset.heard = document.body.dataset.arrived")


def tap_reason(page: Page, kind: int = 0) -> str:
    """The two taps: a kind, then the first reason of it; return what the second said."""
    picker = page.locator("[data-picker]:not([hidden])")
    picker.locator(".cat").nth(kind).click()
    leaf = picker.locator(".leaves:not([hidden]) .leaf[data-reason]").first
    said = leaf.locator("b").inner_text()
    leaf.click()
    return said


def waits(page: Page, word: str) -> None:
    expect(page.locator("[data-sync-word]")).to_have_text(word)


@pytest.mark.parametrize("word", SHOWN)
def test_a_state_is_one_screen_and_says_what_it_is_first(look: Look, word: str) -> None:
    page = look(f"/op/{SHOWN[word]}", ROLE)
    assert page.title().startswith(word)
    shows(page, word)


def shows(page: Page, word: str) -> None:
    """That a state is said at once, on one screen, in every size."""
    expect(page.locator(".state h2")).to_contain_text(word)
    assert structure_of(page) == []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES[: 2 if width in (1280, 360) else 1]:
            page.emulate_media(color_scheme=scheme)
            assert faults_of(page) == [], (width, scheme)
        if (width, height) in WHOLE:
            assert scrolls(page) == [], width
    assert axe_of(page) == []


def test_two_taps_store_a_reason(look: Look, told: Callable[[str], list[Wire]]) -> None:
    page = look("/op/pun-3", ROLE, touch=True)
    said = tap_reason(page)
    expect(page.locator("[data-toast-word]")).to_have_text(
        re.compile(rf"^Saved: {re.escape(said)} – \d\d:\d\d")
    )
    expect(page.locator(".all-told")).to_be_visible()
    sent(page)
    (row,) = [one for one in told("reason") if one["equipment"] == "pun-3"]
    assert row["source"].startswith("desk-")
    until(page, "!document.querySelector('.ask')")  # the books have it, and ask no more


def test_for_ten_seconds_it_is_taken_back_with_one_tap(look: Look, told: Callable[[str], list[Wire]]) -> None:
    page = look("/op/pun-4", ROLE)
    ask = page.locator(".ask.stop").first
    name = ask.get_attribute("data-ask")
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))  # ten seconds last until it has arrived
    tap_reason(page)
    expect(page.locator(f"[data-ask='{name}']")).to_be_hidden()
    sent(page)
    page.locator("[data-undo]").click()
    page.clock.resume()
    expect(page.locator(f"[data-ask='{name}']")).to_be_visible()
    sent(page)
    first, back = [one for one in told("reason") if one["equipment"] == "pun-4"]
    assert (bool(first["void"]), bool(back["void"]), back["sup_key"]) == (False, True, first["key"])
    page.locator(f"[data-ask='{name}']").click()
    tap_reason(page)
    page.wait_for_timeout(9_000)
    expect(page.locator("[data-undo]")).to_be_visible()
    expect(page.locator("[data-toast]")).to_be_hidden(timeout=3_000)


def test_several_stops_take_one_answer(look: Look, told: Callable[[str], list[Wire]]) -> None:
    page = look("/op/tul-2-cartoner", ROLE)
    asks = page.locator(".ask.stop")
    expect(asks).to_have_count(2)
    asks.nth(1).click()
    assert [one.get_attribute("aria-pressed") for one in asks.all()] == ["true", "true"]
    tap_reason(page, 1)
    sent(page)
    rows = [one for one in told("reason") if one["equipment"] == "tul-2-cartoner"]
    assert len(rows) == 2
    assert len({one["at"] for one in rows}) == 2


def test_a_station_of_six_machines_is_one_queue(look: Look) -> None:
    page = look(f"/op/{SIX}", ROLE)
    expect(page.locator(".machines li")).to_have_count(6)
    asked = {one.get_attribute("data-machine") for one in page.locator(".ask").all()}
    assert {"tul-1-filler", "tul-1-packer"} <= asked
    for width, height in WHOLE:
        page.set_viewport_size({"width": width, "height": height})
        assert scrolls(page) == []
    for ask in page.locator(".ask").all():
        ask.click()
        assert ask.get_attribute("aria-pressed") == "true"
        machine = ask.get_attribute("data-machine")
        expect(page.locator("[data-picker]:not([hidden])")).to_have_attribute("data-picker", str(machine))


def test_targets_are_large_and_larger_for_gloves(look: Look) -> None:
    page = look("/op/pun-1", ROLE)
    page.locator(".cat").first.click()
    heights = "all => all.map(one => one.getBoundingClientRect().height)"
    tiles, all_of = ".cat, .leaf[data-reason], .actions button", "button, .actions a"
    for gloves, (tile, least) in ((False, (56, 48)), (True, (70, 60))):
        if gloves:
            page.evaluate("document.documentElement.dataset.gloves = 'on'")
        seen = page.locator(":is(.cat, .leaf, .actions button):visible")
        assert min(seen.evaluate_all(heights)) >= tile, (gloves, tiles)
        assert min(page.locator(f":is({all_of}):visible").evaluate_all(heights)) >= least, gloves
        assert scrolls(page) == [], gloves


def test_by_the_keyboard_alone(look: Look, told: Callable[[str], list[Wire]]) -> None:
    page = look("/op/tul-1-packer", ROLE)
    to(page, "Skip to the content")
    page.keyboard.press("Enter")
    to(page, "Technical|Jams|Supply|Breaks")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for _ in range(12):
        if page.evaluate("'reason' in document.activeElement.dataset"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    sent(page)
    assert [one for one in told("reason") if one["equipment"] == "tul-1-packer"]
    assert page.evaluate("document.activeElement.matches('.actions button, .ask')")
    to(page, "Call help")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog-call")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog-call")).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent.trim()") == "Call help"
    to(page, "Add a note")
    page.keyboard.press("Enter")
    to(page, "What did you see")
    page.keyboard.type("belt runs to the left")
    to(page, "Save")
    page.keyboard.press("Enter")
    sent(page)
    assert "belt runs to the left" in notes(told("note"))


_NAME = (
    "() => (document.activeElement.labels?.[0] || document.activeElement).textContent.trim()"
    ".replace(/\\s+/g, ' ')"
)


def to(page: Page, names: str, most: int = 60) -> None:
    """Move the focus by the keyboard until it is on something that is called so; it is always to be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(_SEEN) == "", page.evaluate(_NAME)
        if any(page.evaluate(_NAME).startswith(name) for name in names.split("|")):
            return
    raise AssertionError(f"the keyboard does not reach '{names}'")


_SEEN = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  if (e === document.body) return '';
  if (e.closest("svg")) return '';  // it draws its own
  if (getComputedStyle(e).outlineStyle === 'none') return 'no ring';
  const x = Math.min(innerWidth - 1, Math.max(0, (box.left + box.right) / 2));
  const y = Math.min(innerHeight - 1, Math.max(0, (box.top + box.bottom) / 2));
  const at = document.elementFromPoint(x, y);
  return at && (e.contains(at) || at.contains(e)) ? '' : 'hidden by ' + at?.outerHTML.slice(0, 60);
}"""


def test_what_is_refused_stays_until_somebody_has_read_it(looking: Looking) -> None:
    page = looking.open("/op/lei-2", ROLE)
    version = page.evaluate("document.body.dataset.version")
    page.evaluate(
        "version => import(`/static/${version}/outbox.js`).then((box) =>"
        " box.put({ entry: 'note', equipment: 'no-such-machine', note: 'where?' }))",
        version,
    )
    refused = page.locator("[data-refused] li")
    expect(refused).to_contain_text("Not taken")
    assert page.locator("[data-sync]").get_attribute("data-state") == "refused"
    assert faults_of(page) == [] and axe_of(page) == []
    page.reload()
    expect(refused).to_contain_text("Not taken")
    refused.get_by_role("button").click()
    expect(refused).to_have_count(0)


def test_help_that_is_not_delivered_says_so_at_once(looking: Looking) -> None:
    looking.expected.append("ERR_")
    page = looking.open("/op/lei-2", ROLE)
    page.context.set_offline(True)
    page.locator("[data-open=call]").click()
    page.locator("[data-call-for=maintenance]").click()
    expect(page.locator("[data-call-told]")).to_contain_text("NOT delivered")


@pytest.fixture
def coming_and_going(
    demo_group: Path, tmp_path: Path
) -> Iterator[tuple[DemoSite, Callable[[bool], DemoSite]]]:
    """A site that can be stopped and comes back where it was."""
    folder = copied(demo_group, tmp_path / "site")
    stack = ExitStack()
    site = stack.enter_context(serving(folder))
    port = urlsplit(site.url).port or 0

    def turn(is_on: bool) -> DemoSite:
        if not is_on:
            stack.close()
            return site
        return stack.enter_context(serving(folder, port=port))

    yield site, turn
    stack.close()


def test_three_entries_offline_a_reload_and_a_restart_and_each_is_told_exactly_once(
    browser: Browser, coming_and_going: tuple[DemoSite, Callable[[bool], DemoSite]]
) -> None:
    site, turn = coming_and_going
    before = site.running.offset
    looking = Looking(browser, site)
    page = looking.open("/op/pun-1", ROLE)
    until(
        page, "navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true)"
    )
    page.reload()
    until(page, "navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    tap_reason(page)
    waits(page, "1 entry waiting")
    note(page, "one")
    waits(page, "2 entries waiting")
    assert faults_of(page) == [] and scrolls(page) == []
    note(page, "two")
    waits(page, "3 entries waiting")
    page.reload()
    waits(page, "3 entries waiting")
    turn(False)
    page.context.set_offline(False)
    page.wait_for_timeout(1_000)
    turn(True)
    sent(page)
    looking.close()
    assert notes(of_kind(site.folder, "note", before)) == ["one", "two"]
    assert len([one for one in of_kind(site.folder, "reason", before) if one["equipment"] == "pun-1"]) == 1


def note(page: Page, text: str) -> None:
    page.locator("[data-open=note]").click()
    page.locator("#note-text").fill(text)
    page.locator("#dialog-note [type=submit]").click()


def test_a_machine_that_waits(look: Look, demo_site: DemoSite) -> None:
    at = rfc3339(demo_site.now - 3 * MINUTE)
    state = {"kind": "state", "equipment": "pun-4", "at": at, "source": "test.press", "key": at}
    demo_site.send(state | {"state": "starved"})
    page = look("/op/pun-4", ROLE)
    assert page.title().startswith("Waiting")
    shows(page, "Waiting")


def test_tiles_name_their_machine_and_open_the_lineage_of_the_same_stretch(look: Look) -> None:
    page = look("/op/tul-1", ROLE)
    tiles = {one.locator("h3").inner_text(): one for one in page.locator(".kpis .tile").all()}
    assert set(tiles) == {"Good pieces", "Pace, Filler", "Minutes lost", "Scrap"}
    expect(tiles["Minutes lost"].locator(".cmp")).to_contain_text("Filler; most:")  # the line once
    links = {name: one.locator(".val a").get_attribute("href") or "" for name, one in tiles.items()}
    assert links["Pace, Filler"].startswith("/lineage/cycle_time_vs_standard/tul-1-filler?since=")
    assert all("since=" in link and "until=" in link for link in links.values())
    page.goto(links["Minutes lost"])
    expect(page.locator(".whole")).to_be_visible(timeout=60_000)  # it comes by itself
    shown = page.locator(".whole .val b").inner_text()
    assert float(shown) > 0
    expect(page.locator("h1")).to_contain_text("06:00–14:00" if "06:00" in page.content() else "14:00–22:00")


def test_the_order_card_is_about_the_order(look: Look) -> None:
    page = look("/op/tul-1", ROLE)
    card = page.locator(".order")
    expect(card).to_contain_text("good of")
    expect(card).to_contain_text(re.compile(r"left|more than ordered"))
    expect(card).not_to_contain_text("shift")


def test_what_is_planned_next_is_one_tap_and_scrap_is_what_this_line_has(look: Look) -> None:
    page = look("/op/tul-1", ROLE)
    page.wait_for_timeout(1_500)
    page.reload()  # what is offered is worked out beside the page
    page.locator("[data-open=count]").click()
    here = page.locator("#count-reason > option").all_inner_texts()
    other = page.locator("#count-reason optgroup option").all_inner_texts()
    assert "Flash" in other and "Flash" not in here  # a press has flash, a bottling line has none
    page.locator("#dialog-count [data-close]").click()
    page.locator("[data-open=order]").click()
    products = page.locator("#order-product option").all_inner_texts()
    assert "Shaft A" not in products and len(products) > 1
    tile = page.locator("[data-next]").first
    order = tile.get_attribute("data-next") or ""
    tile.click()
    expect(page.locator("#order-starts")).to_have_value(order)
    expect(page.locator("#order-qty")).not_to_have_value("")
    expect(page.locator("#order-product")).not_to_have_value("")
