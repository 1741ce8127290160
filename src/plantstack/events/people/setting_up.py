"""The set-up token: printed once where the server runs, and with it the first admin is made."""

from __future__ import annotations

import sqlite3

from plantstack.errors import ConfigError, Problem
from plantstack.events.people import accounts, audit
from plantstack.events.people.accounts import Account
from plantstack.events.people.audit import Noted
from plantstack.events.people.hashing import digest
from plantstack.events.people.writing import together
from plantstack.intervals import DAY

GOOD_US = DAY
NOT_GOOD = Problem(
    "people-set-up",
    "token",
    "this set-up token is not good",
    "Run 'plantstack people setup' where the project lies.",
)


def offer(connection: sqlite3.Connection, secret: str, now: int) -> None:
    """Keep a token, in the place of any before.

    Raises:
        ConfigError: when there is an admin already.
    """
    with together(connection):
        if accounts.is_any_admin(connection):
            what = "there is an admin already"
            fix = "Sign in, or make accounts with 'plantstack people add'."
            raise ConfigError(Problem("people-set-up", "set-up", what, fix))
        connection.execute("DELETE FROM setup")
        connection.execute("INSERT INTO setup VALUES (?, ?)", (digest(secret), now + GOOD_US))


def is_good(connection: sqlite3.Connection, secret: str, now: int) -> bool:
    """Whether a token makes the first admin: it has 256 random bits, so nobody guesses it."""
    sql = "SELECT 1 FROM setup WHERE sha256 = ? AND until_at > ?"
    found = connection.execute(sql, (digest(secret.strip()), now)).fetchone()
    return bool(found) and not accounts.is_any_admin(connection)


def use(
    connection: sqlite3.Connection, secret: str, admin: Account, kept: str, now: int, device: str = ""
) -> None:
    """Make the first admin; the token is used up.

    Args:
        connection: of the writer, or beside it.
        secret: the token as it was typed.
        admin: with a fresh id.
        kept: argon2id hash of the password.
        now: microseconds UTC.
        device: from where it was used, for the audit.

    Raises:
        ConfigError: when the token is not good, there is an admin already, or the name is none.
    """
    with together(connection):
        if not is_good(connection, secret, now):
            raise ConfigError(NOT_GOOD)
        accounts.add(connection, admin, kept)
        audit.add(connection, Noted(now, admin.id, "set-up", device=device))
        connection.execute("DELETE FROM setup")
