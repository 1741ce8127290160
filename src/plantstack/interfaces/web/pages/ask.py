"""Ask in one's own words: a model looks facts up, and nothing is shown that no fact carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.errors import PlantstackError
from plantstack.interfaces.api.callers import Posting, language_of, running_of
from plantstack.interfaces.asked_here import asked_here
from plantstack.interfaces.asked_model import is_set_up, model_of
from plantstack.interfaces.web.app import around, as_page
from plantstack.interfaces.web.finding import find
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.showing import show as shown_of
from plantstack.live.access import Sender
from plantstack.live.asking.allowance import TooOften
from plantstack.live.asking.asking import MOST_ASKED
from plantstack.stack.files.llm_settings import FILE

router = APIRouter(include_in_schema=False)

_LIMIT_S = 60  # what is said of how long it takes: the bound of a question, and what else a page takes

TRUST = {
    "A": N_("measured"),
    "B": N_("part of it estimated or typed in"),
    "C": N_("not yet trusted"),
    "U": N_("nothing to judge it by"),
}
WHY = {
    N_("the address of the model is none"),
    N_("the model does not answer in time"),
    N_("the model does not answer"),
    N_("the answer of the model is too long"),
    N_("the answer of the model is none"),
    N_("there was no answer in the time there is"),
    N_("the model looks things up without end, and answers nothing"),
    N_("nothing in the answer of the model is carried by a fact"),
    N_("a question of yours is still being answered"),
    N_("you asked too often"),
    N_("others are asking just now"),
}
"""Why there is no answer; what else is said of it has no number in it."""


def show(visit: Visit) -> Mapping[str, Any]:
    """The form, or how a model is set up; what came of a question stands around it."""
    folder = visit.running.folder
    failed, model = "", ""
    if is_set_up(folder):
        try:
            model = model_of(folder).name
        except PlantstackError as error:
            failed = _problems(error)
    return {
        "title": visit.say(_NAME),
        "model": model,
        "failed": failed,
        "file": FILE,
        "question": visit.query.get("q", "")[:MOST_ASKED],
        "asked": None,
        "wait_s": 0,
        "most": MOST_ASKED,
        "seconds": _LIMIT_S,
        "trust_words": TRUST,
    }


@router.post("/ask")
async def asked(request: Request, posted: Posting) -> Response:
    """Answer a question; the page that comes back holds it."""
    sender, form = posted
    if sender is None:
        raise HTTPException(401, "sign in first")
    if "read" not in sender.may:
        raise HTTPException(403, "this page is for others")
    return await run_in_threadpool(_answered, request, sender, form.get("question", ""))


def _answered(request: Request, sender: Sender, text: str) -> Response:
    running, language = running_of(request), language_of(request, sender)
    told: dict[str, Any] = {"question": text[:MOST_ASKED]}
    status = 200
    try:
        told["asked"] = asked_here(running, request.app.state.allowance, sender, language, text)
    except TooOften as refused:
        told |= {"failed": str(refused), "wait_s": refused.wait_s}
        status = 429
    except PlantstackError as error:
        told["failed"] = _problems(error)
        status = 400
    match = find(PAGE.path)
    if match is None:
        raise HTTPException(404, "there is no such page")
    visit = Visit(running, sender, PAGE.path, {}, {}, running.clock(), language)
    return as_page(request, shown_of(match[0], visit, around(request) | told).text, language, status)


def _problems(error: PlantstackError) -> str:
    return " ".join(f"{one.what}. {one.fix}" for one in error.problems)


_NAME = N_("Ask")
PAGE = Page("/ask", _NAME, show, place=88, every_s=0, is_own=True, is_offered=is_set_up)
