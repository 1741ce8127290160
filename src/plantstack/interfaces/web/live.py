"""The stream of a page: what changed on it, made once for all who look at the same.

A reader that falls behind is sent what is newest, never what it missed: it cannot make the server grow.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Set
from contextlib import AbstractContextManager, aclosing, suppress
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.errors import PlantstackError
from plantstack.interfaces.api.callers import NOBODY, anybody, running_of
from plantstack.interfaces.web.changes import Part
from plantstack.interfaces.web.finding import Found, find
from plantstack.interfaces.web.page import Visit
from plantstack.interfaces.web.showing import Shown, assets, show
from plantstack.interfaces.web.speaking import chosen
from plantstack.live.access import Sender
from plantstack.live.calling.calling import Calling
from plantstack.live.running import Running

router = APIRouter()

BEAT_S = 5.0
_LOOK_S = 0.2
_SOON_S = 0.5  # what waits for an answer is made anew as often as this at most
_REST_S = 10.0  # a topic that nobody follows is kept that long


@dataclass(eq=False)
class Topic:
    """One page as some readers see it.

    Attributes:
        places: ids of the equipment it is about.
        title: of the document.
        parts: what changes, each with the round in which it last did.
        round: counts what was sent.
        upto: how far the log goes that it was made of at least.
        followers: how many look at it.
        is_over: it is not made any longer; whoever looks has to come again.
    """

    found: Found
    visit: Callable[[], Visit]
    places: list[str]
    title: str = ""
    parts: dict[str, Part] = field(default_factory=dict)
    round: int = 0
    upto: int = 0
    followers: int = 0
    is_over: bool = False
    digest: str = ""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    _packed: dict[tuple[int, frozenset[str]], bytes] = field(default_factory=dict)

    def take(self, shown: Shown, upto: int) -> None:
        """Note what changed, and wake those who look.

        Args:
            shown: the page as it is now.
            upto: offset of the books it was made of; they may have been newer.
        """
        self.upto = upto
        digest = shown.digest
        if digest == self.digest:
            return
        self.round += 1
        none = Part(0, "")
        self.parts = {
            key: self.parts.get(key, none).next(self.round, part) for key, part in shown.parts.items()
        }
        self.title, self.digest = shown.title, digest
        self._packed.clear()
        self._wake()

    def end(self) -> None:
        """Nobody makes it any longer."""
        self.is_over = True
        self._wake()

    def _wake(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    def changed(self, seen: int) -> frozenset[str]:
        """The parts that changed since a round."""
        return frozenset(key for key, part in self.parts.items() if part.dated > seen)

    def since(self, seen: int, known: Set[str]) -> bytes:
        """The message that brings a reader from a round to now; packed once for all who have the same.

        Args:
            seen: the round it saw.
            known: the parts whose text it was sent; of those it gets only the pieces that changed.
        """
        keys = self.changed(seen)
        have = (seen, keys & known)
        if have not in self._packed:
            parts = {key: self.parts[key].told(seen, key in known) for key in self.parts if key in keys}
            told = {"title": self.title, "upto": self.upto, "parts": parts}
            data = json.dumps(told, ensure_ascii=False)
            self._packed[have] = f"event: patch\nid: {self.digest}\ndata: {data}\n\n".encode()
        return self._packed[have]


class Hub:
    """All topics that somebody follows; used from one event loop."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.topics: dict[tuple[object, ...], Topic] = {}

    def topic(self, address: str, sender: Sender, language: str) -> Topic | None:
        """What a reader looks at, shared with all who see the same; None where there is no such page.

        Raises:
            HTTPException: where he is not let near the place it is about.
        """
        if not address.startswith("/") or address.startswith("//"):
            return None
        asked = urlsplit(address)
        match = find(asked.path)
        if match is None or match[0].page.right not in sender.may:
            return None
        found, params = match
        whose = sender if found.page.is_own else (sender.scope, sender.may)
        key = (address, whose, language)
        query = dict(parse_qsl(asked.query))

        def visit() -> Visit:
            now = self.running.clock()
            return Visit(self.running, sender, asked.path, params, query, now, language)

        places = visit().places
        if key not in self.topics:
            self.topics[key] = made = Topic(found, visit, places)
            made.task = asyncio.create_task(self._keep(key, made))
        return self.topics[key]

    async def _keep(self, key: tuple[object, ...], topic: Topic) -> None:
        """Keep a topic while somebody looks; one that cannot be made ends, and its readers come again."""
        try:
            await self._make(topic)
        finally:
            self.topics.pop(key, None)
            topic.end()

    async def _make(self, topic: Topic) -> None:
        """Make the page anew whenever the books move on."""
        told: object = None
        alone_s = 0.0
        while alone_s < _REST_S and not self.running.is_closing:
            running = self.running
            standing = (running.keeper.standing, running.study.answered, running.fluent.answered)
            if standing != told:
                told = standing
                rest_s = topic.found.page.every_s
                with suppress(PlantstackError, HTTPException):  # told where the page is asked for
                    shown = await run_in_threadpool(lambda: show(topic.found, topic.visit(), {}))
                    topic.take(shown, standing[0].offset)
                    rest_s = rest_s if shown.is_whole else min(rest_s, _SOON_S)
                await asyncio.sleep(rest_s)
            await asyncio.sleep(_LOOK_S)
            alone_s = 0.0 if topic.followers else alone_s + _LOOK_S


