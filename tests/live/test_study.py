"""Long questions: answered beside the books of the floor, once, and given up when the server stops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread, Timer
from time import monotonic
from typing import Any

import pytest
from tests.live.shift import plant

from plantstack.intervals import HOUR
from plantstack.live.study import FRESH, NotYet, Study
from plantstack.stack import Stack

NOW = 1_772_431_200_000_000 + 3 * HOUR


class Clock:
    """An instant that tests move."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def study(tmp_path: Path, clock: Clock) -> Iterator[Study]:
    project = plant(tmp_path / "p")
    with Stack.open(project, write=True) as stack:
        stack.rebuild(now=NOW)
    made = Study(project, clock)
    yield made
    made.close()


def test_an_answer_is_kept_and_says_what_it_stands_on(study: Study, clock: Clock) -> None:
    asked: list[int] = []

    def question(stack: Stack) -> int:
        asked.append(stack.standing()[0])
        return len(asked)

    first = study.ask(("q",), question)
    assert (first.value, first.at, study.ask(("q",), question).value, len(asked)) == (1, NOW, 1, 1)
    clock.now += FRESH + 1
    old = study.ask(("q",), question)
    assert old.value == 1, "the old answer is given at once, and a newer one worked out"
    while study.answered < 2:
        pass
    assert (study.ask(("q",), question).value, first.offset) == (2, asked[0])


def test_who_has_no_patience_hears_not_yet_and_gets_the_answer_later(study: Study) -> None:
    gate = Event()

    def slow(_stack: Stack) -> str:
        gate.wait()
        return "there"

    with pytest.raises(NotYet):
        study.ask(("slow",), slow, 0.0)
    gate.set()
    assert study.ask(("slow",), slow).value == "there"


def test_what_went_wrong_is_told_and_not_kept(study: Study) -> None:
    def wrong(_stack: Stack) -> Any:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        study.ask(("wrong",), wrong)
    assert study.ask(("wrong",), lambda _stack: 1).value == 1


def test_a_question_of_hours_does_not_hold_the_server(study: Study) -> None:
    def endless(stack: Stack) -> Any:
        con = stack.engine(scope=None).books.con
        return con.execute(
            "select sum(a.range * b.range) from range(10000000) a, range(10000000) b"
        ).fetchall()

    study.ask(("short",), lambda _stack: 1)
    with pytest.raises(NotYet):
        study.ask(("endless",), endless, 0.2)
    begun = monotonic()
    study.close()
    assert monotonic() - begun < 60, "hours of work were given up"


def test_questions_that_only_wait_do_not_hold_the_server_for_ever(study: Study) -> None:
    begun, go = Event(), Event()

    def slow(stack: Stack) -> int:
        begun.set()
        go.wait(30)
        return 1

    for name in ("first", "second", "third"):
        with pytest.raises(NotYet):
            study.ask((name,), slow, 0.0)
    assert begun.wait(30)
    Timer(0.3, go.set).start()
    closing = Thread(target=study.close)
    closing.start()
    closing.join(60)
    assert not closing.is_alive()
