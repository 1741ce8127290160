"""The books that a server keeps open: what they heard, when they stand still, and how they are let go of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest
from tests.live.shift import Clock, Wire, body, plant, said

from plantstack.intervals import HOUR, MINUTE
from plantstack.live.running import Running

START = 1_772_431_200_000_000


@pytest.fixture
def running(tmp_path: Path, clock: Clock) -> Iterator[Running]:
    made = Running(plant(tmp_path / "p"), clock)
    yield made
    made.close()


def take(running: Running, *events: Wire) -> None:
    assert running.take(body(*events)).counts["accepted"] == len(events)


def test_whoever_has_begun_to_ask_is_answered_before_the_books_are_closed(
    tmp_path: Path, clock: Clock
) -> None:
    running = Running(plant(tmp_path / "p"), clock)
    begun, may_end, found = Event(), Event(), []

    def ask() -> None:
        def question(stack: object) -> object:
            begun.set()
            may_end.wait(10)
            return running.keeper._stack.engine(scope=None).books.con.execute("select 42").fetchall()

        found.append(running.ask(question))

    asking = Thread(target=ask)
    asking.start()
    begun.wait(10)
    closing = Thread(target=running.close)
    closing.start()
    closing.join(0.2)
    assert closing.is_alive()
    may_end.set()
    asking.join(10)
    closing.join(10)
    assert found == [[(42,)]]


def test_news_is_what_people_and_states_say_and_not_what_machines_count(
    running: Running, clock: Clock
) -> None:
    take(running, said("count", "filler", START + HOUR, "c1", good=10))
    running.keeper.freshen()
    assert running.keeper.heard.get("filler") is None
    take(running, said("state", "capper", START + HOUR, "s1", state="producing"))
    running.keeper.freshen()
    assert running.keeper.heard["capper"] == running.keeper.standing.offset
    by_hand = said("count", "filler", START + HOUR, "c2", scrap=1) | {"source": "person-at-the-line"}
    take(running, by_hand)
    running.keeper.freshen()
    assert running.keeper.heard["filler"] == running.keeper.standing.offset > running.keeper.heard["capper"]


def test_what_is_asked_together_is_asked_of_the_same_books_for_a_moment(
    running: Running, clock: Clock
) -> None:
    running.start()
    with running.keeper.held():
        take(running, said("state", "filler", START + HOUR, "s1", state="producing"))
        stood, began = running.keeper.standing, monotonic()
        while running.keeper.standing == stood and monotonic() - began < 20:
            Event().wait(0.05)
        held_s = monotonic() - began
    assert running.keeper.standing.offset > stood.offset  # a moment only, whoever asks
    assert held_s > 1
    clock.now += MINUTE
