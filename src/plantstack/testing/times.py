"""Times as people write them in a scenario: `07:00`, `Tue 23:58`, `+1d 06:00`, `07:00-07:40`.

A time is the clock on the wall of the site. Without a day it means the scenario's own day; a weekday is
the first such day from there on; `+2d` and `-1d` count days; a date is itself. `01:30Z` is UTC, for the
hour that comes twice in autumn. In a span the second time is the first such time after the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from plantstack.intervals import DAY, MINUTE, SECOND, Interval
from plantstack.plant.localtime import local_day, offset_at, resolve

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = r"(?:[+-][0-9]{1,3}d|" + "|".join(WEEKDAYS) + r"|[0-9]{4}-[0-9]{2}-[0-9]{2})"
_CLOCK = r"(?:[01][0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?Z?"
TIME = rf"(?:{_DAY} +)?{_CLOCK}"
SPAN = rf"{TIME}-{TIME}"
_PARTS = re.compile(rf"(?:({_DAY}) +)?({_CLOCK})")
_SPAN = re.compile(rf"({TIME})-({TIME})")
_HOW = "Write it like 07:00, 'Tue 23:58', '+1d 06:00' or '2026-03-29 02:30'."


@dataclass(frozen=True, slots=True)
class Times:
    """What times mean in one scenario, at one site.

    >>> times = Times(date(2026, 3, 2), "Europe/Berlin")
    >>> times.write(times.instant("+1d 06:00")), times.write_span(times.span("23:58-00:01"))
    ('Tue 06:00', '23:58-00:01')
    """

    day: date
    zone: str

    def instant(self, text: str) -> int:
        """Read a time as microseconds UTC.

        Raises:
            ValueError: with how to write it.
        """
        return self._instant(text, self.day)

    def span(self, text: str) -> Interval:
        """Read `TIME-TIME`.

        Raises:
            ValueError: with how to write it.
        """
        match = _SPAN.fullmatch(text)
        if not match:
            raise ValueError("Write two times with '-' between them: '07:00-07:40', 'Fri 21:50-Mon 07:00'.")
        start = self.instant(match[1])
        named = _PARTS.fullmatch(match[2])
        first = local_day(self.zone, start)
        end = self._instant(match[2], self.day if named and (named[1] or "")[:1] in ("+", "-") else first)
        if end <= start and named and not named[1]:
            end = self._instant(match[2], first + timedelta(days=1))
        if end <= start:
            raise ValueError("The second time must come after the first.")
        return Interval(start, end)

    def iso_day(self, text: str) -> str:
        """Read a day, such as `Tue`, as an ISO date.

        Raises:
            ValueError: with how to write it.
        """
        if not re.fullmatch(_DAY, text):
            raise ValueError("Write a day like 'Tue', '+1d' or '2026-03-03'.")
        return self._day(text, self.day).isoformat()

    def write(self, instant: int) -> str:
        """Write an instant the way `instant` reads it."""
        return self._write(instant, self.day, after=None)

    def write_day(self, day: date) -> str:
        """Write a day the way `iso_day` reads it."""
        apart = (day - self.day).days
        return WEEKDAYS[day.weekday()] if 0 <= apart < 7 else f"{apart:+d}d"

    def write_span(self, span: Interval) -> str:
        """Write a span the way `span` reads it."""
        first = local_day(self.zone, span.start)
        return f"{self.write(span.start)}-{self._write(span.end, first, after=span.start)}"

    def _instant(self, text: str, near: date) -> int:
        match = _PARTS.fullmatch(text.strip())
        if not match:
            raise ValueError(_HOW)
        day = self._day(match[1] or "", near)
        clock, utc = match[2].removesuffix("Z"), match[2].endswith("Z")
        hours, minutes, seconds = (*clock.split(":"), "0")[:3]
        minute = int(hours) * 60 + int(minutes)
        if minute > 24 * 60:
            raise ValueError("A day ends at 24:00.")
        whole, _, part = seconds.partition(".")
        return resolve("UTC" if utc else self.zone, day, minute) + int(whole) * SECOND + int(f"{part:0<6}")

    def _day(self, word: str, near: date) -> date:
        if word in WEEKDAYS:
            return near + timedelta(days=(WEEKDAYS.index(word) - near.weekday()) % 7)
        if word.endswith("d"):
            return self.day + timedelta(days=int(word[:-1]))
        return date.fromisoformat(word) if word else near

    def _write(self, instant: int, near: date, *, after: int | None) -> str:
        day = local_day(self.zone, instant)
        local = (instant + offset_at(self.zone, instant)) % DAY
        clock = _clock(local)
        if resolve(self.zone, day, local // MINUTE) + local % MINUTE != instant:
            day, clock = local_day("UTC", instant), _clock(instant % DAY) + "Z"
        apart = (day - near).days
        if apart == 0 or (apart == 1 and after is not None and self._instant(clock, near) <= after):
            return clock
        if 0 < apart < 7:
            return f"{WEEKDAYS[day.weekday()]} {clock}"
        return f"{(day - self.day).days:+d}d {clock}"


def _clock(us: int) -> str:
    seconds, rest = divmod(us, SECOND)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    if seconds % 60 or rest:
        text += f":{seconds % 60:02}"
    return text + (f".{rest:06}".rstrip("0") if rest else "")
