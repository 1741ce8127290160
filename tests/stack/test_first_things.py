"""What to do first rests on what the books know: stops before this one, who waited for it, the next shift."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.stack.floor import Wire
from tests.stack.floor_questions.told import SIX, at, counts, line_plan, orders, standing, told
from tests.web.test_finding_pages import beaten

from plantstack.errors import QueryError
from plantstack.insights.telling.facts_of_shift import Rest, ShiftFacts
from plantstack.interfaces.asked_findings import insights, reached
from plantstack.interfaces.asked_shift import first_things, known_of, summaries
from plantstack.intervals import DAY, HOUR, MINUTE
from plantstack.stack import Stack
from plantstack.stack.telling.ahead import facts_ahead
from plantstack.stack.telling.shift import shift_facts

NOW = at(10)
LENGTHS = (5, 12, 14, 16, 18, 20, 22, 24, 26, 90)  # minutes, one stop a day
WEEKDAYS = [SIX - n * DAY for n in range(1, 15) if n % 7 not in (2, 3)]  # without the weekends


def stop(machine: str, start: int, end: int, reason: str) -> list[Wire]:
    """A stop with its reason."""
    return [
        told("state", machine, start, state="stopped"),
        told("reason", machine, start + MINUTE, "tablet", role="symptom", reason=reason),
        told("state", machine, end, state="producing"),
    ]


def past(machine: str, reason: str, lengths: tuple[int, ...] = LENGTHS) -> Iterator[Wire]:
    """A shift a day in which a machine runs, but for a stop at eight, and 55 minutes of a failure later."""
    for six, minutes in zip(WEEKDAYS, lengths, strict=False):
        yield told("state", machine, six, state="producing")
        yield from stop(machine, six + 2 * HOUR, six + 2 * HOUR + minutes * MINUTE, reason)
        yield from stop(machine, six + 5 * HOUR, six + 5 * HOUR + 55 * MINUTE, "mechanical")
        yield told("alive", machine, six + 8 * HOUR, from_=six, until=six + 8 * HOUR)


def today(machine: str, since: int, reason: str = "") -> Iterator[Wire]:
    """It runs until it stands, and stands now."""
    yield told("state", machine, SIX, state="producing")
    yield told("state", machine, since, state="stopped")
    if reason:
        yield told("reason", machine, since + MINUTE, "tablet", role="symptom", reason=reason)
    yield told("alive", machine, NOW, from_=SIX, until=NOW)


def facts_of(folder: Path, events: list[Wire], now: int = NOW) -> ShiftFacts:
    begun = orders("filler", "packer", when=SIX - 20 * DAY)
    with standing(folder, [*begun, *events], now) as stack:
        return shift_facts(stack, "line-1", now, has_findings=False)


def rest_of(facts: ShiftFacts, machine: str = "filler") -> Rest:
    (one,) = (one for one in facts.standing if one.machine == machine)
    assert one.rest is not None
    return one.rest


def test_a_stop_is_held_against_those_of_its_reason_that_lasted_as_long(tmp_path: Path) -> None:
    """Eight minutes gone: nine lasted longer, the middle one 20 minutes, so 12 are left."""
    events = [*past("filler", "leak"), *today("filler", NOW - 8 * MINUTE, "leak")]
    rest = rest_of(facts_of(tmp_path, events))
    assert (rest.n, rest.seconds, rest.is_like, rest.share) == (9, 12 * 60, True, 1.0)
    assert rest.low == 8 * 60 and rest.high == 16 * 60


def test_a_stop_of_a_reason_that_is_rare_is_held_against_all_of_the_machine(tmp_path: Path) -> None:
    events = [*past("filler", "leak"), *today("filler", NOW - 8 * MINUTE, "electrical")]
    rest = rest_of(facts_of(tmp_path, events))
    assert (rest.n, rest.seconds, rest.is_like) == (19, 47 * 60, False)


def test_where_too_few_lasted_so_long_nothing_is_said(tmp_path: Path) -> None:
    events = [*past("filler", "leak"), *today("filler", NOW - 75 * MINUTE)]  # a break of fifteen in it
    assert rest_of(facts_of(tmp_path, events)) == Rest(1)


def test_the_time_that_is_left_is_planned_time(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, [*today("filler", NOW - 8 * MINUTE)])
    (line,) = facts.lines
    assert line.work is not None and 0 < line.work <= (facts.end - NOW) / 1e6
    assert facts.homes["filler"] == "line-1"


def test_orders_say_how_many_pieces_will_be_missing(tmp_path: Path) -> None:
    """A past of six shifts at 1,000 an hour; 6,000 are due in three hours and none is made."""
    before = [
        one
        for six in WEEKDAYS[:6]
        for machine in ("filler", "packer")
        for one in (
            told("order", machine, six, "erp", order=f"B-{six}", phase="start", product="cola-330"),
            told("state", machine, six, state="producing"),
            told("alive", machine, six + 8 * HOUR, from_=six, until=six + 8 * HOUR),
            *counts(machine, six, six + 8 * HOUR, 84),
        )
    ]
    events = [*before, line_plan(6000, at(8), at(13)), *today("filler", at(9)), *today("packer", at(9))]
    with standing(tmp_path, [*events, *orders("filler", "packer")], NOW) as stack:
        facts = shift_facts(stack, "line-1", NOW, has_findings=False)
    (late,) = facts.late
    assert (late.order, late.is_sure, late.is_running, late.due) == ("A", True, True, at(13))
    (line,) = facts.lines
    assert late.missing is not None and late.seconds is not None and line.per_hour is not None
    assert late.seconds == pytest.approx(late.missing / line.per_hour * 3600, rel=0.01)
    assert 0 < late.missing < 6000


# -- where no shift runs ---------------------------------------------------------------------------------


def test_where_no_shift_runs_it_is_for_the_next_that_begins(tmp_path: Path) -> None:
    night = SIX - HOUR
    hold = told("quality_event", "packer", night - HOUR, "tablet", type="hold", qty=70, lot="L1")
    events = [*orders("filler"), *today("filler", at(8)), hold]
    with standing(tmp_path, events, night) as stack:
        rows = first_things(stack, "line-1", now=night).rows
        facts = facts_ahead(stack, "line-1", night)
        weekend = SIX + 4 * DAY + 10 * HOUR
        assert facts_ahead(stack, "line-1", weekend).start >= weekend
    assert (facts.is_ahead, facts.start, facts.shift) == (True, SIX, "early")
    assert not facts.standing and not facts.losses
    assert rows and {row["period"]["state"] for row in rows} == {"next"}
    assert all(row["minutes"] is None for row in rows)


def test_an_empty_list_says_that_no_shift_runs(tmp_path: Path) -> None:
    """Nothing stands on it that could say so; where a shift runs nothing is said."""
    night = SIX - HOUR
    with standing(tmp_path, [*orders("filler"), *today("filler", at(8))], night) as stack:
        for language, says in (("en", "No shift runs now"), ("de", "Gerade läuft keine Schicht")):
            answer = first_things(stack, "line-1", now=night, language=language)
            (note,) = [one for one in answer.notes if one.code == "shift-none-runs"]
            assert not answer.rows and note.where == "line-1" and note.what.startswith(says)
            assert note.fix.startswith("early, ") and "06:00" in note.fix
        assert not [one for one in first_things(stack, "line-1", now=NOW).notes if "none-runs" in one.code]


def test_an_open_shift_says_so(tmp_path: Path) -> None:
    with standing(tmp_path, [*orders("filler"), *today("filler", at(9))], NOW) as stack:
        rows = first_things(stack, "line-1", now=NOW).rows
        with pytest.raises(QueryError):
            first_things(stack, "line-9", now=NOW)
    assert {row["period"]["state"] for row in rows} == {"open"}
    assert rows[-1]["kind"] == "heads"


# -- one study -------------------------------------------------------------------------------------------


def test_findings_summary_and_first_things_stand_on_one_study_after_the_shift_too(tmp_path: Path) -> None:
    with Stack.open(beaten(tmp_path)) as stack:
        now = reached(stack)
        found = {row["id"]: row for row in insights(stack).rows if row["row"] == "finding"}
        assert found
        for later in (now + 3 * HOUR, now + 9 * HOUR, now + 20 * HOUR):
            first_things(stack, "line-1", now=later)
            known_of(stack, "line-1", "now", later)
            summaries(stack, "line-1", now=later)
        keys = [key for key in stack.remembered if isinstance(key, tuple) and key[0] == "findings"]
        assert len(keys) == 1
        ahead = [one.id for one in facts_ahead(stack, "line-1", now + 20 * HOUR).findings]
    assert ahead == [one for one in found if one in ahead]


def test_of_a_stop_beside_the_pacing_machine_only_what_that_machine_waited_counts(tmp_path: Path) -> None:
    """Each day the packer stands 20 minutes; for twelve it blocks the filler, which sets the pace."""
    events: list[Wire] = []
    for six in WEEKDAYS:
        eight = six + 2 * HOUR
        events += [told("state", one, six, state="producing") for one in ("filler", "capper", "packer")]
        events += stop("packer", eight, eight + 20 * MINUTE, "leak")
        events += [
            told("state", "capper", eight + 4 * MINUTE, state="blocked"),
            told("state", "filler", eight + 8 * MINUTE, state="blocked"),
            told("state", "filler", eight + 20 * MINUTE, state="producing"),
            told("state", "capper", eight + 20 * MINUTE, state="producing"),
        ]
        events += [
            told("alive", one, six + 8 * HOUR, from_=six, until=six + 8 * HOUR)
            for one in ("filler", "capper", "packer")
        ]
    events += [*today("packer", NOW - 5 * MINUTE, "leak"), told("state", "filler", SIX, state="producing")]
    events += [told("alive", "filler", NOW, from_=SIX, until=NOW)]
    begun = orders("capper", when=SIX - 20 * DAY)
    rest = rest_of(facts_of(tmp_path, [*begun, *events]), "packer")
    assert (rest.n, rest.seconds) == (10, 15 * 60)
    assert rest.share == pytest.approx(12 / 15)
