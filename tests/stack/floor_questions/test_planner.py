"""Whether a plan fits, against rates that were worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from pathlib import Path

import pytest
from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, states, told

from plantstack.intervals import DAY, HOUR
from plantstack.stack import Stack
from plantstack.stack.floor.planner import PlanCheck, check_plan

NOW = at(8)
# five and seven thousand an hour by turns: 384 000 pieces in 64 h are 6 000 an hour, 0.6 s a piece
SPREAD = sqrt((160_000 * 0.12**2 + 224_000 * (0.6 - 3.6 / 7) ** 2) / 384_000) * sqrt(8 / 7) / 0.6


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    events = [
        line_plan(30000, SIX, at(14), order="A"),
        line_plan(60000, at(14), at(22), order="B"),
        line_plan(100, at(30), at(32), order="W", product="water-500"),
        line_plan(100, at(32), at(34), order="X"),
        line_plan(100, at(34), at(36), order="Y"),
        *orders("filler", "packer", order="A"),
        told("order", "filler", SIX, "erp", order="A", phase="start", product="cola-330", due_at=at(13)),
        *states("filler", (SIX, "producing")),
        *states("packer", (SIX, "producing")),
        *counts("packer", SIX, NOW, 6000, HOUR),
        told("alive", "filler", NOW, from_=SIX, until=NOW),
    ]
    for number, day in enumerate((-12, -11, -8, -7, -6, -5, -4, -1)):
        start = SIX + day * DAY
        events += orders("filler", "packer", order=f"H{number}", when=start)
        for machine in ("filler", "packer"):
            events += states(machine, (start, "producing"), (start + 8 * HOUR, "off"))
            events += [told("alive", machine, start + 8 * HOUR, from_=start, until=start + 8 * HOUR)]
        events += counts("packer", start, start + 8 * HOUR, (5000, 7000)[number % 2], HOUR)
    with standing(tmp_path_factory.mktemp("planned"), events, NOW) as stack:
        yield stack


def checked(stack: Stack) -> PlanCheck:
    (found,) = check_plan(stack, "line-1", NOW)
    return found


def test_rates_are_as_run_with_the_range_of_eight_in_ten(planned: Stack) -> None:
    found = checked(planned)
    assert (found.machine, found.zone) == ("filler", "America/Chicago")
    cola, water = found.rates
    assert (cola.product, cola.n_shifts, cola.standard_per_hour) == ("cola-330", 8, 540 * 60)
    assert cola.per_hour == pytest.approx(6000)
    assert cola.spread == pytest.approx(SPREAD)
    assert cola.low == pytest.approx(6000 / (1 + 1.2816 * SPREAD))
    assert cola.high == pytest.approx(6000 / (1 - 1.2816 * SPREAD))
    assert (water.per_hour, water.n_shifts) == (None, 0)
    assert water.why_none == "0 shifts of Water 0.5 l in 91 days show no rate, 5 would"


def test_orders_are_worked_off_in_planned_time_and_held_against_their_due(planned: Stack) -> None:
    a, b, w, x, y = checked(planned).orders
    # 12 000 of 30 000 are made: three hours from eight o'clock, with the pause and a quarter of the lunch
    assert [a.qty, a.made, a.left, a.changes] == [30000, 12000, 18000, False]
    assert a.required_s == pytest.approx(3 * 3600)
    half = 1.2816 * SPREAD * sqrt(1 + 1 / 8)
    assert a.low_s == pytest.approx(3 * 3600 * (1 - half))
    assert a.high_s == pytest.approx(3 * 3600 * (1 + half))
    assert a.end_at is not None
    assert at(11, 15) < a.end_at < at(11, 30)
    assert (a.due_at, a.misses) == (at(13), "no")
    # 13 h of 12 1/2: likely tomorrow, at best today
    assert b.required_s == pytest.approx(10 * 3600)
    assert b.end_at is not None and b.end_low_at is not None and b.end_high_at is not None
    assert b.due_at is not None
    assert b.end_low_at < b.due_at == at(22) < at(30) < b.end_at < b.end_high_at
    assert b.misses == "maybe"
    assert (w.required_s, w.misses) == (None, "")
    assert w.why_none.startswith("not computable because 0 shifts of Water")
    assert x.why_none == "not computable because 0 changeovers in 91 days show no time, 5 would"
    assert (y.misses, y.why_none) == ("", "not computable because order W before it is not")
    assert (checked(planned).missing, checked(planned).at_risk) == ((), ("B",))


def test_days_need_so_many_hours_of_those_there_are(planned: Stack) -> None:
    today, tomorrow = checked(planned).days
    # from eight: 14 h of two shifts less two pauses and two lunches
    assert (today.day, today.orders) == ("2026-03-03", ("A", "B"))
    assert today.available_s == pytest.approx(12.5 * 3600)
    assert today.required_s == pytest.approx(13 * 3600)
    assert today.low_s is not None and today.high_s is not None
    assert today.low_s < today.available_s < today.high_s
    assert (tomorrow.required_s, tomorrow.orders) == (None, ("W", "X", "Y"))
    assert tomorrow.why_none.startswith("not computable because")


def test_changeovers_too_few_to_judge_say_so(planned: Stack) -> None:
    found = checked(planned).changeovers
    assert (found.n, found.mean_s) == (0, None)
    assert found.why_none == "0 changeovers in 91 days show no time, 5 would"


@pytest.fixture(scope="module")
def taken_over(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A was taken off at half past seven with 20 000 left, and C runs, planned behind it and far too much."""
    events = [
        line_plan(29000, SIX, at(14), order="A"),
        line_plan(150000, at(14), at(22), order="C"),
        *orders("filler", "packer", order="A"),
        *orders("filler", "packer", order="C", when=at(7, 30)),
        *states("filler", (SIX, "producing")),
        *states("packer", (SIX, "producing")),
        *counts("packer", SIX, at(7, 30), 3000, HOUR // 2),
        *counts("packer", at(7, 30), NOW, 3000, HOUR // 2),
        told("alive", "filler", NOW, from_=SIX, until=NOW),
    ]
    for number, day in enumerate((-12, -11, -8, -7, -6, -5, -4, -1)):
        start = SIX + day * DAY
        events += orders("filler", "packer", order=f"H{number}", when=start)
        for machine in ("filler", "packer"):
            events += states(machine, (start, "producing"), (start + 8 * HOUR, "off"))
            events += [told("alive", machine, start + 8 * HOUR, from_=start, until=start + 8 * HOUR)]
        events += counts("packer", start, start + 8 * HOUR, 6000, HOUR)
    with standing(tmp_path_factory.mktemp("taken"), events, NOW) as stack:
        yield stack


def test_the_order_that_runs_comes_first_and_leftovers_say_since_when(
    taken_over: Stack,
) -> None:
    first, second = checked(taken_over).orders
    assert [first.order, first.is_running, first.left_since] == ["C", True, None]
    assert [first.made, first.left] == [3000, 147000]  # it began before its slot
    assert [second.order, second.is_running, second.left_since] == ["A", False, at(7, 30)]
    assert [second.made, second.left] == [9000, 20000]
    assert first.end_at is not None and second.end_at is not None
    assert first.end_at < second.end_at


def test_a_day_that_needs_more_than_it_has_names_who_misses(taken_over: Stack) -> None:
    found = checked(taken_over)
    (today, *_) = found.days
    assert today.required_s is not None and today.required_s > today.available_s
    assert (set(today.missing), today.at_risk) == ({"A", "C"}, ())
    assert found.missing == ("C", "A")


def behind_the_plan(folder: Path, *, qty: int | None) -> PlanCheck:
    """Z runs, in no slot from now on; A is planned behind it and due at nine."""
    start = told("order", "filler", at(7), "erp", order="Z", phase="start", product="cola-330")
    events = [
        line_plan(3000, SIX, at(8), order="A"),
        line_plan(3000, at(8), at(9), order="A"),
        start if qty is None else {**start, "qty": qty},
        told("order", "packer", at(7), "erp", order="Z", phase="start", product="cola-330"),
        *states("filler", (SIX, "producing")),
        *states("packer", (SIX, "producing")),
        *counts("packer", at(7), NOW, 1000, HOUR // 4),
        told("alive", "filler", NOW, from_=SIX, until=NOW),
    ]
    for number, day in enumerate((-12, -11, -8, -7, -6, -5, -4, -1)):
        begun = SIX + day * DAY
        events += orders("filler", "packer", order=f"H{number}", when=begun)
        for machine in ("filler", "packer"):
            events += states(machine, (begun, "producing"), (begun + 8 * HOUR, "off"))
            events += [told("alive", machine, begun + 8 * HOUR, from_=begun, until=begun + 8 * HOUR)]
        events += counts("packer", begun, begun + 8 * HOUR, 6000, HOUR)
    with standing(folder, events, NOW) as stack:
        return checked(stack)


def test_an_order_that_runs_without_a_slot_comes_before_all_that_is_planned(tmp_path: Path) -> None:
    found = behind_the_plan(tmp_path, qty=16000)
    z, a = found.orders
    assert [z.order, z.is_running, z.qty, z.made, z.left, z.due_at] == ["Z", True, 16000, 4000, 12000, None]
    # two hours of it are left, so that A, half an hour of work due at nine, cannot be in time
    assert z.required_s == pytest.approx(2 * 3600)
    assert z.end_at is not None and a.end_at is not None and a.end_at > z.end_at
    assert (z.misses, a.misses, found.missing) == ("", "yes", ("A",))
    (today,) = found.days
    assert today.orders == ("Z", "A")
    assert today.required_s == pytest.approx(2.5 * 3600)


def test_what_is_left_of_the_order_that_runs_is_not_left_out_where_nobody_said(tmp_path: Path) -> None:
    found = behind_the_plan(tmp_path, qty=None)
    z, a = found.orders
    assert (z.left, z.end_at) == (None, None)
    assert z.why_none == "not computable because how much is left of order Z is not known"
    assert (a.end_at, a.misses) == (None, "")
    assert a.why_none == "not computable because order Z before it is not"
    assert found.days[0].required_s is None
