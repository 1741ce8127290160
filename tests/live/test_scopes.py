"""What a token of one line learns of the rest of the group: nothing, over no route there is."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from httpx import Response
from starlette.routing import compile_path
from tests.interfaces.test_commands import plantstack
from tests.live.inside import Inside, Turned
from tests.live.shift import JSON, body, clock, plant, said

from plantstack.errors import EventError, Problem
from plantstack.interfaces.api.app import create_app
from plantstack.intervals import HOUR, rfc3339
from plantstack.live.running import Running

NOW = clock()
LOST = {"loss": "breakdown", "from": "2026-03-02", "to": "2026-12-31"}
FAR = ("graz", "Graz", "lackiererei", "linie-7", "presse-77", "labeller", "line-10", "far-erp")
OTHER_SITE = """
  graz:
    label: Graz
    zone: Europe/Vienna
    currency: EUR
    day_start: 06:00
    calendar: two-shifts
"""
PARTS = (
    ("\nareas:\n", "\nareas:\n  lackiererei: {under: graz, label: Lackiererei}\n"),
    ("\nlines:\n", "\nlines:\n  linie-7: {under: lackiererei, flow: [presse-77], constraint: presse-77}\n"),
    ("\nmachines:\n", "\nmachines:\n  presse-77: {under: linie-7, kind: cyclic}\n"),
    ("\nsites:\n", f"\nsites:{OTHER_SITE.rstrip()}\n"),
)

# Every route: how a token of line-1 asks it, and what it is told. A new route has to be written down here.
SCOPED: dict[tuple[str, str], tuple[dict[str, str], int]] = {
    ("GET", "/api/v1/kpis"): ({"id": "good_parts", "by": "machine"}, 200),
    ("GET", "/api/v1/ledger"): ({"machine": "filler"}, 200),
    ("GET", "/api/v1/explain"): ({"id": "good_parts"}, 200),
    ("GET", "/api/v1/losses"): ({}, 200),
    ("GET", "/api/v1/readiness"): ({}, 200),
    ("GET", "/api/v1/insights"): ({}, 200),
    ("GET", "/api/v1/summary"): ({}, 200),
    ("GET", "/api/v1/priorities"): ({}, 200),
    ("POST", "/api/v1/ask"): ({}, 400),
    ("GET", "/api/v1/dead-letters"): ({}, 403),
    ("GET", "/api/v1/stream"): ({}, 200),
    ("GET", "/metrics"): ({}, 200),
    ("GET", "/health"): ({}, 200),
    ("POST", "/api/v1/events"): ({}, 200),
    ("POST", "/api/v1/entries"): ({}, 400),
    ("POST", "/api/v1/photos"): ({}, 415),
    ("GET", "/api/v1/photos/{photo}"): ({}, 404),
    ("GET", "/api/v1/calls"): ({}, 200),
    ("GET", "/api/v1/floor/answered"): ({}, 200),
    ("GET", "/api/v1/floor/station"): ({}, 200),
    ("GET", "/api/v1/floor/board"): ({}, 200),
    ("GET", "/api/v1/floor/shift"): ({}, 200),
    ("GET", "/api/v1/floor/forecast"): ({}, 200),
    ("GET", "/api/v1/floor/strips"): ({"from": rfc3339(NOW - HOUR), "to": rfc3339(NOW)}, 200),
    ("GET", "/api/v1/floor/reasons"): ({"machine": "filler"}, 200),
    ("GET", "/api/v1/floor/detail"): ({"from": "2026-03-02", "to": "2026-03-03"}, 200),
    ("GET", "/api/v1/floor/search"): ({"text": "e"}, 200),
    ("GET", "/api/v1/floor/plan"): ({}, 200),
    ("GET", "/api/v1/floor/letters"): ({}, 200),
    ("GET", "/api/v1/floor/handover"): ({}, 200),
    ("GET", "/api/v1/floor/day"): ({"day": "today"}, 200),
    ("GET", "/api/v1/home"): ({}, 200),
    ("GET", "/api/v1/portfolio"): ({}, 200),
    ("GET", "/api/v1/tieout"): ({}, 200),
    ("GET", "/api/v1/causes"): ({"line": "line-1"}, 200),
    ("GET", "/api/v1/claims"): ({}, 200),
    ("GET", "/api/v1/losses/causes"): (LOST, 200),
    ("GET", "/api/v1/losses/series"): (LOST, 200),
    ("GET", "/api/v1/losses/stops"): (LOST, 200),
    ("GET", "/api/v1/definitions"): ({}, 200),
    ("GET", "/api/v1/letters"): ({}, 403),
    ("GET", "/api/v1/letters/{number:int}"): ({}, 403),
    ("POST", "/api/v1/letters/retry"): ({}, 403),
    ("POST", "/api/v1/letters/settle"): ({}, 403),
    ("GET", "/api/v1/config/{section}"): ({}, 200),
    ("GET", "/api/v1/config/history"): ({}, 200),
    ("POST", "/api/v1/config"): ({}, 403),
    ("POST", "/api/v1/config/preview"): ({}, 403),
    ("POST", "/api/v1/config/reload"): ({}, 403),
}
# What names no site of this group at all; what a line sees of a history is in test_config_api.py.
UNNAMED = ("/api/v1/ledger", "/api/v1/config/{section}", "/api/v1/config/history", "/api/v1/definitions")
BRIEF = ("/api/v1/kpis", "/health", "/metrics")  # asked as the whole site too
OPEN = {("GET", "/health"), ("GET", "/docs"), ("GET", "/openapi.json")}  # they need no token


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """Two sites with events of both, a connection that fails, and tokens."""
    folder = plant(tmp_path_factory.mktemp("scopes") / "p")
    main = folder / "plant.yaml"
    text = main.read_text("utf-8")
    for old, new in PARTS:
        assert old in text
        text = text.replace(old, new, 1)
    main.write_text(text, "utf-8")
    (folder / "connectors").mkdir(exist_ok=True)
    (folder / "connectors" / "far-erp.yaml").write_text("schema: 1\nkind: drop\nfolder: nix\n")
    running = Running(folder, lambda: NOW)
    try:
        found = Inside(running, Turned(NOW))
        sent = [
            said(kind, machine, NOW - HOUR, f"{kind} {machine}", **more)
            for machine in ("filler", "labeller", "presse-77")
            for kind, more in (("state", {"state": "producing"}), ("count", {"good": 7, "scrap": 1}))
        ]
        asked = {"call": "hilfe", "phase": "asked", "source": "tablet.graz"}
        sent.append(said("call", "presse-77", NOW - HOUR, "hilfe", **asked))
        assert {row["status"] for row in found.send(*sent)} == {"accepted"}
        running.start()
        state = running.supervisor.states["far-erp"]
        state.status, state.why = "waiting", ()
        yield found
    finally:
        running.close()


@pytest.fixture(scope="module")
def secrets(group: Inside) -> dict[str, str]:
    made = {"": ""}
    for name, scope in (("line", "line-1"), ("site", "tulsa"), ("all", "")):
        more = ("--scope", scope) if scope else ()
        told = plantstack("token", "add", group.running.folder, name, *more, "--json")
        made[name] = told.rows[0]["token"]
    return made


def ask(group: Inside, secret: str, method: str, path: str, asked: dict[str, str]) -> Response:
    """Ask, and let a stream come to its end."""
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    more: dict[str, Any] = {"params": asked, "headers": headers}
    if method == "POST":
        event = said("state", "filler", NOW, f"by {secret}", state="idle")
        more = {"content": body(event), "headers": headers | JSON}
    if path.endswith("/stream"):
        threading.Timer(0.6, group.running.say_goodbye).start()
    try:
        return group.request(method, at(path), **more)
    finally:
        group.running.is_closing = False


def at(path: str) -> str:
    """An address of a route."""
    path = path.replace("{number:int}", "1").replace("{section}", "reasons")
    return path.replace("{photo}", "0" * 64)


def each(listed: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Method and path of every route, of routers in routers too."""
    for route in listed:
        if hasattr(route, "path"):
            yield from ((method, route.path) for method in route.methods if method != "HEAD")
        else:
            yield from each(route.original_router.routes)


