"""The outbox in a real browser: kept before it is answered, told once, a refusal stays until it is read."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route
from tests.live.shift import clock, plant
from tests.web.logged import logged

from plantstack.intervals import HOUR
from plantstack.testing.faults import Server

TINY = """<!doctype html><title>tiny</title>
<body data-device="tablet.p3" data-zone="UTC" data-now="{now}">
<script type="module" src="/static/now/tiny.js"></script>"""
SCRIPT = """
import * as outbox from "./outbox.js";
globalThis.outbox = outbox;
globalThis.heard = [];
document.addEventListener("outbox", (event) => {
  document.body.dataset.waiting = event.detail.waiting;
  globalThis.heard.push(event.detail);
});
document.body.dataset.ready = "yes";
"""
Wire = dict[str, Any]


class Station:
    """A server that may go and come back at the same address, and a tablet in front of it."""

    def __init__(self, server: Server, browser: Browser) -> None:
        self.server, self.project = server, server.project
        self.port = int(server.address.rpartition(":")[2])
        self.before = self.logged()[-1]["log_offset"]
        self.context: BrowserContext = browser.new_context()
        self.context.route("**/tiny", self._tiny)
        self.context.route("**/tiny.js", self._script)
        self.page: Page = self.context.new_page()

    def _tiny(self, route: Route) -> None:
        route.fulfill(body=TINY.replace("{now}", str(clock() // 1000)), content_type="text/html")

    def _script(self, route: Route) -> None:
        route.fulfill(body=SCRIPT, content_type="text/javascript")

    def open(self) -> None:
        self.page.goto(f"http://127.0.0.1:{self.port}/tiny")
        self.page.wait_for_function("document.body.dataset.ready")

    def put(self, **entry: Any) -> Wire:
        made: Wire = self.page.evaluate("(said) => outbox.put(said)", entry)
        return made

    def note(self, text: str) -> Wire:
        return self.put(entry="note", equipment="filler", note=text)

    def waits(self, n: int) -> None:
        self.page.wait_for_function(f"document.body.dataset.waiting === '{n}'")

    def logged(self) -> list[Wire]:
        """What is in the log, in the order it came."""
        return logged(self.project)

    def told(self, kind: str) -> list[Wire]:
        """What was told since the tablet was switched on."""
        return [one for one in self.logged() if one["kind"] == kind and one["log_offset"] > self.before]

    def notes(self) -> list[str]:
        return [json.loads(row["body"])["note"] for row in self.told("note") if "note" in (row["body"] or "")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with an address that stays, for it is part of what a browser keeps things under."""
    project = plant(tmp_path_factory.mktemp("outbox") / "p")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = (sys.executable, "-m", "plantstack", "serve", str(project), "--port", str(port))
    with Server.started(project, command) as started:
        yield started


@pytest.fixture
def station(browser: Browser, server: Server) -> Iterator[Station]:
    if not server.address:
        server.start()
    found = Station(server, browser)
    try:
        found.open()
        yield found
    finally:
        found.context.close()


def test_three_entries_without_a_network_a_reload_a_restart_and_each_is_told_exactly_once(
    station: Station,
) -> None:
    station.context.set_offline(True)
    for text in ("one", "two", "three"):
        station.note(text)
    station.waits(3)
    station.server.kill()
    station.context.set_offline(False)
    station.page.wait_for_function("heard.at(-1).state === 'offline'")
    cut: list[str] = []

    def swallowed(route: Route) -> None:
        """The server takes it, and its answer is lost on the way."""
        route.fetch()
        cut.append(route.request.url)
        station.context.unroute("**/api/v1/entries")
        route.abort()

    station.context.route("**/api/v1/entries", swallowed)
    station.server.start()
    station.open()
    station.waits(0)
    assert cut
    assert station.notes() == ["one", "two", "three"]
    said = station.page.evaluate("heard.flatMap((one) => one.rows).map((row) => row.status)")
    assert said == ["duplicate"] * 3


def test_what_has_not_left_is_never_told_and_what_has_is_taken_back(station: Station) -> None:
    station.context.set_offline(True)
    entry = station.note("a slip")
    station.page.wait_for_function("heard.at(-1).state === 'offline'")
    station.page.evaluate("(entry) => outbox.undo(entry)", entry)
    station.context.set_offline(False)
    station.waits(0)
    kept = station.note("kept")
    station.waits(0)
    station.page.evaluate("(entry) => outbox.undo(entry)", kept)
    station.waits(0)
    assert station.notes() == ["kept"]
    assert [row["sup_key"] for row in station.told("note") if row["void"]] == [kept["id"]]


