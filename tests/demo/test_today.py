"""What is planted around now: wherever somebody works there is something to see, told as planted."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.demo.told import UNTIL, column, plant_of

from plantstack.demo import History, Truth, Window, history_of, truths
from plantstack.demo.group import LINES
from plantstack.demo.today import today, working
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND

NOW = UNTIL + 90 * MINUTE  # Friday: Tulsa since half past four in its shift, Leipzig too
WINDOW = Window(5, NOW, 1)


@cache
def group() -> tuple[tuple[Truth, ...], History]:
    known = truths(1, days=5, sites=4, until=NOW, ahead=1)
    return known, history_of(plant_of(5, 4), WINDOW, known, 1)


def planted(what: str) -> list[Truth]:
    return [one for one in group()[0] if one.id.startswith("today") and one.what == what]


def told(kind: str, equipment: str) -> pa.Table:
    events = group()[1].events
    return events.filter(pc.and_(pc.equal(events["kind"], kind), pc.equal(events["equipment"], equipment)))


def stops(one: Truth) -> np.ndarray:
    """Lengths of the stops of a machine that begin inside a truth, seconds."""
    table = told("state", one.where)
    at, state = column(table, "at"), column(table, "state")
    stands = np.isin(state[:-1], ["stopped", "fault", "waiting"])
    mine = stands & (at[:-1] >= one.from_at) & (at[:-1] < one.until_at)
    return np.asarray(np.diff(at)[mine] / SECOND)


@pytest.mark.parametrize("sites", [2, 3, 4])
def test_at_any_hour_of_the_week_some_line_works(sites: int) -> None:
    plant = plant_of(5, sites)
    habits = [habit for site in plant.sites for habit in LINES[site]]
    for hour in range(8 * 7 * 24):
        at = NOW + hour * HOUR + 7 * MINUTE
        assert any(working(plant, habit, at) for habit in habits), hour


def test_something_is_planted_for_whoever_works_and_nothing_for_others() -> None:
    plant = plant_of(5, 3)
    sunday = NOW + 2 * DAY
    assert {one.where for one in today(plant, Window(5, sunday, 1))} == {"pun-4"}
    assert {one.site for one in today(plant, WINDOW)} == {"tulsa", "pune", "leipzig"}
    assert today(plant, Window(5, NOW)) == ()


def test_stops_come_as_planted_and_nobody_says_why() -> None:
    for one in planted("stop_unsaid"):
        reasons = told("reason", one.where)
        reasons = reasons.filter(pc.is_null(reasons["from_at"]))  # not of a break
        about = column(reasons, "at")
        assert not ((about >= one.from_at) & (about < one.until_at)).any(), one.id
    happened = [one for one in planted("stop_unsaid") if (stops(one) > 180).any()]
    assert len(happened) >= 0.8 * len(planted("stop_unsaid"))  # some stand for another reason just then


def test_a_failure_calls_for_help_within_minutes_of_now() -> None:
    for one in planted("call_for_help"):
        asked = told("call", one.where)
        at = column(asked, "at")[column(asked, "phase") == "asked"]
        assert ((at >= one.from_at) & (at < one.until_at)).any(), one.id
        assert one.until_at > NOW


def test_short_stops_come_as_an_episode() -> None:
    for one in planted("micro_stops"):
        assert (stops(one) < 90).sum() >= (8 if "pun" in one.where or "tul" in one.where else 4), one.id


def test_what_lies_ahead_is_the_same_course() -> None:
    known, made = group()
    again = history_of(plant_of(5, 4), WINDOW, known, 1)
    assert again.events.equals(made.events)
    past, future = made.parted(NOW)
    assert len(past.events) + len(future.events) == len(made.events)
    assert past.heard.max() <= NOW < future.heard.min()
    sources = set(past.events["source"].unique().to_pylist())
    assert {one for one in future.events["source"].unique().to_pylist() if one.startswith("opc")} <= sources


def test_counters_and_signs_of_life_come_more_often_while_somebody_looks() -> None:
    for kind, most in (("count", 30), ("alive", 60)):
        at = np.unique(column(told(kind, "pun-4"), "at"))
        assert np.diff(at[at > NOW]).min() <= most * SECOND, kind
    alive = np.unique(column(told("alive", "pun-4"), "at"))
    assert np.diff(alive[alive > NOW]).max() == MINUTE


def test_one_line_of_a_site_lacks_a_person_that_another_has_to_spare() -> None:
    """So the first thing to do may be to move one: a case that can be looked at."""
    heads = {}
    for line in ("tul-1", "tul-2", "lei-1", "lei-cell"):
        table = told("attendance", line)
        starts, ends = column(table, "from_at"), column(table, "until_at")
        (now,) = np.flatnonzero((starts <= NOW) & (ends > NOW))
        said = json.loads(table["body"][int(now)].as_py())
        heads[line] = said["heads_present"] - said["heads_needed"]
    assert heads == {"tul-1": -1, "tul-2": 1, "lei-1": -1, "lei-cell": 1}
