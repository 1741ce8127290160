"""A drafted mapping: it passes check as it is, reads what it was drafted from, and says what is unsure."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.interfaces.test_commands import plantstack
from tests.live.test_messages import floor
from tests.stack.floor import START, plant

from plantstack.connectors.contract import Message
from plantstack.connectors.learning.offer import Offer
from plantstack.connectors.learning.seen import BOOLEAN, INTEGER, NUMBER, Seen
from plantstack.connectors.learning.tags import draft_tags
from plantstack.connectors.learning.writing import questions
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.intervals import HOUR, SECOND
from plantstack.stack import Stack
from plantstack.stack.mappings.learning import with_problems

SHEET = """Zeit;Maschine;Status;Gutteile;Ausschuss;Auftrag;Temp [°C];Bemerkung
02.03.2026 14:00:00;Filler;RUN;1000;3;4711;20,5;
02.03.2026 14:05:00;Filler;STÖRUNG;1040;3;4711;21,5;Klemmer
02.03.2026 14:10:00;Capper;Rüsten;500;1;4712;20,1;
02.03.2026 14:15:00;Filler;RUN;1060;4;4711;22,0;
02.03.2026 14:20:00;Caper;WURST;510;1;4712;20,3;
"""
MACHINES = {"filler": ["Filler"], "capper": ["Capper"], "packer": ["Case packer"]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plant(tmp_path / "plant")


def events(project: Path) -> list[dict[str, Any]]:
    with Stack.open(project) as stack:
        return [one for one in stack.log.events().to_pylist() if one["kind"] != "config"]


def test_a_sheet_is_drafted_checked_and_loaded(project: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(SHEET.encode("cp1252"))
    told = plantstack("map", "learn", project, sheet, "--write", "sheet")
    assert told.code == 0 and "want an answer" in told.out
    text = (project / "mappings" / "sheet.yaml").read_text("utf-8")
    assert "is 'Caper' really capper?" in text and "what is 'WURST'?" in text
    assert "Not used: Bemerkung." in text
    assert plantstack("check", project).code == 0
    assert plantstack("load", project, sheet, "--mapping", "sheet", "--json").rows[0]["dead_lettered"] == 1
    found = events(project)
    states = [(one["equipment"], one["state"]) for one in found if one["kind"] == "state"]
    assert states == [
        ("filler", "producing"),
        ("filler", "fault"),
        ("capper", "setup"),
        ("filler", "producing"),
    ]
    assert found[0]["at"] == START - 16 * HOUR  # local time of the plant
    assert {one["unit"] for one in found if one["kind"] == "reading"} == {"°C"}
    good = sum(int(one["good"] or 0) for one in found)
    assert good == 60 and sum(int(one["scrap"] or 0) for one in found) == 1
    assert {one["order_id"] for one in found if one["kind"] == "order"} == {"4711", "4712"}
    again = plantstack("map", "learn", project, sheet, "--write", "sheet", "--json")
    assert (again.code, again.answer["problems"][0]["code"]) == (1, "mapping-exists")


def message(topic: str, **fields: Any) -> Message:
    levels = {f"topic.{place}": level for place, level in enumerate(topic.split("/"))}
    return Message(json.dumps(fields).encode(), {"topic": topic} | levels, topic)


def drafted(project: Path, *messages: Message) -> str:
    with floor(project) as found:
        found.send(*messages)
    told = plantstack("map", "learn", project, "--raw", "hall")
    assert told.code == 0, told
    parse_mapping(told.out)
    return told.out


def test_messages_with_fields_are_drafted_from_what_was_kept(project: Path) -> None:
    sent = [
        message(
            f"hall/{name}/data", ts=(START + second * SECOND) // 1000, running=second % 3 > 0, parts=second
        )
        for second in range(0, 60, 5)
        for name in ("filler", "packer")
    ]
    text = drafted(project, *sent, message("hall/filler/temp", ts=START // 1000, temp=20.5))
    assert "machine: topic.1" in text and "at: {column: ts, format: epoch ms}" in text
    assert 'when: {total: {present: true}}, total: "{total}", counter: {counts: cumulative}' in text
    assert '"true": producing' in text and "unit: °C" in text.replace('"', "")


def test_topics_with_one_value_each_are_tags(project: Path) -> None:
    text = drafted(
        project,
        *(message("hall/filler/count", value=number) for number in (1, 2, 3)),
        message("hall/filler/state", value="RUN"),
        message("hall/capper/state", value="OFF"),
    )
    assert "tag: topic" in text and "at: received" in text
    assert "hall/filler/count: filler" in text and "OFF" in text


def test_a_browse_becomes_rules_by_tag() -> None:
    seen = [
        Seen("Press1.Good", ("17",), INTEGER, path=("hall", "filler")),
        Seen("Press1.Temp", ("20.5",), NUMBER, "K", ("hall", "filler")),
        Seen("Press1.Run", (), BOOLEAN, path=("hall", "filler")),
        Seen("Press1.Door", ("true",), BOOLEAN, path=("hall", "filler")),
        Offer("Mode", ("3",), INTEGER, path=("capper",), means="state", states=(("3", "producing"),)),
        Seen("Lost", ("RUN",), path=("nowhere",)),
    ]
    text = draft_tags(seen, "hall", MACHINES)
    mapping = parse_mapping(text)
    kinds = {rule.name: rule.kind for rule in mapping.rules}
    assert list(kinds.values()) == ["count", "reading", "state", "state", "state"]
    assert "Not used: Press1.Door." in text and "of which machine is 'Lost'?" in text
    assert mapping.quality and mapping.columns["machine"].words
    assert mapping.columns["machine"].words.to["Mode"] == "capper"


def test_a_draft_can_be_used_whatever_the_source_calls_things(project: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    rows = ['"at: {x}","# no",yes,"[1]",état "7"', *["2026-03-03T06:00:00Z,NO,1,null,#"] * 9, "", "x"]
    odd.write_text("\n".join(rows) + "\n", "utf-8")
    assert plantstack("map", "learn", project, odd, "--write", "odd").code == 0
    assert plantstack("check", project).code == 0


def test_what_cannot_be_drafted_from_says_so(project: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("only one column\n1\n", "utf-8")
    for words, code in (((empty,), "learn-file"), ((), "learn-what"), (("--raw", "hall"), "raw-nothing")):
        told = plantstack("map", "learn", project, *words, "--json")
        assert told.answer["problems"][0]["code"] == code


def devices(*names: str, **more: tuple[str, ...]) -> list[Seen]:
    """Equal devices of one edge node, as their births tell them."""
    tags = {"Good": ("5", "6"), "Run": ("true",), "Machine/State": ("1", "3")} | more
    types = {"Run": BOOLEAN}
    return [
        Seen(tag, values, types.get(tag, INTEGER), path=("plant", "shop", name), column="place")
        for name in names
        for tag, values in tags.items()
    ]


def placed(seen: list[Seen]) -> list[Seen]:
    return [replace(one, device="/".join(one.path)) for one in seen]


def test_equal_devices_share_rules_and_a_column_says_whose_pieces_they_are() -> None:
    text = draft_tags(placed(devices("filler", "capper", "press")), "shop", MACHINES)
    mapping = parse_mapping(text)
    assert [rule.kind for rule in mapping.rules] == ["count", "state"]
    machine = mapping.columns["machine"]
    assert machine.header == "place" and machine.words
    expected = {"filler": "filler", "capper": "capper", "press": "ignore"}
    assert machine.words.to == {f"plant/shop/{name}": to for name, to in expected.items()}
    assert machine.words.otherwise == "error"  # pieces of a device that comes later are nobody's
    assert "# ? is 'Machine/State' a state? It showed 1, 3." in text
    assert questions(text) == 5  # the clock, the machine of press, the words of Run, pieces, the state


def test_no_two_devices_are_taken_for_one_machine() -> None:
    two = [replace(one, path=("plant", node, "filler")) for node in "ab" for one in devices("filler")]
    text = draft_tags(placed(two), "shop", MACHINES)
    words = parse_mapping(text).columns["machine"].words
    assert words and set(words.to.values()) == {"ignore"}
    assert "is 'plant/a/filler' of filler, or is 'plant/b/filler'?" in text


def test_devices_that_mean_different_things_by_a_tag_have_rules_of_their_own() -> None:
    seen = placed([*devices("filler"), *devices("capper")])
    heat = [
        Seen("Heat", ("20.5",), NUMBER, unit, one.path, column="place", device=one.device)
        for unit, one in zip(("K", "°C"), (seen[0], seen[-1]), strict=True)
    ]
    text = draft_tags([*seen, *heat], "shop", MACHINES)
    rules = [rule for rule in parse_mapping(text).rules if rule.kind == "reading"]
    assert len(rules) == 2 and "when: {tag: Heat, place: plant/shop/capper}" in text


def test_names_of_programs_are_no_states_and_a_tag_is_used_or_not() -> None:
    seen = [
        Offer("Saw/Program_Name_Running", (), path=("Saw",)),
        Seen("Saw/program", ("STOP.nc", "RUN.nc"), path=("Saw",)),
        Seen("Saw/execution", ("ACTIVE",), path=("Saw",)),
        Seen("Saw/load", ("3.5",), NUMBER, "%", path=("Saw",)),
        Seen("Saw/LastChange", ("never",), path=("Saw",)),
    ]
    text = draft_tags(seen, "saw", MACHINES)
    assert [rule.kind for rule in parse_mapping(text).rules] == ["state", "reading"]
    assert "Not used: Saw/Program_Name_Running, Saw/program, Saw/LastChange." in text
    assert text.count("of which machine is 'Saw'?") == 1 and "machine is 'Saw/" not in text


def test_numbers_of_messages_are_no_pieces(project: Path) -> None:
    text = drafted(
        project,
        *(message("hall/filler", seq=one, odo=one, good_total=4 * one) for one in range(1, 9)),
    )
    (rule,) = parse_mapping(text).rules
    assert "good" in rule.fields and "'odo' only rises" in text and "seq, odo." in text


def test_a_draft_says_who_tells_and_is_written_with_what_is_wrong_in_it(
    project: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(SHEET.encode("cp1252"))
    told = plantstack("map", "learn", project, sheet, "--write", "press-shop", "--json")
    text = (project / "mappings" / "press-shop.yaml").read_text("utf-8")
    assert "source: press-shop" in text and told.rows[0]["unsure"] == questions(text)
    with Stack.open(project) as stack:
        bad = with_problems(stack.plant, text.replace("{machine}", "{mashine}"))
    assert "# ? draft.yaml:" in bad and "'{mashine}' is not declared" in bad
