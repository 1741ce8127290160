"""Entries over HTTP: told once, answered one by one, and what stands where two say different things."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.live.inside import Inside, inside
from tests.live.shift import said

from plantstack.events import tokens
from plantstack.events.photos import FOLDER
from plantstack.events.tokens import Token
from plantstack.intervals import HOUR, MINUTE, rfc3339
from plantstack.live.access import Sender
from plantstack.live.entering import enter
from plantstack.stack import Stack

ENTRIES, PHOTOS = "/api/v1/entries", "/api/v1/photos"
NOW = 1_772_474_400_000_000  # 2026-03-02 18:00 UTC, noon at the plant
DOWN = NOW - HOUR
SHIFT = {"from": "2026-03-02T12:00:00Z", "until": "2026-03-02T20:00:00Z"}  # the early one
END = NOW + 2 * HOUR  # of it
Wire = dict[str, Any]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW, silence="12 h") as found:
        found.running.start()
        found.send(
            said("state", "filler", NOW - 4 * HOUR, "run", state="producing"),
            said("state", "capper", NOW - 4 * HOUR, "run c", state="producing"),
            said("state", "filler", DOWN, "down", state="stopped"),
        )
        yield found


def entry(kind: str, id_: str, at: int = NOW, **fields: Any) -> Wire:
    return {"entry": kind, "id": id_, "tapped_at": rfc3339(at), **fields}


def reason(id_: str, why: str = "bottle-jam", at: int = NOW, machine: str = "filler") -> Wire:
    return entry("reason", id_, at, stops=[{"machine": machine, "at": rfc3339(DOWN)}], reason=why)


def tell(plant: Inside, *entries: Wire, device: str = "tablet.p3", **headers: str) -> list[Wire]:
    answer = send(plant, *entries, device=device, **headers)
    assert answer.status_code == 200, answer.text
    rows: list[Wire] = answer.json()["rows"]
    return rows


def send(plant: Inside, *entries: Any, device: str = "tablet.p3", **headers: str) -> httpx.Response:
    return plant.request("POST", ENTRIES, json={"device": device, "entries": list(entries)}, headers=headers)


def logged(plant: Inside, kind: str) -> list[Wire]:
    with Stack.open(plant.running.folder) as stack:
        hot = stack.log.hot(stack.log.last_offset())
        return [row for row in hot.to_pylist() if row["kind"] == kind]


def token(plant: Inside, name: str, may: str, scope: str = "", sources: str = "") -> dict[str, str]:
    secret, own = f"secret-of-{name}", tuple(sources.split())
    one = Token(name, scope, tuple(may.split()), NOW, sources=own)
    tokens.add(plant.running.folder, one, secret)
    return {"authorization": f"Bearer {secret}"}


def test_a_tap_is_told_once_however_often_it_is_sent(plant: Inside) -> None:
    first, again = tell(plant, reason("tap-0001")), tell(plant, reason("tap-0001"))
    assert [first[0]["status"], again[0]["status"]] == ["accepted", "duplicate"]
    (event,) = logged(plant, "reason")
    assert (event["source"], event["key"], event["told_at"]) == ("tablet.p3", "tap-0001", NOW)
    (other,) = tell(plant, reason("tap-0001", "cap-jam"))
    assert (other["status"], other["code"]) == ("conflict", "entry-told-otherwise")
    (entry_,) = plant.get("ledger", machine="filler", **{"from": rfc3339(DOWN), "to": rfc3339(NOW)})
    assert entry_["reason"] == "bottle-jam"


def test_two_tablets_on_one_stop_the_loser_is_told_which_answer_stands_and_of_which_tablet(
    plant: Inside,
) -> None:
    (late,) = tell(plant, reason("tap-late", "cap-jam", NOW - MINUTE), device="tablet.p7")
    assert "stands" not in late
    (early,) = tell(plant, reason("tap-early", "bottle-jam", NOW - 2 * MINUTE), device="tablet.p3")
    assert early["status"] == "accepted"
    assert early["stands"] == {
        "machine": "filler",
        "reason": "cap-jam",
        "label": "Cap jam",
        "whose": "tablet p7",
        "told_at": rfc3339(NOW - MINUTE),
    }
    assert early["notices"][0]["code"] == "entry-outvoted"
    assert "told by tablet p7" in early["notices"][0]["what"]


def test_who_is_outvoted_for_a_part_of_the_stop_is_told_so(plant: Inside) -> None:
    half = {"machine": "filler", "from": rfc3339(DOWN + HOUR // 2), "until": rfc3339(NOW)}
    part = reason("tap-part", "cap-jam", NOW - MINUTE) | {"stops": [half]}
    assert "stands" not in tell(plant, part, device="tablet.p7")[0]
    (whole,) = tell(plant, reason("tap-whole", "bottle-jam", NOW - 2 * MINUTE))
    assert whole["stands"]["reason"] == "cap-jam"


def test_an_answer_by_a_person_at_a_desk_is_shown_without_a_name(plant: Inside) -> None:
    plant.send(said("reason", "filler", DOWN, "r1", role="symptom", reason="leak", source="person.jane"))
    (row,) = tell(plant, reason("tap-0003", at=NOW - 2 * HOUR))
    assert row["stands"]["whose"] == "somebody at a desk"
    assert "jane" not in json.dumps(row)


def test_a_reason_where_nothing_stood_is_kept_and_said_to_explain_nothing(plant: Inside) -> None:
    before = reason("tap-0005")
    before["stops"][0]["at"] = rfc3339(DOWN - MINUTE)  # just before the stop
    rows = tell(plant, reason("tap-0004", machine="capper"), before)
    assert [row["notices"][0]["code"] for row in rows] == ["entry-no-stop"] * 2
    assert "Capper did not stand" in rows[0]["notices"][0]["what"]


def test_a_split_and_an_undo_reach_the_books(plant: Inside) -> None:
    half = rfc3339(DOWN + HOUR // 2)
    parts = [
        {"from": rfc3339(DOWN), "until": half, "reason": "bottle-jam"},
        {"from": half, "until": rfc3339(NOW), "reason": "no-material"},
    ]
    split = entry("split", "tap-0005", machine="filler", parts=parts)
    assert tell(plant, split)[0]["status"] == "accepted"
    window = {"from": rfc3339(DOWN), "to": rfc3339(NOW)}
    plant.fresh()
    rows = plant.get("ledger", machine="filler", **window)
    assert [row["reason"] for row in rows] == ["bottle-jam", "no-material"]
    assert tell(plant, entry("undo", "tap-0006", NOW + 5_000_000, of=split))[0]["events"] == 2
    plant.fresh()
    assert [row["reason"] for row in plant.get("ledger", machine="filler", **window)] == [""]


def test_one_bad_event_of_an_entry_keeps_the_whole_entry_out_and_no_other(plant: Inside) -> None:
    bad = entry("count", "tap-0007", machine="filler", good=5, scrap=[{"qty": 1}]) | {
        "at": rfc3339(NOW + HOUR)
    }
    answer = send(plant, bad, reason("tap-0008"), {"entry": "reason", "id": "tap-0009"}, 7)
    rows = answer.json()["rows"]
    assert [row["status"] for row in rows] == ["refused", "accepted", "refused", "refused"]
    assert [row.get("code") for row in rows] == ["entry-clock", None, "entry-unreadable", "entry-unreadable"]
    assert [row["id"] for row in rows] == ["tap-0007", "tap-0008", "tap-0009", ""]
    assert all(row["what"] and row["fix"] for row in rows if row["status"] == "refused")
    assert logged(plant, "count") == [] and plant.get("dead-letters") == []


def test_what_is_tapped_after_its_shift_was_reported_is_refused_what_was_tapped_before_is_not(
    plant: Inside,
) -> None:
    plant.turned.pass_by(END - NOW)
    plant.fresh()
    sign = entry("handover", "tap-0010", END, equipment="line-1", phase="signed", role="lead", **SHIFT)
    assert tell(plant, sign)[0]["status"] == "accepted"
    plant.turned.pass_by(HOUR)
    plant.fresh()
    after, before = reason("tap-0011", at=END + MINUTE), reason("tap-0012", at=END - MINUTE)
    cause = entry("cause", "tap-0013", END + MINUTE, stops=after["stops"], reason="leak")
    again = sign | {"id": "tap-0014", "tapped_at": rfc3339(END + MINUTE)}
    rows = tell(plant, after, before, cause, again)
    assert [row["status"] for row in rows] == ["refused", "accepted", "accepted", "refused"]
    assert rows[0]["code"] == "entry-closed"
    assert "the shift of Filler" in rows[0]["what"] and "closed and reported" in rows[0]["what"]
    soon = entry("undo", "tap-0015", END + 5_000_000, of=sign)
    assert tell(plant, soon)[0]["status"] == "accepted"
    plant.fresh()
    assert tell(plant, after)[0]["status"] == "accepted"  # the signature was taken back in time


@pytest.mark.parametrize(
    ("may", "told"),
    [
        (("read", "enter"), ["refused", "refused", "refused", "accepted"]),
        (("read", "enter", "lead"), ["accepted", "refused", "accepted", "accepted"]),
        (("read", "enter", "maintain"), ["refused", "accepted", "accepted", "accepted"]),
    ],
)
def test_causes_calls_and_signatures_are_for_whoever_has_the_right(
    plant: Inside, may: tuple[str, ...], told: list[str]
) -> None:
    plant.turned.pass_by(END - NOW)
    entries = (
        entry("handover", "tap-0040", END, equipment="line-1", phase="signed", **SHIFT),
        entry("cause", "tap-0041", stops=reason("tap-0000")["stops"], reason="leak"),
        entry("call", "tap-0042", equipment="filler", phase="taken", call="tap-0043"),
        entry("call", "tap-0043", equipment="filler", phase="asked"),
    )
    raws = [msgspec.Raw(json.dumps(one).encode()) for one in entries]
    found = enter(plant.running, Sender(may=may), "tablet.p3", raws)
    assert [one.status for one in found] == told
    assert {one.problem.code for one in found if one.problem} <= {"entry-right"}


def test_who_called_for_help_does_not_end_it(plant: Inside) -> None:
    asked = entry("call", "tap-0047", equipment="filler", phase="asked")
    assert tell(plant, asked)[0]["status"] == "accepted"
    steps = [
        entry("call", f"tap-005{n}", equipment="filler", phase=phase, call="tap-0047")
        for n, phase in enumerate(("arrived", "diagnosed", "waiting", "fixed", "accepted"))
    ]
    raws = [msgspec.Raw(json.dumps(one).encode()) for one in steps]
    found = enter(plant.running, Sender(may=("read", "enter")), "tablet.p3", raws)
    assert [one.status for one in found] == ["accepted", "refused", "refused", "refused", "accepted"]
    taken = entry("call", "tap-0058", equipment="filler", phase="taken", call="tap-0047")
    assert tell(plant, taken)[0]["status"] == "accepted"
    forged = entry("undo", "tap-0059", of=taken | {"phase": "asked"})
    back = enter(
        plant.running, Sender(may=("read", "enter")), "tablet.p3", [msgspec.Raw(json.dumps(forged).encode())]
    )
    assert [one.problem and one.problem.code for one in back] == ["entry-not-own"]


def test_nobody_is_on_the_way_to_a_call_that_nobody_made(plant: Inside) -> None:
    def moved(id_: str, phase: str, call: str) -> Wire:
        return entry("call", id_, equipment="filler", phase=phase, call=call)

    phases = ("taken", "arrived", "diagnosed", "waiting", "fixed", "accepted")
    found = tell(plant, *(moved(f"tap-006{n}", phase, "no-such") for n, phase in enumerate(phases)))
    assert [(one["status"], one["code"], one["where"]) for one in found] == [
        ("refused", "entry-no-call", "call")
    ] * len(phases)
    assert found[0]["what"] == "there is no call for help 'no-such' here"
    assert found[0]["fix"] == "Reload the page and choose one of the calls that are open."
    asked = entry("call", "tap-0070", equipment="filler", phase="asked")
    both = tell(plant, moved("tap-0071", "taken", "tap-0070"), asked)  # in one batch, in any order
    assert [one["status"] for one in both] == ["accepted", "accepted"]
    assert tell(plant, moved("tap-0072", "arrived", "tap-0070"))[0]["status"] == "accepted"
    plant.fresh()  # the books have it, too
    assert tell(plant, moved("tap-0073", "fixed", "tap-0070"))[0]["status"] == "accepted"


def test_a_call_is_moved_by_those_who_may_speak_of_where_it_was_made(plant: Inside) -> None:
    asked = entry("call", "tap-0074", equipment="filler", phase="asked")
    assert tell(plant, asked)[0]["status"] == "accepted"
    foreign = entry("call", "tap-0075", equipment="labeller", phase="arrived", call="tap-0074")
    raws = [msgspec.Raw(json.dumps(foreign).encode())]
    found = enter(plant.running, Sender(scope="line-10", may=("read", "enter")), "tablet.p3", raws)
    assert [one.problem and one.problem.code for one in found] == ["entry-no-call"]


def test_a_cause_is_not_taken_back_as_if_it_had_been_a_reason(plant: Inside) -> None:
    cause = entry("cause", "tap-0044", stops=reason("tap-0000")["stops"], reason="leak")
    assert tell(plant, cause)[0]["status"] == "accepted"
    forged = entry("undo", "tap-0045", of=cause | {"entry": "reason"})
    found = enter(
        plant.running, Sender(may=("read", "enter")), "tablet.p3", [msgspec.Raw(json.dumps(forged).encode())]
    )
    assert [one.problem and one.problem.code for one in found] == ["entry-not-own"]
    assert tell(plant, entry("undo", "tap-0046", of=cause))[0]["status"] == "accepted"


def test_a_tablet_may_only_speak_as_itself_and_of_its_station(plant: Inside) -> None:
    key = token(plant, "p3", "send read", "line-1", "tablet.p3")
    rows = tell(plant, reason("tap-0016"), reason("tap-0017", machine="labeller"), **key)
    assert [row["status"] for row in rows] == ["accepted", "refused"]
    assert rows[1]["code"] == "event-not-allowed" and "token" in rows[1]["fix"]
    person = Sender(may=("read", "enter"), role="operator", scope="line-1")
    raw = msgspec.Raw(json.dumps(reason("tap-0060", machine="labeller")).encode())
    (far,) = enter(plant.running, person, "tablet.p3", [raw])
    assert far.problem is not None and far.problem.fix == (
        "Ask an administrator to make your part of the plant larger."
    )
    assert send(plant, reason("tap-0018"), device="tablet.p9", **key).status_code == 403
    assert tell(plant, reason("tap-0019"), device="", **key)[0]["status"] == "accepted"
    assert {row["source"] for row in logged(plant, "reason")} == {"tablet.p3"}
    unsafe = entry("safety", "tap-0020", equipment="filler", type="unsafe", is_anonymous=True, note="x")
    assert tell(plant, unsafe, **key)[0]["status"] == "accepted"
    assert [row["source"] for row in logged(plant, "safety")] == ["anonymous"]
    assert send(plant, reason("tap-0021")).status_code == 401


def test_a_desk_is_named_by_its_account_and_a_plant_that_does_not_believe_it_is_told(plant: Inside) -> None:
    key = token(plant, "office", "send read")
    assert send(plant, reason("tap-0024"), device="", **key).json()["problems"] == []
    plant.running.plant = replace(plant.running.plant, sources=plant.running.plant.sources[:1])
    told = send(plant, reason("tap-0022"), device="", **key).json()
    assert told["problems"][0]["code"] == "entry-rank" and "desk-*" in told["problems"][0]["fix"]
    assert [row["source"] for row in logged(plant, "reason")] == ["desk-office"] * 2
    assert send(plant, reason("tap-0023"), device="tablet.p3", **key).json()["problems"] == []


def test_what_is_no_batch_of_entries_is_refused(plant: Inside) -> None:
    for body in (b"", b"[]", b"{", b'{"entries": 7}', b'{"entries": [], "device": "plc"}'):
        answer = plant.request("POST", ENTRIES, content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (400, "http-400"), body


# -- photos ------------------------------------------------------------------------------------------


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*said_beside: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(said_beside) + data + chunk(b"IEND", b"")


def upload(plant: Inside, photo: bytes, **headers: str) -> httpx.Response:
    return plant.request("POST", PHOTOS, files={"photo": ("p.png", photo)}, headers=headers)


def test_a_photo_is_kept_once_without_what_it_says_of_people_and_comes_back(plant: Inside) -> None:
    said_beside = chunk(b"tEXt", b"Author\0Jane"), chunk(b"eXIf", b"MM\0*gps")
    first, again = upload(plant, png(*said_beside)), upload(plant, png())
    name = first.json()["photo"]
    assert (first.status_code, again.json()["photo"]) == (200, name)
    (row,) = tell(plant, entry("note", "tap-0030", equipment="filler", note="worn", photo=name))
    assert row["status"] == "accepted"
    shown = plant.request("GET", f"{PHOTOS}/{name}")
    assert (shown.content, shown.headers["content-type"]) == (png(), "image/png")
    assert [path.name for path in (plant.running.folder / FOLDER).iterdir()] == [f"{name}.png"]


def test_a_photo_is_shown_where_its_note_may_be_read(plant: Inside) -> None:
    name = upload(plant, png()).json()["photo"]
    near = token(plant, "near", "send read", "line-1", "tablet.p3")
    far = token(plant, "far", "read", "line-10")
    assert plant.request("GET", f"{PHOTOS}/{name}", headers=near).status_code == 404  # no note shows it yet
    assert tell(plant, entry("note", "tap-0031", equipment="filler", photo=name), **near)
    plant.fresh()
    assert plant.request("GET", f"{PHOTOS}/{name}", headers=near).status_code == 200
    assert plant.request("GET", f"{PHOTOS}/{name}", headers=far).status_code == 404
    assert plant.request("GET", f"{PHOTOS}/{name}").status_code == 401


def test_what_is_no_whole_small_picture_is_refused(plant: Inside) -> None:
    huge = b"\xff\xd8\xff" + bytes(5 << 20)
    for photo, status in ((b"GIF89a", 422), (png()[:-20], 422), (b"", 422), (huge, 413)):
        answer = upload(plant, photo)
        assert (answer.status_code, len(answer.json()["problems"])) == (status, 1)


def test_photos_are_in_the_backup_and_come_back(plant: Inside, tmp_path: Path) -> None:
    name = upload(plant, png()).json()["photo"]
    Stack.backup(plant.running.folder, tmp_path / "b.tar")
    Stack.restore(tmp_path / "b.tar", tmp_path / "again")
    assert (tmp_path / "again" / FOLDER / f"{name}.png").read_bytes() == png()


def test_what_is_taken_back_is_what_was_told_and_not_what_is_claimed(plant: Inside) -> None:
    call = entry("call", "call-0001", equipment="filler", phase="asked")
    assert tell(plant, call)[0]["status"] == "accepted"
    forged = entry("note", "call-0001", equipment="filler", note="mine")
    (undo,) = tell(plant, entry("undo", "tap-forged", NOW + 5_000_000, of=forged))
    assert (undo["status"], undo["code"]) == ("refused", "entry-not-own")
    assert [row["void"] for row in logged(plant, "call")] == [False]
    assert tell(plant, entry("undo", "tap-honest", NOW + 5_000_000, of=call))[0]["status"] == "accepted"


@pytest.mark.parametrize(
    ("tapped", "offset", "code"),
    [
        ("1999-01-01T00:00:00Z", 0, "entry-old"),
        ("0001-01-01T00:00:00Z", -(10**12), "entry-instant"),
        ("9999-12-31T23:59:59Z", 10**12, "entry-instant"),
    ],
)
def test_a_clock_that_is_nowhere_is_refused_alone(plant: Inside, tapped: str, offset: int, code: str) -> None:
    odd = entry("count", "tap-odd1", machine="filler", good=3) | {"tapped_at": tapped, "offset_ms": offset}
    bad, good = tell(plant, odd, reason("tap-good"))
    assert (bad["status"], bad["code"], good["status"]) == ("refused", code, "accepted")


def test_an_order_whose_product_nobody_knows_is_refused_and_one_that_is_known_has_it(plant: Inside) -> None:
    bare: Wire = {"machines": ["filler"], "starts": "X-1", "qty": 500}
    (row,) = tell(plant, entry("order", "order-001", **bare))
    assert (row["status"], row["code"]) == ("refused", "entry-no-product")
    assert "X-1" in row["what"] and row["fix"] == "Choose the product of the order."
    assert tell(plant, entry("order", "order-002", **bare, product="cola-500"))[0]["status"] == "accepted"
    plant.fresh()
    capper = bare | {"machines": ["capper"]}
    (known,) = tell(plant, entry("order", "order-003", **capper))  # an earlier order says it
    assert known["status"] == "accepted"
    assert [one["product"] for one in logged(plant, "order")] == ["cola-500", "cola-500"]
    assert tell(plant, entry("order", "order-003", **capper))[0]["status"] == "duplicate"
    (ends,) = tell(plant, entry("order", "order-004", machines=["filler"], ends="X-1"))
    assert ends["status"] == "accepted"


def test_a_planned_order_has_the_product_of_the_plan(plant: Inside) -> None:
    slot = {"from": rfc3339(NOW), "until": rfc3339(NOW + HOUR), "order": "P-7", "qty": 900}
    slot |= {"product": "cola-500"}
    plant.send(said("plan", "line-1", NOW, "plan", **slot))
    plant.fresh()
    (row,) = tell(plant, entry("order", "order-005", machines=["filler"], starts="P-7"))
    assert row["status"] == "accepted", row
    assert logged(plant, "order")[0]["product"] == "cola-500"


def test_a_count_far_above_what_the_machine_can_make_is_kept_and_said_to_be_looked_at(plant: Inside) -> None:
    (fair,) = tell(plant, entry("count", "count-001", machine="filler", good=1200))
    (huge,) = tell(plant, entry("count", "count-002", machine="filler", good=999_999_999))
    assert (fair["status"], fair.get("notices")) == ("accepted", None)
    (notice,) = huge["notices"]
    assert (huge["status"], notice["code"]) == ("accepted", "entry-count-large")
    assert "times what Filler can make" in notice["what"]
    assert len(logged(plant, "count")) == 2
