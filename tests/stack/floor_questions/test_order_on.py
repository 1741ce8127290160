"""The order that is on: what was made of it, and not of the shift."""

from __future__ import annotations

from pathlib import Path

from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, states, told

from plantstack.intervals import DAY, HOUR
from plantstack.stack.floor.order_on import order_on


def test_pieces_are_those_of_the_order_and_not_of_the_shift(tmp_path: Path) -> None:
    events = [
        *orders("filler", "packer", order="A"),
        *orders("filler", "packer", order="B", when=at(8)),
        told("order", "filler", at(8), "erp", order="B", phase="start", product="cola-330", qty=15000),
        *states("filler", (SIX, "producing"), (at(9), "producing")),
        *states("packer", (SIX, "producing"), (at(9), "producing")),
        *counts("packer", SIX, at(9), 500),
    ]
    with standing(tmp_path, events, at(9)) as stack:
        found = order_on(stack, "packer", at(9))
        assert found is not None
        assert (found.order, found.place, found.machine, found.since_at) == ("B", "line-1", "filler", at(8))
        assert [found.qty, found.good, found.left] == [15000, 6000, 9000]  # the shift made 18 000


def test_an_order_of_yesterday_goes_on_and_a_plan_says_how_many(tmp_path: Path) -> None:
    yesterday = SIX - DAY
    events = [
        line_plan(40000, SIX, at(14), order="A"),
        *orders("filler", "packer", order="A", when=yesterday),
        *states("filler", (yesterday, "producing"), (yesterday + 2 * HOUR, "off"), (SIX, "producing")),
        *states("packer", (yesterday, "producing"), (yesterday + 2 * HOUR, "off"), (SIX, "producing")),
        *counts("packer", yesterday, yesterday + HOUR, 500),
        *counts("packer", SIX, at(7), 500),
    ]
    with standing(tmp_path, events, at(7)) as stack:
        found = order_on(stack, "line-1", at(7))
        assert found is not None
        assert [found.qty, found.good] == [40000, 12000]
        assert found.since_at == yesterday


def test_without_an_order_there_is_none(tmp_path: Path) -> None:
    events = [*states("filler", (SIX, "producing")), *counts("packer", SIX, at(7), 500)]
    with standing(tmp_path, events, at(7)) as stack:
        assert order_on(stack, "line-1", at(7)) is None
