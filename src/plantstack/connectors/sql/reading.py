"""One look at a table after the other: what is new since the last, page by page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import msgspec

from plantstack.connectors.contract import Fatal, Message
from plantstack.connectors.sql.database import Database, Row
from plantstack.connectors.sql.marks import Mark, NoMark, is_ahead, mark_of, same_form, start_of
from plantstack.connectors.sql.place import Place
from plantstack.connectors.sql.settings import Settings
from plantstack.errors import Problem
from plantstack.events.batch import DeadLetter, kept

MOST_ODD = 100  # rows without a place in the order that are told, each once
FEW_SEEN = 10_000  # so many are remembered before it is looked which can be forgotten
MOST_SEEN = 200_000  # rows of the overlap that are remembered; more are delivered again, and are known

_encode = msgspec.json.Encoder(enc_hook=str, decimal_format="number").encode


class Look:
    """Reads a table, over and over.

    Attributes:
        place: how far everything was read; moves on with each page.
        is_over: whether the look has come to the end of the table.
    """

    def __init__(self, settings: Settings, source: Database, place: Place) -> None:
        self.place = place
        self.is_over = True
        self._settings = settings
        self._source = source
        self._now = 0
        self._start: Mark | None = None
        self._behind: tuple[Any, ...] | None = None
        self._reached: Mark | None = None
        self._is_first = True
        self._seen: dict[bytes, int] = {}
        self._many = FEW_SEEN
        self._odd: dict[str, DeadLetter] = {}

    def begin(self) -> None:
        """Go back by the overlap.

        Raises:
            Retry, Fatal: as the database says.
        """
        self._now = self._source.now()
        self._behind, self._start, self._reached, self._odd = None, None, None, {}
        mark, overlap = self.place.mark, (self._settings.overlap, self._settings.overlap_numbers)
        if mark is not None:
            self._start = start_of(mark, self._settings.zone, overlap, is_first=self._is_first)
            self._forget()
            for row in self._source.last():  # SQLite compares texts with numbers and finds nothing
                self._mark(row)
        self.is_over, self._is_first = False, False

    def page(self) -> list[Message]:
        """The next rows that were not delivered yet.

        Raises:
            Retry, Fatal: as the database says; Fatal too where the columns do not fit.
        """
        rows = self._source.page(self._start, self._behind)
        self.is_over = len(rows) < self._settings.batch
        self._reached = self.place.mark
        return list(self._messages(rows))

    def advance(self) -> str:
        """The cursor once everything up to here is written."""
        if self._reached is not None:
            self.place.advance(self._reached)
        if len(self._seen) >= self._many:
            self._forget()
            self._many = max(FEW_SEEN, 2 * len(self._seen))
        return self.place.text()

    def odd(self) -> list[DeadLetter]:
        """Rows that have no place in the order and were not told yet: before the cursor passes them."""
        new = {told: letter for told, letter in self._odd.items() if told not in self.place.aside}
        self.place.aside |= new.keys()
        return list(new.values())

    def end(self) -> None:
        """Look for rows that no order finds; forget what was set aside and is gone."""
        for row in self._source.unmarked(MOST_ODD):
            self._set_aside(row, "sql-watermark", "it is empty")
        self.place.aside &= self._odd.keys()

    def _forget(self) -> None:
        """Forget rows that no look comes back to."""
        mark = self.place.mark
        if mark is not None:
            since = mark.order - (self._settings.overlap if mark.is_time else self._settings.overlap_numbers)
            self._seen = {told: order for told, order in self._seen.items() if order >= since}

    def _messages(self, rows: list[Row]) -> Iterator[Message]:
        for row in rows:
            mark = self._mark(row)
            self._behind = tuple(row[name] for name in (self._settings.watermark, *self._settings.key))
            if mark is None:
                continue
            if is_ahead(mark, self._now):
                why = f"it lies in the future ({mark.version}); the row is read when its time has come"
                self._set_aside(row, "sql-future", why)
                self.is_over = True
                continue
            message, told = self._message(row, mark)
            self._reached = mark if not mark.is_time else self._not_ahead(mark)
            if told not in self._seen:
                if len(self._seen) < MOST_SEEN:
                    self._seen[told] = mark.order
                yield message

    def _not_ahead(self, mark: Mark) -> Mark:
        """A clock that is a little ahead must hide no row that another one writes meanwhile."""
        return mark if mark.order <= self._now else mark.back_to(self._now, self._settings.zone)

    def _mark(self, row: Row) -> Mark | None:
        """The watermark of a row; None where it has none, and is set aside."""
        name = self._settings.watermark
        if missing := [one for one in (name, *self._settings.key) if one not in row]:
            what = f"there is no column '{missing[0]}'"
            raise Fatal(Problem("sql-column", self._settings.name, what, "Mend 'watermark' and 'key'."))
        try:
            mark = mark_of(row[name], self._settings.zone)
            same_form(mark, self._reached or self.place.mark, name)
        except NoMark as why:
            self._set_aside(row, "sql-watermark", str(why))
            return None
        return mark

    def _message(self, row: Row, mark: Mark) -> tuple[Message, bytes]:
        """A row as a message, and what it is remembered by: all it says."""
        payload, name = _payload(row), self._row(row)
        is_first = self._is_as_made(row, mark)
        key = name if is_first else f"{name}@{mark.version}"
        about = {
            "sql.row": name,
            "sql.version": mark.version,
            "sql.key": key,
            "sql.replaces": "" if is_first else name,
        }
        return Message(payload, about, key, key=key), sha256(key.encode() + b"\n" + payload).digest()[:12]

    def _is_as_made(self, row: Row, mark: Mark) -> bool:
        """Whether a row was never changed, as far as its columns say."""
        if not self._settings.created:
            return False
        try:
            made = mark_of(row.get(self._settings.created), self._settings.zone)
        except NoMark:
            return False
        return made.order >= mark.order

    def _row(self, row: Row) -> str:
        """How a row is known: its table and key."""
        parts = [row[name] for name in self._settings.key]
        if any(part is None for part in parts):
            what = f"the key is empty in a row: {', '.join(self._settings.key)}"
            fix = "Name columns that are never empty and tell every row from the others."
            raise Fatal(Problem("sql-key", self._settings.name, what, fix))
        return "/".join([self._settings.name, *(quote(str(part), safe=" :.+-") for part in parts)])

    def _set_aside(self, row: Row, code: str, why: str) -> None:
        payload = _payload(row)
        told = sha256(code.encode() + payload).hexdigest()[:12]
        if told not in self._odd and len(self._odd) < MOST_ODD:
            what = f"the watermark '{self._settings.watermark}' cannot be used: {why}"
            fix = "Mend the row, or leave such rows out with a query."
            where = f"{self._settings.name} row {len(self._odd) + 1}"
            problem = Problem(code, where, what, fix)
            self._odd[told] = DeadLetter(kept(payload), where, problem, self._settings.name)


def _payload(row: Row) -> bytes:
    return _encode({name: _plain(value) for name, value in row.items()})


def _plain(value: Any) -> Any:
    """A cell as JSON can say it; bytes and numbers that are none are left out, lengths are seconds."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes | bytearray | memoryview):
        return None
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        return None
    return value
