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
