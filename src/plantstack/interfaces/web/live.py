"""The stream of a page: what changed on it, sent to all who look at the same.

A reader that falls behind is sent what is newest, never what it missed: it cannot make the server grow.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractContextManager, ExitStack, aclosing, suppress
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.interfaces.api.callers import NOBODY, address_of, anybody, language_of, running_of
from plantstack.interfaces.web.hub import Hub, Topic
from plantstack.interfaces.web.showing import assets
from plantstack.live.access import Sender
from plantstack.live.calling.calling import Calling

router = APIRouter()

BEAT_S = 5.0


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
    reader = _reader(request, sender)
    topic = hub.topic(page, sender, language_of(request, sender), reader)
    if topic is None:
        raise HTTPException(404, "there is no such page")
    calling: Calling = request.app.state.calling
    is_open = calling.pages.open(page, sender.role, *topic.places)
    return StreamingResponse(
        _followed(request, topic, sender, last_event_id or have, is_open, topic.followed_by(reader)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _reader(request: Request, sender: Sender) -> str:
    """Whom a page is kept for: a session or a tablet, else a token, else where he asks from."""
    return getattr(request.state, "csrf", "") or sender.name or address_of(request)


async def _followed(
    request: Request, topic: Topic, sender: Sender, have: str, *while_open: AbstractContextManager[None]
) -> AsyncIterator[bytes]:
    async with aclosing(_messages(request, topic, sender, have)) as messages:
        with ExitStack() as opened:
            for one in while_open:
                opened.enter_context(one)
            async for message in messages:
                yield message


async def _messages(request: Request, topic: Topic, sender: Sender, have: str) -> AsyncGenerator[bytes]:
    running = running_of(request)
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


def _may_go_on(request: Request, sender: Sender) -> bool:
    """Whether the reader is still let in, and near what he was let near when he began."""
    now = anybody(request, request.headers.get("authorization"))
    return now is not None and (now.scope, now.may) == (sender.scope, sender.may)


def _message(kind: str, data: dict[str, object]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()
