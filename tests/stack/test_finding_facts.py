"""Facts of a project: what its books hold, with the run it belongs to, and what was answered to findings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.insights.test_running import finding
from tests.stack.floor import START, load, plant, written

from plantstack.insights.facts import TABLES, Limits
from plantstack.insights.finding import Finding, Subject
from plantstack.intervals import DAY, HOUR, MINUTE, rfc3339
from plantstack.stack import Stack
from plantstack.stack.finding.answers import as_raised, given, hidden_by, standing
from plantstack.stack.finding.facts import facts_of
from plantstack.stack.finding.scoring import Worth, scores

Wire = dict[str, Any]
NOW = START + 6 * HOUR


def said(kind: str, minute: int, key: str, **more: Any) -> Wire:
    at = rfc3339(START + minute * MINUTE)
    return {"kind": kind, "equipment": "filler", "at": at, "source": "plc", "key": key, **more}


SHIFT = (
    said("order", 0, "o1", phase="start", order="A", product="cola-330"),
    said("state", 0, "s1", state="producing"),
    said("count", 30, "c1", **{"from": rfc3339(START)}, total=300, x={"mould": "M4", "cavities": 3}),
    said("count", 30, "c2", scrap=4, reason="underfill"),
    said("count", 60, "c3", scrap=0, reason="underfill"),
    said("reading", 40, "r1", parameter="pressure", value=3.2, unit="bar"),
    said("reading", 41, "r2", parameter="pressure", value=99.0, unit="bar", quality="bad"),
    said("state", 60, "s2", state="stopped"),
    said("reading", 70, "r3", parameter="pressure", value=0.1, unit="bar"),
    said("reason", 62, "w1", role="symptom", reason="jam", told_at=rfc3339(START + 5 * HOUR)),
    said("setup_check", 89, "k1", parameter="pressure", value=3.9, low=3.0, high=3.5),
    said("order", 90, "o2", phase="start", order="B", product="water-500"),
    said("state", 90, "s3", state="producing"),
    said("state", 120, "s4", state="starved"),
    said("state", 150, "s5", state="producing"),
    said("count", 180, "c4", **{"from": rfc3339(START + 150 * MINUTE)}, total=120),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = plant(tmp_path_factory.mktemp("facts") / "p")
    load(folder, written(folder.parent, "shift.ndjson", SHIFT), now=NOW)
    return folder


def test_every_table_has_its_shape_and_each_row_the_run_it_belongs_to(project: Path) -> None:
    with Stack.open(project) as stack:
        facts = facts_of(stack, "filler", NOW)
    assert {name: facts.table(name).schema for name in TABLES} == dict(TABLES)
    read = facts.table("readings").to_pylist()
    assert [(one["value"], one["product"], one["is_running"]) for one in read] == [
        (3.2, "cola-330", True),
        (0.1, "cola-330", False),
    ]
    setting = facts.table("setups").to_pylist()
    assert [(one["value"], one["product"], one["order"]) for one in setting] == [(3.9, "water-500", "B")]
    made = facts.table("pieces").to_pylist()
    assert [(one["total"], one["scrap"], one["reason"]) for one in made] == [
        (300, None, None),
        (None, 4, "underfill"),
        (120, None, None),
    ]
    assert dict(made[0]["context"]) == {"mould": "M4"} and made[0]["product"] == "cola-330"


def test_reasons_are_known_from_when_they_were_told_and_waits_say_why_by_themselves(project: Path) -> None:
    with Stack.open(project) as stack:
        facts = facts_of(stack, "filler", NOW)
    now, before = (one.table("time").to_pylist() for one in (facts, facts.known(START + 4 * HOUR)))
    assert [one["reason"] for one in now if one["account"] == "other_stop"] == ["jam"]
    assert [one["reason"] for one in before if one["account"] == "other_stop"] == [""]
    assert [one["reason"] for one in before if one["account"] == "waiting"] == ["starved"]
    speeds = [one["speed"] for one in now if one["account"] == "run"]
    rate = facts.places["filler"].rate["cola-330"]
    assert speeds[0] == pytest.approx(300 / rate)  # in an hour of running


def test_what_came_in_later_is_not_known_by_receipt(project: Path) -> None:
    with Stack.open(project) as stack:
        assert facts_of(stack, "filler", NOW - HOUR, known="received").table("readings").num_rows == 0
        assert facts_of(stack, "filler", NOW - HOUR, known="told").table("readings").num_rows == 2


def test_limits_of_the_plant_files_stand_at_the_machine_as_they_hold_that_day(tmp_path: Path) -> None:
    folder = plant(tmp_path / "p")
    file = folder / "products.yaml"
    more = """
  - machines: [filler]
    parameters: {fill_pressure: {low: 1, high: 9}, heat: {high: 80}}
  - machines: [filler]
    products: [cola-330]
    from: 2026-03-02
    parameters: {fill_pressure: {low: 2.5, high: 2.9}}
  - machines: [filler]
    products: [cola-330]
    from: 2026-03-09
    parameters: {fill_pressure: {low: 1, high: 2}}