def every_route(group: Inside) -> set[tuple[str, str]]:
    return set(each(create_app(group.running).routes))


def is_page(path: str) -> bool:
    """Whether people look at it in a browser; pages are held against scopes in `test_page_scopes.py`."""
    return not path.startswith("/api/") and path not in ("/health", "/metrics", "/docs", "/openapi.json")


def routes(group: Inside) -> set[tuple[str, str]]:
    return {(method, path) for method, path in every_route(group) if not is_page(path)}


def test_H_HT_02_every_route_there_is_is_held_against_a_scope(group: Inside) -> None:
    assert routes(group) - {("GET", "/docs"), ("GET", "/openapi.json")} == set(SCOPED)


@pytest.mark.parametrize(("method", "path"), sorted(SCOPED))
def test_H_HT_02_H_HT_03_a_token_of_one_line_is_told_no_name_of_another_site(
    group: Inside, secrets: dict[str, str], method: str, path: str
) -> None:
    asked, status = SCOPED[method, path]
    for name in ("line", "site")[: 1 + (path in BRIEF)]:
        answer = ask(group, secrets[name], method, path, asked)
        assert answer.status_code == status, answer.text
        known = FAR if name == "line" else FAR[:5]
        told = answer.text + json.dumps(dict(answer.headers))
        assert [word for word in known if word in told] == []
    if status == 200 and method == "GET":
        whole = ask(group, secrets["all"], method, path, asked).text
        assert path in UNNAMED or "graz" in whole  # the test would see it


