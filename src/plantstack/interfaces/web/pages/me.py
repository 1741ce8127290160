"""What this system records about the reader, and what he may change of it himself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from plantstack.errors import Problem, QueryError
from plantstack.events.people import accounts, audit, changing, pseudonyms, sessions
from plantstack.events.people.accounts import Account
from plantstack.events.people.audit import WHAT, Noted
from plantstack.events.people.hashing import check_password, check_pin, digest
from plantstack.interfaces.api.callers import (
    SESSION,
    Posting,
    address_of,
    anybody,
    cookie,
    entrance_of,
    running_of,
)
from plantstack.interfaces.web.app import HEADERS
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.pages.event import KINDS
from plantstack.interfaces.web.posting import actor_of, back, tried
from plantstack.interfaces.web.signing import dress
from plantstack.live.access import WHAT as RIGHTS
from plantstack.live.access import Sender
from plantstack.live.agreement import NEVER, RECORDED
from plantstack.live.entrance import people_of
from plantstack.live.running import Running
from plantstack.stack.answers.entered import entries_of

router = APIRouter(include_in_schema=False)

_LINES = 50  # of the audit
_THEMES = {"auto": N_("as the device"), "light": N_("light"), "dark": N_("dark")}


def show(visit: Visit) -> Mapping[str, Any]:
    """All that leads to the reader; without an account, what is recorded where nobody is signed in."""
    return {
        "title": visit.say(_TITLE),
        "account": None,
        "sessions": [],
        "pseudonyms": [],
        "lines": [],
        "entered": [],
        "words": WHAT,
        "kinds": KINDS,
        "rights": [(right, RIGHTS[right]) for right in visit.sender.may],
        "recorded": RECORDED,
        "never": NEVER,
        "themes": _THEMES,
        "done": visit.query.get("done", ""),
        "failed": visit.query.get("failed", ""),
        **_known(visit.running, visit.sender, visit.now),
    }


def _known(running: Running, sender: Sender, now: int) -> dict[str, Any]:
    """What is known of a person: account, sessions, pseudonyms, lines of the audit, entries."""
    if not sender.is_person:
        return {}
    with people_of(running.folder) as connection:
        found = {
            "account": accounts.find(connection, sender.account),
            "sessions": sessions.listed(connection, sender.account, now),
            "pseudonyms": pseudonyms.listed(connection, sender.account),
            "lines": audit.listed(connection, limit=_LINES, account=sender.account),
        }
    names = [name for name, _ in pseudonyms_of(found)]
    return found | {"entered": running.ask(lambda stack: entries_of(stack, names))}


def pseudonyms_of(known: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The pseudonyms among what is known of a person."""
    found: list[tuple[str, int]] = known["pseudonyms"]
    return found


async def oneself(request: Request, posted: Posting) -> tuple[Sender, Account, dict[str, str]]:
    """Who is signed in, and his form."""
    sender, form = posted
    if sender is None or not sender.is_person:
        raise HTTPException(403, "sign in first")
    with entrance_of(request).reading() as connection:
        account = accounts.find(connection, sender.account)
    if account is None:
        raise HTTPException(403, "sign in first")
    return sender, account, form


Oneself = Annotated[tuple[Sender, Account, dict[str, str]], Depends(oneself)]


@router.post("/me/prefer")
async def prefer(request: Request, who: Oneself) -> Response:
    """Keep language, theme and gloves."""
    _, account, form = who
    liked = replace(
        account,
        language=form.get("language", ""),
        theme=form.get("theme", "auto"),
        gloves=form.get("gloves") == "on",
    )

    def made() -> Response:
        entrance_of(request).write(lambda connection: accounts.prefer(connection, liked))
        answer = back(PAGE.path, done="prefer")
        dress(answer, liked)
        return answer

    return await tried(PAGE.path, made)


@router.post("/me/password")
async def password(request: Request, who: Oneself) -> Response:
    """Set another password; every other session ends."""
    sender, account, form = who

    def made() -> Response:
        _knows(request, account, form)
        new = form.get("password", "")
        if new != form.get("again", ""):
            what = "the two new passwords are not the same"
            raise QueryError(Problem("people-password", "password", what, "Type it again."))
        check_password(new, account.name)
        entrance, actor = entrance_of(request), actor_of(request, sender)
        kept, here = entrance.hash(new), digest(cookie(request, SESSION))
        entrance.write(
            lambda connection: changing.set_password(connection, actor, account.id, kept, but=here)
        )
        return back(PAGE.path, done="password")

    return await tried(PAGE.path, made)


@router.post("/me/pin")
async def pin(request: Request, who: Oneself) -> Response:
    """Set a PIN; the number for tablets stays, or is given."""
    sender, account, form = who

    def made() -> Response:
        _knows(request, account, form)
        check_pin(form.get("pin", ""))
        entrance, actor = entrance_of(request), actor_of(request, sender)
        kept = entrance.hash(form["pin"])
        entrance.write(
            lambda connection: changing.set_pin(
                connection,
                actor,
                account.id,
                kept,
                account.number or accounts.free_number(connection, entrance.chance.number),
            )
        )
        return back(PAGE.path, done="pin")

    return await tried(PAGE.path, made)


@router.post("/me/everywhere")
async def everywhere(request: Request, who: Oneself) -> Response:
    """End every other session."""
    sender, account, _ = who

    def made() -> Response:
        actor, here = actor_of(request, sender), digest(cookie(request, SESSION))

        def ended(connection: Any) -> None:
            sessions.end_all(connection, account.id, here)
            audit.add(connection, actor.noted("sign-out-everywhere"))

        entrance_of(request).write(ended)
        return back(PAGE.path, done="everywhere")

    return await tried(PAGE.path, made)


@router.get("/me/data")
def data(request: Request) -> Response:
    """All of it as a file."""
    sender = anybody(request)
    if sender is None or not sender.is_person:
        return RedirectResponse("/sign-in?next=/me", 303, HEADERS)
    running = running_of(request)
    actor = actor_of(request, sender)
    noted = Noted(actor.at, actor.who, "export", device=actor.device)
    entrance_of(request).write(lambda connection: audit.add(connection, noted))
    found = _known(running, sender, running.clock())
    told = {
        "account": asdict(found["account"]),
        "sessions": [asdict(one) | {"id": ""} for one in found["sessions"]],
        "pseudonyms": [{"pseudonym": name, "since": at} for name, at in found["pseudonyms"]],
        "audit": [asdict(one) for _, one in found["lines"]],
        "entered": [asdict(one) for one in found["entered"]],
    }
    headers = HEADERS | {"Content-Disposition": "attachment; filename=what-is-recorded.json"}
    headers["Cache-Control"] = "no-store"
    return Response(json.dumps(told, indent=2), headers=headers, media_type="application/json")


def _knows(request: Request, account: Account, form: Mapping[str, str]) -> None:
    """Refuse whoever found an open session and does not know the password."""
    if not entrance_of(request).is_own_password(account.id, form.get("old", ""), address_of(request)):
        what = "this is not the password of the account"
        raise QueryError(Problem("people-sign-in", "password", what, "Type the one you signed in with."))


_TITLE = N_("What this system records about me")
PAGE = Page("/me", N_("Me"), show, place=99, every_s=0, is_own=True)
