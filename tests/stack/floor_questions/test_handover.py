"""What a shift hands over, while it runs and afterwards, and whether it is signed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, states, told

from plantstack.errors import QueryError
from plantstack.intervals import DAY, HOUR, MINUTE, rfc3339
from plantstack.stack import Stack
from plantstack.stack.floor.handover import handover

END = at(14)
EVENTS = [
    line_plan(46500, SIX, END),
    *orders("filler", "packer"),
    *states("packer", (SIX, "producing")),
    *states("filler", (SIX, "producing"), (at(13, 30), "stopped"), (at(14, 20), "producing")),
    *states("filler", (at(8), "stopped"), (at(8, 5), "producing")),
    told("reason", "filler", at(8, 1), "tablet-1", role="symptom", reason="leak"),
    *counts("packer", SIX, END, 450),
    *counts("packer", END, at(14, 30), 480),
    told("alive", "filler", at(14, 30), from_=SIX, until=at(14, 30)),
    told("call", "filler", at(13, 40), "tablet-1", call="c1", phase="asked"),
    told("note", "line-1", at(9), "tablet-1", text="new film from today"),
    told("note", "line-1", at(14, 10), "tablet-1", text="of the late shift"),
    told("safety", "packer", at(10), "tablet-1", type="near_miss", note="wet floor"),
    told("quality_event", "packer", at(11), "lab", type="hold", qty=70, lot="L1"),
    told("quality_event", "packer", at(12), "lab", type="hold", qty=5, lot="L2"),
    told("quality_event", "packer", at(13), "lab", type="release", qty=5, lot="L2"),
]
LATER = at(14, 30)


def test_the_shift_that_is_over_is_handed_over_as_it_ended(tmp_path: Path) -> None:
    with standing(tmp_path, EVENTS, LATER) as stack:
        found = handover(stack, "line-1", LATER, at=at(13))
        assert (found.day, found.shift, found.from_at, found.until_at) == ("2026-03-03", "early", SIX, END)
        assert (found.is_over, found.frozen, found.taken_over_at) == (True, None, None)
        (line,) = found.results
        assert [line.shift.good, line.shift.plan, line.shift.difference] == [43200, 46500, -3300]
        shown = {one.kpi: one.value for one in line.figures}
        assert shown["throughput_vs_plan"] == pytest.approx(43200 / 46500)
        # the stop went on into the next shift; of this one it is half an hour
        assert [(one.machine, one.from_at, one.own_us) for one in found.open_stops] == [
            ("filler", at(13, 30), 30 * MINUTE)
        ]
        assert [one.stop.from_at for one in found.unexplained] == [at(13, 30)]
        assert [(one.lot, one.qty, one.place) for one in found.holds] == [("L1", Decimal(70), "packer")]
        assert [(one.text, one.type) for one in found.notes] == [("new film from today", "")]
        assert [(one.text, one.type, one.name) for one in found.safety] == [
            ("wet floor", "near_miss", "Case packer")
        ]
        assert [one.id for one in found.calls] == ["c1"]
        assert [one.machine for one in found.setups] == ["filler"]
        (hold,) = stack.measures(["n_open_hold"], scope="line-1").cells
        assert hold.sums["n_open_hold"] == len(found.holds)


def test_while_it_runs_it_says_what_stands_now(tmp_path: Path) -> None:
    with standing(tmp_path, EVENTS, LATER) as stack:
        found = handover(stack, "line-1", LATER)
        assert (found.shift, found.is_over, found.open_stops) == ("late", False, ())
        assert [one.text for one in found.notes] == ["of the late shift"]
        with pytest.raises(QueryError, match="no shift of it"):
            handover(stack, "line-1", LATER, at=SIX - 3 * HOUR)


def test_signing_freezes_it_under_an_offset_and_reopening_is_said(tmp_path: Path) -> None:
    span = {"from_": SIX, "until": END}
    signed = told("close", "line-1", at(14, 5), "tablet-1", grain="shift", x={"role": "lead"}, **span)
    taken = told("note", "line-1", at(14, 6), "tablet-2", text="shift taken over", x={
        "phase": "taken_over", "role": "lead", "from": rfc3339(SIX), "until": rfc3339(END)
    })  # fmt: skip
    with standing(tmp_path, [*EVENTS, signed, taken], LATER) as stack:
        found = handover(stack, "line-1", LATER, at=at(13))
        assert found.frozen is not None
        assert (found.frozen.source, found.frozen.role, found.frozen.grain) == ("tablet-1", "lead", "shift")
        assert (found.frozen.at, found.frozen.reopened, found.frozen.is_kept) == (at(14, 5), None, False)
        (offset,) = (row["log_offset"] for row in stack.log.hot().to_pylist() if row["kind"] == "close")
        assert (found.frozen.offset, found.frozen.upto) == (offset, offset)
        assert found.taken_over_at == at(14, 6)
        # the next shift is another page; what stands in the line is frozen with it
        assert handover(stack, "line-1", LATER).frozen is None
        assert handover(stack, "filler", LATER, at=at(13)).frozen == found.frozen
    (tmp_path / "again").mkdir()
    day = {"from_": SIX, "until": SIX + DAY}
    opened = told("reopen", "tulsa", at(14, 20), "office", grain="shift", **day)
    with standing(tmp_path / "again", [*EVENTS, signed, opened], LATER) as stack:
        stack.derive()
    with Stack.open(tmp_path / "again" / "plant") as stack:
        stack.keep(LATER)
        frozen = handover(stack, "line-1", LATER, at=at(13)).frozen
        assert frozen is not None
        assert (frozen.is_kept, frozen.reopened is not None) == (True, True)
