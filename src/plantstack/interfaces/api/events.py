"""Events in: one, a batch or NDJSON, answered item by item once they are on disk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.errors import EventError
from plantstack.interfaces.answer import SCHEMA, Answer
from plantstack.interfaces.api.answered import answered, dressed
from plantstack.interfaces.api.callers import MaySend, Plant
from plantstack.interfaces.api.entry_schema import items_schema
from plantstack.interfaces.api.packed import Unpacker
from plantstack.interfaces.api.room import Room
from plantstack.live.door import Taken
from plantstack.live.limits import Limits

router = APIRouter(prefix="/api/v1")

MAX_BYTES = 16 << 20
MAX_HELD = 64 << 20  # of all bodies that are being taken in at the same time
MAX_ITEMS = 20_000
MAX_FIELDS = 100 * MAX_ITEMS
BODY_S = 30.0  # a body that takes longer is cut off: its sender holds a connection
MAX_KEY = 200
_TYPES = ("application/json", "application/x-ndjson", "application/ndjson")
_items_of = msgspec.json.Decoder(list[msgspec.Raw]).decode
_STATE = {
    "kind": "state",
    "equipment": "filler",
    "at": "2026-03-02T06:00:00Z",
    "source": "plc",
    "state": "producing",
}
_ANSWER = {
    "schema": SCHEMA,
    "offset": 17,
    "accepted": 1,
    "duplicate": 0,
    "conflict": 0,
    "set_aside": 0,
    "refused": 0,
    "rows": [{"item": 1, "status": "accepted"}],
    "problems": [],
}

_ITEMS = items_schema("accepted", "duplicate", "conflict", "set_aside", "refused")
_EVENT = {
    "type": "object",
    "required": ["kind", "equipment"],
    "properties": {name: {"type": "string"} for name in ("kind", "equipment", "at", "source", "key")},
}
_EVENTS = {"anyOf": [_EVENT, {"type": "array", "maxItems": MAX_ITEMS, "items": _EVENT}]}


@router.post(
    "/events",
    summary="Send events",
    responses={
        200: {
            "description": "On disk, item by item.",
            "content": {"application/json": {"schema": _ITEMS, "example": _ANSWER}},
        },
        409: {"description": "Another body was sent under this Idempotency-Key."},
        408: {"description": "The body did not come to its end in time; nothing was kept."},
        413: {"description": "More than 16 MB or 20 000 events; send them in parts."},
        415: {"description": "Another content type than JSON or NDJSON, or packed otherwise than with gzip."},
        422: {
            "description": "Nothing of it became an event; what was kept is among the dead letters.",
            "content": {"application/json": {"schema": _ITEMS}},
        },
        503: {"description": "The log cannot be written or too much comes in; nothing was kept, send again."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": _EVENTS, "example": [_STATE]},
                "application/x-ndjson": {"schema": {"type": "string"}, "example": json.dumps(_STATE)},
            },
        }
    },
)
async def send(
    request: Request,
    running: Plant,
    sender: MaySend,
    idempotency_key: Annotated[
        str | None,
        Header(max_length=MAX_KEY, description="Your own key of this request; safe to send again."),
    ] = None,
    plantstack_edge: Annotated[
        str | None,
        Header(max_length=64, description="Of 'plantstack forward': which edge tells, request by request."),
    ] = None,
) -> Response:
    """Take events in: a JSON array, one event, or NDJSON, each as in the guide 'events'.

    The answer comes when they are on disk, one row an item: `accepted`, `duplicate` (told before), `conflict`
    (told before in other words; the least `told_at` stands, ties by content), `set_aside` (kept as a dead
    letter) or `refused`.
    Sending again is safe, with a key or without.
    """
    key = json.dumps([sender.name, idempotency_key]) if idempotency_key else ""
    row = json.dumps([sender.name, "", plantstack_edge]) if key and plantstack_edge else ""
    may = Limits(sender, running.plant, running.clock()) if sender.is_limited else None
    room: Room = request.app.state.room
    with room.guest() as take:
        body = await whole_body(request, take)
        try:
            taken = await run_in_threadpool(running.take, body, key=key, row=row, may=may, sender=sender.name)
        except EventError as error:
            return answered(Answer(problems=error.problems), 409)
    if plantstack_edge:
        await run_in_threadpool(running.edges.listen, sender.name, plantstack_edge)
    return _items(running.stamp(sender), taken)


async def whole_body(request: Request, take: Callable[[int], None]) -> bytes:
    """Read a body that is as large and as slow as may be, and not more."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise HTTPException(415, "expected content-type application/json or application/x-ndjson")
    parts: list[bytes] = []
    unpacker, size = Unpacker(request.headers.get("content-encoding", "identity").lower()), 0
    try:
        async with asyncio.timeout(request.app.state.body_s):
            async for chunk in request.stream():
                for piece in unpacker.pieces(chunk):
                    size += len(piece)
                    if size > MAX_BYTES:
                        what = f"the body is larger than {MAX_BYTES} bytes; send it in parts"
                        raise HTTPException(413, what)
                    take(len(piece))
                    parts.append(piece)
            unpacker.end()
    except TimeoutError:
        raise HTTPException(408, "the body did not come to its end in time; nothing was kept") from None
    body = b"".join(parts)
    if _is_crowded(body):
        raise HTTPException(413, f"more than {MAX_ITEMS} events in one request; send them in parts")
    return body


def _is_crowded(body: bytes) -> bool:
    """Whether there are too many items, without reading any: a million of them is a million answers."""
    if body.lstrip()[:1] != b"[":
        return body.count(b"\n") > MAX_ITEMS
    commas = body.count(b",")
    if not MAX_ITEMS <= commas <= MAX_FIELDS:
        return commas > MAX_FIELDS
    try:
        return len(_items_of(body)) > MAX_ITEMS
    except msgspec.DecodeError:
        return False


def _items(offset: int, taken: Taken) -> Response:
    rows = [item.as_row() for item in taken.items]
    told = {"schema": SCHEMA, "offset": offset, **taken.counts, "rows": rows, "problems": []}
    status = 200 if taken.is_any_good or not rows else 422
    return dressed(told, status)
