"""Who may come in: accounts, paired tablets and the audit, for administrators; tablets for those who lead."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from plantstack.errors import Problem, QueryError
from plantstack.events.people import accounts, audit, changing, tablets
from plantstack.events.people.accounts import ROLES, Account, Role
from plantstack.events.people.audit import WHAT
from plantstack.interfaces.api.callers import Posting, entrance_of, running_of
from plantstack.interfaces.web.page import N_, Page, Visit
from plantstack.interfaces.web.posting import actor_of, back, tried
from plantstack.interfaces.web.signing import shown_once
from plantstack.live.access import Sender
from plantstack.live.entrance import people_of
from plantstack.live.stations import station_of
from plantstack.plant.plant import Plant
from plantstack.plant.structure import Span

router = APIRouter(include_in_schema=False)

_LINES = 100  # of the audit on one page


def show(visit: Visit) -> Mapping[str, Any]:
    """Accounts and tablets of the reader's part of the plant."""
    sender, plant, now = visit.sender, visit.running.plant, visit.now
    is_admin = "administer" in sender.may
    with people_of(visit.running.folder) as connection:
        people = [one for one in accounts.listed(connection) if _may_see(sender, plant, one.scope, now)]
        devices = [
            one
            for one in tablets.listed(connection)
            if one.is_good and all(sender.is_near(plant, place, now) for place in one.station)
        ]
        lines = audit.listed(connection, limit=_LINES) if is_admin and not sender.scope else []
    return {
        "title": visit.say(_NAME),
        "is_admin": is_admin,
        "people": people if is_admin else [],
        "devices": devices,
        "lines": lines,
        "words": WHAT,
        "names": {one.id: one.name for one in people} | {one.id: one.label for one in devices},
        "roles": ROLES,
        "places": _places(visit),
        "done": visit.query.get("done", ""),
        "failed": visit.query.get("failed", ""),
    }


def _may_see(sender: Sender, plant: Plant, scope: str, now: int) -> bool:
    """Whether somebody's part of the plant lies in that of another."""
    return not sender.scope or (bool(scope) and sender.is_near(plant, scope, now))


def _places(visit: Visit) -> list[tuple[str, str]]:
    """Equipment to choose from, each under what it stands in: id and what to show."""
    plant, now = visit.running.plant, visit.now
    standing: dict[str, Span] = {}
    for one, spans in plant.spans.items():
        here = next((span for span in spans if span.from_at <= now < span.until_at), None)
        if here and visit.sender.is_near(plant, one, now):
            standing[one] = here
    return [
        (one, "\u2003" * (span.path.count("/") - 1) + visit.name(one))
        for one, span in sorted(standing.items(), key=lambda item: item[1].path)
    ]


async def administering(posted: Posting) -> tuple[Sender, dict[str, str]]:
    """An administrator and his form."""
    return _having(posted, "administer")


async def leading(posted: Posting) -> tuple[Sender, dict[str, str]]:
    """Whoever may pair tablets, and his form."""
    return _having(posted, "lead")


def _having(posted: tuple[Sender | None, dict[str, str]], right: str) -> tuple[Sender, dict[str, str]]:
    sender, form = posted
    if sender is None:
        raise HTTPException(401, "sign in first")
    if right not in sender.may:
        raise HTTPException(403, "this is for others to change")
    return sender, form


Administering = Annotated[tuple[Sender, dict[str, str]], Depends(administering)]
Leading = Annotated[tuple[Sender, dict[str, str]], Depends(leading)]


@router.post("/people/add")
async def add(request: Request, posted: Administering) -> Response:
    """Make an account, and show the password it begins with once."""
    sender, form = posted

    def made() -> Response:
        entrance, now = entrance_of(request), running_of(request).clock()
        role, scope = _role(form), _scope(request, sender, form.get("scope", ""))
        with entrance.reading() as connection:
            if role != "admin" and not accounts.is_any_admin(connection):
                what = "the first account is that of an administrator"
                raise QueryError(Problem("people-role", role, what, "Make that one first."))
        account = Account(f"a-{entrance.chance.id()}", form.get("name", ""), role, scope, now)
        secret = _words(request)
        kept, actor = entrance.hash(secret), actor_of(request, sender)
        entrance.write(lambda connection: changing.make(connection, actor, account, kept))
        return shown_once(
            request, "people_once.html", {"name": accounts.login(account.name), "secret": secret}
        )

    return await tried(PAGE.path, made)


