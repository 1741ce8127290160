"""Entries by cookie: whose they are, where they were tapped, and that nobody tells them for another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from tests.live.browser import Browser, application
from tests.live.inside import Inside, inside
from tests.live.shift import said
from tests.live.test_entrance import a_pin, a_tablet, came, somebody
from tests.live.test_entries_api import DOWN, ENTRIES, NOW, Wire, logged, reason

from plantstack.intervals import HOUR
from plantstack.live.entrance import Entrance


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW, silence="12 h") as found:
        found.running.start()
        run = [
            said("state", one, NOW - 4 * HOUR, f"run {one}", state="producing")
            for one in ("filler", "capper")
        ]
        found.send(*run, said("state", "filler", DOWN, "down", state="stopped"))
        yield found


@pytest.fixture
def app(plant: Inside) -> FastAPI:
    return application(plant)


def send(browser: Browser, *entries: Wire, device: str = "") -> httpx.Response:
    return browser.post(ENTRIES, json={"device": device, "entries": list(entries)})


def test_an_unsigned_tablet_enters_reasons_for_its_station_and_for_nobody(
    plant: Inside, app: FastAPI
) -> None:
    entrance: Entrance = app.state.entrance
    somebody(entrance, "admin", "admin")
    tablet, secret = a_tablet(entrance, "filler")
    browser = Browser(app).paired(secret)
    (row,) = send(browser, reason("tap-0001"), device="tablet.of-another").json()["rows"]
    assert row["status"] == "accepted"
    (event,) = logged(plant, "reason")
    assert (event["source"], event["by"]) == (tablet.id, None)
    (row,) = send(browser, reason("tap-0002", "cap-jam", machine="capper")).json()["rows"]
    assert row["status"] == "refused"
    bare = browser.request("POST", ENTRIES, json={"entries": [reason("tap-0003")]})
    assert bare.status_code == 403


def test_what_was_tapped_stays_whose_it_was_and_is_told_once_also_after_he_signed_off(
    plant: Inside, app: FastAPI
) -> None:
    entrance: Entrance = app.state.entrance
    ann, bob = somebody(entrance, "ann"), somebody(entrance, "bob")
    a_pin(entrance, ann)
    a_pin(entrance, bob, "2580", 218)
    tablet, secret = a_tablet(entrance, "filler")
    browser = Browser(app).paired(secret).signed_in(entrance.sign_on(417, "4831", tablet).secret)
    sender = entrance.sender(browser.cookies["plantstack"], secret)
    assert sender is not None and sender.mark.startswith(f"{sender.by}.")
    tapped = reason("tap-0001") | {"by": sender.mark}
    assert send(browser, tapped).json()["rows"][0]["status"] == "accepted"
    page = browser.csrf
    browser.signed_in(entrance.sign_on(218, "2580", tablet).secret)
    assert browser.csrf == page  # the page that was open goes on
    assert send(browser, tapped).json()["rows"][0]["status"] == "duplicate"
    plant.turned.pass_by(3 * HOUR)  # nobody is signed on any longer
    assert send(browser, tapped).json()["rows"][0]["status"] == "duplicate"
    (event,) = logged(plant, "reason")
    assert (event["source"], event["by"]) == (tablet.id, sender.by)


@pytest.mark.parametrize("at_desk", [True, False])
def test_nobody_tells_an_entry_in_the_name_of_another(plant: Inside, app: FastAPI, at_desk: bool) -> None:
    entrance: Entrance = app.state.entrance
    ann, bob = somebody(entrance, "ann"), somebody(entrance, "bob")
    a_pin(entrance, bob)
    other = entrance.sender(came(entrance, "ann").secret, "")
    assert other is not None and other.account == ann.id
    if at_desk:
        browser = Browser(app).signed_in(came(entrance, "bob").secret)
    else:
        tablet, secret = a_tablet(entrance, "filler")
        browser = Browser(app).paired(secret).signed_in(entrance.sign_on(417, "4831", tablet).secret)
    forged = reason("tap-0001") | {"by": other.by}
    assert send(browser, forged).json()["rows"][0]["status"] == "accepted"
    (event,) = logged(plant, "reason")
    assert event["by"] is None
    assert "a-bob" not in str(event) and "a-ann" not in str(event)


def test_a_person_at_a_desk_enters_under_a_pseudonym_and_no_name(plant: Inside, app: FastAPI) -> None:
    entrance: Entrance = app.state.entrance
    somebody(entrance, "ann", "supervisor", "line-1")
    browser = Browser(app).signed_in(came(entrance, "ann").secret)
    sender = entrance.sender(browser.cookies["plantstack"], "")
    assert sender is not None
    assert send(browser, reason("tap-0001") | {"by": sender.mark}).status_code == 200
    (event,) = logged(plant, "reason")
    assert (event["source"], event["by"]) == ("desk-person", sender.by)
    planner = Browser(app).signed_in((somebody(entrance, "pam", "planner"), came(entrance, "pam"))[1].secret)
    assert send(planner, reason("tap-0002")).status_code == 403
