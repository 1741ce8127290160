"""A store with accounts, and secrets that are cheap to keep."""

from __future__ import annotations

import sqlite3
from typing import Any

from argon2 import PasswordHasher
from tests.events.build import NOON

from plantstack.events.people import accounts
from plantstack.events.people.accounts import Account, Role
from plantstack.events.people.hashing import hashed

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "four words in rows"


def somebody(connection: sqlite3.Connection, name: str, role: Role = "operator", **more: Any) -> Account:
    """Make an account whose id tells its name, for tests to read."""
    made = Account(f"a-{name}", name, role, more.get("scope", ""), NOON)
    accounts.add(connection, made, hashed(PASSWORD, CHEAP))
    return made
