"""Who may send and read over the network: tokens, of which only a hash is kept.

They lie in the log's file, so that a backup has them. A command may add one while a server runs.
"""

from __future__ import annotations

import hmac
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from plantstack.errors import ConfigError, LogError, Problem
from plantstack.events import guard, store

RIGHTS = ("send", "read")
_BETWEEN = "\n"  # no name of a source has one
_INSERT = "INSERT INTO token (name, sha256, scope, may, created_at, sources) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Token:
    """A permission.

    Attributes:
        name: what people call its holder, as `press-gateway`.
        scope: id of the equipment it is good for, with all that stands under it; '' is everything.
        may: of `RIGHTS`.
        created_at: microseconds UTC.
        revoked_at: None while it is good.
        sources: patterns of the sources it speaks as, as `gw-*`; none: no source is named.
    """

    name: str
    scope: str
    may: tuple[str, ...]
    created_at: int
    revoked_at: int | None = None
    sources: tuple[str, ...] = ()


def add(project: Path, token: Token, secret: str) -> None:
    """Keep a token by the hash of its secret.

    Raises:
        ConfigError: when the name was given before.
        LogError: when the log cannot be written.
    """
    sources = _BETWEEN.join(token.sources)
    row = (token.name, _hash(secret), token.scope, ",".join(token.may), token.created_at, sources)
    with closing(_writable(project)) as connection:
        try:
            connection.execute(_INSERT, row)
        except sqlite3.IntegrityError:
            what = "there is a token of this name, good or revoked"
            raise ConfigError(Problem("token-known", token.name, what, "Choose another name.")) from None


def revoke(project: Path, name: str, now: int) -> None:
    """Let a token be good no longer.

    Raises:
        ConfigError: when there is no good one of this name.
        LogError: when the log cannot be written.
    """
    with closing(_writable(project)) as connection:
        sql = "UPDATE token SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL"
        if not connection.execute(sql, (now, name)).rowcount:
            fix = f"List them with 'plantstack token list {project}'."
            raise ConfigError(Problem("token-unknown", name, "there is no good token of this name", fix))


def listed(connection: sqlite3.Connection) -> list[Token]:
    """Return all tokens, the revoked ones too."""
    sql = "SELECT name, scope, may, created_at, revoked_at, sources FROM token ORDER BY created_at, name"
    return [
        Token(name, scope, tuple(may.split(",")), created, revoked, _patterns(sources))
        for name, scope, may, created, revoked, sources in connection.execute(sql)
    ]


def are_any(project: Path) -> bool:
    """Tell whether a project ever had a token: from the first one on nobody comes in without."""
    places = guard.Places(project)
    if not places.store.exists():
        return False
    with closing(store.open_reader(places.store)) as connection:
        return bool(listed(connection))


def find(connection: sqlite3.Connection, secret: str) -> Token | None:
    """Return the good token of a secret; None when there is none."""
    sql = "SELECT sha256, name, scope, may, created_at, sources FROM token WHERE revoked_at IS NULL"
    wanted, found = _hash(secret), None
    for hashed, name, scope, may, created, sources in connection.execute(sql):
        if hmac.compare_digest(hashed, wanted):  # all are compared: time tells nothing
            found = Token(name, scope, tuple(may.split(",")), created, sources=_patterns(sources))
    return found


def _patterns(text: str) -> tuple[str, ...]:
    return tuple(text.split(_BETWEEN)) if text else ()


def _hash(secret: str) -> str:
    """A secret of 256 random bits needs no slow hash."""
    return sha256(secret.encode()).hexdigest()


def _writable(project: Path) -> sqlite3.Connection:
    """Open the file beside a writer: one row, one short transaction, no event."""
    places = guard.Places(project)
    if not places.store.exists():
        fix = "Load something, or start the server once."
        raise LogError(Problem("log-none", "log", "there is no log yet", fix))
    return store.open_writer(places.store, store.nothing)
