"""Dead letters over the network: listed, looked at, read again once something was mended, or given up."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.errors import Problem, QueryError
from plantstack.events import deadletters
from plantstack.events.deadletters import StoredLetter
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.bodies import asked_in
from plantstack.interfaces.api.callers import MayRead, MaySend, Plant
from plantstack.interfaces.api.entry_schema import schema_of
from plantstack.interfaces.letters import row_of
from plantstack.live.access import Sender
from plantstack.stack.files.letters import Wanted

router = APIRouter(prefix="/api/v1/letters")

_MOST = 1_000  # that are read again in one request: the log's writer waits for them


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    ids: list[int] = []
    source: str = ""
    mapping: str = ""
    dry: bool = False


_EXAMPLE = {"ids": [17], "source": "", "mapping": "", "dry": True}
_ASKED = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": schema_of(_Asked), "example": _EXAMPLE}},
    }
}
_read = msgspec.json.Decoder(_Asked).decode


@router.get("", summary="Dead letters: where, why, how old")
def listed(
    running: Plant,
    sender: MayRead,
    source: Annotated[str, Query(description="Only of this source.")] = "",
    code: Annotated[str, Query(description="Only with this reason.")] = "",
    settled: Annotated[bool, Query(description="Also those that are settled.")] = False,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Only those behind this number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000, description="At most so many.")] = 100,
) -> Response:
    """Answer as `letters list` does, in the order they came; the bytes are under the number of each."""
    _whole(sender)
    with running.deliveries.reading() as log:
        found = deadletters.listed(
            log.connection, after=after, limit=limit, settled=settled, source=source, code=code
        )
    return answered(Answer([row_of(one, running.clock()) for one in found], offset=running.offset))


@router.get(
    "/{number:int}",
    summary="The bytes of a dead letter, as they came",
    response_class=Response,
    responses={
        200: {
            "description": "Its first 64 KiB.",
            "content": {"application/octet-stream": {"example": '{"kind": "stat"}'}},
        }
    },
)
def raw(
    running: Plant, sender: MayRead, number: Annotated[int, Path(le=2**63 - 1, description="Of the letter.")]
) -> Response:
    """Give the first 64 KiB as they came."""
    _whole(sender)
    with running.deliveries.reading() as log:
        found: StoredLetter | None = deadletters.find(log.connection, number)
    if found is None:
        raise HTTPException(404, "there is no such letter")
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    headers["Content-Disposition"] = f"attachment; filename=letter-{number}"
    return Response(found.raw, media_type="application/octet-stream", headers=headers)


@router.post("/retry", summary="Read dead letters again", openapi_extra=_ASKED)
async def again(request: Request, running: Plant, sender: MaySend) -> Response:
    """Read letters again after plant files or a mapping were mended, at most 1 000, the oldest first.

    Those that can be read are settled with their events; `dry` only says what would come of it. Plant
    files are those it took in last; mappings are read anew.
    """
    _whole(sender)
    _every_source(sender)
    asked = await asked_in(request, _read, empty=b"{}")
    wanted = Wanted(tuple(asked.ids), asked.source, asked.mapping, _MOST)
    found = await run_in_threadpool(running.retry_letters, wanted, dry=asked.dry)
    return answered(Answer([one.as_row() for one in found], offset=running.offset))


@router.post("/settle", summary="Give dead letters up", openapi_extra=_ASKED)
async def give_up(request: Request, running: Plant, sender: MaySend) -> Response:
    """Count them as open no longer; they are kept."""
    _whole(sender)
    _every_source(sender)
    asked = await asked_in(request, _read, empty=b"{}")
    if not (asked.ids or asked.source):
        raise QueryError(Problem("letter-which", "ids", "nothing is named", "Name 'ids' or a 'source'."))
    ids = await run_in_threadpool(running.settle_letters, Wanted(tuple(asked.ids), asked.source))
    return answered(Answer([{"id": number} for number in ids], offset=running.offset))


def _whole(sender: Sender) -> None:
    if sender.scope:
        raise HTTPException(403, "dead letters are for tokens of the whole project")


def _every_source(sender: Sender) -> None:
    if sender.sources:
        raise HTTPException(403, "this token may not speak as every source")
