"""Commands about people: who may come in over the network, and at which tablets."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_bytes
from typing import Annotated, Any, get_args

import typer

from plantstack.errors import Problem, QueryError
from plantstack.events import guard, tokens
from plantstack.events.log import Log
from plantstack.events.people import accounts, changing, setting_up, tablets
from plantstack.events.people.accounts import ROLES, Account, Role
from plantstack.events.people.audit import Noted
from plantstack.events.people.audit import add as note
from plantstack.events.people.chance import Chance
from plantstack.events.people.changing import Actor
from plantstack.events.people.hashing import check_password, check_pin, hashed
from plantstack.events.people.writing import beside
from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.intervals import rfc3339
from plantstack.live.agreement import agreement
from plantstack.live.stations import station_of
from plantstack.plant.load import load_plant
from plantstack.stack import Stack

Name = Annotated[str, typer.Argument(metavar="NAME", help="To sign in with; it stands nowhere else.")]
Scope = Annotated[
    str, typer.Option("--scope", metavar="PATH", help="Only this equipment and what stands under it.")
]
Hidden = Annotated[
    bool, typer.Option("--password-stdin", help="Read it from standard input, instead of asking for it.")
]
_CHANCE = Chance(token_bytes)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (add, allow, lock, unlock, erase, password, pin, pair, unpair, setup, policy):
        app.command(f"people {command.__name__}")(command)
    app.command("people list")(listed)


def add(
    project: Project,
    name: Name,
    role: Annotated[str, typer.Option("--role", help=f"One of {', '.join(ROLES)}.")],
    scope: Scope = "",
    password_stdin: Hidden = False,
    as_json: AsJson = False,
) -> None:
    """Make an account; the password is asked for, never given as an argument."""
    now, known = _now(), _role(role)
    found = _scope(project, scope, now)
    secret = _password(name, is_piped=password_stdin)
    made = Account(f"a-{_CHANCE.id()}", name, known, found, now)
    with _accounts(project) as connection:
        changing.make(connection, Actor(now), made, hashed(secret))
    row = {"name": accounts.login(name), "role": role, "scope": found}
    give(Answer([row]), as_json=as_json, told=f"'{row['name']}' may come in as {role}.")


def listed(project: Project, as_json: AsJson = False) -> None:
    """List accounts and paired tablets."""
    with Log.open(project, write=False) as log:
        people, devices = accounts.listed(log.connection), tablets.listed(log.connection)
    rows: list[dict[str, Any]] = [
        {
            "kind": "account",
            "name": one.name,
            "role": one.role,
            "where": one.scope or "everything",
            "state": one.state,
            "since": rfc3339(one.created_at),
            "number": one.number,
        }
        for one in people
    ]
    rows += [
        {
            "kind": "tablet",
            "name": one.id,
            "role": one.label,
            "where": ", ".join(one.station),
            "state": "paired" if one.is_good else "revoked",
            "since": rfc3339(one.paired_at),
            "number": None,
        }
        for one in devices
    ]
    give(Answer(rows), as_json=as_json, told="" if rows else "There are no accounts and no tablets.")


def allow(
    project: Project,
    name: Name,
    role: Annotated[str, typer.Option("--role", help=f"One of {', '.join(ROLES)}.")],
    scope: Scope = "",
    as_json: AsJson = False,
) -> None:
    """Give an account another role or part of the plant, at once."""
    now, known = _now(), _role(role)
    found = _scope(project, scope, now)
    with _accounts(project) as connection:
        account = accounts.needed(connection, name)
        changing.allow(connection, Actor(now), account.id, known, found)
    row = {"name": account.name, "role": role, "scope": found}
    give(Answer([row]), as_json=as_json, told=f"'{account.name}' is {role} from now on.")


def lock(project: Project, name: Name, as_json: AsJson = False) -> None:
    """Let an account come in no longer, at once, also on a running server."""
    with _accounts(project) as connection:
        account = accounts.needed(connection, name)
        changing.lock(connection, Actor(_now()), account.id)
    give(Answer([{"name": account.name}]), as_json=as_json, told=f"'{account.name}' is locked.")


def unlock(project: Project, name: Name, as_json: AsJson = False) -> None:
    """Let a locked account come in again, also one whose PIN was tried too often."""
    with _accounts(project) as connection:
        account = accounts.needed(connection, name)
        changing.unlock(connection, Actor(_now()), account.id)
    give(Answer([{"name": account.name}]), as_json=as_json, told=f"'{account.name}' may come in again.")


def erase(
    project: Project,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again; it cannot be undone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take an account and its name out; what the person entered stays under pseudonyms that lead nowhere."""
    if not yes:
        typer.confirm(f"Erase '{name}'? It cannot be undone", abort=True)
    with _accounts(project) as connection:
        account = accounts.needed(connection, name)
        changing.erase(connection, Actor(_now()), account.id)
    told = f"'{account.name}' is erased. Backups made before still have the name."
    give(Answer([{"name": account.name}]), as_json=as_json, told=told)


