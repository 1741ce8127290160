"""Accounts: a name to sign in with, a role, and the part of the plant it is good for.

Nothing else in the project has the name. Erasing an account takes it out of this store; what the person
entered stays, under pseudonyms that lead to nobody any more.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from plantstack.errors import ConfigError, Problem
from plantstack.events.people.writing import together

Role = Literal["operator", "supervisor", "planner", "maintenance", "ci", "exec", "admin"]
ROLES: tuple[Role, ...] = ("operator", "supervisor", "planner", "maintenance", "ci", "exec", "admin")
LANGUAGES = ("en", "de", "es")
THEMES = ("auto", "light", "dark")
ACTIVE, LOCKED, ERASED = "active", "locked", "erased"
_SELECT = (
    "SELECT id, name, number, role, scope, language, theme, gloves, state, created_at, pin IS NOT NULL"
    " FROM account"
)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may come in.

    Attributes:
        id: made by chance, said in the audit; of an erased account all that is left.
        name: to sign in with; '' once erased.
        role: of `ROLES`.
        scope: id of the equipment it is good for, with all that stands under it; '' is everything.
        created_at: microseconds UTC.
        number: to sign on with at a tablet, as 417; no secret, given by chance; None: none.
        language: of `LANGUAGES`; '' is the browser's.
        theme: of `THEMES`.
        gloves: whether what is touched shall be larger.
        state: `active`, `locked` or `erased`.
        has_pin: whether a PIN was set.
    """

    id: str
    name: str
    role: Role
    scope: str
    created_at: int
    number: int | None = None
    language: str = ""
    theme: str = "auto"
    gloves: bool = False
    state: str = ACTIVE
    has_pin: bool = False

    @property
    def is_active(self) -> bool:
        """Whether it may come in."""
        return self.state == ACTIVE


