"""Search for an order: what was wanted, made and is left, when, and on which lines."""

from __future__ import annotations

from pathlib import Path

from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, states, told

from plantstack.stack.floor.search import search

EVENTS = [
    line_plan(6000, SIX, at(9)),
    line_plan(3000, at(9), at(10), order="B-LATER"),
    *orders("filler", "packer"),
    told("order", "packer", at(8), "erp", order="A2", phase="start", product="cola-330", qty=900),
    *states("filler", (SIX, "producing")),
    *states("packer", (SIX, "producing")),
    *counts("packer", SIX, at(8), 200),
    *counts("packer", at(8), at(9), 100),
    told("alive", "filler", at(9), from_=SIX, until=at(9)),
]


def test_an_order_says_what_is_planned_made_and_left_where_and_when(tmp_path: Path) -> None:
    with standing(tmp_path, EVENTS, at(9)) as stack:
        asked = {hit.id: hit for text in ("A", "B-LATER", "A2") for hit in search(stack, text, at(9))}
        made = 24 * 200
        (run,) = asked["A"].runs
        assert [run.place, run.qty, run.made, run.left] == ["line-1", 6000, made, 6000 - made]
        assert (run.from_at, run.has_begun) == (SIX, True)
        (said,) = asked["A2"].runs
        assert [said.qty, said.made, said.left] == [900, 1200, 0], "what its start says; never below nothing"
        (ahead,) = asked["B-LATER"].runs
        assert [ahead.qty, ahead.made, ahead.left] == [3000, None, 3000] and not ahead.has_begun
        assert (ahead.from_at, ahead.until_at) == (at(9), at(10))
        assert all(not hit.runs for hit in search(stack, "filler", at(9)))
