"""Wrong numbers a first user of the whole stack met; origins in README.md of this folder."""

from __future__ import annotations

from pathlib import Path

from tests.soundness.test_stack_shipped import differs


def test_first_pass_yield_of_a_line_is_that_of_its_exit(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: Both machines of a line tell what was good at the first pass; the line is as good as its exit
rule: 9 what a line put out
plant:
  machines:
    saw: {under: line-1, kind: cyclic}
    press: {under: line-1, kind: cyclic}
  lines: {line-1: {under: plant, flow: [saw, press], exit: press, constraint: press}}
  standards: [{machines: [saw, press], ideal: 1 s}]
events:
  - saw 07:00 state producing, 08:00 producing
  - press 07:00 state producing, 08:00 producing
  - saw 07:30 count total=490 good=490 first_pass=490
  - press 07:30 count total=472 good=468 first_pass=468
expect:
  - of: line-1
    span: 07:00-08:00
    measures: {qty_first_pass: 468, qty_inspected: 472}
    kpis:
      first_pass_yield: 468/472
  - of: saw
    span: 07:00-08:00
    kpis:
      first_pass_yield: 1
""",
    )


def test_what_paper_cannot_know_of_stops_has_no_grade_a(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: A day written on a sheet tells no micro-stops, so none of them is no number to trust
rule: 11 what people typed
plant:
  sources: [{match: "sheet*", rank: 50, person: true}]
events:
  - filler 06:00 state producing source=sheet, 08:00 fault source=sheet, 08:30 producing source=sheet
  - filler 10:00 state producing source=sheet
expect:
  - span: 06:00-10:00
    kpis:
      micro_stop_count: 0 (grade C)
      mttr: 1800 (grade C)
      run_time: 3.5 h (grade C)
""",
    )


def test_an_hour_of_a_line_is_one_hour_however_many_machines_stand_in_it(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: Two machines of a line are planned for eight hours; the line brings 1600 in them
rule: 10 what a KPI is
plant:
  machines:
    saw: {under: line-1, kind: cyclic}
    press: {under: line-1, kind: cyclic}
  lines: {line-1: {under: plant, flow: [saw, press], exit: press, constraint: press}}
  standards: [{machines: [saw, press], ideal: 1 s}]
events:
  - saw 06:00 state producing, 14:00 off
  - press 06:00 state producing, 14:00 off
  - saw 06:00-14:00 alive
  - press 06:00-14:00 alive
  - plant 13:00 cost account=revenue amount=2000
  - plant 13:00 cost account=material amount=300
  - plant 13:00 cost account=energy amount=60
  - plant 13:00 cost account=variable_other amount=40
expect:
  - of: plant
    span: 06:00-14:00
    measures: {time_constraint_planned: 8 h}
    kpis:
      contribution_per_line_hour: 1600/8
""",
    )


def test_a_constraint_nobody_saw_has_no_trusted_share_of_waiting(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: The constraint of a line was heard of for two hours of eight only
rule: 11 what nobody saw
plant:
  machines:
    press: {under: line-1, kind: cyclic}
  lines: {line-1: {under: plant, flow: [press], exit: press, constraint: press}}
  standards: [{machines: [press], ideal: 1 s}]
events:
  - press 06:00 state producing source=gateway, 07:00 starved source=gateway, 07:30 producing source=gateway
  - press 06:00-08:00 alive source=gateway
  - press 14:00 state off source=gateway
expect:
  - of: line-1
    span: 06:00-14:00
    kpis:
      constraint_starved_blocked: 30/480 (grade C)
    measures: {time_unknown: 6 h, time_constraint_planned: 8 h}
""",
    )


def test_what_was_scrapped_on_the_way_is_no_first_pass_of_a_line(tmp_path: Path) -> None:
    assert not differs(
        tmp_path,
        """
scenario: Only the exit of a line tells what was good at the first pass, and a machine before it scraps
rule: 9 what a line put out
plant:
  machines:
    saw: {under: line-1, kind: cyclic}
    press: {under: line-1, kind: cyclic}
    oven: {under: line-2, kind: cyclic}
    belt: {under: line-2, kind: cyclic}
  lines:
    line-1: {under: plant, flow: [saw, press], exit: press, constraint: press}
    line-2: {under: plant, flow: [oven, belt], exit: belt, constraint: belt}
  standards: [{machines: [saw, press, oven, belt], ideal: 1 s}]
events:
  - saw 07:00 state producing, 08:00 producing
  - press 07:00 state producing, 08:00 producing
  - saw 07:30 count good=480 scrap=20
  - press 07:30 count good=468 first_pass=465 rework=0 scrap=2
  - oven 07:30 count good=90 scrap=10 first_pass=90
  - belt 07:30 count good=90
expect:
  - of: line-1
    span: 07:00-08:00
    # 470 came to the exit, 20 did not come so far
    measures: {qty_first_pass: 465, qty_inspected: 490, qty_scrap: 22}
    kpis:
      first_pass_yield: 465/490
  - of: press
    span: 07:00-08:00
    kpis:
      first_pass_yield: 465/470
  - of: line-2
    span: 07:00-08:00
    # its exit never says what was good at the first pass: no 0 %
    measures: {qty_inspected: 0}
    kpis:
      first_pass_yield: "none, because no denominator: qty_inspected is 0"
""",
    )
