"""Taps become events: the same tap the same events, corrections that name what they correct."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.live.shift import plant as project

from plantstack.errors import EventError
from plantstack.events.names import Names
from plantstack.events.validate import validate
from plantstack.events.wire import decode_items
from plantstack.intervals import HOUR, rfc3339
from plantstack.plant.load import load_plant
from plantstack.plant.plant import Plant
from plantstack.stack.files.naming import names_of
from plantstack.stack.floor.entries import centreline, events_of, original_of, read_entry, tag, told_at

Wire = dict[str, Any]
TABLET = "tablet.p3"
NOON = 1_772_452_800_000_000
AT = rfc3339(NOON - HOUR)
SPECS = """
  - {machines: [capper], from: 2026-01-01, parameters: {push: {low: 1.5, high: 2.5, unit: Nm}}}
  - {machines: [capper], products: [cola-500], from: 2026-01-01, parameters: {push: {low: 1.8, high: 2.2}}}
"""


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    folder = project(tmp_path_factory.mktemp("entries") / "p")
    with (folder / "products.yaml").open("a", encoding="utf-8") as products:
        products.write(SPECS)
    return load_plant(folder)


def entry(kind: str, id_: str = "tap-0001", **fields: Any) -> Wire:
    return {"entry": kind, "id": id_, "tapped_at": rfc3339(NOON), **fields}


def reason(id_: str = "tap-0001", *machines: str, **more: Any) -> Wire:
    stops = [{"machine": one, "at": AT} for one in machines or ("filler",)]
    return entry("reason", id_, **({"stops": stops, "reason": "bottle-jam"} | more))


def events(plant: Plant, said: Wire) -> list[Wire]:
    """The events of an entry; the log would take each of them."""
    made = events_of(read_entry(json.dumps(said).encode()), TABLET, plant)
    decoded = decode_items(json.dumps(made).encode())
    names: Names = names_of(plant)
    good, faults = validate(decoded.table, names, NOON + HOUR)
    assert (decoded.dead, faults, len(good)) == ((), [], len(made))
    return made


def refusal(plant: Plant, said: Wire) -> str:
    with pytest.raises(EventError) as caught:
        events_of(read_entry(json.dumps(said).encode()), TABLET, plant)
    (problem,) = caught.value.problems
    assert problem.what and problem.fix is not None
    return problem.code


def test_a_reason_for_one_stop_is_one_event_under_the_id_of_the_tap(plant: Plant) -> None:
    guess = {"reason": "cap-jam", "is_withheld": True}
    (one,) = events(plant, reason(by="op-7", offset_ms=-1500, guess=guess))
    assert one == {
        "kind": "reason", "equipment": "filler", "at": AT, "source": TABLET, "key": "tap-0001",
        "told_at": rfc3339(NOON - 1_500_000), "by": "op-7", "role": "symptom", "reason": "bottle-jam",
        "x": {"entry": "reason", "guess": "cap-jam", "withheld": True},
    }  # fmt: skip


def test_several_stops_at_once_are_an_event_each_and_told_again_the_same(plant: Plant) -> None:
    said = reason("tap-0002", "filler", "capper", "packer")
    made = events(plant, said)
    assert [(one["equipment"], one["key"]) for one in made] == [
        ("filler", "tap-0002/001"),
        ("capper", "tap-0002/002"),
        ("packer", "tap-0002/003"),
    ]
    assert events(plant, said) == made


def test_what_nobody_sees_and_what_turns_the_words_around_it_is_left_out_of_texts(plant: Plant) -> None:
    (crew,) = events(plant, entry("crew", equipment="filler", phase="on", crew="\u202eAna\x1b", present=3))
    assert crew["crew"] == "Ana"
    (note,) = events(plant, entry("note", equipment="filler", note="\u2067גשם\u2069 👨‍🔧\n2nd line\x07"))
    assert note["note"] == "גשם 👨‍🔧\n2nd line"
    for blank in ("\u202e", " \u200b\n", "\ufeff\x07"):
        assert refusal(plant, entry("note", equipment="filler", note=blank)) == "entry-empty"


def test_a_cause_is_another_statement_than_a_symptom(plant: Plant) -> None:
    (one,) = events(plant, entry("cause", stops=[{"machine": "filler", "at": AT}], reason="leak"))
    assert (one["role"], one["reason"]) == ("cause", "leak")


def test_a_split_gives_each_part_its_reason(plant: Plant) -> None:
    cut, end = rfc3339(NOON - HOUR // 2), rfc3339(NOON)
    parts = [
        {"from": AT, "until": cut, "reason": "bottle-jam"},
        {"from": cut, "until": end, "reason": "no-material"},
    ]
    made = events(plant, entry("split", machine="filler", parts=parts))
    assert [(one["from"], one["until"], one["reason"]) for one in made] == [
        (AT, cut, "bottle-jam"),
        (cut, end, "no-material"),
    ]
    parts[1]["from"] = AT
    assert refusal(plant, entry("split", machine="filler", parts=parts)) == "entry-parts"


def test_a_change_supersedes_the_own_earlier_entry_stop_by_stop(plant: Plant) -> None:
    first = reason("tap-0003", "filler", "capper")
    (one, two) = events(plant, reason("tap-0004", "capper", replaces=first, reason="cap-jam"))
    assert (one["equipment"], one["supersedes"]) == ("capper", {"source": TABLET, "key": "tap-0003/002"})
    assert (two["equipment"], two["void"], two["supersedes"]["key"]) == ("filler", True, "tap-0003/001")
    again = reason("tap-0005", "capper", replaces=reason("tap-0004", "capper", replaces=first))
    (three,) = [one for one in events(plant, again) if not one.get("void")]
    assert three["supersedes"]["key"] == one["key"]
    assert original_of(read_entry(json.dumps(again).encode())).id == "tap-0003"
    assert refusal(plant, entry("note", equipment="filler", note="n", replaces=first)) == "entry-replaces"


def test_an_undo_voids_every_event_of_its_entry_and_says_when_it_is_late(plant: Plant) -> None:
    first = reason("tap-0006", "filler", "capper")
    soon = {"entry": "undo", "id": "tap-0007", "tapped_at": rfc3339(NOON + 9_000_000), "of": first}
    made = events(plant, soon)
    assert [one["supersedes"]["key"] for one in made] == ["tap-0006/001", "tap-0006/002"]
    assert all(one["void"] and one["x"] == {"entry": "undo", "late": False} for one in made)
    late = soon | {"tapped_at": rfc3339(NOON + 11_000_000)}
    assert events(plant, late)[0]["x"]["late"] is True
    assert refusal(plant, soon | {"of": late}) == "entry-undo"


def test_good_and_scrap_are_one_entry_with_a_reason_for_each_kind_of_scrap(plant: Plant) -> None:
    scrap = [{"qty": 3, "reason": "underfill"}, {"qty": "1.5", "reason": "bad-cap"}]
    made = events(plant, entry("count", machine="filler", good=120, scrap=scrap, **{"from": AT}))
    assert [(one.get("good"), one.get("scrap"), one.get("reason")) for one in made] == [
        ("120", None, None),
        (None, "3", "underfill"),
        (None, "1.5", "bad-cap"),
    ]
    assert all(one["from"] == AT and "total" not in one for one in made)


def test_scrap_of_a_machine_that_counts_by_exception_was_counted_by_it_already(plant: Plant) -> None:
    (one,) = events(plant, entry("count", machine="packer", scrap=[{"qty": 4, "reason": "label-defect"}]))
    assert (one["total"], one["scrap"]) == (0, "4")
    (good, bad) = events(plant, entry("count", machine="packer", good=9, scrap=[{"qty": 4}]))
    assert "total" not in good and "total" not in bad


@pytest.mark.parametrize("number", ["-1", "1e999999999", "NaN", "Infinity"])
def test_a_number_of_pieces_that_cannot_be_is_refused(plant: Plant, number: str) -> None:
    assert refusal(plant, entry("count", machine="filler", good=number)) == "entry-pieces"


def test_an_order_change_ends_one_before_the_next_begins_on_every_machine(plant: Plant) -> None:
    said = entry("order", machines=["filler", "capper"], ends="A1", starts="A2", product="cola-500", qty=500)
    made = events(plant, said)
    assert [(one["equipment"], one["phase"], one["order"], one.get("product")) for one in made] == [
        ("filler", "end", "A1", None),
        ("filler", "start", "A2", "cola-500"),
        ("capper", "end", "A1", None),
        ("capper", "start", "A2", "cola-500"),
    ]
    assert [one["key"] for one in made] == sorted(one["key"] for one in made)
    assert refusal(plant, entry("order", machines=["filler"])) == "entry-empty"


def test_a_setup_check_is_held_against_the_centreline_of_its_product(plant: Plant) -> None:
    check = entry("setup_check", machine="capper", parameter="push", value=2.3)
    (plain,) = events(plant, check)
    (cola,) = events(plant, check | {"product": "cola-500"})
    assert ((plain["low"], plain["high"]), (cola["low"], cola["high"])) == ((1.5, 2.5), (1.8, 2.2))
    assert refusal(plant, check | {"parameter": "speed"}) == "entry-no-centreline"
    (said,) = events(plant, entry("setup_check", machine="capper", parameter="speed", is_ok=True))
    assert said["ok"] is True
    assert centreline(plant, "capper", "", "push", 0) is None


def test_a_crew_is_heads_and_signs_off_with_none(plant: Plant) -> None:
    (on,) = events(plant, entry("crew", equipment="filler", phase="on", crew="early", present=4, needed=5))
    (off,) = events(plant, entry("crew", equipment="filler", phase="off", crew="early"))
    assert (on["heads_present"], on["heads_needed"], off["heads_present"]) == (4, 5, 0)


def test_a_note_may_show_a_photo_and_a_slow_stretch_is_a_note(plant: Plant) -> None:
    (note,) = events(plant, entry("note", equipment="filler", photo="a" * 64))
    assert (note["kind"], note["x"]) == ("note", {"entry": "note", "photo": "a" * 64})
    assert refusal(plant, entry("note", equipment="filler")) == "entry-empty"
    span = {"from": AT, "until": rfc3339(NOON)}
    (slow,) = events(plant, entry("slow", machine="filler", reason="adjustment", **span))
    assert (slow["kind"], slow["x"]["reason"], slow["x"]["from"]) == ("note", "adjustment", AT)
    (often,) = events(plant, entry("episode", machine="filler", reason="adjustment", **span))
    assert (often["kind"], often["from"], often["until"]) == ("reason", AT, rfc3339(NOON))


def test_a_safety_observation_without_a_name_leads_to_nobody(plant: Plant) -> None:
    said = entry("safety", equipment="filler", type="unsafe", by="op-7", note="guard open", is_anonymous=True)
    (one,) = events(plant, said)
    assert one["source"] == "anonymous" and "by" not in one
    assert TABLET not in json.dumps(one) and "op-7" not in json.dumps(one)


def test_a_call_is_named_by_its_first_word(plant: Plant) -> None:
    (asked,) = events(
        plant, entry("call", "tap-0008", equipment="filler", phase="asked", **{"for": "quality"})
    )
    (taken,) = events(plant, entry("call", "tap-0009", equipment="filler", phase="taken", call="tap-0008"))
    assert (asked["call"], taken["call"], asked["for"]) == ("tap-0008", "tap-0008", "quality")
    assert refusal(plant, entry("call", equipment="filler", phase="taken")) == "entry-call"


def test_a_signed_hand_over_closes_the_shift_once_it_is_over(plant: Plant) -> None:
    span = {"from": rfc3339(NOON - 8 * HOUR), "until": rfc3339(NOON)}
    said = entry("handover", equipment="line-1", phase="signed", role="supervisor", note="quiet", **span)
    (close,) = events(plant, said)
    assert (close["kind"], close["grain"], close["from"], close["until"]) == (
        "close",
        "shift",
        *span.values(),
    )
    (taken,) = events(plant, said | {"phase": "taken_over"})
    assert (taken["kind"], taken["x"]["phase"]) == ("note", "taken_over")
    early = said | {"until": rfc3339(NOON + HOUR)}
    assert refusal(plant, early) == "entry-early"
    with pytest.raises(EventError, match="is not over before 02 Mar 07:00 CST"):  # by the clock of the plant
        events(plant, early)
    late = {"entry": "undo", "id": "tap-0010", "tapped_at": rfc3339(NOON + HOUR), "of": said}
    assert refusal(plant, late) == "entry-signed"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (entry("reason", stops=[], reason="x"), "entry-unreadable"),
        (entry("dance"), "entry-unreadable"),
        (reason(colour="red"), "entry-unreadable"),
        (reason(id_="short"), "entry-unreadable"),
        (reason(by="Jane Doe"), "entry-unreadable"),
        (reason(reason="underfill"), "entry-reason"),
        (reason("tap-0001", "filer"), "entry-equipment"),
        (reason() | {"tapped_at": "2026-03-02T06:00:00"}, "entry-instant"),
        (reason(stops=[{"machine": "filler"}]), "entry-stop"),
        (reason(stops=[{"machine": "filler", "from": AT, "until": AT}]), "entry-span"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(plant: Plant, said: Wire, code: str) -> None:
    assert refusal(plant, said) == code


def test_changes_of_changes_come_to_an_end(plant: Plant) -> None:
    said = reason()
    for number in range(30):
        said = reason(f"tap-1{number:03}", replaces=said)
    assert refusal(plant, said) == "entry-unreadable"


def test_the_tag_and_the_time_of_an_entry_are_those_it_was_tapped_with() -> None:
    one = read_entry(json.dumps(reason(offset_ms=2_000)).encode())
    assert (tag(one), told_at(one)) == ("reason", NOON + 2_000_000)
