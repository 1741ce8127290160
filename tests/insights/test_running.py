"""Analyses are asked only of what carries them; what is found is put in order; what was known then is all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from plantstack.insights.backtest import Asked, Wrong, backtest, score
from plantstack.insights.contract import Needs, Outcome
from plantstack.insights.facts import TABLES, Facts, Place
from plantstack.insights.finding import Action, Cost, Effect, Finding, Subject
from plantstack.insights.registry import KINDS, analyses
from plantstack.insights.running import monthly, run
from plantstack.insights.saying import Figure, Say
from plantstack.insights.telling.render import Reader, tell
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.asked_by import seen_findings
from plantstack.interfaces.web import formats
from plantstack.intervals import DAY, HOUR, Interval
from plantstack.live.access import Sender

FREE = Cost(None, None, None, "EUR", "month")


def finding(at: int, *, kind: str = "late", began: int = 0, cost: Cost = FREE, **more: Any) -> Finding:
    effect = Effect(2.0, 1.0, 0.5, 1.5, "1", "share", Say("before"), 3, 9)
    action = Action(Say("look"), "supervisor", at + HOUR)
    told: dict[str, Any] = {"severity": 3.0, **more}
    span = Interval(min(began, at), at)
    says = Say("it is late")
    return Finding(
        *(kind, 1, Subject("m1"), span, began, says, effect, cost, (), (), action, at + DAY), **told
    )


@dataclass(frozen=True)
class Latest:
    """Finds the number of the newest reading: whatever it is not to know would show."""

    kind: str = "late"
    layer: int = 1
    needs: Needs = field(default_factory=lambda: Needs({"readings": 2}, days=1.0))

    def run(self, facts: Facts) -> Outcome:
        seen = facts.table("readings")["at"].to_pylist()
        return Outcome([finding(facts.as_of, began=seen[-1] // DAY)])


def readings(*rows: tuple[int, int]) -> pa.Table:
    """Readings of one machine: when it was read, and from when that was known."""
    plain: Mapping[str, Any] = {
        "equipment": "m1",
        "parameter": "p",
        "value": 1.0,
        "unit": "",
        "is_running": True,
    }
    blank = {"product": "", "order": "", "shift": "", "crew": "", "offset": 0}
    return pa.Table.from_pylist(
        [{**plain, **blank, "at": at, "known_at": known} for at, known in rows], TABLES["readings"]
    )


def facts(*rows: tuple[int, int], as_of: int = 9 * DAY) -> Facts:
    return Facts(as_of, {"readings": readings(*rows)}, {"m1": Place("m1", "One", "l", "s")})


def test_an_analysis_without_what_it_needs_is_not_asked_and_says_what_is_missing() -> None:
    none = run([Latest()], replace(facts(), tables={}))
    few = run([Latest()], facts((DAY, DAY)))
    short = run([Latest()], facts((8 * DAY + HOUR, 8 * DAY + HOUR), (9 * DAY - 1, 9 * DAY - 1)))
    assert [len(one.findings) for one in (none, few, short)] == [0, 0, 0]
    assert [one.cannot[0].why.text[:14] for one in (none, few, short)] == [
        "There are no %",
        "At most %(n)s ",
        "There are %(n)",
    ]
    assert all(one.cannot[0].fix.text for one in (none, few, short))
    assert len(run([Latest()], facts((DAY, DAY), (2 * DAY, 2 * DAY))).findings) == 1


def test_what_was_told_later_is_not_known_before() -> None:
    late = facts((DAY, DAY), (2 * DAY, 2 * DAY), (3 * DAY, 8 * DAY))
    assert late.known(7 * DAY).table("readings")["at"].to_pylist() == [DAY, 2 * DAY]
    assert late.known(8 * DAY).table("readings").num_rows == 3
    found = backtest([Latest()], late, [3 * DAY, 5 * DAY, 8 * DAY])
    assert [(one.first.began, one.raised_at, one.seen_until) for one in found] == [
        (2, 3 * DAY, 5 * DAY),
        (3, 8 * DAY, 8 * DAY),
    ]


def test_an_entry_is_cut_where_it_was_known_to_and_its_reason_waits_until_it_was_told() -> None:
    row = {"equipment": "m1", "known_at": 0, "from": 0, "until": 9, "account": "other_stop", "speed": None}
    row |= {"reason": "jam", "reason_known_at": 6, "product": "", "order": "", "shift": "", "crew": ""}
    all_ = Facts(10, {"time": pa.Table.from_pylist([row], TABLES["time"])}, {})
    early, late = (all_.known(at).table("time").to_pylist()[0] for at in (5, 7))
    assert (early["until"], early["reason"]) == (5, "") and (late["until"], late["reason"]) == (7, "jam")


def test_safety_goes_before_money_and_money_before_what_is_rare() -> None:
    @dataclass(frozen=True)
    class Several:
        kind: str = "several"
        layer: int = 1
        needs: Needs = field(default_factory=lambda: Needs({}))

        def run(self, facts: Facts) -> Outcome:
            told: Sequence[Finding] = (
                finding(1, kind="rare", severity=90.0),
                finding(1, kind="dear", cost=replace(FREE, low=1.0, likely=2.0, high=3.0, per="day")),
                finding(1, kind="cheap", cost=replace(FREE, low=1.0, likely=59.0, high=99.0)),
                finding(1, kind="safe", is_safety=True),
            )
            return Outcome(told)

    assert [one.kind for one in run([Several()], facts()).findings] == ["safe", "dear", "cheap", "rare"]
    assert monthly(replace(FREE, likely=2.0, per="day")) == 60 and monthly(FREE) is None


def test_a_finding_is_the_same_for_one_episode_and_another_for_the_next() -> None:
    assert finding(1, began=5).id == finding(2, began=5, severity=9.0).id != finding(2, began=6).id


def test_what_was_wrong_is_found_missed_or_falsely_named() -> None:
    raised = backtest(
        [Latest()], facts((DAY, DAY), (2 * DAY, 2 * DAY), (6 * DAY, 6 * DAY)), [3 * DAY, 7 * DAY]
    )
    about: Mapping[str, str] = {}
    hit = Wrong("hit", frozenset({"late"}), frozenset({"m1"}), Interval(2 * DAY, 4 * DAY), about)
    other = Wrong("other", frozenset({"drift"}), frozenset({"m1"}), Interval(2 * DAY, 4 * DAY), about)
    told = score(raised, [hit, other], Interval(0, 7 * DAY), machines=2)
    assert dict(told.found) == {"hit": DAY} and told.missed == ["other"]
    assert len(told.false) == 1 and told.false_a_machine_week == 0.5


def wrong(name: str, first: int, last: int, kind: str = "late") -> Wrong:
    return Wrong(name, frozenset({kind}), frozenset({"m1"}), Interval(first * DAY, last * DAY), {})


def test_what_nobody_looked_for_or_asked_about_is_not_missed() -> None:
    """A newcomer read '27 missed': records late or twice, and what began after it was asked last."""
    truths = [
        wrong("missed", 4, 7),
        wrong("record", 4, 7, "duplicates"),
        *(wrong("over", 0, 2), wrong("short", 5, 6), wrong("today", 8, 9)),
    ]
    asked = Asked([2 * DAY, 5 * DAY - 1, 7 * DAY], frozenset({"late"}))
    told = score([], truths, Interval(2 * DAY, 7 * DAY), machines=1, asked=asked)
    assert told.missed == ["missed"] and told.unlooked == ["record"]
    assert told.unasked == {"over": "before", "short": "between", "today": "after"}


def test_what_stood_when_it_was_asked_first_has_no_lead() -> None:
    """'354 h after it began' was only when it was asked first."""
    instants = [3 * DAY, 7 * DAY]
    raised = backtest([Latest()], facts((DAY, DAY), (2 * DAY, 2 * DAY), (6 * DAY, 6 * DAY)), instants)
    truths = [wrong("before", 1, 5), wrong("since", 5, 9), wrong("just", 3, 4)]
    told = score(raised, truths, Interval(3 * DAY, 7 * DAY), machines=1, asked=Asked(instants))
    assert told.found == {"before": 2 * DAY, "since": 2 * DAY, "just": 0}
    assert told.at_first == {"before"} and not told.missed


def test_each_analysis_says_which_kinds_it_tells_apart() -> None:
    assert set(KINDS) == {one.kind for one in analyses()}


def test_whoever_may_see_no_money_is_told_none_in_rows_and_in_sentences() -> None:
    values = {"money": Figure(5619.0, "money", "USD")}
    priced = finding(1, cost=replace(FREE, low=1.0, likely=5619.0, high=9.0))
    dear = replace(priced, says=Say("%(money)s a month", values))
    reader = Reader("en", "UTC", str, lambda name: name.id, formats)
    assert tell(dear.says, reader) == "$5,619 a month"
    assert tell(dear.says, replace(reader, sees_money=False)) == "– a month"
    answer = Answer([{"row": "finding", **dear.as_row()}])
    assert "5619" in json.dumps(answer.rows)
    assert "5619" not in json.dumps(seen_findings(Sender(may=("read",)), answer).rows)
    assert seen_findings(Sender(), answer) == answer
