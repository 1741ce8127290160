"""One change of the accounts: all of it or nothing, and a trouble in the words of the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from plantstack.errors import LogError, Problem
from plantstack.events import guard, store

_FILE = Path("log.sqlite")


@contextmanager
def together(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Write several rows or none; inside another `together` it is part of that.

    Raises:
        LogError: when the file cannot be written.
    """
    is_part_of_another = connection.in_transaction
    if is_part_of_another:
        yield connection
        return
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:  # the log's writer must outlive it
        raise store.unusable(_FILE, error) from error


@contextmanager
def beside(project: Path) -> Iterator[sqlite3.Connection]:
    """Open the file beside its writer, for a command: few rows, one short transaction, no event.

    Raises:
        LogError: when there is no log yet, or it cannot be written.
    """
    places = guard.Places(project)
    if not places.store.exists():
        fix = "Load something, or start the server once."
        raise LogError(Problem("log-none", "log", "there is no log yet", fix))
    with closing(store.open_writer(places.store, store.nothing)) as connection:
        yield connection
