"""Alarm rules learned from what people said, against a truth that was planted."""

from __future__ import annotations

from random import Random

import pytest

from plantstack.intervals import MINUTE
from plantstack.kpis.models.alarm_reasons import Bar, Halt, candidates, held_out, wilson

TRUTH = {"E1": "jam", "E2": "leak", "E3": "material"}
BAR = Bar()


def halts(n: int, *, wrong: float = 0.03, seed: int = 1) -> list[Halt]:
    """Halts whose alarm tells the reason, but for slips of the finger; N comes with all of them."""
    chance = Random(seed)
    made = []
    for number in range(n):
        code = chance.choices(list(TRUTH), (6, 3, 1))[0]
        reason = chance.choice(list(TRUTH.values())) if chance.random() < wrong else TRUTH[code]
        alarms = ["N", code] if chance.random() < 0.5 else [code, "N"]
        made.append(Halt("m1", number * MINUTE, reason, tuple(alarms)))
    return made


def test_the_planted_truth_is_found_and_what_comes_with_everything_is_not() -> None:
    found = candidates(halts(1000))
    assert {one.code: one.reason for one in found if not one.why_not(BAR)} == TRUTH
    noise = next(one for one in found if one.code == "N")
    assert noise.n == 1000 and noise.why_not(Bar(sure=0.5)) == "no better than always 'jam'"


def test_alarms_that_say_nothing_give_no_rules() -> None:
    chance = Random(2)
    told = [
        Halt("m1", number, chance.choice(("jam", "leak")), (chance.choice(("E1", "E2")),))
        for number in range(500)
    ]
    assert all(one.why_not(BAR) for one in candidates(told))
    assert held_out(told, BAR).n_rules == 0


def test_few_halts_are_not_enough_and_a_machine_learns_for_itself() -> None:
    told = [Halt("m1", n, "jam", ("E1",)) for n in range(9)]
    told += [
        Halt("m2", n, reason, (code,)) for n in range(40) for reason, code in (("leak", "E1"), ("jam", "E2"))
    ]
    found = {(one.machine, one.code): (one.reason, one.why_not(BAR)) for one in candidates(told)}
    assert found["m1", "E1"] == ("jam", "only 9 of 10 halts")
    assert found["m2", "E1"] == ("leak", "") and found["m2", "E2"] == ("jam", "")


def test_rules_are_tried_on_later_halts_only() -> None:
    told = held_out(halts(1000), BAR)
    assert (told.n_learned, told.n_later, told.n_rules, told.n_spoken) == (700, 300, 3, 300)
    low, high = wilson(told.right, told.n_spoken)
    # two thirds of three wrong in a hundred are wrong; the first reason alone is right in six of ten
    assert low <= 0.98 <= high
    assert told.naive_right / told.n_spoken == pytest.approx(0.6, abs=0.1)


def test_a_code_that_changed_its_meaning_is_seen_on_the_later_halts() -> None:
    before = [Halt("m1", n, TRUTH[code], (code,)) for n in range(100) for code in TRUTH]
    after = [Halt("m1", 100 + n, "leak", ("E1",)) for n in range(100)]
    told = held_out([*before, *after], BAR)
    assert told.n_spoken == 120 and told.right < 30


def test_the_order_in_which_halts_are_read_changes_nothing() -> None:
    told = halts(300)
    shuffled = Random(3).sample(told, len(told))
    assert candidates(told) == candidates(shuffled) and held_out(told, BAR) == held_out(shuffled, BAR)
