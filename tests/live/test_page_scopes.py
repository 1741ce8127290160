"""What a page shows somebody of one line of the rest of the group: nothing; a stranger: where to sign in."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.inside import Inside, inside
from tests.live.shift import JSON
from tests.live.test_scopes import FAR, NOW, ask, every_route, is_page
from tests.live.test_scopes import group as group
from tests.live.test_scopes import secrets as secrets

from plantstack.interfaces.web.finding import all_pages

PUBLIC = {"/sign-in", "/setup", "/pair", "/pin", "/static/{version}/{name}", "/sw.js"}
"""What belongs to no plant."""

STREAM = "/live"
FILES = ("/me/data", "/ci.csv")
PLACED = ("{scope:path}", "{scope}")
WORDS = {"{kpi}": "good_parts", "{id}": "good_parts", "{section}": "reasons", "{period}": "day"}
WORDS |= {"{version}": "x", "{name}": "x", "{shift}": "now", "{day}": "today", "{offset}": "2"}
SHOWN = sorted({found.page.path for found in all_pages()})


def at(path: str, scope: str) -> str:
    for name in PLACED:
        path = path.replace(name, scope)
    for name, word in WORDS.items():
        path = path.replace(name, word)
    return path


def test_every_page_there_is_is_held_against_a_scope(group: Inside) -> None:
    known = {path for method, path in every_route(group) if is_page(path) and method == "GET"}
    assert known - PUBLIC - {STREAM, *FILES} == set(SHOWN)


@pytest.mark.parametrize("path", [*SHOWN, "/ci.csv"])
def test_H_HT_02_a_page_names_nothing_of_another_site_to_somebody_of_one_line(
    group: Inside, secrets: dict[str, str], path: str
) -> None:
    asked = {"loss": "breakdown"} if path == "/ci.csv" else {}
    own = ask(group, secrets["line"], "GET", at(path, "line-1"), asked)
    # 403: a right that a token does not have; a tour is of the demo group only
    assert own.status_code in ((404,) if path == "/tour" else (200, 202, 403)), own.text
    found = [own.text[max(own.text.find(word) - 200, 0) :][:260] for word in FAR if word in own.text]
    assert found == []
    for far in ("graz", "linie-7", "acme/graz"):
        for address, more in ((at(path, far), asked), (at(path, "line-1"), asked | {"scope": far})):
            answer = ask(group, secrets["line"], "GET", address, more)
            told = answer.text.replace(far, "")
            assert [told[max(told.find(word) - 200, 0) :][:260] for word in FAR if word in told] == [], (
                address
            )
    if own.status_code == 200 and any(name in path for name in PLACED):
        assert ask(group, secrets["line"], "GET", at(path, "graz"), asked).status_code in (403, 404)


def test_H_HT_01_a_stranger_is_led_to_where_he_signs_in_and_changes_nothing(
    group: Inside, secrets: dict[str, str]
) -> None:
    assert secrets
    for method, path in every_route(group):
        if not is_page(path) or path in PUBLIC:
            continue
        address = at(path, "line-1")
        answer = group.request(method, address, headers={"accept": "text/html"})
        if method == "POST":
            assert answer.status_code in (400, 401, 403, 415), path
            form = group.request("POST", address, data={"name": "x"}, headers={"accept": "text/html"})
            assert form.status_code in (303, 401, 403), path
            assert form.status_code != 303 or path == "/sign-out", path
        elif path == STREAM:
            assert group.request("GET", address, params={"page": "/"}, headers=JSON).status_code == 401
        elif answer.status_code == 401:
            assert path in FILES
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in?next="), path
        assert [word for word in FAR if word in answer.text] == []


def test_H_HT_02_who_has_one_machine_finds_nothing_that_stands_beside_or_above_it(tmp_path: Path) -> None:
    with inside(tmp_path / "p", NOW) as plant:
        told = plantstack("token", "add", plant.running.folder, "one", "--scope", "filler", "--json")
        secret = told.rows[0]["token"]
        for word, found in (("filler", 1), ("capper", 0), ("packer", 0), ("line-1", 0), ("tulsa", 0)):
            answer = ask(plant, secret, "GET", "/api/v1/floor/search", {"text": word})
            assert len(answer.json()["rows"]) == found, word
            page = ask(plant, secret, "GET", "/search", {"q": word}).text
            assert page.count('<a href="/line/') == found, word
