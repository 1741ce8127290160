"""The plant files over the network: listed, worked out, taken in, remembered; and who may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from starlette.exceptions import HTTPException
from tests.interfaces.test_commands import plantstack
from tests.live.inside import Inside, Turned
from tests.live.shift import JSON, body, clock, plant, said, settled, shift

from plantstack.events.people import audit
from plantstack.events.people.accounts import Role
from plantstack.events.people.writing import beside
from plantstack.interfaces import changing
from plantstack.intervals import DAY, HOUR, rfc3339
from plantstack.live.access import MAY, Sender
from plantstack.live.running import Running
from plantstack.plant.load import plant_content
from plantstack.stack.editing.edits import TargetEdit
from plantstack.testing.faults import Server

NOW = clock() // HOUR * HOUR
CONFIG = "/api/v1/config"
FASTER = {
    "what": "standard",
    "machine": "filler",
    "product": "cola-330",
    "ideal": "1200/min",
    "from": "2026-01-05",
    "author": "process engineering",
    "evidence": "trial",
}


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    running = Running(plant(tmp_path / "p"), lambda: NOW)
    try:
        yield Inside(running, Turned(NOW))
    finally:
        running.close()


def post(inside: Inside, path: str, asked: dict[str, Any], secret: str = "") -> httpx.Response:
    headers = JSON | ({"authorization": f"Bearer {secret}"} if secret else {})
    return inside.request("POST", f"{CONFIG}{path}", content=json.dumps(asked).encode(), headers=headers)


def listed(inside: Inside, section: str, **asked: str) -> list[dict[str, Any]]:
    answer = inside.request("GET", f"{CONFIG}/{section}", params=asked)
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


def test_what_stands_is_listed_with_its_version_and_taken_in_by_it(inside: Inside) -> None:
    row = next(one for one in listed(inside, "standards", scope="filler") if one["product"] == "cola-330")
    assert {one["machine"] for one in listed(inside, "standards", scope="filler")} == {"filler"}
    assert row["version"]
    edit = FASTER | {"version": row["version"]}
    taken = post(inside, "", {"edit": edit, "note": "after the trial"})
    assert taken.status_code == 200, taken.text
    assert taken.json()["rows"] == [
        {
            "about": "the standard of filler for cola-330",
            "file": "products.yaml",
            "offset": inside.running.offset,
        }
    ]
    again = post(inside, "", {"edit": edit | {"ideal": "1300/min"}})
    assert (again.status_code, again.json()["problems"][0]["code"]) == (409, "edit-conflict")
    assert "1200/min" in again.json()["problems"][0]["what"]
    [newest, _] = inside.request("GET", f"{CONFIG}/history").json()["rows"]
    assert newest["by"]
    assert newest["note"] == "after the trial"
    assert newest["changes"][0]["section"] == "standards"
    with beside(inside.running.folder) as connection:
        [(_, noted)] = audit.listed(connection)
    assert (noted.what, noted.more) == ("config", "the standard of filler for cola-330")
    assert inside.request("GET", f"{CONFIG}/history", params={"section": "targets"}).json()["rows"] == []


def test_every_section_is_listed(inside: Inside) -> None:
    assert {row["id"] for row in listed(inside, "reasons")} >= {"bottle-jam", "lunch"}
    assert {row["label"] for row in listed(inside, "exceptions")} == {"Independence Day", "Saturday overtime"}
    assert [set(row) >= {"kpi", "at", "version"} for row in listed(inside, "targets")][:1] in ([True], [])
    assert inside.request("GET", f"{CONFIG}/sites").status_code == 400
    path = inside.running.plant.spans["filler"][0].path
    assert listed(inside, "standards", scope=path) == listed(inside, "standards", scope="filler") != []
    unknown = inside.request("GET", f"{CONFIG}/standards", params={"scope": "fillr"})
    assert (unknown.status_code, unknown.json()["problems"][0]["code"]) == (400, "scope-unknown")
    assert "filler" in unknown.json()["problems"][0]["fix"]


def test_a_preview_writes_nothing_and_shows_numbers_now_and_then(inside: Inside) -> None:
    order = said("order", "filler", NOW - 5 * HOUR, "o", order="A", phase="start", product="cola-330")
    assert {row["status"] for row in inside.send(order, *shift(NOW - HOUR))} == {"accepted"}
    inside.fresh()
    before, offset = plant_content(inside.running.folder), inside.running.offset
    answer = post(inside, "/preview", {"edit": FASTER, "from": day(-7), "to": day(0)})
    assert answer.status_code == 200, answer.text
    [row] = answer.json()["rows"]
    numbers = {one["kpi"]: one for one in row["kpis"]}
    assert numbers["oee"]["then"] == pytest.approx(numbers["oee"]["now"] / 2)
    assert (row["window"], row["as_if_always"]) == ({"from": day(-7), "to": day(0)}, False)
    assert row["diff"][0] == "+  - machines: [filler]"
    assert (plant_content(inside.running.folder), inside.running.offset) == (before, offset)
    later = post(inside, "/preview", {"edit": FASTER | {"from": "2036-01-07"}}).json()["rows"][0]
    assert later["as_if_always"] and later["kpis"]


def day(number: int) -> str:
    return rfc3339(NOW + number * DAY)[:10]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"edit": FASTER | {"ideal": "2 s"}}, 400, "pace-form"),
        ({"edit": FASTER | {"machine": "fillr"}}, 400, "name-unknown"),
        ({"edit": {"what": "reason", "id": "nobody", "label": "x"}}, 400, "edit-unknown"),
        ({"edit": {"what": "site", "id": "x"}}, 400, "query-unreadable"),
        ({"edit": FASTER, "nte": "x"}, 400, "query-unreadable"),
        ({"edit": FASTER, "note": "x" * 501}, 400, "query-unreadable"),
    ],
)
def test_what_cannot_be_taken_in_says_why(
    inside: Inside, asked: dict[str, Any], status: int, code: str
) -> None:
    for path in ("", "/preview"):
        answer = post(inside, path, asked)
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (status, code)
        assert gettempdir() not in answer.text
    assert inside.request("POST", CONFIG, content=b"{}").status_code == 415
    large = b'"' + b"x" * (65 << 10) + b'"'
    assert inside.request("POST", CONFIG, content=large, headers=JSON).status_code == 413


def test_tokens_read_and_do_not_configure_and_one_of_a_line_sees_its_own(inside: Inside) -> None:
    folder = inside.running.folder
    more = "targets: [{kpi: oee, at: [line-1], value: 60 %}, {kpi: oee, at: [line-10], value: 50 %}]\n"
    (folder / "targets.yaml").write_text(more, "utf-8")
    assert post(inside, "/reload", {}).status_code == 200
    made = plantstack("token", "add", folder, "line", "--scope", "line-1", "--json")
    secret = made.rows[0]["token"]
    headers = {"authorization": f"Bearer {secret}"}
    rows = inside.request("GET", f"{CONFIG}/targets", headers=headers).json()["rows"]
    assert [row["at"] for row in rows] == ["line-1"]
    far = inside.request("GET", f"{CONFIG}/targets", params={"scope": "line-10"}, headers=headers)
    assert far.status_code == 403
    [edition] = inside.request("GET", f"{CONFIG}/history", headers=headers).json()["rows"]
    assert [one["path"] for one in edition["changes"]] == [["oee, line-1"]]
    assert edition["note"] == ""
    assert post(inside, "", {"edit": FASTER}).status_code == 401
    for path in ("", "/preview", "/reload"):
        assert post(inside, path, {"edit": FASTER}, secret).status_code == 403


def test_whoever_may_not_see_a_number_learns_neither_its_target_nor_a_price(inside: Inside) -> None:
    running, folder = inside.running, inside.running.folder
    kpis = ("{kpi: oee, at: [line-1], value: 60 %}", "{kpi: gross_margin, at: [tulsa], value: 30 %}")
    for amount in ("0.18", "0.19"):
        prices = (
            f"costs: [{{fact: contribution, amount: {amount}, products: [cola-330], author: controlling}}]\n"
        )
        (folder / "costs.yaml").write_text(prices, "utf-8")
        (folder / "targets.yaml").write_text(f"targets: [{', '.join(kpis)}]\n", "utf-8")
        assert post(inside, "/reload", {}).status_code == 200

    def seen(role: Role) -> tuple[set[str], set[str]]:
        sender = Sender(f"account {role}", MAY[role], role=role, account=role)
        listed = {row["kpi"] for row in changing.rows(running, sender, "targets")}
        told = [one for row in changing.history(running, sender) for one in row["changes"]]
        return listed, {one["section"] for one in told} | {
            one["path"][0].split(",")[0] for one in told if one["path"]
        }

    assert seen("operator")[0] == seen("supervisor")[0] == {"oee"}
    assert seen("admin")[0] == seen("exec")[0] == {"oee", "gross_margin"}
    assert not seen("operator")[1] & {"costs", "gross_margin"}
    assert "costs" in seen("supervisor")[1] and "gross_margin" not in seen("supervisor")[1]
    assert {"costs", "gross_margin"} <= seen("admin")[1]
    edit = TargetEdit(kpi="gross_margin", at="tulsa", value="31 %", since="2026-05-04", owner="x")
    lead = Sender("account lead", MAY["supervisor"], role="supervisor", account="lead")
    for change in (changing.check, changing.worked_out, changing.adopted):  # a preview shows the value
        with pytest.raises(HTTPException) as caught:
            change(running, lead, edit)
        assert caught.value.status_code == 403


def test_a_change_by_hand_is_taken_in_by_whoever_looks_after_the_whole(inside: Inside) -> None:
    path = inside.running.folder / "reasons.yaml"
    path.write_text(path.read_text("utf-8").replace("Bottle jam", "Jam of bottles"), "utf-8")
    why = inside.request("GET", "/health").json()["why"]
    assert any("plant files were changed" in one for one in why)
    answer = post(inside, "", {"edit": FASTER})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (400, "edit-stray")
    assert post(inside, "/reload", {}).json()["offset"] == inside.running.offset
    assert post(inside, "", {"edit": FASTER}).status_code == 200


def test_under_load_nothing_is_lost_and_the_numbers_follow_the_new_standard(tmp_path: Path) -> None:
    """A real server: three senders post without a pause while standards, reasons and a target change."""
    project, done, sent = plant(tmp_path / "p"), Event(), [0, 0, 0]
    end = clock() // HOUR * HOUR - HOUR
    order = said("order", "filler", end - 5 * HOUR, "o", order="A", phase="start", product="cola-330")

    def sender(address: str, number: int) -> None:
        with httpx.Client(base_url=address, timeout=120) as client:
            while not done.is_set():
                at, count = end - HOUR + sent[number] * 1_000, sent[number]
                events = [said("count", "capper", at, f"{number}-{count}-{one}", good=1) for one in range(20)]
                answer = client.post("/api/v1/events", content=body(*events), headers=JSON)
                assert answer.json()["accepted"] == 20
                sent[number] += 1

    edits: list[dict[str, Any]] = [
        FASTER,
        {"what": "reason", "id": "bottle-jam", "label": "Jam"},
        {"what": "target", "kpi": "oee", "at": "filler", "value": "40 %", "from": "2026-01-05"},
    ]
    with Server.started(project) as server, httpx.Client(base_url=server.address, timeout=120) as client:
        assert client.post("/api/v1/events", content=body(order, *shift(end)), headers=JSON).json()[
            "accepted"
        ]
        settled(client)
        before = oee(client, end)
        threads = [Thread(target=sender, args=(server.address, number)) for number in range(3)]
        for thread in threads:
            thread.start()
        offsets = []
        for edit in edits:
            answer = client.post(CONFIG, json={"edit": edit, "note": "under load"})
            assert answer.status_code == 200, answer.text
            offsets.append(answer.json()["offset"])
        done.set()
        for thread in threads:
            thread.join()
        settled(client)
        after = oee(client, end)
        history = client.get(f"{CONFIG}/history").json()["rows"]
        counted = client.get("/api/v1/kpis", params={"id": "good_parts", "scope": "capper"}).json()["rows"]
        assert server.stop() == 0
        assert server.complaints() == ""
    assert [row["offset"] for row in reversed(history)][1:] == offsets
    assert after["value"] == pytest.approx(before["value"] / 2)
    assert (before["target"], after["target"]) == (None, pytest.approx(0.4))
    made = sum(event["good"] for event in shift(end) if event["equipment"] == "capper" and "good" in event)
    assert counted[0]["value"] == made + 20 * sum(sent)


def oee(client: httpx.Client, end: int) -> dict[str, Any]:
    window = {"from": rfc3339(end - 4 * HOUR), "to": rfc3339(end)}
    [row] = client.get("/api/v1/kpis", params={"id": "oee", "scope": "filler", **window}).json()["rows"]
    return dict(row)


def test_a_change_without_the_day_it_begins_is_refused_in_words(inside: Inside) -> None:
    for path in (CONFIG, f"{CONFIG}/preview"):
        answer = inside.request("POST", path, json={"edit": FASTER | {"from": ""}})
        assert answer.status_code == 400
        assert [one["code"] for one in answer.json()["problems"]] == ["edit-undated"]