def test_H_HT_01_H_HT_16_every_other_route_needs_a_token_and_knows_its_own_methods(
    group: Inside, secrets: dict[str, str]
) -> None:
    assert secrets
    every = routes(group)
    for method, path in every - OPEN:
        assert ask(group, "", method, path, {"machine": "filler", "id": "good_parts"}).status_code == 401
    for path in {path for _, path in every}:
        # '/config/preview' is also a '/config/{section}', to whatever asks for it
        known = {method for method, own in every if compile_path(own)[0].match(at(path))}
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"} - known - {"HEAD"}:
            assert group.request(method, at(path)).status_code == 405


def test_H_HT_16_a_letter_of_no_number_there_can_be_is_not_found(
    group: Inside, secrets: dict[str, str]
) -> None:
    for number, status in (("7", 404), ("x", 404), (str(2**63), 400)):
        assert ask(group, secrets["all"], "GET", f"/api/v1/letters/{number}", {}).status_code == status


def test_H_HT_02_health_names_nobody_to_strangers(group: Inside, secrets: dict[str, str]) -> None:
    state = group.running.supervisor.states["far-erp"]
    state.why = (Problem("drop-missing", "nix", "there is no such folder"),)
    try:
        stranger, line, whole = (
            ask(group, secrets[name], "GET", "/health", {}).json() for name in ("", "line", "all")
        )
    finally:
        state.why = ()
    assert (stranger["as_of"], set(line["as_of"]), set(whole["as_of"])) == ({}, {"tulsa"}, {"tulsa", "graz"})
    assert "far-erp" in whole["why"][0]
    for told in (stranger, line):
        assert told["status"] == "degraded" and len(told["why"]) == 1
        assert "far-erp" not in told["why"][0]


