"""Photos in and out: a picture is kept before the note that shows it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from plantstack.errors import EventError
from plantstack.events import photos
from plantstack.interfaces.answer import SCHEMA, Answer
from plantstack.interfaces.api.answered import answered, dressed
from plantstack.interfaces.api.callers import MayEnter, MayRead, Plant, language_of
from plantstack.interfaces.api.room import Room
from plantstack.interfaces.web.speaking import sentences
from plantstack.live.access import Sender
from plantstack.live.running import Running
from plantstack.stack.floor.photos import shown_at

router = APIRouter(prefix="/api/v1")

_AROUND = 64 << 10  # of a multipart body beside the picture itself
_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
_KEPT = {
    "type": "object",
    "required": ["schema", "photo", "problems"],
    "properties": {
        "schema": {"const": SCHEMA},
        "photo": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "problems": {"type": "array", "maxItems": 0},
    },
}
_EXAMPLE = {"schema": SCHEMA, "photo": "9f2c" * 16, "problems": []}
_NONE = "there is no such photo here"


@router.post(
    "/photos",
    summary="Keep a photo for a note",
    responses={
        200: {
            "description": "On disk; a note names it as `photo`.",
            "content": {"application/json": {"schema": _KEPT, "example": _EXAMPLE}},
        },
        411: {"description": "The length of the body is not told."},
        413: {"description": "More than 4 MB."},
        415: {"description": "No multipart body."},
        422: {"description": "No JPEG, PNG or WebP, or not whole."},
        503: {"description": "The disk refuses; send it again."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["photo"],
                        "properties": {"photo": {"type": "string", "format": "binary"}},
                    }
                }
            },
        }
    },
)
async def keep(request: Request, running: Plant, sender: MayEnter) -> Response:
    """Take one picture, as the part `photo` of a form; what it says beside the picture is dropped.

    The same picture sent again is kept once. `photo` of the answer is what a note names.
    """
    room: Room = request.app.state.room
    with room.guest() as take:
        picture = await _picture(request, take)
        try:
            name = await run_in_threadpool(photos.keep, running.folder, picture)
        except EventError as error:
            language = language_of(request, sender)
            said = [
                replace(one, what=sentences(one.what, language), fix=sentences(one.fix, language))
                for one in error.problems
            ]
            return answered(Answer(problems=said), 422)
    return dressed({"schema": SCHEMA, "photo": name, "problems": []})


@router.get(
    "/photos/{photo}",
    summary="A photo of a note",
    response_class=FileResponse,
    responses={
        200: {
            "description": "The picture.",
            "content": {media: {} for media in ("image/jpeg", "image/png", "image/webp")},
        },
        404: {"description": "None of this name, or of equipment the reader is not let near."},
    },
)
def show(
    running: Plant,
    sender: MayRead,
    photo: Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="As the note names it.")],
) -> Response:
    """Give a picture; with a scope only one that a note within it shows."""
    found = photos.find(running.folder, photo)
    if found is None or not _may_see(running, sender, photo):
        raise HTTPException(404, _NONE)
    path, media = found
    return FileResponse(path, media_type=media, headers=_FOR_EVER)


def _may_see(running: Running, sender: Sender, photo: str) -> bool:
    if not sender.scope:
        return True
    now = running.clock()
    where = running.ask(lambda stack: shown_at(stack, photo))
    return any(sender.is_near(running.plant, one, now) for one in where)


async def _picture(request: Request, take: Callable[[int], None]) -> bytes:
    """Read the picture of a form that is as large and as slow as may be, and not more."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise HTTPException(415, "expected content-type multipart/form-data")
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise HTTPException(411, "the length of the picture is not told")
    if int(length) > photos.MAX_BYTES + _AROUND:
        raise HTTPException(413, f"the picture is larger than {photos.MAX_BYTES >> 20} MB")
    take(int(length))
    try:
        async with (
            asyncio.timeout(request.app.state.body_s),
            request.form(max_files=1, max_fields=4, max_part_size=_AROUND) as form,
        ):
            part = form.get("photo")
            if not isinstance(part, UploadFile):
                raise HTTPException(422, "expected a file as the part 'photo'")
            return await part.read()
    except TimeoutError:
        raise HTTPException(408, "the picture did not come to its end in time; nothing was kept") from None
