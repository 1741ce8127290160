"""The picker: tiles that stay in place, counts of today, suggestions from the machine, and what they do."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stack.floor import Wire
from tests.stack.floor_questions.told import SIX, at, orders, standing, states, told

from plantstack.intervals import DAY, MINUTE, Interval
from plantstack.stack.floor.evidence import is_withheld
from plantstack.stack.floor.pull import Answered, answers, pull, pull_of
from plantstack.stack.floor.reasons import picker
from plantstack.stack.floor.sight import look

RULE = """
alarm_reasons:
  - {code: 'F-1*', reason: bottle-jam, classes: [fast]}
  - {code: F-17, reason: cap-jam, at: [filler]}
"""
MANY = """
reasons:
  jams:
    owner: production
    account: other_stop
    reasons: {a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H}
  other: {label: Other, owner: production, account: other_stop, catch_all: true}
  pause: {label: Pause, owner: production, account: planned_down, allowance: 15 min}
  lunch: {label: Lunch, owner: production, account: planned_down, allowance: 30 min}
"""


def test_tiles_stand_in_the_order_of_the_plant_and_count_the_shift(tmp_path: Path) -> None:
    events = [*orders("filler"), *states("filler", (SIX, "producing"))]
    for minute in (10, 20):
        events += states("filler", (at(6, minute), "stopped"), (at(6, minute + 5), "producing"))
        events += [told("reason", "filler", at(6, minute + 1), "tablet-1", role="symptom", reason="leak")]
    events += states("filler", (at(6, 50), "stopped"))
    with standing(tmp_path, events, at(7)) as stack:
        found = picker(stack, "filler", at(7))
        assert [kind.kind for kind in found.kinds] == [
            *("breaks", "jams", "no-order", "planned", "supply", "technical", "other"),
        ]
        technical = next(kind for kind in found.kinds if kind.kind == "technical")
        assert [tile.reason for tile in technical.tiles] == ["electrical", "leak", "mechanical"]
        assert [(tile.n_today, tile.us_today) for tile in technical.tiles] == [
            (0, 0),
            (2, 10 * MINUTE),
            (0, 0),
        ]
        assert (technical.n_today, technical.us_today, technical.more) == (2, 10 * MINUTE, ())
        assert found.stop is not None and found.stop.from_at == at(6, 50)
        assert found.suggestion.reason == ""  # the machine said nothing of why
        assert picker(stack, "filler", at(7), stop_at=at(6, 10)).stop is not None


def test_what_does_not_fit_is_chosen_by_what_the_machine_needed_before_this_month(tmp_path: Path) -> None:
    events = [*orders("filler"), *states("filler", (SIX, "producing"))]
    earlier, today = SIX - 20 * DAY, at(6, 10)
    events += [
        told("reason", "filler", earlier + n * MINUTE, "tablet-1", role="symptom", reason=leaf)
        for n, leaf in enumerate("hhhgg")
    ]
    events += [told("reason", "filler", today, "tablet-1", role="symptom", reason="f") for _ in range(9)]
    with standing(tmp_path, events, at(7), {"reasons.yaml": MANY}) as stack:
        jams = next(kind for kind in picker(stack, "filler", at(7)).kinds if kind.kind == "jams")
        # f was told nine times today, and waits for next month
        assert [tile.reason for tile in jams.tiles] == ["a", "b", "c", "d", "g", "h"]
        assert [tile.reason for tile in jams.more] == ["e", "f"]


def test_what_is_only_ever_found_as_a_cause_is_no_kind_of_stop(tmp_path: Path) -> None:
    earlier = SIX - 20 * DAY
    events = [*orders("filler"), *states("filler", (SIX, "producing"))]
    events += [told("reason", "capper", earlier + n, "tech-1", role="cause", reason="a") for n in range(3)]
    parts = "reasons:\n  causes: {owner: maintenance, account: other_stop, reasons: {a: Worn, b: Loose}}\n"
    more = MANY.replace("reasons:\n", parts.replace(", b: Loose", ""), 1)
    with standing(tmp_path, events, at(7), {"reasons.yaml": more.replace("{a: A, b", "{b", 1)}) as stack:
        found = picker(stack, "filler", at(7))
        assert [kind.kind for kind in found.kinds] == ["jams", "lunch", "pause", "other"]
        assert [tile.reason for tile in found.more] == ["a"]


def test_a_suggestion_is_withheld_by_the_stop_alone_on_one_in_twenty() -> None:
    kept = [is_withheld("filler", n * MINUTE) for n in range(10_000)]
    assert 400 < sum(kept) < 600
    assert kept == [is_withheld("filler", n * MINUTE) for n in range(10_000)]
    assert kept != [is_withheld("capper", n * MINUTE) for n in range(10_000)]


def answered(shown_right: float, kept_right: float, n: int) -> list[Answered]:
    made, seen = [], {True: 0, False: 0}
    for number in range(n):
        kept = is_withheld("filler", number)
        seen[kept] += 1
        share = kept_right if kept else shown_right
        is_right = seen[kept] % 10 < round(share * 10)
        made.append(Answered("filler", number, "jam", "jam" if is_right else "film"))
    return made


def test_the_pull_is_what_showing_adds() -> None:
    strong = pull_of(answered(0.9, 0.6, 4000))
    assert strong.pull == pytest.approx(0.3, abs=0.02)
    assert strong.low is not None and strong.high is not None
    assert 0.2 < strong.low < 0.3 < strong.high < 0.4
    none = pull_of(answered(0.7, 0.7, 4000))
    assert none.low is not None and none.high is not None and none.low < 0 < none.high
    few = pull_of(answered(0.9, 0.6, 100))
    assert (few.pull, few.low) == (None, None)
    assert few.why_none.startswith("needs 20 answers")


def test_answers_of_people_to_stops_of_which_a_rule_speaks(tmp_path: Path) -> None:
    def stop(minute: int, code: str, reason: str, source: str = "tablet-1") -> list[Wire]:
        begin = at(6, minute)
        made = states("filler", (begin, "stopped"), (begin + 3 * MINUTE, "producing"))
        made += [told("alarm", "filler", begin + 5_000_000, code=code, phase="on")]
        if reason:
            made += [told("reason", "filler", begin + MINUTE, source, role="symptom", reason=reason)]
        return made

    events = [*orders("filler"), *states("filler", (SIX, "producing"))]
    events += [
        *stop(5, "F-17", "cap-jam"),  # the rule of the machine and whole code goes before the pattern
        *stop(15, "F-12", "cap-jam"),
        *stop(25, "X-1", "leak"),  # no rule speaks of it
        *stop(35, "F-12", ""),  # nobody answered
        *stop(45, "F-12", "bottle-jam", "mes"),  # no person
    ]
    with standing(tmp_path, events, at(7), {"alarms.yaml": RULE}) as stack:
        span = Interval(SIX, at(7))
        found = [(one.suggested, one.chosen) for one in answers(look(stack, "filler", at(7)), span)]
        assert found == [("cap-jam", "cap-jam"), ("bottle-jam", "cap-jam")]
        told_of = pull(stack, "filler", span, at(7))
        assert (told_of.n_shown + told_of.n_withheld, told_of.pull) == (2, None)
