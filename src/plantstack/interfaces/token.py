"""Commands about tokens: who may send and read over the network."""

from __future__ import annotations

import secrets
import time
from typing import Annotated

import typer

from plantstack.errors import Problem, QueryError
from plantstack.events import tokens
from plantstack.events.tokens import RIGHTS, Token
from plantstack.interfaces.answer import Answer, AsJson, Project, give
from plantstack.interfaces.options import words
from plantstack.intervals import rfc3339
from plantstack.stack import Stack

Name = Annotated[str, typer.Argument(metavar="NAME", help="What to call its holder, as 'press-gateway'.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in (("token add", add), ("token list", listed), ("token revoke", revoke)):
        app.command(name)(command)


def add(
    project: Project,
    name: Name,
    scope: Annotated[
        str, typer.Option("--scope", metavar="PATH", help="Only this equipment and what stands under it.")
    ] = "",
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="Speak as this source only, as 'gw-*'; several times."),
    ] = None,
    may: Annotated[str, typer.Option("--may", help="send, read, or both with a comma.")] = "send,read",
    as_json: AsJson = False,
) -> None:
    """Make a token; its secret is shown once and kept nowhere."""
    rights = words(may)
    if not rights or set(rights) - set(RIGHTS):
        raise QueryError(Problem("token-rights", "--may", f"expected of {', '.join(RIGHTS)}, came '{may}'"))
    sources = tuple(source or ())
    if not all(one and one.isprintable() for one in sources):
        raise QueryError(Problem("token-source", "--source", "expected the name of a source, as 'gw-*'"))
    now = time.time_ns() // 1000
    with Stack.open(project) as stack:
        found = stack.plant.resolve(scope, now) if scope else ""
    if found is None:
        fix = "Name equipment of the plant files, by its id or its path."
        raise QueryError(Problem("scope-unknown", "--scope", f"there is no equipment '{scope}'", fix))
    secret = f"ps_{secrets.token_urlsafe(32)}"
    tokens.add(project, Token(name, found, rights, now, sources=sources), secret)
    row = {"name": name, "token": secret, "scope": found, "sources": list(sources), "may": ",".join(rights)}
    told = f"{secret}\nShown once. Send it as 'Authorization: Bearer {secret[:6]}...'."
    give(Answer([row]), as_json=as_json, told=told)


def listed(project: Project, as_json: AsJson = False) -> None:
    """List the tokens, the revoked ones too; secrets are not kept."""
    with Stack.open(project) as stack:
        found = tokens.listed(stack.log.connection)
    rows = [
        {
            "name": one.name,
            "scope": one.scope or "everything",
            "sources": ", ".join(one.sources) or ("any but people" if one.scope else "any"),
            "may": ",".join(one.may),
            "created_at": rfc3339(one.created_at),
            "revoked_at": rfc3339(one.revoked_at) if one.revoked_at is not None else "",
        }
        for one in found
    ]
    give(Answer(rows), as_json=as_json, told="" if rows else "There are no tokens.")


def revoke(project: Project, name: Name, as_json: AsJson = False) -> None:
    """Let a token be good no longer, at once, also on a running server."""
    tokens.revoke(project, name, time.time_ns() // 1000)
    give(Answer([{"name": name}]), as_json=as_json, told=f"The token of '{name}' is good no longer.")