def test_a_refusal_stays_through_a_reload_until_somebody_has_read_it(station: Station) -> None:
    entry = station.put(entry="note", equipment="no-such-machine", note="where?")
    station.page.wait_for_function("heard.at(-1)?.refused.length === 1")
    station.open()
    (refused,) = station.page.evaluate("outbox.standing().then((found) => found.refused)")
    assert (refused["entry"]["id"], refused["code"]) == (entry["id"], "entry-equipment")
    assert "there is no 'no-such-machine'" in refused["what"] and refused["fix"]
    station.page.evaluate("(id) => outbox.read(id)", entry["id"])
    assert station.page.evaluate("outbox.standing().then((found) => found.refused)") == []


def test_the_time_is_that_of_the_tap_by_the_clock_of_the_server(station: Station) -> None:
    station.page.evaluate("document.body.dataset.now = Date.now() + 90_000")
    before = clock()
    entry = station.page.evaluate("import('./static/now/outbox.js?again').then(() => outbox.newId())")
    assert len(entry) == 22
    made = station.note("now")
    station.waits(0)
    (row,) = [row for row in station.told("note") if row["key"] == made["id"]]
    assert row["source"] == "tablet.p3"
    assert before - HOUR < row["told_at"] <= clock() + HOUR
    assert row["at"] == row["told_at"]


def test_help_that_nobody_heard_is_said_at_once_and_not_kept(station: Station) -> None:
    call = {"entry": "call", "equipment": "filler", "phase": "asked"}
    assert station.page.evaluate("(said) => outbox.call(said)", call)["isTold"] is True
    station.context.set_offline(True)
    told = station.page.evaluate("(said) => outbox.call(said)", call)
    assert (told["isTold"], told["why"]) == (False, "offline")
    station.context.set_offline(False)
    station.server.kill()
    assert station.page.evaluate("(said) => outbox.call(said)", call)["isTold"] is False
    station.waits(0)
    station.server.start()
    station.note("later")
    station.waits(0)
    assert len(station.told("call")) == 1


def photo(station: Station, text: str) -> None:
    """A note with a picture."""
    station.page.evaluate(
        """async (note) => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
          canvas.getContext("2d").fillRect(0, 0, 4, 4);
          const photo = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
          await outbox.put({ entry: "note", equipment: "filler", note }, photo);
        }""",
        text,
    )


def test_a_photo_goes_before_its_note(station: Station) -> None:
    photo(station, "worn")
    station.waits(0)
    (body,) = [json.loads(row["body"]) for row in station.told("note")]
    name = body["x"]["photo"]
    assert [path.name for path in (station.project / "attachments").iterdir()] == [f"{name}.jpg"]


def test_a_photo_that_does_not_get_through_keeps_no_other_entry_back(station: Station) -> None:
    station.context.route("**/api/v1/photos", lambda route: route.abort())
    photo(station, "worn")
    station.note("words alone")
    station.waits(1)
    assert station.notes() == ["words alone"]
    station.context.unroute("**/api/v1/photos")
    station.waits(0)
    assert station.notes() == ["words alone", "worn"]


def test_a_photo_that_a_proxy_refuses_is_missed_in_the_note(station: Station) -> None:
    refused = {
        "status": 413,
        "body": "<html>413 Request Entity Too Large</html>",
        "content_type": "text/html",
    }
    station.context.route("**/api/v1/photos", lambda route: route.fulfill(**refused))
    photo(station, "worn")
    station.waits(0)
    assert station.notes() == ["worn (photo: 413)"]


def test_half_a_sign_keeps_no_other_entry_back(station: Station) -> None:
    station.page.evaluate("outbox.put({ entry: 'note', equipment: 'filler', note: 'cut \\ud83d' })")
    station.note("whole \N{GRINNING FACE}")
    station.waits(0)
    assert station.notes() == ["cut \N{REPLACEMENT CHARACTER}", "whole \N{GRINNING FACE}"]


