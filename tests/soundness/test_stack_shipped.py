"""Wrong numbers that others shipped; each is written as a scenario, worked out by hand, and run."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console
from tests.soundness.test_silent import instant, said
from tests.stack.floor import load, plant, written

from plantstack.interfaces.tables import kpi_table
from plantstack.stack import Stack
from plantstack.testing import run_scenario


def differs(folder: Path, text: str) -> list[str]:
    """How the books differ from what a scenario says; its events in both orders."""
    path = folder / "shipped.yaml"
    path.write_text(text, "utf-8")
    return run_scenario(path) + run_scenario(path, arrange=lambda events: events[::-1])


def test_a_stop_of_a_dead_collector_is_no_part_of_later_stops(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: The collector dies in a stop of 30 min; the two stops after it are 10 and 5 min long
rule: 3 silence beyond the limit makes time unknown
events:
  - filler 06:00 state producing source=gateway, 07:00 fault source=gateway
  - filler 06:00-07:30 alive source=gateway
  # dead for four and a half hours; what it hears first is a stop again
  - filler 12:00 state fault source=gateway, 12:10 producing source=gateway
  - filler 13:00 state fault source=gateway, 13:05 producing source=gateway
  - filler 12:00-14:00 alive source=gateway
expect:
  - ledger:
      filler:
        - 06:00-07:00 run
        - 07:00-07:30 breakdown
        - 07:30-12:00 unknown
        - 12:00-12:10 breakdown
        - 12:10-13:00 run
        - 13:00-13:05 breakdown
        - 13:05-14:00 run
    measures: {n_stop: 3, n_breakdown: 3, time_breakdown: 45 min, time_unknown: 270 min}
    kpis:
      availability: 165/480      # 60 + 50 + 55 min of run in 8 h, six-loss without micro-stops
  - grain: hour
    measures:
      time_breakdown: {07:00: 30 min, 12:00: 10 min, 13:00: 5 min}
      n_stop: {07:00: 1, 12:00: 1, 13:00: 1}
""",
    )


def test_overlapping_reasons_leave_availability_what_it_is(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: Three reasons of 60, 50 and 40 min over one stop of 60 min take 60 min and not 150
rule: 5 of competing reasons the greatest wins
events:
  - filler 07:00 state producing, 08:00 stopped, 09:00 producing, 09:30 producing
  - filler 08:00-09:00 symptom material told=09:01
  - filler 08:00-08:50 symptom jam told=09:02
  - filler 08:20-09:00 symptom leak told=09:03
expect:
  - ledger:
      filler:
        - 07:00-08:00 run
        - 08:00-08:20 other_stop jam
        - 08:20-09:00 breakdown leak
        - 09:00-09:30 run
    measures: {n_stop: 1, time_other_stop: 20 min, time_breakdown: 40 min, time_waiting: 0}
    kpis:
      availability: 90/150
  - by: reason
    measures:
      time_breakdown: {leak: 40 min}
      time_other_stop: {jam: 20 min}
""",
    )


def test_the_night_of_friday_is_friday_after_midnight_too(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: A shift from Friday 22:00 to Saturday 06:00 is Friday's, all eight hours and all pieces of it
rule: 2 days and hours are those of each site
day: 2026-03-06
plant:
  sites:
    plant: {zone: Europe/Berlin, currency: EUR, calendar: nights, day_start: 06:00}
  calendars:
    nights: {shifts: {night: {from: 22:00, until: 06:00}}, week: {mon-fri: [night]}}
events:
  - filler 22:00 state producing, +1d 03:00 stopped, +1d 03:20 producing, +1d 06:00 off
  - filler 23:30 count good=40, +1d 02:30 good=60
  - filler +1d 09:00 alarm E-1 on
expect:
  - grain: shift
    measures:
      time_run: {2026-03-06 night: 460 min}
      qty_good: {2026-03-06 night: 100}
  - grain: day
    measures:
      time_run: {2026-03-06: 460 min}
      time_other_stop: {2026-03-06: 20 min}
      qty_good: {2026-03-06: 100}
  - days: "2026-03-07"
    measures: {time_run: 0, qty_good: 0, time_other_stop: 0}
  - grain: week
    measures:
      time_run: {2026-W10: 460 min}
""",
    )


