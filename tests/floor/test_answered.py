"""You said, we did: reports of a station, what names them, and what only happened since at the same place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.live.inside import Inside, inside
from tests.live.shift import plant as project
from tests.live.shift import said

from plantstack.intervals import DAY, HOUR, MINUTE
from plantstack.stack import Stack
from plantstack.stack.floor.answered import Answered, Said, answered

NOW = 1_772_474_400_000_000  # 2026-03-02 18:00 UTC, noon at the plant
DOWN = NOW - HOUR


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOW, silence="12 h") as found:
        found.send(
            said("state", "filler", NOW - 3 * HOUR, "run", state="producing"),
            said("state", "filler", DOWN, "down", state="stopped"),
            said("state", "filler", DOWN + 20 * MINUTE, "up", state="producing"),
        )
        yield found


def told(plant: Inside, *events: dict[str, Any]) -> Answered:
    rows = plant.send(*events)
    assert [row["status"] for row in rows] == ["accepted"] * len(events), rows
    plant.fresh()
    return plant.running.ask(lambda stack: answered(stack, ("filler", "capper"), NOW))


def tap(kind: str, machine: str, at: int, key: str, **more: Any) -> dict[str, Any]:
    return said(kind, machine, at, key, **{"source": "tablet.p3", **more})


def jam(key: str = "r1", at: int = DOWN + MINUTE) -> dict[str, Any]:
    return tap("reason", "filler", at, key, role="symptom", reason="bottle-jam")


def the(found: Answered, kind: str) -> Said:
    (one,) = [one for one in found.said if one.kind == kind]
    return one


def names(one: Said) -> list[tuple[str, str, bool]]:
    return [(came.kind, came.id, came.is_named) for came in one.came]


def test_a_reason_is_one_report_with_the_time_the_machine_stood_for_it(plant: Inside) -> None:
    lunch = tap(
        "reason", "filler", DOWN + MINUTE, "r0", role="symptom", reason="lunch", told_at="2026-03-02T16:00Z"
    )
    lunch.pop("told_at")
    found = told(plant, jam("r1"), jam("r2", DOWN + 2 * MINUTE))
    one = the(found, "reason")
    assert (one.what, one.n, one.lost_us) == ("bottle-jam", 2, 20 * MINUTE)
    assert (one.first_at, one.last_at, one.keys) == (DOWN + MINUTE, DOWN + 2 * MINUTE, ("r1", "r2"))
    assert (one.is_answered, found.n_said, found.n_answered) == (False, 2, 0)


def test_a_break_that_was_planned_is_no_report_and_neither_is_what_plantstack_notes(plant: Inside) -> None:
    found = told(
        plant,
        tap("reason", "filler", DOWN, "r3", role="symptom", reason="lunch"),
        tap("reason", "filler", DOWN, "r4", role="cause", reason="leak"),
        said("note", "filler", DOWN, "n0", text="call for help: mail delivered", source="plantstack"),
        tap("note", "filler", DOWN, "n1", text="shift taken over", x={"entry": "handover"}),
        tap("note", "packer", DOWN, "n2", note="another station"),
    )
    assert found.said == ()


def test_an_action_that_names_a_report_answers_it_and_one_that_only_came_later_does_not(
    plant: Inside,
) -> None:
    found = told(
        plant,
        jam(),
        tap("note", "filler", DOWN, "n3", note="guide rail is loose"),
        said(
            "action",
            "filler",
            NOW - MINUTE,
            "a1",
            action="rail",
            phase="opened",
            finding="n3",
            text="Fix rail",
        ),
        said("action", "line-1", NOW - MINUTE, "a2", action="train", phase="opened", text="Training"),
        said("action", "", NOW - MINUTE, "a3", action="far", phase="opened", finding="n3"),
        said("action", "filler", DOWN - 2 * HOUR, "a4", action="old", phase="opened", text="Long before"),
    )
    note, reason = the(found, "note"), the(found, "reason")
    assert names(note) == [("action", "rail", True), ("action", "train", False)]
    assert names(reason) == [("action", "rail", False), ("action", "train", False)]
    assert (note.is_answered, reason.is_answered) == (True, False)
    assert found.said[0] == note  # what was answered is shown first


def test_an_action_says_how_far_it_came_and_a_refusal_says_why(plant: Inside) -> None:
    found = told(
        plant,
        tap("safety", "filler", DOWN, "s1", type="unsafe", note="guard open", source="anonymous"),
        said("action", "filler", NOW - HOUR, "b1", action="guard", phase="opened", finding="s1", owner="hse"),
        said("action", "filler", NOW - MINUTE, "b2", action="guard", phase="Done"),
        tap("note", "filler", DOWN, "n4", note="paint it blue"),
        said("action", "filler", NOW - HOUR, "b3", action="blue", phase="opened", finding="n4"),
        said("action", "filler", NOW - MINUTE, "b4", action="blue", phase="declined", answer="norm: grey"),
    )
    guard = the(found, "safety").came[0]
    assert (guard.id, guard.phase, guard.is_done, guard.owner) == ("guard", "done", True, "hse")
    blue = the(found, "note").came[0]
    assert (blue.id, blue.is_done, blue.answer) == ("blue", False, "norm: grey")


def test_a_repair_of_the_same_failure_answers_the_reason(plant: Inside) -> None:
    order = {"number": "W7", "mode": "bottle-jam", "type": "CM"}
    found = told(
        plant,
        jam(),
        said("work_order", "filler", NOW - MINUTE, "w1", phase="opened", **order),
        said("work_order", "filler", NOW, "w2", phase="done", number="W7"),
        said("work_order", "filler", NOW, "w3", phase="done", number="W8", mode="leak"),
    )
    one = the(found, "reason")
    assert names(one) == [("work_order", "W7", True), ("work_order", "W8", False)]
    assert one.came[0].is_done


def test_a_call_is_answered_by_whoever_came_with_the_time_it_took(plant: Inside) -> None:
    found = told(
        plant,
        tap("call", "filler", DOWN, "c1", call="c", phase="asked"),
        tap("call", "filler", DOWN + 4 * MINUTE, "c2", call="c", phase="arrived"),
        tap("call", "filler", DOWN + 9 * MINUTE, "c3", call="c", phase="fixed"),
        tap("call", "filler", NOW - MINUTE, "c4", call="d", phase="asked"),
    )
    one = the(found, "call")
    assert (one.what, one.n, found.median_arrival_us) == ("maintenance", 2, 4 * MINUTE)
    (came,) = one.came
    assert (came.id, came.took_us, came.is_done) == ("c", 4 * MINUTE, True)


def test_a_standard_that_holds_since_then_is_told_without_who_wrote_it(tmp_path: Path) -> None:
    folder = project(tmp_path / "p")
    products = folder / "products.yaml"
    text = products.read_text("utf-8")
    assert "from: 2026-01-01\n    evidence: acceptance run" in text
    products.write_text(text.replace("from: 2026-01-01", "from: 2026-02-25", 1), "utf-8")
    events = tmp_path / "events.ndjson"
    events.write_text(json.dumps(tap("note", "filler", NOW - 6 * DAY, "n7", note="too fast")), "utf-8")
    with Stack.open(folder, write=True) as stack:
        stack.load([events], now=NOW)
        (note,) = answered(stack, ("filler",), NOW).said
    (standard,) = note.came
    assert (standard.kind, standard.equipment, standard.is_named) == ("standard", "filler", False)
    assert "acceptance run" in standard.text and standard.owner == ""


def test_a_place_is_asked_for_all_that_stands_there(plant: Inside) -> None:
    told(plant, tap("note", "packer", NOW, "n8", note="at the packer"))
    for scope, found in (
        ("packing", ["at the packer"]),
        ("filler,packer", ["at the packer"]),
        ("filler", []),
    ):
        (row,) = plant.get("floor/answered", scope=scope)
        assert [one["what"] for one in row["said"]] == found


def test_what_is_older_than_thirty_days_is_past(plant: Inside) -> None:
    old = NOW - 31 * DAY
    found = told(
        plant, tap("note", "filler", old, "n5", note="old"), tap("note", "filler", NOW, "n6", note="new")
    )
    assert [one.what for one in found.said] == ["new"]
