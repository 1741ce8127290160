"""What took long rests long: the floor's processor is not for analyses that are asked for again and again."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from tests.live.shift import Clock

from plantstack.intervals import HOUR, SECOND
from plantstack.live import study as studying
from plantstack.live.study import FRESH, Study
from plantstack.stack import Stack

LONG_S = 0.1  # so long a question takes at least


@pytest.fixture
def long_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour and a half for a tenth of a second of work: much more than FRESH, and soon tested."""
    monkeypatch.setattr(studying, "_REST", round(90 * 60 / LONG_S))


def counted(seconds: float) -> tuple[list[int], Callable[[Stack], int]]:
    """A question that takes so long at least, and how often it was answered."""
    runs: list[int] = []

    def question(_stack: Stack) -> int:
        time.sleep(seconds)
        runs.append(len(runs))
        return len(runs)

    return runs, question


def answered(study: Study, key: tuple[str, str], question: Callable[[Stack], int]) -> int:
    """The answer that is given at once, when all that this began is done."""
    found = study.ask(key, question).value
    study.ask((key[0] + " fence", str(study.answered)), lambda _stack: 0)  # after it
    return found


@pytest.mark.usefixtures("long_rest")
def test_a_question_that_took_long_is_not_asked_again_while_it_rests(study: Study, clock: Clock) -> None:
    runs, question = counted(LONG_S)
    assert answered(study, ("losses", "line-1"), question) == 1
    clock.now += HOUR  # a dozen times as old as what is fresh
    assert HOUR > 10 * FRESH
    assert answered(study, ("losses", "line-1"), question) == 1
    assert len(runs) == 1, "it rests twenty times as long as it took, on a clock as fast as that of this test"
    clock.now += 24 * 365 * HOUR
    assert answered(study, ("losses", "line-1"), question) == 1, "what there is is given at once"
    assert len(runs) == 2, "and then a newer answer is worked out"


@pytest.mark.usefixtures("long_rest")
def test_the_rest_is_that_of_a_kind_and_short_questions_have_none(study: Study, clock: Clock) -> None:
    runs, question = counted(LONG_S)
    quick, short = counted(0)
    answered(study, ("losses", "line-1"), question)
    assert answered(study, ("losses", "line-2"), question) == 2, "what was never answered does not wait"
    answered(study, ("plan", "line-1"), short)
    study._spent["plan"] = 0  # however busy the machine is: it took no time
    clock.now += FRESH + SECOND
    answered(study, ("plan", "line-1"), short)
    for line in ("line-1", "line-2"):
        answered(study, ("losses", line), question)
    assert (len(quick), len(runs)) == (2, 2)


def test_the_rest_is_twenty_times_the_work() -> None:
    assert studying._REST == 20, "less, and analyses take more than one part in twenty of a processor"