def password(project: Project, name: Name, password_stdin: Hidden = False, as_json: AsJson = False) -> None:
    """Set another password; the account's sessions end."""
    secret = _password(name, is_piped=password_stdin)
    with _accounts(project) as connection:
        account = accounts.needed(connection, name)
        changing.set_password(connection, Actor(_now()), account.id, hashed(secret))
    give(Answer([{"name": account.name}]), as_json=as_json, told=f"The password of '{account.name}' is set.")


def pin(
    project: Project,
    name: Name,
    pin_stdin: Annotated[bool, typer.Option("--pin-stdin", help="Read it from standard input.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set a PIN for tablets, and give the number it goes with."""
    secret = _secret("PIN", is_piped=pin_stdin)
    check_pin(secret)
    with _accounts(project) as connection:
        account = accounts.needed(connection, name)
        number = account.number or accounts.free_number(connection, _CHANCE.number)
        changing.set_pin(connection, Actor(_now()), account.id, hashed(secret), number)
    told = f"At a tablet '{account.name}' signs on with number {number} and the PIN."
    give(Answer([{"name": account.name, "number": number}]), as_json=as_json, told=told)


def pair(
    project: Project,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What to call the tablet, as 'Packing 3'.")],
    at: Annotated[
        list[str],
        typer.Option("--at", metavar="PATH", help="Equipment it stands at; several times."),
    ],
    as_json: AsJson = False,
) -> None:
    """Make a code to pair a tablet with: good once, for ten minutes, typed at /pair on the tablet."""
    now, code = _now(), _CHANCE.code()
    station = station_of(load_plant(project), at, now)
    with _accounts(project) as connection:
        until = changing.offer(connection, Actor(now), code, label, station)
    shown = f"{code[:4]}-{code[4:]}"
    row = {"label": label, "station": list(station), "code": shown, "until": rfc3339(until)}
    give(Answer([row]), as_json=as_json, told=f"{shown}\nType it at /pair on the tablet within ten minutes.")


def unpair(
    project: Project,
    tablet: Annotated[str, typer.Argument(metavar="TABLET", help="Its id, see 'people list'.")],
    as_json: AsJson = False,
) -> None:
    """Let a tablet be good no longer, at once."""
    with _accounts(project) as connection:
        changing.revoke(connection, Actor(_now()), tablet)
    give(Answer([{"tablet": tablet}]), as_json=as_json, told=f"'{tablet}' is paired no longer.")


def setup(project: Project, as_json: AsJson = False) -> None:
    """Make the one-time token with which the first admin is made at /setup."""
    secret = set_up_token(project)
    told = f"{secret}\nShown once, good for a day. Enter it at /setup to make the first admin."
    give(Answer([{"token": secret}]), as_json=as_json, told=told)


def policy(
    project: Project,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there.")
    ] = None,
) -> None:
    """Say what the system records about people, who sees it and how long: for a works agreement."""
    text = agreement(load_plant(project).people)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def set_up_token(project: Path) -> str:
    """Make the one-time token of the first admin; it is kept nowhere.

    Raises:
        ConfigError: when there is an admin already.
    """
    secret = _CHANCE.secret()
    with _accounts(project) as connection:
        setting_up.offer(connection, secret, _now())
        note(connection, Noted(_now(), "", "code-made", device="command", more="set-up"))
    return secret


def is_anybody_in(project: Path) -> bool:
    """Whether there is an admin or ever was a token, so that others are answered."""
    with Log.open(project, write=False) as log:
        return bool(tokens.listed(log.connection)) or accounts.is_any_admin(log.connection)


@contextmanager
def _accounts(project: Path) -> Iterator[sqlite3.Connection]:
    """The accounts of a project, to be written; its log is made where there is none yet."""
    if not guard.Places(project).store.exists():
        Log.open(project, write=True, project_id=load_plant(project).project_id).close()
    with beside(project) as connection:
        yield connection


def _now() -> int:
    return time.time_ns() // 1000


def _role(role: str) -> Role:
    for known in get_args(Role):
        if known == role:
            found: Role = known
            return found
    raise QueryError(Problem("people-role", "--role", f"expected one of {', '.join(ROLES)}, came '{role}'"))


def _scope(project: Path, scope: str, now: int) -> str:
    with Stack.open(project) as stack:
        found = stack.plant.resolve(scope, now) if scope else ""
    if found is None:
        fix = "Name equipment of the plant files, by its id or its path."
        raise QueryError(Problem("scope-unknown", "--scope", f"there is no equipment '{scope}'", fix))
    return found


def _password(name: str, *, is_piped: bool) -> str:
    found = _secret("Password", is_piped=is_piped)
    check_password(found, accounts.login(name))
    return found


def _secret(what: str, *, is_piped: bool) -> str:
    """Ask for a secret twice, or read the first line that is piped in."""
    if is_piped:
        return sys.stdin.readline().rstrip("\r\n")
    found: str = typer.prompt(what, hide_input=True, confirmation_prompt=True)
    return found
