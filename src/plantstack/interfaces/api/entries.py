"""Entries in: what people tap at a station, answered one by one once it is on disk."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.errors import Problem
from plantstack.interfaces.answer import SCHEMA
from plantstack.interfaces.api.answered import dressed
from plantstack.interfaces.api.callers import DEVICE, MayEnter, Plant, cookie, entrance_of, language_of
from plantstack.interfaces.api.entry_schema import batch_schema, items_schema
from plantstack.interfaces.api.events import whole_body
from plantstack.interfaces.api.room import Room
from plantstack.interfaces.web.speaking import sentences
from plantstack.intervals import rfc3339
from plantstack.live.entering import answers_stops, device_of, enter, ranks_as_person, tell_what_stands
from plantstack.live.running import Running
from plantstack.live.verdicts import are_any, tell_verdicts

router = APIRouter(prefix="/api/v1")

MOST = 500  # entries in one request
_PATIENCE_S = 6.0  # for the books, so that the answer can say what stands
_LOOK_S = 0.05
_ENTRY = {
    "entry": "reason",
    "id": "Q2hhbmNlIGlzIGVub3VnaA",
    "tapped_at": "2026-03-02T06:12:31Z",
    "offset_ms": -840,
    "stops": [{"machine": "filler", "at": "2026-03-02T06:10:05Z"}],
    "reason": "bottle-jam",
}
_ANSWER = {
    "schema": SCHEMA,
    "offset": 17,
    "upto": 1772431952000001,
    "now": "2026-03-02T06:12:32Z",
    "accepted": 1,
    "duplicate": 0,
    "conflict": 0,
    "refused": 0,
    "rows": [{"item": 1, "id": "Q2hhbmNlIGlzIGVub3VnaA", "status": "accepted", "events": 1}],
    "problems": [],
}

_MORE: dict[str, Any] = {
    "now": {"type": "string"},
    "upto": {
        "type": "integer",
        "description": "Parts of a page that `/live` sends with as much hold these entries.",
    },
}
_ITEMS = items_schema("accepted", "duplicate", "conflict", "refused", more=_MORE)


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a page sends: which tablet it is, and its entries."""

    entries: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MOST)]
    device: Annotated[str, msgspec.Meta(pattern=r"^(tablet[.-][A-Za-z0-9_.-]{1,60})?$")] = ""


_batch = msgspec.json.Decoder(Batch).decode


@router.post(
    "/entries",
    summary="Tell what was tapped at a station",
    responses={
        200: {
            "description": "On disk, one by one.",
            "content": {"application/json": {"schema": _ITEMS, "example": _ANSWER}},
        },
        400: {"description": "It is no batch of entries."},
        403: {"description": "The sender may not speak as this tablet."},
        413: {"description": "More than 16 MB; send them in parts."},
        415: {"description": "Another content type than JSON."},
        503: {"description": "The log cannot be written; nothing was kept, send again."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": batch_schema(),
                    "example": {"device": "tablet.p3", "entries": [_ENTRY]},
                }
            },
        }
    },
)
async def entries(request: Request, running: Plant, sender: MayEnter) -> Response:
    """Take entries in: reasons, counts, orders, notes, calls, as in the guide 'operators'.

    Each is `accepted`, a `duplicate` (told before: sending again is safe), a `conflict` (something else was
    told under its id) or `refused`, with a sentence in the language of the reader (`Accept-Language`). An
    entry becomes events as a whole or not at all. Where another answer to the same stop stands, `stands` and
    `notices` say which, and of which tablet.
    """
    room: Room = request.app.state.room
    with room.guest() as take:
        batch = _read(await whole_body(request, take))
    device = device_of(sender, batch.device)
    if batch.device and not sender.role and not sender.may_speak_as(running.plant, batch.device):
        raise HTTPException(403, "this sender may not speak as this tablet")
    by_of = partial(entrance_of(request).by_of, sender, device=cookie(request, DEVICE))
    found = await run_in_threadpool(enter, running, sender, device, batch.entries, by_of)
    if (answers_stops(found) or are_any(found)) and await _are_books_there(running):
        await run_in_threadpool(tell_what_stands, running, found)
        await run_in_threadpool(tell_verdicts, running, found)
    counts = dict.fromkeys(("accepted", "duplicate", "conflict", "refused"), 0)
    for one in found:
        counts[one.status] += 1
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "offset": running.stamp(sender),
        "upto": running.keeper.due_at(running.offset),
        "now": rfc3339(running.clock()),
        **counts,
    }
    language = language_of(request, sender)
    rows = [_said(one.as_row(), language) for one in found]
    return dressed(told | {"rows": rows, "problems": _problems(running, device)})


def _said(row: dict[str, Any], language: str) -> dict[str, Any]:
    """An answer in the language of whoever stands at the tablet; `code` is for programs, and stays."""
    texts = {name: sentences(row[name], language) for name in ("what", "fix") if name in row}
    notices = [_said(one, language) for one in row.get("notices", ())]
    return row | texts | ({"notices": notices} if notices else {})


def _read(body: bytes) -> Batch:
    try:
        return _batch(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise HTTPException(400, f"this is no batch of entries: {error}") from None


async def _are_books_there(running: Running) -> bool:
    """Wait until the books stand on what was written; not for long, the page hears of it anyway."""
    offset = running.offset
    for _ in range(int(_PATIENCE_S / _LOOK_S)):
        if running.keeper.standing.offset >= offset:
            return True
        await asyncio.sleep(_LOOK_S)
    return False


def _problems(running: Running, device: str) -> list[dict[str, str]]:
    if ranks_as_person(running.plant, device):
        return []
    what = "the plant files do not say that this source is a person: its word weighs as little as a machine's"
    pattern = "desk-*" if device.startswith("desk-") else "tablet*"
    fix = f"Add '{{match: \"{pattern}\", rank: 100, person: true}}' to 'sources' in plant.yaml."
    return [Problem("entry-rank", device, what, fix).as_row()]