def test_a_count_on_the_border_of_shifts_is_in_one_hour_and_one_shift(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: Three counts at 14:00, of which one speaks of the time before, stand once in hours, shifts and days
rule: 6 a count at an instant belongs to the segment that contains it
plant:
  calendars:
    day:
      shifts: {early: {from: 06:00, until: 14:00}, late: {from: 14:00, until: 22:00}}
      week: {daily: [early, late]}
events:
  - filler 13:00 state producing, 15:00 producing
  - filler 14:00 count good=7, 14:00 good=20 key=b
  - filler 13:30-14:00 count good=300
expect:
  - grain: hour
    measures:
      qty_good: {13:00: 300, 14:00: 27}
  - grain: shift
    measures:
      qty_good: {2026-03-02 early: 300, 2026-03-02 late: 27}
  - span: 13:00-14:00
    measures: {qty_good: 300}
  - span: 14:00-15:00
    measures: {qty_good: 27}
  - measures: {qty_good: 327}
""",
    )


@pytest.mark.parametrize(
    ("zone", "six"),
    [
        ("Asia/Kolkata", "00:30Z"),
        ("Asia/Kathmandu", "00:15Z"),
        ("Australia/Adelaide", "-1d 19:30Z"),
        ("America/St_Johns", "09:30Z"),
    ],
)
def test_hours_are_those_on_the_wall_in_zones_of_half_hours(tmp_path: Path, zone: str, six: str) -> None:
    """`six` is 06:00 on the wall: hours, counts and shifts begin there and not at the full hour of UTC."""
    assert not differs(
        tmp_path,
        f"""
scenario: A zone that is no whole hour away from UTC
rule: 2 days and hours are those of each site
plant:
  sites:
    plant: {{zone: {zone}, currency: EUR, calendar: day}}
events:
  - filler {six} state producing
  - filler 07:20 state stopped, 07:50 producing, 09:00 off
  - filler 06:59 count good=5, 07:00 good=6, 07:01 good=7
expect:
  - grain: hour
    measures:
      time_run: {{06:00: 60 min, 07:00: 30 min, 08:00: 60 min}}
      time_other_stop: {{07:00: 30 min}}
      qty_good: {{06:00: 5, 07:00: 13}}
  - span: {six}-07:00
    measures: {{time_run: 60 min, time_not_scheduled: 0, qty_good: 5}}
""",
    )


def test_a_correction_reaches_every_stored_sum(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: A count of 900 that was 90, 50 pieces of another day and a stop that was none leave no sum behind
rule: 1 a replacement takes the place of its target
plant:
  sites:
    plant: {zone: Europe/Berlin, currency: EUR, calendar: always}
loads:
  - events:
      - filler 07:00 state producing, 08:00 stopped key=s1, 08:30 producing, +10d 08:00 producing
      - filler 07:30 count good=900 key=c1, 09:30 good=10, Tue 07:40 good=50 key=c2
    expect:
      - days: Mon
        measures: {qty_good: 910, time_other_stop: 30 min, n_stop: 1}
  - received: +10d 09:00
    events:
      - filler +10d 07:40 count good=50 supersedes=c2 told="+10d 08:00"
    expect:
      - grain: day
        measures:
          qty_good: {Mon: 910, Tue: 0, +10d: 50}
  - received: +10d 09:30
    events:
      - filler 07:30 count good=90 supersedes=c1 told="+10d 09:00"
      - filler 08:00 state void supersedes=s1
    expect:
      - days: Mon
        measures: {qty_good: 100, time_other_stop: 0, n_stop: 0}
        kpis: {oee: 100/61200, good_parts: 100}    # 17 h from 07:00 on
      - grain: hour
        days: Mon
        measures:
          qty_good: {07:00: 90, 09:00: 10}
          time_run: {07:00: 1 h, 08:00: 1 h, 09:00: 1 h}
      - grain: shift
        measures:
          qty_good: {Mon all-day: 100, Tue all-day: 0, +10d all-day: 50}
      - grain: day
        measures:
          qty_good: {Mon: 100, Tue: 0, +10d: 50}
          time_ideal_good: {Mon: 100 s, Tue: 0, +10d: 50 s}
      - days: Tue
        measures: {qty_good: 0}
      - grain: month
        measures:
          qty_good: {2026-03: 150}
""",
    )


def shown(folder: Path, made: int) -> tuple[dict[str, object], str]:
    """Performance of a filler that ran for an hour at 0.1 s a piece: the row, and what people read."""
    project = plant(folder / "p")
    alive = {"from": instant(0), "until": instant(1)}
    rows = [said("state", "filler", 0, state="producing"), said("state", "filler", 1, state="off")]
    rows += [said("order", "filler", 0, order="A", phase="start", product="cola-330")]
    rows += [said("count", "filler", 1, good=made, **{"from": instant(0)})]
    rows += [said("alive", "filler", 1, **alive)]
    load(project, written(folder, "1.ndjson", rows))
    console = Console(width=120, color_system=None)
    with Stack.open(project) as stack, console.capture() as told:
        (row,) = stack.kpis(["performance"], scope="filler").rows
        console.print(kpi_table([row], {}))
    return dict(row), told.get()


def test_an_ideal_rate_wrong_by_four_is_shown_as_it_is_and_doubted(tmp_path: Path) -> None:
    row, told = shown(tmp_path, 4 * 36_000)
    assert (row["value"], row["low"], row["doubtful"]) == (4, 4, True)
    assert "400.0 %" in told
    assert "more than can be: check the ideal cycle of the product" in " ".join(told.split())


def test_84_percent_of_the_rate_is_no_zero(tmp_path: Path) -> None:
    row, told = shown(tmp_path, 84 * 360)
    assert (row["value"], row["doubtful"]) == (0.84, False)
    assert "84.0 %" in told


def test_two_tickets_double_no_downtime(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: One stop of 60 min with two work orders, two calls and two alarms is one, repaired once
rule: above overlapping calls at a machine are worked on once
events:
  - filler 07:00 state producing, 10:00 fault, 11:00 producing, 13:00 producing
  - filler 10:00 alarm E-1 on, 10:00 E-2 on, 11:00 E-1 off, 11:00 E-2 off
  - filler 10:05 symptom leak, 10:06 leak source=tablet-2
  - filler 10:00 call c-1 asked, 10:10 arrived, 10:20 diagnosed, 11:00 fixed
  - filler 10:02 call c-2 asked, 10:10 arrived, 10:20 diagnosed, 11:00 fixed
  - filler 10:20 work_order W1 opened CM, 10:20 started, 11:00 done hours=1
  - filler 10:25 work_order W2 opened CM, 10:25 started, 11:00 done hours=1
expect:
  - measures:
      time_breakdown: 60 min
      n_stop: 1
      n_breakdown: 1
      n_failures: 1
      time_restore: 60 min
      time_repair: 40 min
      time_diagnose: 10 min
    kpis:
      availability: 300/360
      mttr: 60 min
  - by: reason
    measures:
      time_breakdown: {leak: 60 min}
""",
    )
