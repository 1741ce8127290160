"""Under which name a request comes: while nobody needs a token, only under one of this machine's own.

Without it a page of another site could lead a browser to us under a name of its own (DNS rebinding).
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from plantstack.errors import Problem
from plantstack.interfaces.answer import Answer
from plantstack.interfaces.api.answered import answered
from plantstack.live.running import Running

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def name_of(host: str) -> str:
    """The name in a Host header, without the port.

    >>> name_of("localhost:8321"), name_of("[::1]:8321"), name_of("::1")
    ('localhost', '::1', '::1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host if host.count(":") > 1 else host.partition(":")[0].lower()


class OwnName:
    """Lets nothing through that comes under a foreign name to a server that anybody may use."""

    def __init__(self, app: ASGIApp, running: Running) -> None:
        self._app, self._running = app, running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        is_own = scope["type"] != "http" or name_of(Headers(scope=scope).get("host", "")) in LOOPBACK
        if is_own or await run_in_threadpool(_is_guarded, self._running):
            await self._app(scope, receive, send)
            return
        what = "this server answers under the names of its own machine only"
        fix = "Use http://127.0.0.1, or make a token with 'plantstack token add'."
        await answered(Answer(problems=[Problem("http-host", "Host", what, fix)]), 400)(scope, receive, send)


def _is_guarded(running: Running) -> bool:
    return running.is_guarded
