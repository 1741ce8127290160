"""What is changed about accounts and tablets, each with its line of the audit in the same transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from plantstack.events.people import accounts, attempts, audit, sessions, tablets
from plantstack.events.people.accounts import Account, Role
from plantstack.events.people.audit import COMMAND, Noted
from plantstack.events.people.writing import together


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, from where, when.

    Attributes:
        at: microseconds UTC.
        who: id of an account; '' for a command.
        device: id of a tablet, an address, or `command`.
    """

    at: int
    who: str = ""
    device: str = COMMAND

    def noted(self, what: str, about: str = "", more: str = "") -> Noted:
        """A line of the audit."""
        return Noted(self.at, self.who, what, about, self.device, more)


def make(connection: sqlite3.Connection, actor: Actor, account: Account, kept: str) -> None:
    """Make an account, see `accounts.add`."""
    with together(connection):
        accounts.add(connection, account, kept)
        more = f"{account.role} {account.scope}".strip()
        audit.add(connection, actor.noted("account-made", account.id, more))


def allow(connection: sqlite3.Connection, actor: Actor, account_id: str, role: Role, scope: str) -> None:
    """Give another role or part of the plant, see `accounts.allow`."""
    with together(connection):
        accounts.allow(connection, account_id, role, scope)
        audit.add(connection, actor.noted("account-allowed", account_id, f"{role} {scope}".strip()))


def lock(connection: sqlite3.Connection, actor: Actor, account_id: str) -> None:
    """Lock an account, see `accounts.lock`."""
    with together(connection):
        accounts.lock(connection, account_id)
        audit.add(connection, actor.noted("account-locked", account_id))


def unlock(connection: sqlite3.Connection, actor: Actor, account_id: str) -> None:
    """Unlock an account, and forget attempts that failed."""
    with together(connection):
        accounts.unlock(connection, account_id)
        for kind in ("account", "pin"):
            attempts.reset(connection, f"{kind} {account_id}")
        audit.add(connection, actor.noted("account-unlocked", account_id))


def erase(connection: sqlite3.Connection, actor: Actor, account_id: str) -> None:
    """Erase an account, see `accounts.erase`: that it was is noted first, its name nowhere."""
    with together(connection):
        accounts.check_not_last(connection, account_id)
        audit.add(connection, actor.noted("account-erased", account_id))
    accounts.erase(connection, account_id)


def set_password(
    connection: sqlite3.Connection, actor: Actor, account_id: str, kept: str, *, but: str = ""
) -> None:
    """Set a password; all sessions of the account end but one."""
    with together(connection):
        accounts.set_password(connection, account_id, kept)
        sessions.end_all(connection, account_id, but)
        attempts.reset(connection, f"account {account_id}")
        audit.add(connection, actor.noted("password-set", account_id))


def set_pin(connection: sqlite3.Connection, actor: Actor, account_id: str, kept: str, number: int) -> None:
    """Set a PIN and the number it goes with; one that was shut is open again."""
    with together(connection):
        accounts.set_pin(connection, account_id, kept, number)
        attempts.reset(connection, f"pin {account_id}")
        audit.add(connection, actor.noted("pin-set", account_id))


def offer(
    connection: sqlite3.Connection, actor: Actor, code: str, label: str, station: tuple[str, ...]
) -> int:
    """Keep a code to pair a tablet, see `tablets.offer`; return until when it is good."""
    with together(connection):
        until = tablets.offer(connection, code, label, station, actor.who, actor.at)
        audit.add(connection, actor.noted("code-made", more=" ".join(station)))
        return until


def revoke(connection: sqlite3.Connection, actor: Actor, tablet_id: str) -> None:
    """Revoke a tablet, see `tablets.revoke`."""
    with together(connection):
        tablets.revoke(connection, tablet_id, actor.at)
        audit.add(connection, actor.noted("tablet-revoked", tablet_id))
