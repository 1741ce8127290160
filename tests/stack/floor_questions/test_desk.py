"""What a desk asks of the floor: detail of days, search, and the letters of a month."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, states, told

from plantstack.errors import QueryError
from plantstack.intervals import DAY, MINUTE, Interval
from plantstack.stack import Stack
from plantstack.stack.floor.detail import detail, stops_in
from plantstack.stack.floor.search import search
from plantstack.stack.floor.sqdcp import letters

NOW = at(8)
KPI = "schedule_attainment"
TARGETS = f"""
targets:
  - {{kpi: {KPI}, value: 90 %, at: [line-1], owner: lead, author: test}}
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Yesterday the packer made nothing of its order, today it is on pace; an action answers it."""
    yesterday = SIX - DAY
    events = [
        line_plan(46500, SIX, at(14)),
        line_plan(46500, yesterday, at(14) - DAY),
        line_plan(500, at(10), at(14), order="B-77", product="water-500"),
        *orders("packer", order="A-1", when=yesterday),
        *orders("filler", "packer", order="A-2"),
        *states("packer", (yesterday, "stopped"), (yesterday + 8 * 60 * MINUTE, "off"), (SIX, "producing")),
        *states("filler", (SIX, "producing"), (at(6, 30), "fault"), (at(6, 40), "producing")),
        *states("filler", (at(7, 59), "stopped")),
        *counts("packer", SIX, NOW, 2000),
        told("reason", "filler", at(6, 31), "tablet-1", role="symptom", reason="mechanical"),
        told("reason", "filler", at(6, 31), "tech-1", role="cause", reason="leak"),
        told("alive", "packer", NOW, from_=yesterday, until=NOW),
        told("alive", "filler", NOW, from_=SIX, until=NOW),
        told(
            "action",
            "line-1",
            at(7),
            "desk",
            action="splice",
            phase="opened",
            kpi="schedule_attainment",
            owner="lead",
        ),
    ]
    with standing(tmp_path_factory.mktemp("desk"), events, NOW, {"targets.yaml": TARGETS}) as stack:
        yield stack


def test_detail_has_strips_by_day_and_stops_with_symptom_and_cause(desk: Stack) -> None:
    found = detail(desk, "line-1", ("2026-03-02", "2026-03-03"), NOW)
    assert (found.name, found.level, found.paced_by) == ("Bottling line 1", "line", "filler")
    assert [(one.day, [strip.machine for strip in one.strips]) for one in found.days] == [
        ("2026-03-02", ["filler", "capper", "packer"]),
        ("2026-03-03", ["filler", "capper", "packer"]),
    ]
    packer = found.days[0].strips[2]
    assert (packer.from_at, packer.until_at) == (SIX - DAY, SIX)
    assert sum(one.until_at - one.from_at for one in packer.segments) == DAY
    mine = [one for one in found.stops if one.machine == "filler"]
    assert [(one.from_at, one.is_open, one.label, one.cause_label) for one in mine] == [
        (at(7, 59), True, "", ""),
        (at(6, 30), False, "Mechanical failure", "Leak at valve or pipe"),
    ]
    assert (found.lost[0].account, found.lost[0].us) == ("breakdown", 10 * MINUTE)
    (row,) = desk.kpis(["good_parts"], scope="line-1", days=("2026-03-02", "2026-03-03")).rows
    shown = {one.kpi: one.value for one in found.figures}
    assert (shown["good_parts"], row["value"]) == (48000, 48000)


def test_stops_of_any_window_are_cut_at_its_borders(desk: Stack) -> None:
    (stop,) = stops_in(desk, "filler", Interval(at(6, 35), at(7)), NOW)
    assert (stop.from_at, stop.own_us) == (at(6, 30), 5 * MINUTE)


def test_too_many_days_are_refused(desk: Stack) -> None:
    with pytest.raises(QueryError, match="more than the 92"):
        detail(desk, "filler", ("2026-01-01", "2026-04-30"), NOW)


def test_search_finds_whole_ids_first_and_says_where_things_are(desk: Stack) -> None:
    first = search(desk, "line-1", NOW)[0]
    assert (first.kind, first.id) == ("line", "line-1")
    (hit,) = search(desk, "acme/tulsa/packing/line-1/filler", NOW)
    assert (hit.id, hit.name) == ("filler", "Filler")
    (ran,), (running,) = search(desk, "a-1", NOW), search(desk, "a-2", NOW)
    assert (running.id, running.name, running.is_running, running.last_day) == (
        *("A-2", "Cola 0.33 l", True, "2026-03-03"),
    )
    assert (ran.id, ran.is_running, ran.path) == ("A-1", False, "acme/tulsa/packing/line-1/packer")
    (planned,) = search(desk, "77", NOW)
    assert (planned.kind, planned.id, planned.place, planned.is_running) == ("order", "B-77", "line-1", False)
    assert [one.id for one in search(desk, "water", NOW)] == ["water-500"]
    assert (search(desk, "", NOW), search(desk, "nothing such", NOW)) == ((), ())


def test_a_missed_day_is_linked_to_the_action_that_answers_it(desk: Stack) -> None:
    rows = {one.letter: one for one in letters(desk, "line-1", NOW)}
    assert list(rows) == ["S", "Q", "D", "C", "P"]
    plan = rows["D"]
    assert (plan.kpi, plan.scope, len(plan.days)) == (KPI, "line-1", 31)
    assert (plan.days[-1].day, plan.days[-2].day) == ("2026-03-03", "2026-03-02")
    missed = plan.days[-2]
    assert (missed.mark, missed.target, missed.action, missed.action_owner) == (
        "missed",
        0.9,
        "splice",
        "lead",
    )
    assert (missed.is_chance, plan.n_unanswered) == (False, 0)
    assert plan.days[0].mark == "not measured"
    # without a target no day is met or missed, and safety is a figure of the area
    assert {one.mark for one in rows["C"].days} == {"not measured"}
    assert rows["S"].scope == "packing"
