"""From where and under which name a request comes: at first only from this machine, under its own names.

Without it a page of another site could lead a browser to us under a name of its own (DNS rebinding).
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from plantstack.errors import Problem
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.live.entrance import Entrance
from plantstack.live.running import Running

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SET_UP, _FILES = "/setup", "/static/"  # what belongs to no plant
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def name_of(host: str) -> str:
    """The name in a Host header, without the port.

    >>> name_of("localhost:8321"), name_of("[::1]:8321"), name_of("::1")
    ('localhost', '::1', '::1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host if host.count(":") > 1 else host.partition(":")[0].lower()


class OwnName:
    """Who is answered at all: until there is an admin or a token, only this machine under its own names.

    The first admin is made at `/setup` with the token that the server printed, also from elsewhere.
    """

    def __init__(self, app: ASGIApp, running: Running) -> None:
        self._app, self._running = app, running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        is_own = scope["type"] != "http" or _is_at_hand(scope)
        if is_own or await run_in_threadpool(_is_open, scope):
            await self._app(scope, receive, send)
            return
        what = "this server answers under the names of its own machine only"
        fix = "Use http://127.0.0.1, or make a token with 'plantstack token add'."
        await answered(Answer(problems=[Problem("http-host", "Host", what, fix)]), 400)(scope, receive, send)


def _is_at_hand(scope: Scope) -> bool:
    """Whether it comes from this machine to one of its own names, or to where the first admin is made."""
    client, headers = scope.get("client"), Headers(scope=scope)
    is_near = client is not None and client[0] in LOOPBACK and name_of(headers.get("host", "")) in LOOPBACK
    is_near = is_near and not _is_handed_on(scope, headers)
    return is_near or scope["path"] == SET_UP or scope["path"].startswith(_FILES)


def _is_handed_on(scope: Scope, headers: Headers) -> bool:
    """Whether a proxy on this machine hands on what may come from anywhere.

    They say so in a header, or speak HTTP/1.0, which no browser does.
    """
    return scope.get("http_version") == "1.0" or any(name in headers for name in _FORWARDED)


def _is_open(scope: Scope) -> bool:
    entrance: Entrance = scope["app"].state.entrance
    return entrance.is_open
