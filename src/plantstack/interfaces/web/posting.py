"""Forms that people send: who does it, and how the page they come back to says what became of it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from plantstack.errors import PlantstackError
from plantstack.events.people.changing import Actor
from plantstack.interfaces.api.callers import address_of, running_of
from plantstack.interfaces.web.app import HEADERS
from plantstack.live.access import Sender


def actor_of(request: Request, sender: Sender) -> Actor:
    """Who does something now, and from where, as the audit notes it."""
    return Actor(running_of(request).clock(), sender.account, sender.device or address_of(request))


async def tried(path: str, made: Callable[[], Response]) -> Response:
    """Do it, or go back to a page that says why it was not done."""
    try:
        return await run_in_threadpool(made)
    except PlantstackError as error:
        return back(path, failed=" ".join(f"{one.what}. {one.fix}" for one in error.problems))


def back(path: str, **told: str) -> Response:
    """Go back to a page that says what was done."""
    return RedirectResponse(f"{path}?{urlencode(told)}", 303, HEADERS)
