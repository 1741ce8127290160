"""Who is asking: the token of a request, and what it is good for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request
from starlette.exceptions import HTTPException

from plantstack.live.access import Sender
from plantstack.live.running import Running

NOBODY = "a token is needed: send it as 'Authorization: Bearer ...'"


def running_of(request: Request) -> Running:
    """The plant of the application."""
    found: Running = request.app.state.running
    return found


def anybody(request: Request, authorization: Annotated[str | None, Header()] = None) -> Sender | None:
    """Whoever asks what needs no token: with one he is told more; None is a stranger."""
    running = running_of(request)
    if not running.is_guarded:
        return Sender()
    kind, _, secret = (authorization or "").partition(" ")
    return running.sender(secret.strip()) if kind.lower() == "bearer" else None


def _sender(request: Request, right: str, authorization: str | None) -> Sender:
    sender = anybody(request, authorization)
    if sender is None:
        raise HTTPException(401, NOBODY, {"WWW-Authenticate": "Bearer"})
    if right not in sender.may:
        raise HTTPException(403, f"this token may not {right}")
    return sender


def sending(request: Request, authorization: Annotated[str | None, Header()] = None) -> Sender:
    """Whoever may send events."""
    return _sender(request, "send", authorization)


def asking(request: Request, authorization: Annotated[str | None, Header()] = None) -> Sender:
    """Whoever may read."""
    return _sender(request, "read", authorization)


Plant = Annotated[Running, Depends(running_of)]
MaySend = Annotated[Sender, Depends(sending)]
MayRead = Annotated[Sender, Depends(asking)]
Anybody = Annotated[Sender | None, Depends(anybody)]