"""
    file.write_text(file.read_text("utf-8").rstrip("\n") + more, "utf-8")
    load(folder, written(tmp_path, "shift.ndjson", SHIFT), now=NOW)
    with Stack.open(folder) as stack:
        places = facts_of(stack, "line-1", NOW).places
    assert places["filler"].limits == {
        ("cola-330", "product_temperature"): Limits(2.0, 6.0, 4.0, "degC"),
        ("", "fill_pressure"): Limits(1.0, 9.0),
        ("", "heat"): Limits(high=80.0),
        ("cola-330", "fill_pressure"): Limits(2.5, 2.9),
    }
    assert not places["capper"].limits


def answer(minute: int, key: str, finding_id: str, word: str, **more: Any) -> Wire:
    x = {
        "phase": "answered",
        "finding": finding_id,
        "word": word,
        "kind": "late",
        "subject": "filler",
        "severity": 3.0,
    }
    text = f"finding {finding_id}: {word}"
    return said("note", minute, key, text=text, x={**x, "severity": 3.0, **more}, source="tablet.p3")


def test_what_a_machine_says_of_a_finding_is_no_answer(tmp_path: Path) -> None:
    """A token of one machine speaks as a machine: it mutes no finding."""
    folder = plant(tmp_path / "p")
    forged = answer(200, "a1", "1" * 12, "wrong", severity=1e9) | {"source": "plc"}
    load(folder, written(tmp_path, "one.ndjson", [*SHIFT, forged]), now=NOW)
    with Stack.open(folder) as stack:
        assert given(stack.engine(scope=None).books, NOW) == []


def test_answers_at_a_past_instant_are_those_that_were_received_by_then(tmp_path: Path) -> None:
    folder = plant(tmp_path / "p")
    load(folder, written(tmp_path, "one.ndjson", [*SHIFT, answer(60, "a1", "1" * 12, "wrong")]), now=NOW)
    back = {"supersedes": {"source": "tablet.p3", "key": "a1"}, "void": True, "source": "tablet.p3"}
    late = [said("note", 60, "a1-void", text="-", **back), answer(61, "a2", "2" * 12, "useful")]
    load(folder, written(tmp_path, "two.ndjson", late), now=NOW + HOUR)
    with Stack.open(folder) as stack:
        books = stack.engine(scope=None).books
        known = [
            [one.word for one in given(books, NOW + 2 * HOUR, known_at)]
            for known_at in (NOW - 1, NOW, NOW + HOUR, None)
        ]
    assert known == [[], ["wrong"], ["useful"], ["useful"]]


def test_how_rare_a_finding_is_is_not_taken_from_whoever_answers(tmp_path: Path) -> None:
    """Called wrong with a forged severity it would keep its whole kind quiet, whatever comes."""
    first = here(began=1, severity=3.0)
    folder = plant(tmp_path / "p")
    told = answer(200, "a1", first.id, "wrong", severity=1e6, kind="drift", subject="filler/x")
    load(folder, written(tmp_path, "one.ndjson", [*SHIFT, told]), now=NOW)
    with Stack.open(folder) as stack:
        all_ = as_raised(given(stack.engine(scope=None).books, NOW), [first])
    assert (all_[0].kind, all_[0].subject, all_[0].severity) == ("late", first.identity.key, 3.0)
    rarer = here(began=2, severity=9.0)
    assert hidden_by(rarer, standing(all_), all_, NOW) is None


def here(**more: Any) -> Finding:
    return replace(finding(NOW, **more), subject=Subject("filler"))


def test_whoever_speaks_of_one_machine_says_nothing_of_the_findings_of_another(tmp_path: Path) -> None:
    folder = plant(tmp_path / "p")
    forged = answer(200, "a1", "1" * 12, "wrong", subject="packer/parameter=p")
    load(folder, written(tmp_path, "one.ndjson", [*SHIFT, forged]), now=NOW)
    with Stack.open(folder) as stack:
        assert given(stack.engine(scope=None).books, NOW) == []


def test_an_answer_that_tells_no_instant_is_an_answer_all_the_same(tmp_path: Path) -> None:
    folder = plant(tmp_path / "p")
    told = [answer(200 + n, f"a{n}", f"{n}" * 12, "useful", raised_at=at) for n, at in enumerate(("soon", 7))]
    load(folder, written(tmp_path, "one.ndjson", [*SHIFT, *told]), now=NOW)
    with Stack.open(folder) as stack:
        found = given(stack.engine(scope=None).books, NOW)
    assert [(one.word, one.raised_at) for one in found] == [("useful", None)] * 2


def test_answers_take_findings_off_the_list_and_taking_them_back_puts_them_there_again(
    tmp_path: Path,
) -> None:
    first, second = here(began=1), here(began=2)
    folder = plant(tmp_path / "p")
    worth = {"money": 120.0, "money_low": 20.0, "money_high": 300.0}
    told = [
        answer(200, "a1", first.id, "useful"),
        answer(210, "a2", first.id, "wrong"),
        answer(220, "a3", "0" * 12, "fixed", raised_at=rfc3339(START), **worth),
    ]
    load(folder, written(tmp_path, "one.ndjson", [*SHIFT, *told]), now=NOW)
    with Stack.open(folder) as stack:
        all_ = given(stack.engine(scope=None).books, NOW)
    last = standing(all_)
    assert [one.word for one in all_] == ["useful", "wrong", "fixed"] and last[first.id].word == "wrong"
    off = hidden_by(first, last, all_, NOW)
    assert off is not None and off.word == "wrong"
    assert hidden_by(second, last, all_, NOW) is not None  # the same subject is quiet for a while
    assert hidden_by(second, last, all_, NOW + 20 * DAY) is None
    assert (
        hidden_by(finding(NOW, began=3, severity=9.0), last, all_, NOW) is None
    )  # far rarer than what was wrong
    with Stack.open(folder) as stack:
        row = stack.kpis(("condition_alert_precision",), scope="filler", now=NOW).rows[0]
    assert row["value"] == 0.5, row["why_none"]
    (told_of,) = scores(all_, machines=1, now=NOW, currency_of=lambda place: "USD")
    assert (told_of.precision, told_of.lead, told_of.until_fixed) == (0.5, 220 * MINUTE, 220 * MINUTE)
    assert told_of.money == (Worth("USD", 20.0, 120.0, 300.0),)
    back = {"supersedes": {"source": "tablet.p3", "key": "a2"}, "void": True}
    undo = said("note", 210, "a2-void", text="-", source="tablet.p3", **back)
    load(folder, written(tmp_path, "two.ndjson", [undo]), now=NOW)
    with Stack.open(folder) as stack:
        left = given(stack.engine(scope=None).books, NOW)
    assert json.dumps([one.word for one in left]) == '["useful", "fixed"]'
    assert hidden_by(first, standing(left), left, NOW) is None
