"""The audit: what was done with accounts and settings, by whom, from where. It only grows.

It says ids of accounts, never names: of an erased account it leads to nobody.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from plantstack.events.people.writing import together

COMMAND = "command"
"""As the device: whoever may run commands where the project lies."""


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of the audit.

    Attributes:
        at: microseconds UTC.
        who: id of an account, `token NAME`, or '' for somebody unknown or a command.
        what: of `WHAT`.
        about: the id of what it was done to; '' where that is the same as `who`.
        device: id of a tablet, an address, or `command`.
        more: a few words without names of people, as the role that was given.
    """

    at: int
    who: str
    what: str
    about: str = ""
    device: str = ""
    more: str = ""


WHAT = {
    "sign-in": "came in with a password",
    "sign-in-failed": "did not come in",
    "sign-on": "signed on at a tablet",
    "sign-off": "went out",
    "sign-out-everywhere": "ended all other sessions",
    "set-up": "made the first account",
    "account-made": "made an account",
    "account-allowed": "gave a role or a part of the plant",
    "account-locked": "locked an account",
    "account-unlocked": "unlocked an account",
    "account-erased": "erased an account",
    "password-set": "set a password",
    "pin-set": "set a PIN",
    "code-made": "made a code for a tablet",
    "tablet-paired": "paired a tablet",
    "tablet-revoked": "revoked a tablet",
    "config": "changed plant files",
    "export": "took out data about people",
    "audit-read": "read the audit",
}


def add(connection: sqlite3.Connection, noted: Noted) -> None:
    """Write one line.

    Raises:
        KeyError: for a `what` that is none.
    """
    if noted.what not in WHAT:
        raise KeyError(noted.what)
    row = (noted.at, noted.who, noted.what, noted.about, noted.device, noted.more)
    with together(connection):
        connection.execute(
            "INSERT INTO audit (at, who, what, about, device, more) VALUES (?, ?, ?, ?, ?, ?)", row
        )


def listed(
    connection: sqlite3.Connection, *, before: int | None = None, limit: int = 200, account: str = ""
) -> list[tuple[int, Noted]]:
    """Return lines with their numbers, the newest first.

    Args:
        connection: for reading.
        before: only lines before this number.
        limit: at most so many.
        account: only what this account did, or was done to it.
    """
    sql = (
        "SELECT id, at, who, what, about, device, more FROM audit"
        " WHERE id < ? AND (? = '' OR who = ? OR about = ?) ORDER BY id DESC LIMIT ?"
    )
    asked = (2**62 if before is None else before, account, account, account, limit)
    return [(number, Noted(*rest)) for number, *rest in connection.execute(sql, asked)]
