"""What a station is offered: what its line can have, and not what the whole group has."""

from __future__ import annotations

from pathlib import Path

from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, states, told

from plantstack.stack.floor.offered import offered


def test_a_line_is_offered_what_it_can_have(tmp_path: Path) -> None:
    events = [
        line_plan(30000, SIX, at(14), order="A"),
        line_plan(20000, at(14), at(18), order="B", product="water-500"),
        line_plan(5000, at(18), at(19), order="B", product="water-500"),
        *orders("filler", "packer", order="A"),
        *states("filler", (SIX, "producing")),
        *states("packer", (SIX, "producing")),
        *counts("packer", SIX, at(8), 500),
        told("count", "packer", at(7), scrap=3, reason="label-defect"),
        told("alive", "filler", at(8), from_=SIX, until=at(8)),
    ]
    with standing(tmp_path, events, at(8)) as stack:
        line, packer = offered(stack, ("line-1",), at(8)), offered(stack, ("packer",), at(8))
        assert line == packer  # a machine stands for its line
        (following,) = line.orders
        assert (following.order, following.product, following.from_at) == ("B", "water-500", at(14))
        assert following.qty == 25000
        assert {"cola-330", "water-500"} <= set(line.products)
        # nobody told the others anywhere, so that they may still come
        assert (line.scrap_else, "label-defect" in line.scrap, "underfill" in line.scrap) == ((), True, True)
