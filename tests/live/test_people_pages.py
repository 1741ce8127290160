"""The pages of people: the first admin, signing in and on, pairing, accounts, and what is known of me."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from tests.live.browser import PASSWORD, Browser, application
from tests.live.inside import Inside, inside
from tests.live.shift import clock
from tests.live.test_entrance import a_pin, a_tablet, came, somebody

from plantstack.events.people import accounts, audit, setting_up
from plantstack.live.entrance import Entrance

NOW = clock()
PUBLIC = ("/sign-in", "/setup", "/pair")


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW) as made:
        yield made


@pytest.fixture
def app(plant: Inside) -> FastAPI:
    return application(plant)


@pytest.fixture
def entrance(app: FastAPI) -> Entrance:
    found: Entrance = app.state.entrance
    return found


def admin(app: FastAPI, entrance: Entrance) -> Browser:
    somebody(entrance, "root", "admin")
    return Browser(app).signed_in(came(entrance, "root").secret)


def shown(answer: httpx.Response) -> str:
    """The text of a page that has no script, style or address of another place in it."""
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?://", answer.text)
    return answer.text


def test_the_first_admin_is_made_on_a_page_that_is_gone_then(app: FastAPI, entrance: Entrance) -> None:
    far = Browser(app, "http://plant:8321", "10.0.0.7")
    assert "Set-up token" in shown(far.get("/setup"))
    printed, now = entrance.chance.secret(), entrance.running.clock()
    entrance.write(lambda connection: setting_up.offer(connection, printed, now))
    for fields, told in (
        ({"token": "x", "name": "root", "password": PASSWORD, "again": PASSWORD}, "set-up token is not good"),
        ({"token": printed, "name": "root", "password": "short", "again": "short"}, "10 to 200 signs"),
        ({"token": printed, "name": "root", "password": PASSWORD, "again": "other"}, "not the same"),
    ):
        answer = far.fill("/setup", **fields)
        assert answer.status_code == 400 and told in answer.text
    done = far.fill("/setup", token=printed, name="Root", password=PASSWORD, again=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert far.get("/api/v1/dead-letters").status_code == 200
    assert far.get("/setup").headers["location"] == "/sign-in"
    assert far.fill("/setup", token=printed, name="b", password=PASSWORD, again=PASSWORD).status_code == 400


def test_signing_in_hands_out_a_cookie_no_script_reads_and_goes_where_it_was_asked(
    app: FastAPI, entrance: Entrance
) -> None:
    somebody(entrance, "ann", "supervisor")
    browser = Browser(app)
    assert browser.get("/people").headers["location"] == "/sign-in?next=/people"
    wrong = browser.fill("/sign-in", name="ann", password="wrong wrong", next="/people")
    assert wrong.status_code == 400 and 'value="/people"' in shown(wrong)
    assert browser.fill("/sign-in", name="nobody", password=PASSWORD).text.replace("nobody", "ann") == (
        browser.fill("/sign-in", name="ann", password="wrong wrong").text
    )
    done = browser.fill("/sign-in", name="Ann ", password=PASSWORD, next="/people")
    assert (done.status_code, done.headers["location"]) == (303, "/people")
    (told,) = [one for one in done.headers.get_list("set-cookie") if one.startswith("plantstack=")]
    assert {"httponly", "samesite=lax", "path=/"} <= set(told.lower().split("; "))
    assert "secure" not in told.lower() and "ann" not in told
    assert browser.get("/people").status_code == 200
    assert browser.fill("/sign-out").headers["location"] == "/sign-in"
    assert browser.get("/people").status_code == 303


def test_over_https_the_cookie_goes_over_nothing_else(app: FastAPI, entrance: Entrance) -> None:
    somebody(entrance, "root", "admin")
    for at in ("https://plant.example", "http://plant.example"):
        browser = Browser(app, at)
        browser.sends = {"origin": "https://plant.example"}  # also behind a proxy that ends it
        done = browser.fill("/sign-in", name="root", password=PASSWORD)
        (told,) = [
            one for one in done.headers.get_list("set-cookie") if "plantstack=" in one and "Max" not in one
        ]
        assert told.startswith("__Host-plantstack=") and "Secure" in told
        assert browser.get("/me").status_code == 200


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", ""])
def test_nobody_is_led_elsewhere(app: FastAPI, entrance: Entrance, where: str) -> None:
    somebody(entrance, "ann")
    done = Browser(app).fill("/sign-in", name="ann", password=PASSWORD, next=where)
    assert done.headers["location"] == "/"


def test_who_signs_in_where_somebody_was_signed_in_leaves_no_cookie_of_his_that_is_good(
    app: FastAPI, entrance: Entrance
) -> None:
    somebody(entrance, "ann", "admin")
    somebody(entrance, "bob")
    browser = Browser(app)
    browser.fill("/sign-in", name="ann", password=PASSWORD)
    old = browser.cookies["plantstack"]
    browser.fill("/sign-in", name="bob", password=PASSWORD)
    assert browser.cookies["plantstack"] != old
    assert Browser(app).signed_in(old).get("/people").status_code == 303
    assert browser.get("/me").status_code == 200


def test_another_site_signs_nobody_in_and_out(app: FastAPI, entrance: Entrance) -> None:
    browser = admin(app, entrance)
    browser.sends = {"origin": "http://evil.example"}
    for path in ("/sign-in", "/sign-out", "/setup", "/pair", "/pin", "/people/add", "/me/password"):
        assert browser.fill(path, name="root", password=PASSWORD).status_code == 403, path
    browser.sends = {"origin": "http://127.0.0.1"}
    for path in ("/people/add", "/people/change", "/people/pair", "/me/prefer", "/me/everywhere"):
        assert browser.fill(path, csrf="").status_code == 403, path
    assert browser.get("/me").status_code == 200


def test_too_many_attempts_say_how_long_to_wait(app: FastAPI, entrance: Entrance) -> None:
    somebody(entrance, "ann")
    codes = [Browser(app).fill("/sign-in", name="ann", password="wrong wrong").status_code for _ in range(6)]
    assert codes == [400] * 5 + [429]
    answer = Browser(app).fill("/sign-in", name="ann", password=PASSWORD)
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1


def test_a_tablet_is_paired_signed_on_and_off(app: FastAPI, entrance: Entrance) -> None:
    browser = admin(app, entrance)
    ann = somebody(entrance, "ann", scope="line-1")
    a_pin(entrance, ann)
    once = shown(browser.fill("/people/pair", label="Packing 3", station="filler"))
    (code,) = re.findall(r"<output>(\S{4}-\S{4})</output>", once)
    tablet = Browser(app, client="10.0.0.9")
    assert tablet.get("/pin").headers["location"] == "/pair"
    assert "not good" in tablet.fill("/pair", code="WRONG").text
    assert tablet.fill("/pair", code=code.lower()).headers["location"] == "/"
    assert tablet.fill("/pair", code=code).status_code == 400
    assert "Packing 3" in shown(tablet.get("/pin")) and "ann" not in tablet.get("/pin").text
    assert "no pseudonym" in shown(tablet.get("/me"))
    assert tablet.fill("/pin", number="417", pin="0000").status_code == 400
    at_work = "/op/filler"
    assert f"/pin?next={at_work}" in tablet.get(at_work).text
    done = tablet.fill("/pin", number="417", pin="4831", next=at_work)
    assert (done.status_code, done.headers["location"]) == (303, at_work)
    assert 'action="/sign-out"' in tablet.get(at_work).text and ">ann<" not in tablet.get(at_work).text
    assert tablet.fill("/sign-out", next=at_work).headers["location"] == at_work
    assert tablet.fill("/pin", number="417", pin="4831").status_code == 303
    assert "ann" in tablet.get("/me").text
    assert tablet.fill("/sign-out").headers["location"] == "/"
    assert "no pseudonym" in tablet.get("/me").text
    tablet_id = re.findall(r"tablet\.\w+", browser.get("/people").text)[0]
    assert browser.fill("/people/unpair", tablet=tablet_id).status_code == 303
    assert tablet.get("/me").status_code == 303


def test_an_administrator_makes_changes_and_erases_accounts(app: FastAPI, entrance: Entrance) -> None:
    browser = admin(app, entrance)
    once = shown(browser.fill("/people/add", name="Ann", role="operator", scope="line-1"))
    (secret,) = re.findall(r"<output>(\S+)</output>", once)
    ann = Browser(app)
    assert ann.fill("/sign-in", name="ann", password=secret).status_code == 303
    with entrance.reading() as connection:
        (account_id,) = [one.id for one in accounts.listed(connection) if one.name == "ann"]

    def change(do: str, **fields: str) -> str:
        answer = browser.fill("/people/change", account=account_id, do=do, **fields)
        return answer.headers.get("location", "") or shown(answer)

    assert len(re.findall(r"<output>(\d+)</output>", change("pin"))) == 2
    assert change("allow", role="supervisor", scope="") == "/people?done=allow"
    assert ann.get("/people").status_code == 200
    assert "<output>" in change("password") and ann.get("/me").status_code == 303
    assert change("lock") == "/people?done=lock" and change("unlock") == "/people?done=unlock"
    assert change("erase", confirm="bob").startswith("/people?failed=")
    assert change("erase", confirm="ann") == "/people?done=erase"
    assert browser.fill("/people/change", account=account_id, do="lock").status_code == 404
    page = shown(browser.get("/people"))
    assert ">ann<" not in page and "erased an account" in page


def test_who_leads_sees_tablets_and_no_accounts_and_who_does_not_sees_nothing(
    app: FastAPI, entrance: Entrance
) -> None:
    admin(app, entrance)
    somebody(entrance, "sue", "supervisor", "line-1")
    somebody(entrance, "ann", "operator")
    a_tablet(entrance, "filler")
    a_tablet(entrance, "labeller")
    sue = Browser(app).signed_in(came(entrance, "sue").secret)
    page = shown(sue.get("/people"))
    assert "root" not in page and "Audit" not in page
    assert len(set(re.findall(r"tablet\.\w+", page))) == 1
    assert sue.fill("/people/add", name="x", role="admin").status_code == 403
    assert sue.fill("/people/pair", label="x", station="labeller").status_code == 403
    assert sue.fill("/people/pair", label="x", station="filler").status_code == 200
    ann = Browser(app).signed_in(came(entrance, "ann").secret)
    assert ann.get("/people").status_code == 403


def test_an_administrator_of_a_part_stays_in_it(app: FastAPI, entrance: Entrance) -> None:
    admin(app, entrance)
    part = somebody(entrance, "part", "admin", "line-1")
    browser = Browser(app).signed_in(came(entrance, "part").secret)
    assert "root" not in browser.get("/people").text
    assert browser.fill("/people/add", name="x", role="admin", scope="").status_code == 403
    assert browser.fill("/people/add", name="x", role="admin", scope="labeller").status_code == 403
    assert browser.fill("/people/change", account="a-root", do="lock").status_code == 404
    assert browser.fill("/people/change", account=part.id, do="allow", role="admin").status_code == 403
    made = browser.fill("/people/add", name="y", role="operator", scope="filler")
    assert made.status_code == 200, made.headers


def test_the_first_account_is_an_administrators(app: FastAPI, entrance: Entrance) -> None:
    here = Browser(app)
    assert "no accounts yet" in shown(here.get("/people"))
    refused = here.fill("/people/add", name="ann", role="operator")
    assert refused.headers["location"].startswith("/people?failed=")
    assert "<output>" in here.fill("/people/add", name="ann", role="admin").text
    assert here.get("/people").status_code == 303


def test_somebody_sees_what_is_known_of_him_and_changes_it(app: FastAPI, entrance: Entrance) -> None:
    admin(app, entrance)
    somebody(entrance, "ann", "planner")
    browser = Browser(app).signed_in(came(entrance, "ann").secret)
    other = Browser(app).signed_in(came(entrance, "ann").secret)
    page = shown(browser.get("/me"))
    assert "ann" in page and "p-" in page and "root" not in page
    assert browser.fill("/me/prefer", language="de", theme="dark", gloves="on").status_code == 303
    assert {"language": "de", "theme": "dark", "gloves": "on"}.items() <= browser.cookies.items()
    wrong = browser.fill("/me/pin", old="wrong wrong", pin="4831")
    assert wrong.headers["location"].startswith("/me?failed=")
    assert browser.fill("/me/pin", old=PASSWORD, pin="4831").headers["location"] == "/me?done=pin"
    new = "another few words"
    changed = browser.fill("/me/password", old=PASSWORD, password=new, again=new)
    assert changed.headers["location"] == "/me?done=password"
    assert browser.get("/me").status_code == 200 and other.get("/me").status_code == 303
    other = Browser(app)
    other.fill("/sign-in", name="ann", password=new)
    assert browser.fill("/me/everywhere").status_code == 303 and other.get("/me").status_code == 303
    told = browser.get("/me/data").json()
    assert told["account"]["name"] == "ann" and len(told["sessions"]) == 1
    assert told["sessions"][0]["id"] == "" and "password" not in str(told["account"])
    with entrance.reading() as connection:
        assert audit.listed(connection, limit=1)[0][1].what == "export"


def test_money_is_on_no_page_of_somebody_who_may_not_see_it(
    plant: Inside, app: FastAPI, entrance: Entrance
) -> None:
    admin(app, entrance)
    plant.running.start()
    somebody(entrance, "ann", "operator")
    somebody(entrance, "eve", "exec")
    ann, eve = (Browser(app).signed_in(came(entrance, name).secret) for name in ("ann", "eve"))
    for path in ("/lineage/copq", "/bridge/copq", "/lineage/cost_per_good_unit", "/portfolio"):
        status = ann.get(path, headers={"accept": "text/html"}).status_code
        assert status in (400, 403, 404), path
    assert eve.get("/lineage/copq", headers={"accept": "text/html"}).status_code in (200, 202)
