"""Whether an action worked: whole weeks before it against whole weeks since, by hand."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import combinations

import pytest

from plantstack.intervals import DAY
from plantstack.kpis.models.judged import Verdict, Week, by_chance, judged, share_that_worked
from plantstack.kpis.models.modelled import Estimate

WEEK = 7 * DAY
BEFORE = (50, 52, 48, 51)


def weeks(*values: int | None) -> list[Week]:
    return [Week(n * WEEK, (n + 1) * WEEK, None if one is None else F(one)) for n, one in enumerate(values)]


def verdict(*since: int | None, before: tuple[int | None, ...] = BEFORE, better: str = "up") -> Verdict:
    """Of an action opened and closed where the weeks `since` begin."""
    at = len(before) * WEEK
    return judged("a", weeks(*before, *since), at, at, better)


@pytest.mark.parametrize(
    ("since", "outcome"),
    [
        ((60, 61, 59, 60, 60, 61, 60, 59), "worked"),
        # half of the gain is kept, exactly; then a little less
        ((60, 61, 60, 61, 55, 56, 55, 56), "worked"),
        ((60, 61, 60, 61, 55, 55, 55, 56), "lost"),
        ((60, 61, 60, 61, 50, 48, 51, 49), "lost"),
        ((50, 52, 48, 51, 49, 53, 50, 51), "nothing"),
        ((40, 41, 39, 40, 38, 41, 42, 40), "worse"),
        ((60, 61, 59, 60, 60), "open"),
        ((60, None, None, 60, 60, 61, 60), "open"),
        ((60, None, None, 60, 60, 61, 60, 59), "worked"),
        # one bad week before and one after decide nothing
        ((40, 61, 59, 60, 60, 61, 60, 59), "worked"),
    ],
)
def test_moved_and_held(since: tuple[int | None, ...], outcome: str) -> None:
    assert verdict(*since).outcome == outcome


def test_down_is_better_where_the_kpi_says_so() -> None:
    fell = (40, 41, 39, 40, 40, 41, 40, 39)
    assert verdict(*fell, better="down").outcome == "worked"
    assert verdict(*fell, better="up").outcome == "worse"
    assert verdict(*fell, better="band").outcome == "unknown"


def test_two_weeks_before_are_too_few() -> None:
    told = verdict(60, 61, 59, 60, 60, 61, 60, 59, before=(50, None, 51))
    assert told.outcome == "unknown"
    assert "fewer than 3 whole weeks" in told.why


def test_weeks_in_which_it_was_open_count_for_neither_side() -> None:
    told = weeks(50, 52, 48, 51, 20, 20, 60, 61, 59, 60, 60, 61, 60, 59)
    assert judged("a", told, 4 * WEEK, 6 * WEEK, "up").outcome == "worked"
    # a week cut by the day it was opened is not one before it
    assert judged("a", told, 4 * WEEK - 1, 6 * WEEK, "up").outcome == "worked"
    assert judged("a", told[1:4] + told[6:], 4 * WEEK - 1, 6 * WEEK, "up").outcome == "unknown"


def test_chance_of_a_rank_is_counted_out() -> None:
    # four above three: one order of 35; with one of them below two: orders that rank as high or higher
    assert by_chance([F(1), F(2), F(3)], [F(4), F(5), F(6), F(7)]) == F(1, 35)
    assert by_chance([F(1), F(1)], [F(1), F(1)]) == 1
    low, high = [F(n) for n in (3, 1, 4, 1, 5)], [F(n) for n in (9, 2, 6, 5)]
    told = low + high
    ranks = [2 * sum(b < a for b in told) + sum(b == a for b in told) + 1 for a in told]
    chosen = list(combinations(ranks, 4))
    assert by_chance(low, high) == F(sum(sum(one) >= sum(ranks[5:]) for one in chosen), len(chosen))


def test_of_what_cannot_be_judged_only_bounds_are_known() -> None:
    told = share_that_worked([Verdict("a", "open", "too early"), Verdict("b", "unknown", "no KPI")])
    assert isinstance(told, Estimate)
    assert told.value is None
    assert (told.low, told.high) == (F(0), F(1))
    assert told.why == "none of the actions closed can be judged: a: too early; b: no KPI"
    assert share_that_worked([]) == "no action was closed in this period"


def test_every_outcome_is_listed_with_its_actions() -> None:
    told = share_that_worked([Verdict("a", "worked"), Verdict("b", "lost"), Verdict("c", "open")])
    assert isinstance(told, Estimate)
    assert told.basis == "worked: a; moved it and was lost: b; too early to say: c"
    assert told.sums == {"n_actions_worked": 1, "n_actions_judged": 2, "n_actions_unjudged": 1}