def test_what_the_server_cannot_read_keeps_no_other_entry_back(station: Station) -> None:
    """And it is not lost: a page of another version may know how to say it."""

    def picky(route: Route) -> None:
        if "unheard" in (route.request.post_data or ""):
            route.fulfill(status=400, json={"problems": []})
        else:
            route.continue_()

    station.context.route("**/api/v1/entries", picky)
    station.context.set_offline(True)
    for text in ("one", "unheard", "two"):
        station.note(text)
    station.waits(3)
    station.context.set_offline(False)
    station.waits(1)
    assert station.notes() == ["one", "two"]
    station.page.wait_for_function("heard.at(-1).state === 'faulty'")
    station.context.unroute("**/api/v1/entries")
    station.waits(0)
    assert station.notes() == ["one", "two", "unheard"]


def test_on_plain_http_under_a_name_of_the_plant_it_works_as_well(station: Station) -> None:
    """There is no randomUUID, no service worker and no lock there."""
    name = f"http://kpi.plant.example:{station.port}"

    def led(route: Route) -> None:
        """The server listens on loopback only; the browser believes it is elsewhere."""
        asked = route.request
        headers = {key: value for key, value in asked.headers.items() if key in ("content-type", "accept")}
        url = f"http://127.0.0.1:{station.port}{urlsplit(asked.url).path}"
        answer = station.context.request.fetch(
            url, method=asked.method, headers=headers, data=asked.post_data_buffer
        )
        route.fulfill(response=answer)

    station.page.close()
    station.context.route(f"{name}/**", led)
    station.context.route("**/tiny", station._tiny)
    station.context.route("**/tiny.js", station._script)
    station.page = station.context.new_page()
    station.page.goto(f"{name}/tiny")
    station.page.wait_for_function("document.body.dataset.ready")
    found = station.page.evaluate("[window.isSecureContext, typeof crypto.randomUUID]")
    assert found == [False, "undefined"]
    station.note("by name")
    station.waits(0)
    assert station.notes() == ["by name"]


def test_a_page_can_be_loaded_again_without_a_network_where_the_browser_allows_it(station: Station) -> None:
    kept(station, "/search")
    title = station.page.title()
    station.server.kill()
    station.page.reload()
    assert station.page.title() == title
    assert station.page.evaluate("caches.keys().then((names) => names.length)") == 2
    pages = "caches.open('pages').then((cache) => cache.keys())"
    paths = station.page.evaluate(f"{pages}.then((keys) => keys.map((one) => new URL(one.url).pathname))")
    assert paths == ["/search"]


def test_a_page_that_was_kept_takes_the_hours_since_for_no_error_of_the_clock(station: Station) -> None:
    """What is entered on it would be told of the hour it was loaded in."""
    kept(station, "/search")
    station.server.kill()
    station.page.clock.set_fixed_time((clock() + HOUR) / 1_000_000)
    station.page.reload()
    live = "import(document.querySelector('script[src$=\"/live.js\"]').src)"
    assert abs(station.page.evaluate(f"{live}.then((live) => live.serverOffset())")) < 60_000


@pytest.mark.parametrize("where", ["/pin", "/sign-in", "/sign-out", "/pair"])
def test_nothing_is_kept_for_whoever_comes_next(station: Station, where: str) -> None:
    kept(station, "/search")
    station.page.goto(f"http://127.0.0.1:{station.port}/me")  # one's own is not kept at all
    pages = "caches.open('pages').then((cache) => cache.keys())"
    paths = f"{pages}.then((keys) => keys.map((one) => new URL(one.url).pathname))"
    assert station.page.evaluate(paths) == ["/search"]
    station.page.evaluate(f"fetch('{where}', {{ method: 'POST', body: new URLSearchParams() }})")
    until(station.page, "caches.has('pages').then((is_kept) => !is_kept)")


def kept(station: Station, path: str) -> None:
    """Look at a page that can be loaded again without a network from then on."""
    station.page.goto(f"http://127.0.0.1:{station.port}{path}")
    station.page.evaluate("import('/static/now/offline.js')")
    until(station.page, "navigator.serviceWorker.controller !== null")
    station.page.reload()


def until(page: Page, true: str) -> None:
    """Wait for something on a page whose policy forbids what Playwright waits with."""
    for _ in range(300):
        if page.evaluate(true):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(true)