def login(name: str) -> str:
    """A name as it is kept: however it was typed.

    >>> login(" Ann.Example ")
    'ann.example'
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()


def add(connection: sqlite3.Connection, account: Account, kept: str) -> None:
    """Keep a new account.

    Args:
        connection: of the writer, or beside it.
        account: with a fresh id.
        kept: argon2id hash of its password.

    Raises:
        ConfigError: when the name is none or was given before, or the role does not exist.
        LogError: when the file cannot be written.
    """
    name = login(account.name)
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise ConfigError(Problem("people-name", "name", "expected 1 to 64 signs", "Take another name."))
    if account.role not in ROLES:
        what = f"expected a role of {', '.join(ROLES)}"
        raise ConfigError(Problem("people-role", account.role, what))
    row = (account.id, name, account.role, account.scope, account.language, kept, account.created_at)
    with together(connection):
        if named(connection, name):
            what = "there is an account of this name"
            raise ConfigError(Problem("people-known", name, what, "Choose another name."))
        connection.execute(
            "INSERT INTO account (id, name, role, scope, language, password, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )


def listed(connection: sqlite3.Connection) -> list[Account]:
    """Return all accounts that have a name, in the order they were made."""
    rows = connection.execute(f"{_SELECT} WHERE state <> ? ORDER BY created_at, name", (ERASED,))
    return [_account(row) for row in rows]


def find(connection: sqlite3.Connection, account_id: str) -> Account | None:
    """Return an account, also a locked or erased one; None when there never was one."""
    row = connection.execute(f"{_SELECT} WHERE id = ?", (account_id,)).fetchone()
    return _account(row) if row else None


def named(connection: sqlite3.Connection, name: str) -> Account | None:
    """Return the account of a name."""
    row = connection.execute(f"{_SELECT} WHERE name = ?", (login(name),)).fetchone()
    return _account(row) if row else None


def numbered(connection: sqlite3.Connection, number: int) -> Account | None:
    """Return the account of a number for tablets."""
    row = connection.execute(f"{_SELECT} WHERE number = ?", (number,)).fetchone()
    return _account(row) if row else None


def needed(connection: sqlite3.Connection, name: str) -> Account:
    """Return the account of a name.

    Raises:
        ConfigError: when there is none.
    """
    found = named(connection, name)
    if found is None:
        fix = "List them with 'plantstack people list'."
        raise ConfigError(Problem("people-unknown", name, "there is no account of this name", fix))
    return found


def password_of(connection: sqlite3.Connection, account_id: str) -> str:
    """Return the hash of the password that is kept; '' when there is none."""
    return _kept(connection, "password", account_id)


def pin_of(connection: sqlite3.Connection, account_id: str) -> str:
    """Return the hash of the PIN that is kept; '' when there is none."""
    return _kept(connection, "pin", account_id)


def is_any_admin(connection: sqlite3.Connection) -> bool:
    """Whether an admin may come in; only then others may reach the server."""
    return bool(_admins(connection))


def are_any(connection: sqlite3.Connection) -> bool:
    """Whether there ever was an account: from the first one on nobody comes in without."""
    return bool(connection.execute("SELECT 1 FROM account LIMIT 1").fetchone())


def set_password(connection: sqlite3.Connection, account_id: str, kept: str) -> None:
    """Keep the hash of another password."""
    with together(connection):
        connection.execute("UPDATE account SET password = ? WHERE id = ?", (kept, account_id))


def set_pin(connection: sqlite3.Connection, account_id: str, kept: str, number: int) -> None:
    """Keep the hash of a PIN, and the number it goes with.

    Raises:
        ConfigError: when another account has the number.
    """
    with together(connection):
        other = numbered(connection, number)
        if other and other.id != account_id:
            what = "another account has this number"
            raise ConfigError(Problem("people-number", str(number), what, "Take another one."))
        connection.execute("UPDATE account SET pin = ?, number = ? WHERE id = ?", (kept, number, account_id))


def free_number(connection: sqlite3.Connection, chance: Callable[[], int]) -> int:
    """Return a number that no account has.

    Args:
        connection: for reading.
        chance: a number, another one with each call.

    Raises:
        ConfigError: when nearly all are given.
    """
    for tried in range(200):
        number = chance() if tried < 100 else 10 * chance() + tried % 10  # one digit more where it is full
        if numbered(connection, number) is None:
            return number
    raise ConfigError(Problem("people-number", "number", "nearly all numbers are given", "Erase accounts."))


def prefer(connection: sqlite3.Connection, account: Account) -> None:
    """Keep what somebody likes: language, theme, gloves.

    Raises:
        ConfigError: for a language or theme that does not exist.
    """
    if account.language not in ("", *LANGUAGES) or account.theme not in THEMES:
        what = f"expected a language of {', '.join(LANGUAGES)} and a theme of {', '.join(THEMES)}"
        raise ConfigError(Problem("people-preference", "preference", what))
    row = (account.language, account.theme, account.gloves, account.id)
    with together(connection):
        connection.execute("UPDATE account SET language = ?, theme = ?, gloves = ? WHERE id = ?", row)


def allow(connection: sqlite3.Connection, account_id: str, role: Role, scope: str) -> None:
    """Give an account another role or part of the plant.

    Raises:
        ConfigError: when nobody could administer any more, or the role does not exist.
    """
    if role not in ROLES:
        raise ConfigError(Problem("people-role", role, f"expected a role of {', '.join(ROLES)}"))
    with together(connection):
        if role != "admin" or scope:
            check_not_last(connection, account_id)
        connection.execute("UPDATE account SET role = ?, scope = ? WHERE id = ?", (role, scope, account_id))


def lock(connection: sqlite3.Connection, account_id: str) -> None:
    """Let an account come in no longer, at once; its sessions end.

    Raises:
        ConfigError: when nobody could administer any more.
    """
    with together(connection):
        check_not_last(connection, account_id)
        _end(connection, account_id)
        connection.execute(
            "UPDATE account SET state = ? WHERE id = ? AND state = ?", (LOCKED, account_id, ACTIVE)
        )


def unlock(connection: sqlite3.Connection, account_id: str) -> None:
    """Let a locked account come in again."""
    with together(connection):
        connection.execute(
            "UPDATE account SET state = ? WHERE id = ? AND state = ?", (ACTIVE, account_id, LOCKED)
        )


def erase(connection: sqlite3.Connection, account_id: str) -> None:
    """Take an account out: its name, its number, its secrets, and what leads from its pseudonyms to it.

    The pages of the file are overwritten. Backups made before still have them.

    Raises:
        ConfigError: when nobody could administer any more.
        LogError: when the file cannot be written.
    """
    connection.execute("PRAGMA secure_delete = ON")
    try:
        with together(connection):
            check_not_last(connection, account_id)
            _end(connection, account_id)
            connection.execute("DELETE FROM pseudonym WHERE account = ?", (account_id,))
            for kind in ("account", "pin"):
                connection.execute("DELETE FROM attempt WHERE subject = ?", (f"{kind} {account_id}",))
            connection.execute(
                "UPDATE account SET name = NULL, number = NULL, password = NULL, pin = NULL, scope = '',"
                " language = '', theme = 'auto', gloves = 0, state = ? WHERE id = ?",
                (ERASED, account_id),
            )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.execute("PRAGMA secure_delete = OFF")


def _end(connection: sqlite3.Connection, account_id: str) -> None:
    connection.execute("DELETE FROM session WHERE account = ?", (account_id,))


def _admins(connection: sqlite3.Connection) -> list[str]:
    sql = "SELECT id FROM account WHERE role = 'admin' AND scope = '' AND state = ?"
    return [one for (one,) in connection.execute(sql, (ACTIVE,))]


def check_not_last(connection: sqlite3.Connection, account_id: str) -> None:
    """Refuse what would leave nobody who may administer the whole plant.

    Raises:
        ConfigError: when this account is the last one.
    """
    if _admins(connection) == [account_id]:
        what = "this is the last account that may administer the whole plant"
        raise ConfigError(Problem("people-last-admin", "account", what, "Make another admin first."))


def _kept(connection: sqlite3.Connection, column: Literal["password", "pin"], account_id: str) -> str:
    row = connection.execute(f"SELECT {column} FROM account WHERE id = ?", (account_id,)).fetchone()
    return str(row[0]) if row and row[0] else ""


def _account(row: tuple[str, str | None, int | None, Role, str, str, str, int, str, int, int]) -> Account:
    account_id, name, number, role, scope, language, theme, gloves, state, created_at, has_pin = row
    made = Account(account_id, name or "", role, scope, created_at, number, language, theme)
    return replace(made, gloves=bool(gloves), state=state, has_pin=bool(has_pin))
