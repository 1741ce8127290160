"""The shift hour by hour and minute by minute, against numbers worked out by hand."""

from __future__ import annotations

import cProfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, states, told

from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.intervals import HOUR, MINUTE, SECOND, Interval
from plantstack.stack import Stack
from plantstack.stack.floor.board import board
from plantstack.stack.floor.output import outputs
from plantstack.stack.floor.pace import paces
from plantstack.stack.floor.shift import forecast, shift_now
from plantstack.stack.floor.sight import look
from plantstack.stack.floor.station import station_now
from plantstack.stack.floor.strip import strips

NOW = at(9, 30)


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Planned are 465 working minutes of 100 pieces; ten minutes of a jam in the second hour."""
    events = [
        line_plan(46500, SIX, at(14)),
        *orders("filler", "packer"),
        *states("filler", (SIX, "producing"), (at(7, 20), "stopped"), (at(7, 30), "producing")),
        *states("filler", (at(8, 10), "starved"), (at(8, 13), "producing")),
        *states("packer", (SIX, "producing")),
        told("reason", "filler", at(7, 21), "tablet-1", role="symptom", reason="bottle-jam"),
        *counts("packer", SIX, at(7), 520),
        *counts("packer", at(7), at(8), 440),
        *counts("packer", at(8), at(9), 500),
        *counts("packer", at(9, 15), NOW, 500),
        *counts("filler", SIX, at(7, 20), 2500),
        *counts("filler", at(7, 30), NOW, 2500),
    ]
    with standing(tmp_path_factory.mktemp("morning"), events, NOW) as stack:
        yield stack


def test_hours_show_plan_and_made_and_run_up_the_difference(morning: Stack) -> None:
    (shift,) = shift_now(morning, "line-1", NOW)
    assert (shift.shift, shift.from_at, shift.until_at, shift.crew) == ("early", SIX, at(14), "A")
    assert (shift.zone, shift.machine, shift.next_at) == ("America/Chicago", "filler", at(14))
    made = [(hour.plan, hour.plan_now, hour.good, hour.total_difference) for hour in shift.hours]
    assert [tuple(None if one is None else int(one) for one in row) for row in made] == [
        (6000, 6000, 6240, 240),
        (6000, 6000, 5280, -480),
        (6000, 6000, 6000, -480),
        (4500, 1500, 1500, -480),  # the pause is planned not to produce
        (6000, None, None, None),
        (6000, None, None, None),
        (6000, None, None, None),
        (6000, None, None, None),
    ]
    assert [hour.from_at for hour in shift.hours] == [SIX + n * HOUR for n in range(8)]
    assert [hour.is_now for hour in shift.hours].index(True) == 3
    assert [hour.is_missed for hour in shift.hours] == [False, True, *[False] * 6]
    assert [shift.good, shift.plan_now, shift.plan, shift.difference] == [19020, 19500, 46500, -480]


def test_an_hour_names_what_took_most_of_it_at_the_machine_that_sets_the_pace(morning: Stack) -> None:
    hours = shift_now(morning, "packer", NOW)[0].hours
    assert [hour.loss and (hour.loss.account, hour.loss.label, hour.loss.us) for hour in hours[:3]] == [
        None,
        ("other_stop", "Bottle jam", 10 * MINUTE),
        ("waiting", "", 3 * MINUTE),
    ]
    assert hours[2].loss and hours[2].loss.state == "starved"


def test_the_sums_are_those_of_the_command_kpi(morning: Stack) -> None:
    (row,) = morning.kpis(
        ["throughput_vs_plan"], scope="line-1", grain="shift", days=("2026-03-03",) * 2
    ).rows
    (shift,) = shift_now(morning, "line-1", NOW)
    assert shift.good is not None and shift.plan_now is not None
    assert float(shift.good / shift.plan_now) == pytest.approx(row["value"], rel=1e-12)


def test_pace_of_minutes_adds_up_to_the_standard_time_of_the_hours(morning: Stack) -> None:
    sight = look(morning, "filler", NOW)
    steps = paces(sight, Interval(SIX, NOW)).steps["filler"]
    for cell in morning.measures(
        ["time_std_total", "qty_total", "time_run"], scope="filler", grain="hour"
    ).cells:
        inside = [one for one in steps if cell.span.start <= one.from_at < cell.span.end]
        assert sum(one.pieces for one in inside) == pytest.approx(float(cell.sums["qty_total"] or 0))
        std_s = sum(one.std_us or 0 for one in inside) / SECOND
        assert std_s == pytest.approx(float(cell.sums["time_std_total"] or 0))
        assert sum(one.run_us for one in inside) == int((cell.sums["time_run"] or 0) * SECOND)


def test_a_strip_tiles_the_shift_and_says_what_each_stretch_was(morning: Stack) -> None:
    (filler,) = strips(morning, "filler", Interval(SIX, at(14)), NOW)
    told_of = [(one.from_at, one.until_at, one.look, one.label) for one in filler.segments]
    # it runs slower than its 540 a minute all the time, by 7.4 %: that is within the tenth
    assert told_of == [
        (SIX, at(7, 20), "run", ""),
        (at(7, 20), at(7, 30), "down", "Bottle jam"),
        (at(7, 30), at(8, 10), "run", ""),
        (at(8, 10), at(8, 13), "wait", ""),
        (at(8, 13), NOW, "run", ""),
    ]
    assert (filler.from_at, filler.until_at) == (SIX, at(14))
    assert not any(one.is_unexplained for one in filler.segments)  # a starved machine says itself why


def test_without_a_plan_nothing_is_behind_and_nothing_is_zero(tmp_path: Path) -> None:
    events = [*orders("packer"), *states("packer", (SIX, "producing")), *counts("packer", SIX, at(7), 500)]
    with standing(tmp_path, events, at(7)) as stack:
        (shift,) = shift_now(stack, "line-1", at(7))
        assert [shift.good, shift.plan, shift.plan_now, shift.difference] == [6000, None, None, None]
        assert [hour.plan for hour in shift.hours] == [None] * 8
        told_of = forecast(stack, "line-1", at(7))
        assert (told_of.value, told_of.plan) == (None, None)
        assert "comparable" in told_of.why_none


def test_between_shifts_there_is_no_hour_and_the_next_one_is_named(tmp_path: Path) -> None:
    events = [*states("packer", (SIX, "producing"), (at(22), "off")), *orders("packer")]
    events += [*counts("packer", at(21), at(22), 500), told("state", "packer", at(22, 30), state="off")]
    with standing(tmp_path, events, at(22, 30)) as stack:
        (shift,) = shift_now(stack, "line-1", at(22, 30))
        assert (shift.shift, shift.hours, shift.next_at) == ("", (), at(30))
        assert shift.good == Decimal(6000)  # of the production day


def test_hours_ahead_are_whole_and_add_up_to_the_plan(tmp_path: Path) -> None:
    events = [line_plan(1000, SIX, at(14)), *orders("packer"), *states("packer", (SIX, "producing"))]
    with standing(tmp_path, events, at(8, 20)) as stack:
        made = outputs(look(stack, "line-1", at(8, 20)), is_ahead=True)["line-1"]
        plans = [one.plan or Decimal(0) for one in made.hours]
        assert [sum(plans), made.plan] == [1000, 1000]
        assert all(one == int(one) for one in plans)


def n_queries(question: Callable[[], object]) -> int:
    """How often the sums are added up for a question."""
    profile = cProfile.Profile()
    profile.runcall(question)
    wanted = DuckEngine.query.__code__
    return sum(one.callcount for one in profile.getstats() if one.code is wanted)


def test_a_page_adds_up_sums_a_few_times_whatever_the_number_of_its_machines(morning: Stack) -> None:
    asked = {
        "one machine": n_queries(lambda: station_now(morning, "filler", NOW, has_figures=False)),
        "a line": n_queries(lambda: station_now(morning, "line-1", NOW, has_figures=False)),
        "a board": n_queries(lambda: board(morning, "", NOW)),
    }
    assert asked == {"one machine": 2, "a line": 2, "a board": 1}
