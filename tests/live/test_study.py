"""Long questions: answered beside the books of the floor, once, and given up when the server stops."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event, Thread, Timer, current_thread
from time import monotonic, sleep
from typing import Any

import pytest
from tests.live.inside import inside
from tests.live.shift import Clock, plant, shift

from plantstack.insights.contract import Outcome
from plantstack.intervals import SECOND
from plantstack.live.study import FRESH, NotYet, Study, Waiting, outlives
from plantstack.plant.load import load_plant
from plantstack.plant.read_people import People
from plantstack.stack import Stack
from plantstack.stack.finding import asking
from plantstack.stack.finding.facts import Known
from plantstack.stack.finding.studying import study_of
from plantstack.stack.floor.sight import Then

NOW = Clock.now
NOON = 1_772_560_800_000_000  # of a Tuesday at the plant, inside a shift


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


def test_an_analysis_holds_up_analyses_only(study: Study) -> None:
    begun, gate = Event(), Event()

    def analysis(_stack: Stack) -> str:
        begun.set()
        gate.wait(30)
        return "drift"

    with pytest.raises(NotYet):
        study.ask(("findings", "line-1"), analysis, 0.0)
    assert begun.wait(30)
    assert study.ask(("plan", "line-1"), lambda _stack: "fits", 30.0).value == "fits"
    with pytest.raises(NotYet) as not_yet:
        study.ask(("first things", "line-1"), lambda _stack: "jam", 0.0)
    assert not_yet.value.waiting is not None and not_yet.value.waiting.ahead == 1
    gate.set()
    assert study.ask(("first things", "line-1"), lambda _stack: "jam").value == "jam"


def test_whatever_runs_analyses_stands_in_their_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the other queue it would hold up everybody."""
    workers: set[str] = set()

    def noted(stack: Stack, site: str, now: int, known: Known = "told", then: Then | None = None) -> Outcome:
        workers.add(current_thread().name.rpartition("_")[0])
        return study_of(stack, site, now, known, then)

    monkeypatch.setattr(asking, "study_of", noted)
    with inside(tmp_path / "p", NOON) as floor:
        floor.send(*shift(NOON))
        floor.fresh()
        for path in (
            "/findings",
            "/board/line-1",
            "/",
            "/handover/line-1",
            "/ci",
            "/op/line-1",
            "/plan/line-1",
        ):
            assert floor.request("GET", path).status_code in (200, 303), path
        for path in ("insights", "summary", "priorities", "floor/handover", "home", "losses"):
            assert floor.get(path, scope="line-1") is not None
        while floor.running.study._pending:
            sleep(0.05)
    assert workers == {"plantstack-analyses"}


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


def test_after_a_change_of_the_files_the_old_answer_is_given_and_says_that_it_waits(
    study: Study, clock: Clock
) -> None:
    gate, runs = Event(), iter(range(1, 9))

    def question(_stack: Stack) -> int:
        gate.wait(20)
        clock.now += 40 * SECOND
        return next(runs)

    gate.set()
    assert study.ask(("losses", "line-1"), question).waiting is None
    gate.clear()
    study.forget(keeps=True)
    old = study.ask(("losses", "line-1"), question, 0.0, also_before=True)
    assert (old.value, old.at, old.waiting) == (1, NOW, Waiting(NOW + 40 * SECOND, 0, None))
    with pytest.raises(NotYet) as not_yet:  # whoever cannot say that it is old waits for the new one
        study.ask(("losses", "line-2"), question, 0.0)
    assert not_yet.value.waiting is not None and not_yet.value.waiting.ahead == 1
    with pytest.raises(NotYet):
        study.ask(("losses", "line-1"), question, 0.0)
    gate.set()
    new = study.ask(("losses", "line-1"), question)
    assert (new.value, new.waiting) == (2, None)
    assert study.ask(("losses", "line-1"), question, also_before=True).waiting is None


def test_how_long_it_took_the_last_time_is_told_apart_for_the_first_after_a_change(
    study: Study, clock: Clock
) -> None:
    gate, lengths = Event(), iter((3, 60, 5, 2))

    def question(_stack: Stack) -> int:
        gate.wait(20)
        clock.now += next(lengths) * SECOND
        return 0

    def usual(name: str) -> int | None:
        """What is told of the next one; then it is answered."""
        gate.clear()
        with pytest.raises(NotYet) as not_yet:
            study.ask(("losses", name), question, 0.0)
        gate.set()
        study.ask(("losses", name), question)
        return not_yet.value.waiting.usual_us if not_yet.value.waiting else None

    assert usual("a") is None
    study.forget()
    assert usual("a") is None, "the books are derived for it: the 3 s of before say nothing"
    assert usual("b") == 3 * SECOND
    study.forget()
    assert usual("c") == 60 * SECOND


def test_what_was_asked_before_a_change_and_answered_after_it_does_not_stand_as_new(study: Study) -> None:
    gate = Event()

    def slow(_stack: Stack) -> str:
        gate.wait(20)
        return "before"

    with pytest.raises(NotYet):
        study.ask(("slow",), slow, 0.0)
    study.forget(keeps=True)
    gate.set()
    assert study.ask(("slow",), lambda _stack: "after").value == "after"
    study.forget()
    with pytest.raises(NotYet):  # nothing of before is kept where it was not to be
        gate.clear()
        study.ask(("slow",), slow, 0.0, also_before=True)
    gate.set()


def test_answers_outlive_a_target_and_not_a_machine_that_moved(tmp_path: Path) -> None:
    before = load_plant(plant(tmp_path / "p"))
    labelled = {name: replace(leaf, label="x") for name, leaf in before.reasons.items()}
    assert outlives(before, replace(before, targets=(), standards=(), reasons=labelled))
    first = next(iter(before.machines))
    moved = {**before.machines, first: replace(before.machines[first], label="another")}
    assert not outlives(before, replace(before, machines=moved))
    assert not outlives(before, replace(before, reasons={}))
    assert not outlives(before, replace(before, people=People(least_people=9)))
