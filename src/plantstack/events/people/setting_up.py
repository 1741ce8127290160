"""The set-up token: printed once where the server runs, and with it the first admin is made."""

from __future__ import annotations

import sqlite3

from plantstack.errors import ConfigError, Problem
from plantstack.events.people import accounts
from plantstack.events.people.accounts import Account
from plantstack.events.people.hashing import digest
from plantstack.events.people.writing import together
from plantstack.intervals import DAY

GOOD_US = DAY


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


def use(connection: sqlite3.Connection, secret: str, admin: Account, kept: str, now: int) -> None:
    """Make the first admin; the token is used up.

    Args:
        connection: of the writer, or beside it.
        secret: the token as it was typed.
        admin: with a fresh id.
        kept: argon2id hash of the password.
        now: microseconds UTC.

    Raises:
        ConfigError: when the token is not good, there is an admin already, or the name is none.
    """
    with together(connection):
        sql = "SELECT 1 FROM setup WHERE sha256 = ? AND until_at > ?"
        is_good = connection.execute(sql, (digest(secret.strip()), now)).fetchone()
        if not is_good or accounts.is_any_admin(connection):
            fix = "Run 'plantstack people setup' where the project lies."
            raise ConfigError(Problem("people-set-up", "token", "this set-up token is not good", fix))
        accounts.add(connection, admin, kept)
        connection.execute("DELETE FROM setup")
