"""The web app in the server: pages found, shown and guarded, and what they are made with."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.errors import Problem
from plantstack.interfaces.api.callers import anybody, language_of, running_of
from plantstack.interfaces.web import live, offline
from plantstack.interfaces.web.finding import Found, all_pages
from plantstack.interfaces.web.hub import Hub
from plantstack.interfaces.web.improving import exporting
from plantstack.interfaces.web.page import Visit
from plantstack.interfaces.web.rendering import render
from plantstack.interfaces.web.showing import assets, show
from plantstack.live.running import Running

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cache-Control": "no-cache",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_PACKED_FROM = 1_000  # bytes; less is not worth packing

router = APIRouter(include_in_schema=False)


def install(app: FastAPI, running: Running) -> None:
    """Add every page, the stream and the files to the application."""
    app.state.hub = Hub(running)
    app.include_router(live.router)
    app.include_router(offline.router)
    app.include_router(exporting.router)
    for found in all_pages():
        router_of_page = _shower(found)
        app.add_api_route(found.page.path, router_of_page, methods=["GET"], include_in_schema=False)
    app.include_router(router)


@router.get("/static/{version}/{name}")
def static(request: Request, version: str, name: str) -> Response:
    """A style sheet, a script module or a picture; for ever under the version of these bytes."""
    files = assets()
    asset = files.files.get(name)
    if asset is None:
        raise HTTPException(404, "there is no such file")
    headers = {"X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    headers["Cache-Control"] = _FOR_EVER if version == files.version else "no-cache"
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=asset.kind)
    return Response(asset.plain, headers=headers, media_type=asset.kind)


def _shower(found: Found) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        return await run_in_threadpool(_shown, found, request)

    return page


def _shown(found: Found, request: Request) -> Response:
    running = running_of(request)
    sender = anybody(request, request.headers.get("authorization"))
    if sender is None:
        return RedirectResponse(f"/sign-in?next={quote(_address(request))}", 303, HEADERS)
    if found.page.right not in sender.may:
        raise HTTPException(403, "this page is for others")
    params = {name: str(value) for name, value in request.path_params.items()}
    query = dict(request.query_params)
    language = language_of(request, sender)
    visit = Visit(running, sender, request.url.path, params, query, running.clock(), language)
    answer = as_page(request, show(found, visit, around(request)).text, language)
    if found.page.is_own:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def around(request: Request) -> dict[str, object]:
    """What a page is told of its request: the proof that a form came from it, and how it is dressed."""
    return {
        "csrf": getattr(request.state, "csrf", ""),
        "by": getattr(request.state, "by", ""),
        "theme": request.cookies.get("theme", ""),
        "gloves": request.cookies.get("gloves", ""),
    }


def as_page(request: Request, text: str, language: str, status: int = 200) -> Response:
    """Dress a page for HTTP, packed where the browser can unpack it."""
    headers = HEADERS | {"Content-Language": language, "Vary": "Accept-Encoding, Accept-Language, Cookie"}
    body = text.encode()
    if len(body) > _PACKED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers = gzip.compress(body, 5), headers | {"Content-Encoding": "gzip"}
    return HTMLResponse(body, status, headers)


def is_for_people(request: Request) -> bool:
    """Whether whoever asks wants to read what went wrong on a page."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def refusal(request: Request, status: int, problems: Sequence[Problem]) -> Response:
    """A page that says what went wrong and what to do."""
    language = language_of(request, None)
    told = {
        "status": status,
        "problems": problems,
        "at_hand": f"/static/{assets().version}",
        **around(request),
    }
    return as_page(request, render("refusal.html", language, told)[0], language, status)


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
