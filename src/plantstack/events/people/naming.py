"""Whether a text names somebody who has an account: what all may read never says who (BOOKS 13)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection

from plantstack.events.people import accounts

_SHORT = 3  # letters; shorter names are words too


def named_in(connection: sqlite3.Connection, text: str, roles: Collection[str]) -> str:
    """The first account name that stands in a text as a word of its own; '' for none.

    Args:
        connection: to the accounts, for reading.
        text: in words.
        roles: words that may be said though an account is called so.
    """
    said = accounts.login(text)
    for account in accounts.listed(connection):
        name = account.name
        if len(name) < _SHORT or name in roles:
            continue
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said):
            return name
    return ""