@router.get("/live", include_in_schema=False)
async def live(
    request: Request,
    page: Annotated[str, Query(max_length=2_000)],
    have: Annotated[str, Query(max_length=64)] = "",
    last_event_id: Annotated[str, Header(max_length=64)] = "",
) -> StreamingResponse:
    """Send what changes on a page: `hello`, `patch` with the parts that changed, `beat` with the time."""
    sender = await run_in_threadpool(anybody, request, request.headers.get("authorization"))
    if sender is None:
        raise HTTPException(401, NOBODY)
    hub: Hub = request.app.state.hub
    topic = hub.topic(page, sender, language_of(request, sender))
    if topic is None:
        raise HTTPException(404, "there is no such page")
    calling: Calling = request.app.state.calling
    is_open = calling.pages.open(page, sender.role, *topic.places)
    return StreamingResponse(
        _followed(request, topic, sender, last_event_id or have, is_open),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def language_of(request: Request, sender: Sender | None) -> str:
    """The language of a reader: his own, that of this browser, or the first it asks for that there is."""
    own = getattr(sender, "language", "") or request.cookies.get("language", "")
    return chosen(request.headers.get("accept-language", ""), own)


async def _followed(
    request: Request, topic: Topic, sender: Sender, have: str, is_open: AbstractContextManager[None]
) -> AsyncIterator[bytes]:
    async with aclosing(_messages(request, topic, sender, have)) as messages:
        with is_open:
            async for message in messages:
                yield message


async def _messages(request: Request, topic: Topic, sender: Sender, have: str) -> AsyncGenerator[bytes]:
    running = running_of(request)
    topic.followers += 1
    try:
        yield _message("hello", {"version": assets().version, "now": running.clock() // 1000})
        seen = topic.round if have and have == topic.digest else 0
        known: frozenset[str] = frozenset()
        loop = asyncio.get_running_loop()
        beat = loop.time() + BEAT_S
        while not running.is_closing and not topic.is_over:
            news = topic.news
            if loop.time() >= beat:  # also where there is news all the time: a reader may have been shut out
                beat = loop.time() + BEAT_S
                if not await run_in_threadpool(_may_go_on, request, sender):
                    return
                yield _message("beat", {"now": running.clock() // 1000, "upto": topic.upto})
            elif topic.round > seen:
                message = topic.since(seen, known) if topic.digest != have else b""
                known |= topic.changed(seen) if message else frozenset()
                have, seen = "", topic.round
                yield message
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), beat - loop.time())
    finally:
        topic.followers -= 1


def _may_go_on(request: Request, sender: Sender) -> bool:
    """Whether the reader is still let in, and near what he was let near when he began."""
    now = anybody(request, request.headers.get("authorization"))
    return now is not None and (now.scope, now.may) == (sender.scope, sender.may)


def _message(kind: str, data: dict[str, object]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()
