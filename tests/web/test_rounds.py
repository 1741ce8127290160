"""When open pages are made anew: at once for what was said, else in rounds of the plant's clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.live.inside import Inside, inside
from tests.live.shift import said, shift

from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.interfaces.web import hub
from plantstack.interfaces.web.hub import Hub, Made, Topic
from plantstack.intervals import SECOND, rfc3339
from plantstack.live.access import ALL, Sender

NOON = 1_772_560_800_000_000  # of a Tuesday at the plant, where a round begins
EVERYBODY = Sender(may=ALL, scope="")
FILLER, LABELLER = "/op/filler", "/op/labeller"  # of two lines
BOTH = {FILLER, LABELLER}
A_LOOK_S, PATIENCE_S = 1.5, 60.0  # a page of the floor is made anew each second at most


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Inside]:
    with inside(tmp_path / "p", NOON) as made:
        made.send(*shift(NOON), said("state", "labeller", NOON - SECOND, "labeller", state="producing"))
        made.fresh()
        yield made


class Open:
    """Two open pages that were made and wait for what comes."""

    def __init__(self, floor: Inside) -> None:
        self.floor, self.hub = floor, Hub(floor.running)
        self.topics: dict[str, Topic] = {}
        self._made: dict[str, Made | None] = {}

    async def settle(self) -> None:
        """Open both and wait until nothing is being worked out for them any longer."""
        for address in (FILLER, LABELLER):
            topic = self.hub.topic(address, EVERYBODY, "en")
            assert topic is not None
            topic.followers["somebody"], self.topics[address] = 1, topic
        await self._calm()

    async def _calm(self) -> None:
        """Wait until nothing is being worked out and no page is due, however busy the machine is."""
        end, study = time.monotonic() + PATIENCE_S, self.floor.running.study
        while study._pending or any(
            one.made is None or self.hub._is_due(one, one.made) for one in self.topics.values()
        ):
            assert time.monotonic() < end, "a page is always due"
            await asyncio.sleep(0.05)

    def anew(self) -> set[str]:
        """Which pages were made anew since this was asked before."""
        found = {address: topic.made for address, topic in self.topics.items()}
        fresh = {address for address, made in found.items() if made is not self._made.get(address)}
        self._made = found
        return fresh

    async def after(self, seconds: int, *events: dict[str, object]) -> set[str]:
        """Let time pass, tell the plant something; which pages are made anew for it."""
        self.anew()
        self.floor.turned.pass_by(seconds * SECOND)
        if events:
            await asyncio.to_thread(self.floor.send, *events)
        await asyncio.to_thread(self.floor.fresh)
        await self._calm()
        await asyncio.sleep(A_LOOK_S)
        return self.anew()

    def close(self) -> None:
        for topic in self.topics.values():
            assert topic.task is not None
            topic.task.cancel()


def run(floor: Inside, look: Callable[[Open], Awaitable[None]]) -> None:
    """Look at two open pages in one loop."""

    async def looked() -> None:
        pages = Open(floor)
        await pages.settle()
        try:
            await look(pages)
        finally:
            pages.close()

    asyncio.run(looked())


def count(at: int, key: str) -> dict[str, object]:
    return said("count", "filler", at, key, **{"from": rfc3339(at - SECOND)}, good=7, scrap=0)


def test_what_is_only_counted_waits_for_the_next_round_and_comes_with_it(floor: Inside) -> None:
    async def look(pages: Open) -> None:
        assert await pages.after(2, count(NOON + 2 * SECOND, "one")) == set()
        assert await pages.after(2) == set(), "time that only passes waits too"
        assert await pages.after(6) == BOTH, "the round is that of the plant's clock"
        assert await pages.after(9, count(NOON + 19 * SECOND, "two")) == set()
        assert await pages.after(1) == BOTH

    run(floor, look)


def test_what_a_machine_does_or_somebody_says_is_shown_at_once_where_it_matters(floor: Inside) -> None:
    async def look(pages: Open) -> None:
        stop = said("state", "filler", NOON + SECOND, "stop", state="fault")
        assert await pages.after(1, stop) == {FILLER}
        note = said("note", "filler", NOON + 2 * SECOND, "note", text="jam") | {"source": "tablet-1"}
        assert await pages.after(1, note) == {FILLER}
        assert await pages.after(1, count(NOON + 3 * SECOND, "one")) == set()

    run(floor, look)


def test_news_do_not_wait_until_a_page_has_rested(floor: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "_OFTEN_S", 10 * PATIENCE_S)

    async def look(pages: Open) -> None:
        topic = pages.topics[FILLER]
        topic.found = replace(topic.found, page=replace(topic.found.page, every_s=10 * PATIENCE_S))
        for number, state in enumerate(("fault", "producing", "fault"), 1):
            told = said("state", "filler", NOON + number * SECOND, f"state {number}", state=state)
            assert await pages.after(1, told) == {FILLER}  # it would rest for ten minutes

    run(floor, look)


def test_whoever_comes_first_in_a_round_derives_what_all_will_ask_about(
    floor: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[str]] = []
    plain = DuckEngine.settled

    def noted(engine: DuckEngine, *scopes: str | None) -> DuckEngine:
        places = {one for one in scopes if one is not None}
        if places and floor.running.keeper._holding:  # the books stand still until all have theirs
            asked.append(places)
        return plain(engine, *scopes)

    async def look(pages: Open) -> None:
        monkeypatch.setattr(DuckEngine, "settled", noted)
        assert await pages.after(10, count(NOON + 9 * SECOND, "one")) == BOTH
        assert asked[0] == {"filler", "labeller"}, "of both lines in one run"

    run(floor, look)