@pytest.mark.parametrize("path", sorted(path for method, path in SCOPED if method == "GET"))
def test_H_HT_02_what_the_rest_of_the_group_sends_cannot_be_counted(
    group: Inside, secrets: dict[str, str], path: str
) -> None:
    """An offset counts the events of everybody; a part of the plant is told an instant in its place."""
    asked, status = SCOPED["GET", path]
    if status != 200 or path == "/metrics":
        return
    line, whole = (ask(group, secrets[name], "GET", path, asked).text for name in ("line", "all"))
    if path.endswith("/stream"):
        line, whole = (text.partition("data: ")[2].partition("\n")[0] for text in (line, whole))
    told, of_all = json.loads(line), json.loads(whole)
    assert 0 < (of_all["offset"] or 1) <= group.running.offset
    assert told["offset"] in (None, NOW)
    assert told.get("books_offset") is None and told.get("behind") is None


def test_H_HT_02_an_answer_is_asked_for_again_by_what_it_stood_on(
    group: Inside, secrets: dict[str, str]
) -> None:
    asked = {"id": "good_parts", "by": "machine"}
    first = ask(group, secrets["line"], "GET", "/api/v1/kpis", asked).json()
    for known_at in (first["offset"], group.running.offset + 1):
        more = asked | {"as_known_at": str(known_at)}
        again = ask(group, secrets["line"], "GET", "/api/v1/kpis", more)
        assert (again.status_code, again.json()["rows"]) == (200, first["rows"])
    beyond = asked | {"as_known_at": str(group.running.offset + 1)}
    assert ask(group, secrets["all"], "GET", "/api/v1/kpis", beyond).status_code == 400


def test_H_HT_02_figures_of_a_part_of_the_plant_count_nothing_of_others(
    group: Inside, secrets: dict[str, str]
) -> None:
    line, whole = (ask(group, secrets[name], "GET", "/metrics", {}).text for name in ("line", "all"))
    for word in ("log_offset", "books_offset", "dead_letters", "items_total{"):
        assert f"plantstack_{word}" in whole and f"plantstack_{word}" not in line
    assert "plantstack_up 1.0" in line


def test_H_HT_03_what_is_called_nearly_so_is_not_told_to_a_scoped_sender(
    group: Inside, secrets: dict[str, str]
) -> None:
    content = body(
        said("state", "presse-7", NOW, "guess", state="idle"), said("state", "x", NOW, "y", state="idle")
    )
    for name, sees in (("line", False), ("all", True)):
        headers = JSON | {"authorization": f"Bearer {secrets[name]}"}
        answer = group.request("POST", "/api/v1/events", content=content, headers=headers)
        assert answer.status_code == 422
        assert ("presse-77" in answer.text) == sees


def at_once(group: Inside, key: str, bodies: list[bytes]) -> list[str]:
    """Send several requests under one key; the writer is held until all of them have asked."""
    held = threading.Event()
    group.running.writer.run(lambda _log: held.wait(30))
    answers = [""] * len(bodies)

    def send(place: int, content: bytes) -> None:
        try:
            answers[place] = group.running.door.take(content, key=key).text()
        except EventError as error:
            answers[place] = error.problems[0].code

    threads = [threading.Thread(target=send, args=one) for one in enumerate(bodies)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    held.set()
    for thread in threads:
        thread.join(30)
    return answers


def test_H_HT_13_requests_with_one_key_at_once_are_one_request(group: Inside) -> None:
    content = body(said("state", "capper", NOW, "race", state="idle"), {"kind": "state"})
    offset, letters = group.running.offset, group.running.open_letters()
    answers = at_once(group, "same", [content] * 4)
    assert len(set(answers)) == 1 and "accepted" in answers[0]
    assert (group.running.offset, group.running.open_letters()) == (offset + 1, letters + 1)


def test_H_HT_13_of_two_bodies_under_one_key_at_once_one_is_written(group: Inside) -> None:
    offset = group.running.offset
    bodies = [body(said("state", "capper", NOW, key, state="idle")) for key in ("this", "that")]
    answers = at_once(group, "other", bodies)
    assert answers.count("request-key-known") == 1
    assert group.running.offset == offset + 1
