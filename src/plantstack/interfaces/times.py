"""`--from`, `--to` and `--as-known-at` as people write them: production days, instants, offsets."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from plantstack.errors import Problem, QueryError
from plantstack.intervals import Interval, to_us

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
# what Python reads is more: any character may part day and time there, and an offset become an hour
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]\d.*)?\Z")
_FAR = 2**61
YEARS = range(1970, 2200)
"""Of a calendar that plants live by: what is compared with lies around it, and must be a year too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A window: production days, the last one included, or exact instants; neither is everything."""

    days: tuple[str | None, str | None] = (None, None)
    span: Interval | None = None


def window(
    since: str | None, until: str | None, zones: Collection[str], *, years: Collection[int] = YEARS
) -> Asked:
    """Read a window.

    Args:
        since: an ISO date, an instant with its offset from UTC, or a local one where all sites share a clock.
        until: the same; as a date the last day that counts, as an instant the first that does not.
        zones: the clocks of the plant's sites.
        years: that days may lie in.

    Raises:
        QueryError: for anything else, for a day and an instant mixed, for an end before its start.

    >>> window("2026-03-02", None, ["UTC"]).days
    ('2026-03-02', None)
    """
    told = [text for text in (since, until) if text is not None]
    are_days = [bool(_DAY.match(text)) for text in told]
    if all(are_days):
        days = tuple(None if text is None else _day(text, years) for text in (since, until))
        if days[0] and days[1] and days[0] > days[1]:
            raise _wrong(f"{since} .. {until}", "the window ends before it starts", "Swap --from and --to.")
        return Asked(days=(days[0], days[1]))
    if any(are_days):
        fix = "Write both as dates, or both as instants such as 2026-03-02T06:00:00+01:00."
        raise _wrong(f"{since} .. {until}", "a production day and an instant do not mix", fix)
    start = -_FAR if since is None else instant(since, zones)
    end = _FAR if until is None else instant(until, zones)
    if start >= end:
        raise _wrong(f"{since} .. {until}", "the window ends before it starts", "Swap --from and --to.")
    return Asked(span=Interval(start, end))


def instant(text: str, zones: Collection[str]) -> int:
    """Read an instant as microseconds UTC.

    Raises:
        QueryError: when it is none, or has no offset although the sites have different clocks.

    >>> instant("1970-01-01T00:00:01Z", []), instant("1970-01-01 01:00:01", ["Europe/Berlin"])
    (1000000, 1000000)
    """
    try:
        if not _INSTANT.match(text):
            raise ValueError
        found = datetime.fromisoformat(text)
    except ValueError:
        fix = "Write a date such as 2026-03-02, or an instant such as 2026-03-02T06:00:00+01:00."
        raise _wrong(text, "expected a date or an instant", fix) from None
    _near(text, found.year)
    if found.tzinfo is not None:
        return to_us(found)
    if len(set(zones)) != 1:
        fix = f"Add the offset from UTC, as in {text}+00:00."
        raise _wrong(text, "an instant without offset means nothing where sites have different clocks", fix)
    return to_us(found.replace(tzinfo=ZoneInfo(next(iter(zones)))))


def structure(text: str) -> str:
    """Read `as-was`, `as-is` or a date.

    Raises:
        QueryError: for anything else.
    """
    return text if text in ("as-was", "as-is") else _day(text)


def _day(text: str, years: Collection[int] = YEARS) -> str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise _wrong(text, "there is no such day", "Write a date such as 2026-03-02.") from None
    _near(text, found.year, years)
    return found.isoformat()


def _near(text: str, year: int, years: Collection[int] = YEARS) -> None:
    """Keep to years in which plants are: at the ends of the calendar there is no day before or after."""
    if year not in years:
        fix = f"Write a year from {YEARS.start} to {YEARS.stop - 1}, as in 2026-03-02."
        raise _wrong(text, "no plant has numbers of that year", fix)


def _wrong(where: str, what: str, fix: str) -> QueryError:
    return QueryError(Problem("time-unreadable", where, what, fix))
