"""What the portfolio says: which plants are compared, what is totalled, and the sentence on top."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import pytest

from plantstack.interfaces.web.improving.headline import SENTENCES, facts
from plantstack.kpis.losses import GROUPS, OUTSIDE
from plantstack.stack.improving.hours import KINDS, LEAVES, Hours, kind_s, together
from plantstack.stack.improving.portfolio import Plant, Portfolio, Weeks, levers, total

HOUR = 3600.0
WEEKS = Weeks(date(2026, 11, 22))


def hours(planned: float, **lost: float) -> Hours:
    leaves = {leaf: lost.get(leaf, 0.0) * HOUR for leaf in LEAVES}
    machines = {leaf: [("m-1", seconds)] for leaf, seconds in leaves.items() if seconds}
    return Hours(planned * HOUR, planned * HOUR - sum(leaves.values()), leaves, machines, {}, (), {})


def plant(
    name: str, ready: int, now: Hours, before: Hours | None = None, target: float | None = None
) -> Plant:
    row: Mapping[str, object] = MappingProxyType(
        {"value": now.oee, "target": target, "trust": {"grade": "A"}, "reported": None}
    )
    return Plant(name, ready, "why", "do it", 5, 1, (), row, None, None, now, before or hours(100))


def said(*plants: Plant) -> list[tuple[str, list[str]]]:
    return [(one.kind, list(one.plants)) for one in facts(Portfolio(WEEKS, plants))]


def test_kinds_of_losses_are_all_leaves_inside_planned_time_once() -> None:
    assert sorted(leaf for leaves in KINDS.values() for leaf in leaves) == sorted(LEAVES)
    assert set(LEAVES) == set(GROUPS) - set(OUTSIDE)


def test_a_plant_that_is_not_ready_is_in_no_total_and_no_ranking() -> None:
    good = plant("b", 3, hours(100, breakdown=10))
    doubtful = plant("a", 2, hours(1000, breakdown=900))
    found = Portfolio(WEEKS, [doubtful, good])
    assert [one.id for one in found.basis()] == ["b"]
    now, _ = total(found.compared)
    assert now.planned_s == 100 * HOUR
    assert {one.plant for one in levers(found.basis())} == {"b"}


def test_where_none_compares_one_is_shown_alone() -> None:
    found = Portfolio(WEEKS, [plant("a", 0, hours(10, setup=1)), plant("b", 2, hours(10, setup=2))])
    assert [one.id for one in found.basis()] == ["b"]
    assert [one.id for one in found.basis("a")] == ["a"]
    assert said(*found.plants) == [("none_compares", []), ("next_step", ["b"])]


def test_hours_together_add_up() -> None:
    whole = together([hours(100, breakdown=10, speed=5), hours(50, breakdown=1, scrap=2)])
    assert sum(whole.leaves.values()) + whole.good_s == pytest.approx(whole.planned_s)
    assert kind_s(whole, "breakdown") == 11 * HOUR
    assert whole.oee == pytest.approx(132 / 150)


def test_the_plants_that_make_most_of_the_gap_are_named() -> None:
    behind = [plant(name, 4, hours(100, breakdown=lost), target=0.9) for name, lost in (("a", 40), ("b", 12))]
    assert said(*behind) == [("one_behind", ["a"]), ("behind_hours", [])]
    even = [plant(name, 4, hours(100, breakdown=20), target=0.9) for name in "abc"]
    assert said(*even) == [("few_behind", ["a", "b"]), ("behind_hours", [])]
    assert facts(Portfolio(WEEKS, even))[1].amounts["hours"] == pytest.approx(30 * HOUR)


def test_at_plan_and_ahead_of_it() -> None:
    assert said(plant("a", 4, hours(100, breakdown=10), target=0.9)) == [("at_plan", [])]
    assert said(plant("a", 4, hours(100, breakdown=5), target=0.9)) == [("ahead", [])]


def test_without_a_plan_it_says_what_moved() -> None:
    fell = plant("a", 3, hours(100, breakdown=20), before=hours(100, breakdown=10))
    same = plant("b", 3, hours(100, breakdown=10), before=hours(100, breakdown=10))
    assert said(fell, same) == [("fell", ["a"])]
    assert said(same) == [("steady", [])]
    assert said(same, plant("c", 1, hours(10))) == [("steady", []), ("not_compared", ["c"])]


def test_nothing_known_is_said_so() -> None:
    assert said(Plant("a", 0, "", "", None, 0, (), None, None, None, hours(0), hours(0))) == [("nothing", [])]


def test_levers_are_the_three_with_most_hours_and_never_a_gain() -> None:
    one = plant("a", 3, hours(100, breakdown=5, setup=9, waiting=7, scrap=1, speed=-3))
    assert [lever.kind for lever in levers([one])] == ["setup", "waiting", "breakdown"]


def test_every_sentence_has_the_places_its_facts_fill() -> None:
    told = {"plants": "A", "gap": "1.0", "oee": "60%", "hours": "3", "step": "Do."}
    assert all(text % told for text in SENTENCES.values())
    assert [len(weeks.labels) for weeks in (Weeks(date(2027, 1, 3), 13),)] == [13]
    assert Weeks(date(2027, 1, 3), 2).labels == ("2026-W52", "2026-W53")
