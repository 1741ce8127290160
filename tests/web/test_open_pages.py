"""How many pages are kept for one reader: as many as people look at, not as many as one asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.exceptions import HTTPException
from tests.live.inside import Inside, inside

from plantstack.interfaces.web.hub import MOST, Hub, Topic
from plantstack.live.access import ALL, Sender

NOON = 1_772_560_800_000_000  # of a Tuesday at the plant
HERE = "127.0.0.1"  # of whoever asks where there are neither accounts nor tokens


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with inside(tmp_path_factory.mktemp("open") / "p", NOON) as made:
        yield made


def page(number: int) -> str:
    return f"/op/filler?page={number}"


def opened(hub: Hub, number: int, reader: str) -> Topic:
    found = hub.topic(page(number), Sender(may=ALL), "en", reader)
    assert found is not None
    return found


def run(look: Callable[[], Awaitable[None]]) -> None:
    """Look, and let go of all that was begun."""

    async def looked() -> None:
        await look()
        begun = asyncio.all_tasks() - {asyncio.current_task()}
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)

    asyncio.run(looked())


def test_one_reader_has_so_many_pages_open_and_no_more(floor: Inside) -> None:
    async def look() -> None:
        hub = Hub(floor.running)
        with ExitStack() as open_:
            for number in range(MOST):
                open_.enter_context(opened(hub, number, "one").followed_by("one"))
            with pytest.raises(HTTPException) as refused:
                opened(hub, MOST, "one")
            assert refused.value.status_code == 429
            assert len(hub.topics) == MOST
            assert opened(hub, 0, "one") is opened(hub, 0, "two"), "what he has open he may open once more"
            assert opened(hub, MOST, "two"), "another reader has pages of his own"
            with pytest.raises(HTTPException):
                opened(hub, MOST, "one")

    run(look)


def test_pages_that_a_reader_left_make_room_for_the_next(floor: Inside) -> None:
    async def look() -> None:
        hub = Hub(floor.running)
        with opened(hub, 0, "one").followed_by("one"):
            left = opened(hub, 1, "one")
            with left.followed_by("one"):
                pass
            for number in range(2, 5 * MOST):
                opened(hub, number, "one")
                assert len(hub.topics) <= MOST
                await asyncio.sleep(0)
            assert left.is_over
            assert not opened(hub, 0, "one").is_over

    run(look)


def test_a_page_that_others_look_at_is_not_counted_against_whoever_left_it(floor: Inside) -> None:
    async def look() -> None:
        hub = Hub(floor.running)
        with ExitStack() as open_:
            for number in range(MOST):
                open_.enter_context(opened(hub, number, "one").followed_by("two"))
            assert opened(hub, MOST, "one")
            assert len(hub.topics) == MOST + 1

    run(look)


def test_the_stream_of_one_page_too_many_is_refused_and_says_when_to_come_again(floor: Inside) -> None:
    hub: Hub = floor.app.state.hub
    with ExitStack() as open_:

        async def look() -> None:
            topics = {number: opened(hub, number, HERE) for number in range(MOST)}
            kept.update(hub.topics)
            for topic in topics.values():
                open_.enter_context(topic.followed_by(HERE))

        kept: dict[tuple[object, ...], Topic] = {}
        run(look)
        hub.topics.update(kept)  # as if they were still being made
        answer = floor.request("GET", "/live", params={"page": page(MOST)})
        hub.topics.clear()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    (problem,) = answer.json()["problems"]
    assert problem["what"] == f"{MOST} pages of one reader are open already; close one of them"