@router.post("/people/change")
async def change(request: Request, posted: Administering) -> Response:
    """Lock, unlock, erase, allow, or give a new password or PIN."""
    sender, form = posted

    def made() -> Response:
        account = _account(request, sender, form.get("account", ""))
        do = form.get("do", "")
        if do in ("password", "pin"):
            return _secret(request, sender, account, do)
        jobs = _jobs(request, sender, account, form)
        if do not in jobs:
            raise HTTPException(400, "there is no such change")
        entrance_of(request).write(jobs[do])
        return back(PAGE.path, done=do)

    return await tried(PAGE.path, made)


@router.post("/people/pair")
async def pair(request: Request, posted: Leading) -> Response:
    """Make a code for a tablet, and show it once."""
    sender, form = posted

    def made() -> Response:
        running, entrance = running_of(request), entrance_of(request)
        names = [value for name, value in request.state.lists if name == "station" and value]
        station = station_of(running.plant, names, running.clock())
        for one in station:
            _scope(request, sender, one)
        code, actor = entrance.chance.code(), actor_of(request, sender)
        label = form.get("label", "")
        entrance.write(lambda connection: changing.offer(connection, actor, code, label, station))
        told = {"label": label, "code": f"{code[:4]}-{code[4:]}"}
        return shown_once(request, "people_once.html", told)

    return await tried(PAGE.path, made)


@router.post("/people/unpair")
async def unpair(request: Request, posted: Leading) -> Response:
    """Let a tablet be good no longer."""
    sender, form = posted

    def made() -> Response:
        with entrance_of(request).reading() as connection:
            found = next((one for one in tablets.listed(connection) if one.id == form.get("tablet")), None)
        for one in found.station if found else ():
            _scope(request, sender, one)
        actor, tablet = actor_of(request, sender), form.get("tablet", "")
        entrance_of(request).write(lambda connection: changing.revoke(connection, actor, tablet))
        return back(PAGE.path, done="unpair")

    return await tried(PAGE.path, made)


def _jobs(
    request: Request, sender: Sender, account: Account, form: Mapping[str, str]
) -> dict[str, Callable[[sqlite3.Connection], None]]:
    actor, scope = actor_of(request, sender), ""
    if form.get("do") == "allow":
        scope = _scope(request, sender, form.get("scope", ""))

    def erase(connection: sqlite3.Connection) -> None:
        if accounts.login(form.get("confirm", "")) != account.name:
            what = "the name that was typed is another one"
            raise QueryError(Problem("people-confirm", "name", what, "Type the name of the account."))
        changing.erase(connection, actor, account.id)

    def allow(connection: sqlite3.Connection) -> None:
        changing.allow(connection, actor, account.id, _role(form), scope)

    return {
        "lock": lambda connection: changing.lock(connection, actor, account.id),
        "unlock": lambda connection: changing.unlock(connection, actor, account.id),
        "erase": erase,
        "allow": allow,
    }


def _secret(request: Request, sender: Sender, account: Account, do: str) -> Response:
    """Give a new password or PIN, shown once."""
    entrance, actor = entrance_of(request), actor_of(request, sender)
    if do == "password":
        secret = _words(request)
        kept = entrance.hash(secret)
        entrance.write(lambda connection: changing.set_password(connection, actor, account.id, kept))
        return shown_once(request, "people_once.html", {"name": account.name, "secret": secret})
    pin = entrance.chance.pin()
    kept = entrance.hash(pin)

    def set_pin(connection: sqlite3.Connection) -> int:
        number = account.number or accounts.free_number(connection, entrance.chance.number)
        changing.set_pin(connection, actor, account.id, kept, number)
        return number

    told = {"name": account.name, "number": entrance.write(set_pin), "pin": pin}
    return shown_once(request, "people_once.html", told)


def _words(request: Request) -> str:
    """A password to begin with: two codes, easily read out and typed."""
    chance = entrance_of(request).chance
    code = chance.code() + chance.code()
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _role(form: Mapping[str, str]) -> Role:
    for known in get_args(Role):
        if known == form.get("role"):
            found: Role = known
            return found
    raise QueryError(Problem("people-role", "role", f"expected one of {', '.join(ROLES)}"))


def _scope(request: Request, sender: Sender, scope: str) -> str:
    """A part of the plant that the administrator may give: his own, or one in it."""
    running = running_of(request)
    found = running.plant.resolve(scope, running.clock()) if scope else ""
    if found is None or not _may_see(sender, running.plant, found, running.clock()):
        raise HTTPException(403, "this is for others to change")
    return found


def _account(request: Request, sender: Sender, account_id: str) -> Account:
    running = running_of(request)
    with entrance_of(request).reading() as connection:
        found = accounts.find(connection, account_id)
    if not found or not found.name or not _may_see(sender, running.plant, found.scope, running.clock()):
        raise HTTPException(404, "there is no such account")
    return found


_NAME = N_("People and tablets")
PAGE = Page("/people", N_("People"), show, right="lead", place=95, every_s=0, is_own=True)
