"""Pages before anybody is known: sign in, the first admin, pairing a tablet, number and PIN.

They show nothing of the plant, run no script they need, and say the same whether a name exists or not.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from plantstack.errors import PlantstackError, Problem
from plantstack.events.people import accounts
from plantstack.events.people.accounts import Account
from plantstack.interfaces.api.callers import (
    BROWSER,
    BROWSER_S,
    DEVICE,
    SESSION,
    TABLET_S,
    address_of,
    check_origin,
    cookie,
    drop,
    entrance_of,
    keep,
    language_of,
    read_form,
)
from plantstack.interfaces.web.app import HEADERS, around, as_page
from plantstack.interfaces.web.rendering import render
from plantstack.interfaces.web.showing import assets
from plantstack.live.entrance import Came, Refused

router = APIRouter(include_in_schema=False)

_DRESS = ("language", "theme", "gloves")
_HOME = "/"


@router.get("/sign-in")
def sign_in(request: Request) -> Response:
    """The form for name and password."""
    return _page(request, "sign_in.html", {"next": where_to(request.query_params.get("next", ""))})


@router.post("/sign-in")
async def signed_in(request: Request) -> Response:
    """Let somebody in at a desk."""
    form, where = await _form(request), ""

    def enter() -> Response:
        known, before = cookie(request, BROWSER), cookie(request, SESSION)
        came = entrance_of(request).sign_in(form["name"], form["password"], address_of(request), known)
        if before:  # whoever was in here before is out: nobody is left with a cookie that is still good
            entrance_of(request).sign_off(before, address_of(request))
        return _in(request, came, where_to(form.get("next", "")))

    where = where_to(form.get("next", ""))
    return await _tried(request, enter, "sign_in.html", {"next": where, "typed": form.get("name", "")})


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Let somebody out; a tablet is its station again."""
    form = await _form(request)
    secret, device = cookie(request, SESSION), cookie(request, DEVICE)
    if secret:
        tablet = entrance_of(request).tablet(device)
        at = tablet.id if tablet else address_of(request)
        await run_in_threadpool(entrance_of(request).sign_off, secret, at)
    where = where_to(form.get("next", "")) if device else "/sign-in"
    gone = RedirectResponse(where, 303, HEADERS)
    drop(gone, SESSION)
    for name in _DRESS:
        gone.delete_cookie(name)
    return gone


@router.get("/setup")
def setup(request: Request) -> Response:
    """The form that makes the first admin; gone once there is one."""
    if _has_admin(request):
        return RedirectResponse("/sign-in", 303, HEADERS)
    return _page(request, "setup.html", {})


@router.post("/setup")
async def set_up(request: Request) -> Response:
    """Make the first admin."""
    form = await _form(request)

    def enter() -> Response:
        _same(form)
        entrance = entrance_of(request)
        came = entrance.set_up(form["token"], form["name"], form["password"], address_of(request))
        return _in(request, came, _HOME)

    return await _tried(request, enter, "setup.html", {"typed": form.get("name", "")})


@router.get("/pair")
def pair(request: Request) -> Response:
    """The form for the code of a tablet."""
    return _page(request, "pair.html", {"tablet": entrance_of(request).tablet(cookie(request, DEVICE))})


@router.post("/pair")
async def paired(request: Request) -> Response:
    """Pair this device."""
    form = await _form(request)

    def enter() -> Response:
        _, secret = entrance_of(request).pair(form["code"], address_of(request))
        gone = RedirectResponse(_HOME, 303, HEADERS)
        keep(request, gone, DEVICE, secret, TABLET_S)
        drop(gone, SESSION)
        return gone

    return await _tried(request, enter, "pair.html", {"tablet": None})


@router.get("/pin")
def pin(request: Request) -> Response:
    """The pad for number and PIN, at a paired tablet."""
    tablet = entrance_of(request).tablet(cookie(request, DEVICE))
    if tablet is None:
        return RedirectResponse("/pair", 303, HEADERS)
    return _page(
        request, "pin.html", {"tablet": tablet, "next": where_to(request.query_params.get("next", ""))}
    )


@router.post("/pin")
async def signed_on(request: Request) -> Response:
    """Let somebody in at a paired tablet; whoever was on before is off."""
    form = await _form(request)
    tablet = entrance_of(request).tablet(cookie(request, DEVICE))
    if tablet is None:
        return RedirectResponse("/pair", 303, HEADERS)

    def enter() -> Response:
        typed = form["number"].strip()
        number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 0
        came = entrance_of(request).sign_on(number, form["pin"], tablet)
        return _in(request, came, where_to(form.get("next", "")))

    told = {"tablet": tablet, "next": where_to(form.get("next", ""))}
    return await _tried(request, enter, "pin.html", told)


def shown_once(request: Request, template: str, told: dict[str, Any]) -> Response:
    """A page with a secret that is kept nowhere."""
    return _page(request, template, told)


def where_to(path: str) -> str:
    r"""A page of ours to go to; home for anything that could lead elsewhere.

    >>> where_to("/board/line-1?x=1"), where_to("//evil.example"), where_to("/\\evil.example")
    ('/board/line-1?x=1', '/', '/')
    """
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_ours else _HOME


def dress(response: Response, account: Account) -> None:
    """Let pages look as a person likes them, on this browser until he goes."""
    wanted = (account.language, "" if account.theme == "auto" else account.theme, "on" * account.gloves)
    for name, value in zip(_DRESS, wanted, strict=True):
        if value:
            response.set_cookie(name, value, path="/", samesite="lax")
        else:
            response.delete_cookie(name)


def _in(request: Request, came: Came, where: str) -> Response:
    gone = RedirectResponse(where, 303, HEADERS)
    keep(request, gone, SESSION, came.secret)
    if came.browser:
        keep(request, gone, BROWSER, came.browser, BROWSER_S)
    dress(gone, came.account)
    return gone


def _same(form: dict[str, str]) -> None:
    """Refuse a password that was typed in two ways."""
    if form.get("password", "") != form.get("again", ""):
        what = "the two passwords are not the same"
        raise PlantstackError(Problem("people-password", "password", what, "Type it again."))


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form that a page of ours sent; a missing one is empty."""
    check_origin(request)
    return dict.fromkeys(("name", "password", "token", "code", "number", "pin"), "") | await read_form(
        request
    )


async def _tried(
    request: Request, enter: Callable[[], Response], template: str, told: dict[str, Any]
) -> Response:
    """Let somebody in, or show the form again with the reason."""
    try:
        return await run_in_threadpool(enter)
    except PlantstackError as error:
        wait_s = error.wait_s if isinstance(error, Refused) else 0
        status = HTTPStatus.TOO_MANY_REQUESTS if wait_s else HTTPStatus.BAD_REQUEST
        answer = _page(request, template, told | {"problems": error.problems}, status)
        if wait_s:
            answer.headers["Retry-After"] = str(wait_s)
        return answer


def _page(request: Request, template: str, told: dict[str, Any], status: int = 200) -> Response:
    language = language_of(request, None)
    shared = {
        "at_hand": f"/static/{assets().version}",
        "problems": (),
        "typed": "",
        "next": _HOME,
        "is_tablet": bool(cookie(request, DEVICE)),
        "is_plain": request.url.scheme != "https"
        and not request.headers.get("origin", "").startswith("https:"),
        **around(request),
    }
    answer = as_page(request, render(template, language, shared | told)[0], language, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _has_admin(request: Request) -> bool:
    with entrance_of(request).reading() as connection:
        return accounts.is_any_admin(connection)
