"""The first click of the tour: a stop that somebody tapped, its own minutes and the event of that tap."""

from __future__ import annotations

from pathlib import Path

from tests.stack.floor_questions.told import SIX, at, orders, standing, states, told

from plantstack.interfaces.web.pages.tour import longest_tap
from plantstack.intervals import MINUTE, Interval

EVENTS = [
    *orders("filler"),
    *states(
        "filler",
        (SIX, "producing"),
        (at(7), "fault"),  # the longest: nobody tapped it, a program did
        (at(8), "producing"),
        (at(8, 20), "fault"),
        (at(8, 40), "producing"),
        (at(10), "fault"),
        (at(10, 5), "producing"),
    ),
    told("reason", "filler", at(7), "mes", role="symptom", reason="leak"),
    told("reason", "filler", at(8, 20), "tablet.p1", role="symptom", reason="bottle-jam"),
    told("reason", "filler", at(10), "tablet.p1", role="symptom", reason="leak"),
    told("alive", "filler", at(11), from_=SIX, until=at(11)),
]


def test_it_is_the_longest_that_a_tablet_told_and_leads_to_its_event(tmp_path: Path) -> None:
    with standing(tmp_path, EVENTS, at(11)) as stack:
        found = longest_tap(stack, "filler", Interval(SIX, at(11)), at(11))
        assert found is not None
        assert (found.reason, found.us, found.span) == (
            "bottle-jam",
            20 * MINUTE,
            Interval(at(8, 20), at(8, 40)),
        )
        assert (found.event.source, found.event.at, found.event.kind) == ("tablet.p1", at(8, 20), "reason")
        assert longest_tap(stack, "filler", Interval(SIX, at(8, 10)), at(11)) is None
        assert longest_tap(stack, "capper", Interval(SIX, at(11)), at(11)) is None
