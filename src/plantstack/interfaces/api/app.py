"""The application: who is asking, what went wrong in whose words, and the routes.

An error leaves as the object of the command contract with its problems; never as a trace, never with a path.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from secrets import token_bytes

from argon2 import PasswordHasher
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack import __version__
from plantstack.errors import PlantstackError, Problem, QueryError
from plantstack.events.people.hashing import HASHER
from plantstack.interfaces.answer import Answer, complain
from plantstack.interfaces.api import (
    asking,
    calls,
    claims,
    config,
    entries,
    events,
    floor,
    improving,
    insights,
    letters,
    page,
    photos,
    reading,
    state,
    telling,
)
from plantstack.interfaces.api.answered import answered
from plantstack.interfaces.api.callers import running_of
from plantstack.interfaces.api.described import Described
from plantstack.interfaces.api.hosts import OwnName
from plantstack.interfaces.api.room import Room
from plantstack.interfaces.web import app as web
from plantstack.interfaces.web import signing
from plantstack.interfaces.web.pages import ask as ask_page
from plantstack.interfaces.web.pages import config as config_page
from plantstack.interfaces.web.pages import me as me_page
from plantstack.interfaces.web.pages import people as people_page
from plantstack.live.asking.allowance import Allowance
from plantstack.live.calling.calling import Calling
from plantstack.live.entrance import Entrance
from plantstack.live.running import Running

_SEAL_S = 60.0
_WATCH_S = 0.5
_SEE = "See /docs for what can be asked, and how."
_FIX = {
    400: "Mend the request; see /docs.",
    405: "Use the method that /docs names.",
    408: "Send it again, in smaller parts.",
    413: "Send it in parts.",
    429: "Ask again later; Retry-After says when.",
    415: "Name the Content-Type: application/json or application/x-ndjson, plain or packed with gzip.",
    503: "Send it again in a while.",
}


def create_app(
    running: Running,
    give_up: Callable[[], None] = lambda: None,
    *,
    body_s: float = events.BODY_S,
    hasher: PasswordHasher = HASHER,
) -> FastAPI:
    """Make the application of a running plant.

    Args:
        running: the plant; started with the application, closed by whoever opened it.
        give_up: called when the server can only be helped by a restart.
        body_s: how long a body may take.
        hasher: how passwords and PINs are kept.
    """
    calling = Calling(running)

    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        running.start()
        tasks = [
            asyncio.create_task(running.read()),
            asyncio.create_task(_seal(running)),
            asyncio.create_task(_watch(running, give_up)),
            asyncio.create_task(calling.run()),
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    app = Described(
        title="plantstack",
        version=__version__,
        lifespan=living,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.shapes = {**floor.SHAPES, **improving.SHAPES}
    app.state.running, app.state.body_s, app.state.room = running, body_s, Room(events.MAX_HELD)
    app.state.calling, app.state.allowance = calling, Allowance()
    app.state.entrance = Entrance(running, token_bytes, hasher)
    app.add_middleware(OwnName, running=running)
    questions = (floor, reading, improving, claims, insights, telling, asking, config, letters)
    for part in (events, entries, photos, calls, *questions, state, page):
        app.include_router(part.router)
    for own in (ask_page, config_page, signing, people_page, me_page):
        app.include_router(own.router)
    web.install(app, running)
    app.add_exception_handler(PlantstackError, _told)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unasked)
    app.add_exception_handler(Exception, _crashed)
    return app


async def _seal(running: Running) -> None:
    """Move old rows of the hot log into segments, now and then."""
    while True:
        await asyncio.sleep(_SEAL_S)
        try:
            await run_in_threadpool(running.seal)
        except PlantstackError:  # a full disk: told by health as soon as something is to be written
            continue


async def _watch(running: Running, give_up: Callable[[], None]) -> None:
    """Never stay up doing nothing: what cannot go on ends, and whoever started it starts it again."""
    while not running.is_failing:
        await asyncio.sleep(_WATCH_S)
    give_up()


def _told(request: Request, error: Exception) -> Response:
    found = error.problems if isinstance(error, PlantstackError) else ()
    problems = [running_of(request).placeless(problem) for problem in found]
    return _refused(request, problems, 400 if isinstance(error, QueryError) else 503)


def _refused(
    request: Request, problems: list[Problem], status: int, headers: Mapping[str, str] | None = None
) -> Response:
    """The same refusal for programs and for people."""
    if web.is_for_people(request):
        return web.refusal(request, status, problems)
    return answered(Answer(problems=problems), status, headers)


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    what = str(error.detail).lower() if isinstance(error, HTTPException) else "error"
    headers = error.headers if isinstance(error, HTTPException) else None
    problem = Problem(f"http-{status}", "request", what, _FIX.get(status, _SEE))
    return _refused(request, [problem], status, headers)


def _unasked(request: Request, error: Exception) -> Response:
    """A parameter that is missing or no such thing, in the form every other refusal has."""
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    problems = [
        Problem("query-unreadable", str(fault["loc"][-1]), str(fault["msg"]).lower(), _SEE)
        for fault in faults
    ]
    return _refused(request, problems, 400)


def _crashed(request: Request, error: Exception) -> Response:
    what = f"the server could not answer ({type(error).__name__})"
    complain([Problem("crash", request.url.path, what, "Please report it.")])
    return _refused(request, [Problem("crash", "server", what, "Please report it.")], 500)
