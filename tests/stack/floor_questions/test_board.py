"""The supervisor's board: lines by need, what they made against their plan, who is here and what is short."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, states, told

from plantstack.intervals import MINUTE
from plantstack.stack.floor.board import board

TWO_MORE = """
lines:
  line-1: {label: B line, under: packing, flow: [filler, capper, packer], constraint: filler, exit: packer}
  line-2: {label: A line, under: packing, flow: [mixer], exit: mixer}

machines:
  filler: {label: Filler, under: line-1, kind: continuous, class: fast}
  capper: {label: Capper, under: line-1, kind: cyclic, class: fast}
  packer: {label: Case packer, under: line-1, kind: cyclic}
  mixer: {label: Mixer, under: line-2, kind: cyclic}
  press: {label: C press, under: packing, kind: cyclic}
"""


def plant_text() -> str:
    """The plant of `init` with a second line and a machine that stands alone."""
    source = Path("src/plantstack/plant/template/plant.yaml").read_text("utf-8")
    head, rest = source.split("# A line names its machines")
    return head + TWO_MORE + "\nmachine_classes:" + rest.split("machine_classes:")[1]


EVENTS = [
    line_plan(46500, SIX, at(14)),
    *orders("filler", "packer", "mixer", "press"),
    *states("filler", (SIX, "producing"), (at(7, 30), "stopped")),
    *states("packer", (SIX, "producing")),
    *states("mixer", (SIX, "producing"), (at(7, 50), "stopped")),
    *states("press", (SIX, "producing")),
    told("alive", "press", at(8), from_=SIX, until=at(8)),
    told("alive", "filler", at(8), from_=SIX, until=at(8)),
    *counts("packer", SIX, at(7), 500),
    *counts("packer", at(7), at(8), 400),
    *counts("mixer", SIX, at(7, 50), 10),
    told("attendance", "line-1", SIX, "people", crew="A", heads_present=4, heads_needed=5),
    told("attendance", "line-2", SIX - 600 * MINUTE, "people", crew="B", heads_present=2, heads_needed=2),
    told("material", "line-1", at(7), "erp", order="NEXT", staged=False),
    told("material", "line-1", at(7), "erp", order="LATER", staged=False),
    told("material", "line-1", at(7), "erp", order="READY", staged=False),
    told("material", "line-1", at(7, 30), "erp", order="READY", staged=True),
    line_plan(500, at(9, 30), at(10), order="NEXT"),
    line_plan(500, at(10, 30), at(11), order="LATER"),
    line_plan(500, at(9), at(9, 30), order="READY"),
]


def test_lines_are_sorted_by_need_and_add_up(tmp_path: Path) -> None:
    with standing(tmp_path, EVENTS, at(8), {"plant.yaml": plant_text()}) as stack:
        found = board(stack, "packing", at(8))
        # line-1 stands longer than line-2; the press runs, and nobody counts it
        assert [(row.name, row.state) for row in found.rows] == [
            ("B line", "stopped"),
            ("A line", "stopped"),
            ("C press", "running"),
        ]
        first, second, press = found.rows
        assert (first.machine, first.since_at, first.order) == ("filler", at(7, 30), "A")
        assert [first.good, first.plan_now, first.difference] == [10800, 12000, -1200]
        assert [*first.spark] == [0, -1200]
        assert (second.good, second.plan_now, second.difference) == (Decimal(220), None, None)
        assert (press.good, press.why_none != "") == (None, True)
        assert [found.good, found.plan_now, found.difference, found.n_not_known] == [11020, 12000, -1200, 1]
        assert [(one.stop.machine, one.stop.own_us) for one in found.unexplained] == [
            ("filler", 30 * MINUTE),
            ("mixer", 10 * MINUTE),
        ]
        assert [(one.look, one.until_at - one.from_at) for one in first.strip.segments] == [
            ("run", 90 * MINUTE),
            ("down", 30 * MINUTE),
        ]


def test_who_asked_for_help_comes_first_until_it_is_taken(tmp_path: Path) -> None:
    asked = told("call", "press", at(7, 55), "tablet-1", call="c1", phase="asked")
    with standing(tmp_path, [*EVENTS, asked], at(8), {"plant.yaml": plant_text()}) as stack:
        rows = board(stack, "packing", at(8)).rows
        assert [row.name for row in rows] == ["C press", "B line", "A line"]
        assert rows[0].is_asking
    (tmp_path / "taken").mkdir()
    taken = told("call", "press", at(7, 58), "tablet-2", call="c1", phase="taken")
    with standing(tmp_path / "taken", [*EVENTS, asked, taken], at(8), {"plant.yaml": plant_text()}) as stack:
        rows = board(stack, "packing", at(8)).rows
        assert [row.name for row in rows] == ["B line", "A line", "C press"]
        assert [one.state for one in rows[2].calls] == ["taken"]


def test_who_is_here_and_what_is_short(tmp_path: Path) -> None:
    with standing(tmp_path, EVENTS, at(8), {"plant.yaml": plant_text()}) as stack:
        found = board(stack, "packing", at(8))
        # what was told of the shift before says nothing of this one
        assert [(one.place, one.crew, one.present, one.short) for one in found.crews] == [
            ("line-1", "A", Decimal(4), Decimal(1))
        ]
        # LATER begins after two hours, READY is staged by now
        assert [(one.order, one.starts_at, one.is_running) for one in found.short] == [
            ("NEXT", at(9, 30), False)
        ]
