"""Questions in somebody's own words: answered by a model that says no more than the facts it looked up."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.bodies import asked_in
from plantstack.interfaces.api.callers import MayRead, Plant
from plantstack.interfaces.api.entry_schema import schema_of
from plantstack.interfaces.asked_here import asked_here
from plantstack.interfaces.asked_question import answer_of
from plantstack.live.asking.allowance import TooOften

router = APIRouter(prefix="/api/v1")


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    question: str
    lang: Literal["en", "de", "es"] = "en"


_EXAMPLE = {"question": "What did line 1 lose most to yesterday?", "lang": "en"}
_ASKED = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": schema_of(_Asked), "example": _EXAMPLE}},
    }
}
_OFTEN: dict[int | str, dict[str, Any]] = {
    429: {"description": "Too many questions; Retry-After says when to ask again."}
}
_read = msgspec.json.Decoder(_Asked).decode


@router.post("/ask", summary="Ask in your own words", openapi_extra=_ASKED, responses=_OFTEN)
async def ask(request: Request, running: Plant, sender: MayRead) -> Response:
    """Answer as the command `ask` does: sentences, each with the fact that carries it, and those facts.

    A language model looks the facts up with the rights of whoever asks; what it says beyond them is left
    out. Where it does not answer, the problem says why, and the facts found so far are given.
    """
    asked, allowance = await asked_in(request, _read), request.app.state.allowance
    try:
        found = await run_in_threadpool(asked_here, running, allowance, sender, asked.lang, asked.question)
    except TooOften as refused:
        raise HTTPException(429, str(refused), {"Retry-After": str(refused.wait_s)}) from None
    answer = answer_of(found)
    return answered(answer, 503 if answer.problems and not answer.rows else 200)
