"""Polls a database: rows that are new or changed, each version once, however late it was committed.

    kind: sql
    url: postgresql://plantstack@erp.plant.example/production    # or sqlite:///FILE
    password_file: secrets/erp
    table: mes.report            # or 'query' and 'name'
    watermark: changed_at        # grows with every change of a row
    key: [id]
    overlap: 10 min              # read again with every look: longer than the longest transaction
    mapping: erp

Columns beside those of the row: `sql.row` (table and key), `sql.version` (the watermark), `sql.key` (which
version of which row), and `sql.replaces`, which every version of a row is a correction of.

A look begins `overlap` before the highest watermark read and goes on page by page, so rows that share one,
and rows whose transaction ended late, are found; what was delivered before is left out here by what it says,
and after a restart by the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from plantstack.connectors.contract import Delivery, Messages, Outcome, Rows
from plantstack.connectors.sql.database import Database
from plantstack.connectors.sql.place import Place
from plantstack.connectors.sql.reading import Look
from plantstack.connectors.sql.settings import Settings, read_settings
from plantstack.errors import PlantstackError, Problem
from plantstack.events.batch import RAW, DeadLetter, Decoded
from plantstack.plant.source import Fields


class Polled:
    """One table or query being read."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def check(self) -> Sequence[Problem]:
        """Say which files are missing, and whether the database has what is asked for."""
        return await asyncio.to_thread(self._check)

    async def advice(self) -> Sequence[Problem]:
        """Say what works and could be better: an account that may write, a look that reads all rows."""
        return await asyncio.to_thread(self._advice)

    async def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        """Yield pages of rows, then look again and again.

        Raises:
            Retry: when the database is gone, or too slow.
            Fatal: when its settings or columns do not fit.
        """
        place, database = Place.read(since), Database(self.settings)
        look = Look(self.settings, database, place)
        try:
            while True:
                await asyncio.to_thread(look.begin)
                while not look.is_over:
                    messages = await asyncio.to_thread(look.page)
                    if letters := look.odd():
                        yield Rows(_dead(letters), place.text())
                    cursor = look.advance()
                    if messages:
                        yield Messages(tuple(messages), cursor)
                await asyncio.to_thread(look.end)
                if letters := look.odd():
                    yield Rows(_dead(letters), place.text())
                await asyncio.sleep(self.settings.every_s)
        finally:
            await asyncio.to_thread(database.end)

    def _check(self) -> list[Problem]:
        return self.settings.problems() or self._asked(Database.check)

    def _advice(self) -> list[Problem]:
        return self._check() or self._asked(self._advised)

    def _advised(self, database: Database) -> list[Problem]:
        found = []
        if database.may_write():
            what = "the account may change tables, and plantstack only reads"
            fix = "Give it an account with the right SELECT and nothing else."
            found.append(Problem("sql-may-write", self.settings.name, what, fix))
        if not database.is_indexed():
            what = f"no index begins with '{self.settings.watermark}': each look reads the whole table"
            fix = "Ask for an index on the watermark and the key."
            found.append(Problem("sql-no-index", self.settings.name, what, fix))
        return found

    def _asked(self, ask: Callable[[Database], Sequence[Problem]]) -> list[Problem]:
        database = Database(self.settings)
        try:
            return list(ask(database))
        except PlantstackError as error:
            return list(error.problems)
        finally:
            database.end()


def _dead(letters: Sequence[DeadLetter]) -> Decoded:
    return Decoded(RAW.empty_table(), [], [], tuple(letters))


def connect(fields: Fields, project: Path) -> Polled:
    """Read the settings of a database."""
    return Polled(read_settings(fields, project))
