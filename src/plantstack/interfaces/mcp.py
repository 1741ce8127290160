"""The command mcp: programs that speak for somebody ask what he may be told, and nothing else."""

from __future__ import annotations

import os
import time
from importlib import import_module
from typing import Annotated, Any

import typer

from plantstack.errors import ConfigError, Problem, did_you_mean
from plantstack.events import tokens
from plantstack.interfaces.answer import Project
from plantstack.live.access import MAY, Sender, rights_of
from plantstack.stack import Stack

TOKEN = "PLANTSTACK_TOKEN"
_NOT_INSTALLED = Problem(
    "mcp-missing", "mcp", "the package 'mcp' is not installed", "Install it: pip install 'plantstack[mcp]'."
)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("mcp")(mcp)


def mcp(
    project: Project,
    role: Annotated[
        str, typer.Option("--role", help="Tell only what this role may be told, as 'operator'.")
    ] = "",
    scope: Annotated[
        str, typer.Option("--scope", metavar="PATH", help="Tell only of this equipment and what is below.")
    ] = "",
) -> None:
    """Answer a language model's questions over MCP on standard input and output; nothing can be changed.

    With a token in PLANTSTACK_TOKEN its rights and its equipment hold. Without one those of --role, else all:
    whoever starts this can read the files.
    """
    tools = _tools()
    with Stack.open(project) as stack:
        sender = sender_of(stack, os.environ.get(TOKEN, ""), role, scope, _now())
        tools.server_of(stack, sender, _now).run("stdio")


def sender_of(stack: Stack, secret: str, role: str, scope: str, now: int) -> Sender:
    """For whom the caller speaks.

    Raises:
        ConfigError: for a token that is not good, an unknown role or equipment.
    """
    if secret:
        token = tokens.find(stack.log.connection, secret)
        if token is None:
            fix = f"Set {TOKEN} to a good one; 'plantstack token add' makes one."
            raise ConfigError(Problem("token-unknown", TOKEN, "this token is not good", fix))
        return Sender(token.name, rights_of(token.may), token.scope, token.sources)
    if role and role not in MAY:
        raise ConfigError(Problem("role-unknown", "--role", f"no role '{role}'", did_you_mean(role, MAY)))
    place = stack.plant.resolve(scope, now) if scope else ""
    if place is None:
        what = f"there is no equipment '{scope}'"
        raise ConfigError(
            Problem("scope-unknown", "--scope", what, did_you_mean(scope, stack.plant.equipment))
        )
    return Sender(may=MAY[role], scope=place, role=role) if role else Sender(scope=place)


def _now() -> int:
    return time.time_ns() // 1_000


def _tools() -> Any:
    try:
        return import_module("plantstack.interfaces.asked_over_mcp")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise ConfigError(_NOT_INSTALLED) from None
