"""Who is asking: the token or the cookie of a request, and what it is good for.

A token comes in a header that no page of another site can send. A cookie comes with every request a browser
makes, so whatever changes something by cookie has to prove that a page of ours asked for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.events.people.sessions import form_token, is_form_token
from plantstack.interfaces.api.proxies import Proxies, beyond
from plantstack.interfaces.web.speaking import chosen
from plantstack.live.access import Sender, rights_of
from plantstack.live.entrance import Entrance
from plantstack.live.running import Running

NOBODY = "a token is needed: send it as 'Authorization: Bearer ...'; people sign in at /sign-in"
SESSION, DEVICE, BROWSER = "plantstack", "plantstack-tablet", "plantstack-known"
_SECURE = "__Host-"  # before the name of a cookie that only ever goes over https
_SAFE = ("GET", "HEAD", "OPTIONS")
_FORM = "application/x-www-form-urlencoded"
_MOST_FORM = 64 << 10
_MOST_FIELDS = 500
TABLET_S = 400 * 24 * 3600  # as long as browsers keep a cookie
BROWSER_S = TABLET_S


def running_of(request: Request) -> Running:
    """The plant of the application."""
    found: Running = request.app.state.running
    return found


def entrance_of(request: Request) -> Entrance:
    """The entrance of the application."""
    found: Entrance = request.app.state.entrance
    return found


def address_of(request: Request) -> str:
    """From where a request comes; behind a proxy that is the proxy, unless that one is believed."""
    peer = request.client.host if request.client else "unknown"
    proxies: Proxies = getattr(request.app.state, "proxies", ())
    return beyond(peer, request.headers.getlist("x-forwarded-for"), proxies)


def is_https(request: Request) -> bool:
    """Whether the browser came over https, also where a proxy ends it: then its origin says so."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")


def cookie(request: Request, name: str) -> str:
    """The value of one of our cookies, of the safer kind first; '' for none."""
    return request.cookies.get(_SECURE + name) or request.cookies.get(name) or ""


def keep(request: Request, response: Response, name: str, value: str, age_s: int | None = None) -> None:
    """Hand a browser a cookie that no script can read and no other site sends along.

    Args:
        request: as it came.
        response: on its way.
        name: of the cookie.
        value: of it.
        age_s: how long the browser keeps it; None: until it is closed.
    """
    is_safe = is_https(request)
    full = _SECURE + name if is_safe else name
    response.set_cookie(full, value, age_s, path="/", secure=is_safe, httponly=True, samesite="lax")


def drop(response: Response, name: str) -> None:
    """Take a cookie away."""
    for full in (name, _SECURE + name):
        response.delete_cookie(full, "/", secure=full != name, httponly=True, samesite="lax")


def check_origin(request: Request) -> None:
    """Refuse what a page of another site makes a browser send.

    Raises:
        HTTPException: 403.
    """
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    is_own = site in ("", "same-origin", "none")
    if origin:
        is_own = is_own and urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    if not is_own:
        raise HTTPException(403, "this was sent from a page of another site")


def _check_form(request: Request, secret: str) -> None:
    """What changes something by cookie comes from our page, and from one made for this session."""
    if not (request.headers.get("origin") or request.headers.get("sec-fetch-site")):
        raise HTTPException(403, "a browser says from where it sends; this did not")
    told = request.headers.get("x-csrf-token", "") or getattr(request.state, "form_token", "")
    if not is_form_token(secret, told):
        raise HTTPException(403, "this page is too old: load it again and send it once more")


def anybody(request: Request, authorization: Annotated[str | None, Header()] = None) -> Sender | None:
    """Whoever asks: a token, a person, a paired tablet; None is a stranger.

    As long as there are neither tokens nor accounts, whoever is at this machine may do everything.

    Raises:
        HTTPException: 403, when something is to be changed and another site may have sent it.
    """
    kind, _, token = (authorization or "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        found = running_of(request).sender(token.strip())
        if found:
            return replace(found, may=rights_of(found.may))
    elif not authorization:
        found = _by_cookie(request)
        if found:
            return found
    if request.method not in _SAFE:
        check_origin(request)
    return None if entrance_of(request).is_guarded else Sender()


def _by_cookie(request: Request) -> Sender | None:
    secret, device = cookie(request, SESSION), cookie(request, DEVICE)
    if not (secret or device):
        return None
    sender = entrance_of(request).sender(secret, device)
    if sender is None:
        return None
    own = device if sender.device else secret  # a page left open at a tablet outlasts who signs on and off
    request.state.csrf, request.state.by = form_token(own), sender.mark
    if request.method not in _SAFE:
        check_origin(request)
        _check_form(request, own)
    return sender


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, and its proof where `anybody` finds it; of a field sent twice the last.

    Raises:
        HTTPException: when it is none, or too large.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415, f"expected content-type {_FORM}")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_FORM:
            raise HTTPException(413, "the form is too large")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(400, "this is no form that can be read") from None
    form = dict(pairs)
    request.state.form_token = form.pop("csrf", "")
    request.state.lists = pairs
    return form


async def posting(request: Request) -> tuple[Sender | None, dict[str, str]]:
    """Whoever sends a form, and its fields; by cookie only with the proof that our page sent it.

    Raises:
        HTTPException: when it is no form, or another site may have sent it.
    """
    form = await read_form(request)
    return await run_in_threadpool(anybody, request, request.headers.get("authorization")), form


def having(right: str) -> Callable[..., Sender]:
    """Make what asks for a right."""

    def sender(request: Request, authorization: Annotated[str | None, Header()] = None) -> Sender:
        return _sender(request, right, authorization)

    return sender


def _sender(request: Request, right: str, authorization: str | None) -> Sender:
    sender = anybody(request, authorization)
    if sender is None:
        raise HTTPException(401, NOBODY, {"WWW-Authenticate": "Bearer"})
    if right not in sender.may:
        raise HTTPException(403, f"this {'account' if sender.role else 'token'} may not {right}")
    return sender


sending, entering, asking = having("send"), having("enter"), having("read")
Plant = Annotated[Running, Depends(running_of)]
MaySend = Annotated[Sender, Depends(sending)]
MayEnter = Annotated[Sender, Depends(entering)]
MayRead = Annotated[Sender, Depends(asking)]
Anybody = Annotated[Sender | None, Depends(anybody)]
Posting = Annotated[tuple[Sender | None, dict[str, str]], Depends(posting)]


def language_of(request: Request, sender: Sender | None) -> str:
    """The language of a reader: his own, that of this browser, or the first it asks for that there is."""
    own = getattr(sender, "language", "") or request.cookies.get("language", "")
    return chosen(request.headers.get("accept-language", ""), own)
