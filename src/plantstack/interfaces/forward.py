"""The command forward: an edge that reads what is connected and tells a server far away."""

from __future__ import annotations

import asyncio
import random
import secrets
import signal
import ssl
import sys
import time
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx
import typer

from plantstack.errors import ConfigError, Problem, QueryError
from plantstack.events import guard
from plantstack.interfaces.answer import CRASH, Answer, AsJson, complain, give, people
from plantstack.interfaces.api.hosts import LOOPBACK
from plantstack.intervals import MINUTE, rfc3339
from plantstack.live.clock import SteadyClock
from plantstack.live.forwarding.edge import Broken, Edge, floor_of, last_note, outbox_of

_QUIET_S, _MOST_S = 3.0, 60.0  # with --once: how long sources may be silent, and how long they are read
_OLD = MINUTE  # a status that was not written anew for so long is of nobody who runs
_PATIENCE = httpx.Timeout(60.0, connect=10.0)

_T = TypeVar("_T")
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the edge.")]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("forward")(forward)


def forward(
    folder: Folder,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="The server, as https://HOST.")] = "",
    token_file: Annotated[
        Path | None, typer.Option("--token-file", metavar="FILE", help="Holds the secret of a token.")
    ] = None,
    ca: Annotated[
        Path | None, typer.Option("--ca", metavar="FILE", help="Trust these certificates, and no others.")
    ] = None,
    floor: Annotated[
        str, typer.Option("--floor", metavar="SIZE", help="So much of the disk stays free.")
    ] = "1 GB",
    once: Annotated[
        bool, typer.Option("--once", help="Read until nothing comes, tell what waits, and end.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--retry", help="Tell what the server did not take once more, and end.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Say what waits, and end.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain-http", help="Also send the secret unencrypted, beyond this machine.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read what is connected into an outbox, and tell a server until it has all of it on disk."""
    if status:
        _tell_status(folder, as_json=as_json)
    _check_address(to, plain=plain)
    client = httpx.AsyncClient(verify=_trusted(ca), timeout=_PATIENCE, trust_env=True)
    edge = Edge(
        folder,
        client,
        to,
        token_file,
        SteadyClock(lambda: time.time_ns() // 1000, lambda: time.monotonic_ns() // 1000),
        chance=random.random,
        name=secrets.token_hex(6),
        floor=floor_of(floor),
        is_passing=once or again,
    )
    try:
        if not (once or again):
            _run(edge, client)
            return
        work = edge.forwarder.again() if again else _once(edge)
        taken = asyncio.run(_closing(client, work))
    finally:
        edge.close()
    row = outbox_of(folder) | {"taken": taken}
    told = f"The server has {taken} more; nothing waits, {row['not_taken']} not taken."
    give(Answer([_dated(row)], problems=edge.troubles()), as_json=as_json, told=told)


async def _closing(client: httpx.AsyncClient, work: Awaitable[_T]) -> _T:
    async with client:
        return await work


async def _once(edge: Edge) -> int:
    await edge.read(_QUIET_S, _MOST_S)
    await edge.forwarder.once()
    return edge.forwarder.state.told


def _run(edge: Edge, client: httpx.AsyncClient) -> None:
    """Read and tell until a signal comes.

    Raises:
        typer.Exit: with the code of a crash when only a new start helps.
    """
    people().print(f"plantstack forwards to {edge.address} as '{edge.name}'. Ctrl-C stops it.")
    sys.stdout.flush()

    async def until_told() -> None:
        working = asyncio.ensure_future(edge.run())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, working.cancel)
        with suppress(asyncio.CancelledError):  # as it was told to
            await working

    try:
        asyncio.run(_closing(client, until_told()))
    except Broken:
        fix = "What was acknowledged is safe. Start it again."
        complain([Problem("forward-stopped", edge.name, "the log's writer has stopped", fix)])
        raise typer.Exit(CRASH) from None


def _tell_status(folder: Path, *, as_json: bool) -> None:
    """Say how an edge is, by its log and by what it said of itself last; then leave."""
    if not guard.Places(folder).store.exists():
        what, fix = "there is no outbox here", "Start 'plantstack forward' once."
        raise ConfigError(Problem("forward-none", folder.name, what, fix))
    note, now = last_note(folder), time.time_ns() // 1000
    row = outbox_of(folder) | {name: note.get(name) for name in ("edge", "to", "status", "heard_at", "at")}
    problems = [Problem(**told) for told in note.get("why", ())]
    problems += [Problem("forward-silent", "connections", told) for told in note.get("ailing", ())]
    is_over = not note or note["status"] == "ended" or now - note["at"] > _OLD
    if is_over and not note.get("is_passing"):
        row["status"] = "not running"
        what = f"it was last seen running at {rfc3339(note['at'])}" if note else "it has not run yet"
        problems = [Problem("forward-down", folder.name, what, "Start 'plantstack forward'."), *problems]
    told = _sentence(row, now)
    give(Answer([_dated(row)], problems=problems), as_json=as_json, told=told)


def _sentence(row: dict[str, Any], now: int) -> str:
    waits, heard = "nothing waits", "the server was not heard since the start"
    if row["oldest"] is not None:
        waits = f"{row['waiting']:,} events wait, the oldest for {(now - row['oldest']) / MINUTE:,.0f} min"
    if row["heard_at"] is not None:
        heard = f"the server answered last at {rfc3339(row['heard_at'])}"
    first = f"{row['status']}: {waits}; {row['not_taken']} not taken, {row['set_aside']} set aside; {heard}"
    letters = (f"  {one['where']}: {one['what']}. {one['fix']} [{one['code']}]" for one in row["letters"])
    return "\n".join([first, *letters])


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    instants = {name: row[name] for name in ("oldest", "heard_at", "at") if row.get(name) is not None}
    return row | {name: rfc3339(at) for name, at in instants.items()}


def _check_address(to: str, *, plain: bool) -> None:
    """Refuse an address that is none, or over which the secret would be read by others."""
    try:
        found = httpx.URL(to)
    except httpx.InvalidURL:
        found = httpx.URL("")
    if found.scheme not in ("http", "https") or not found.host or found.query or found.userinfo:
        fix = "Write --to https://HOST, with a port where there is one."
        raise QueryError(Problem("forward-address", "--to", f"expected an address, came '{to}'", fix))
    if found.scheme == "http" and found.host not in LOOPBACK and not plain:
        fix = "Write https://, or --plain-http where the network itself is closed."
        raise QueryError(Problem("forward-plain", "--to", "the secret would travel unencrypted", fix))


def _trusted(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if ca is None else str(ca))
    except (OSError, ssl.SSLError) as error:
        where, what = "--ca", f"certificates cannot be read: {getattr(error, 'strerror', None) or error}"
        fix = "Name a file of certificates in PEM."
        raise ConfigError(Problem("forward-ca", where, what, fix)) from error
