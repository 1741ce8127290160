"""How far a table is read: watermarks of every form a database gives them in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from plantstack.connectors.contract import Fatal
from plantstack.errors import Problem
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND, from_us, rfc3339, to_us
from plantstack.plant.localtime import offset_at, resolve

INSTANT, LOCAL, NUMBER, TEXT = "instant", "local", "number", "text"
_FORMS = {INSTANT: "an instant", LOCAL: "a local time", NUMBER: "a whole number", TEXT: "a time as text"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OFFSETS = ("Z", "+00:00", "+00")


class NoMark(ValueError):
    """A value by which rows cannot be put into an order; says why."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One watermark.

    Attributes:
        form: how the database gives it.
        order: the instant in microseconds UTC, or the number.
        written: of a text, as it stands in the table; '' otherwise.
    """

    form: str
    order: int
    written: str = ""

    @property
    def is_time(self) -> bool:
        """Whether it is an instant in any form."""
        return self.form != NUMBER

    @property
    def shape(self) -> tuple[str, bool]:
        """How a text is written; texts of one shape sort as their instants do."""
        return self.written[10:11], self.written.endswith(_OFFSETS)

    @property
    def version(self) -> str:
        """How a version of a row is named: an instant, or a number of fixed length, so that they sort."""
        return rfc3339(self.order) if self.is_time else f"{self.order:020d}"

    def bound(self, zone: str) -> datetime | int | str:
        """The value to compare the column with."""
        if self.form == NUMBER:
            return self.order
        if self.form == INSTANT:
            return from_us(self.order)
        if self.form == TEXT:
            return self.written
        return from_us(self.order + offset_at(zone or "UTC", self.order)).replace(tzinfo=None)

    def back_to(self, order: int, zone: str) -> Mark:
        """An earlier mark of the same form; of a text one that sorts before all of its second."""
        if self.form != TEXT:
            return Mark(self.form, order)
        between, is_utc = self.shape
        local = from_us(order if is_utc else order + offset_at(zone or "UTC", order))
        day = f"{local:%Y-%m-%d}"
        return Mark(TEXT, order, f"{day}{between}{local:%H:%M:%S}" if between else day)


def mark_of(value: Any, zone: str) -> Mark:
    """Read a watermark.

    Args:
        value: as the driver gives it.
        zone: of times without an offset; '' where there should be none.

    Raises:
        NoMark: when it is empty, or nothing that grows.

    >>> mark_of("2026-01-05 06:00:00", "UTC").version, mark_of(7, "").version
    ('2026-01-05T06:00:00Z', '00000000000000000007')
    """
    if value is None:
        raise NoMark("it is empty")
    if isinstance(value, int) and not isinstance(value, bool):
        return Mark(NUMBER, value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return Mark(NUMBER, int(value))
    if isinstance(value, str):
        return Mark(TEXT, _instant(_parsed(value), zone), value)
    if isinstance(value, date):
        at = value if isinstance(value, datetime) else datetime.combine(value, time.min)
        return Mark(INSTANT if at.tzinfo else LOCAL, _instant(at, zone))
    raise NoMark(f"it is no time and no whole number ({type(value).__name__})")


def _parsed(written: str) -> datetime:
    """A time as text; only those that sort as they follow each other."""
    try:
        at = datetime.fromisoformat(written if _DAY.match(written) else "")
    except ValueError:
        raise NoMark("it is no time as in '2026-01-31 06:00:00'") from None
    if at.tzinfo is not None and not written.endswith(_OFFSETS):
        raise NoMark("it is a text with an offset: such texts do not sort by time")
    return at


def _instant(at: datetime, zone: str) -> int:
    if at.tzinfo is not None:
        return to_us(at)
    if not zone:
        fix = "Write 'zone: UTC', or the zone of the database's clock."
        what = "the watermark has no offset, so it is not known which instant it means"
        raise Fatal(Problem("sql-zone", "watermark", what, fix))
    minute = at.hour * 60 + at.minute
    return resolve(zone, at.date(), minute) + at.second * SECOND + at.microsecond


def same_form(mark: Mark, before: Mark | None, column: str) -> None:
    """Refuse a watermark of another form than before: the two cannot be compared.

    Raises:
        Fatal: saying what it was and what it is.
        NoMark: when it is a text written in another way, which does not sort with the others.
    """
    if before is None:
        return
    if mark.form != before.form:
        what = f"the watermark is {_FORMS[mark.form]} now and was {_FORMS[before.form]}"
        fix = "Mend the column, or give the connection a new file name: it is then read from the beginning."
        raise Fatal(Problem("sql-watermark-type", column, what, fix))
    if mark.shape != before.shape:
        raise NoMark(f"it is written otherwise than '{before.written}' and does not sort with it")


def is_ahead(mark: Mark, now: int) -> bool:
    """Whether it lies in the future, further than clocks differ."""
    return mark.is_time and mark.order > now + 5 * MINUTE


def start_of(mark: Mark, zone: str, overlap: tuple[int, int], *, is_first: bool) -> Mark:
    """From where a look begins.

    Args:
        mark: how far everything was read.
        zone: of times without an offset.
        overlap: microseconds, and numbers, that are read again.
        is_first: of the first look after a start: local times may have gone back meanwhile.
    """
    if not mark.is_time:
        return mark.back_to(mark.order - overlap[1], zone)
    may_repeat = is_first and zone not in ("", "UTC") and mark.form != INSTANT
    earlier = mark.order - overlap[0] - (HOUR if may_repeat else 0)
    return mark.back_to(max(earlier, -30 * 365 * DAY), zone)


def epoch_of(value: Any) -> int:
    """The database's clock, microseconds UTC."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return to_us(at if at.tzinfo else at.replace(tzinfo=UTC))
