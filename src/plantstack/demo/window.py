"""The simulated span of time: the same production days at every site, up to now, and some days ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from plantstack.intervals import DAY, MINUTE, SECOND, Interval
from plantstack.plant.localtime import local_day, resolve


@dataclass(frozen=True, slots=True)
class Window:
    """How many days are simulated, and where they end.

    Attributes:
        days: production days, the last one cut by `until`.
        until: the instant at which the past ends, in whole minutes, microseconds UTC.
        ahead: days that are simulated beyond it.
    """

    days: int
    until: int
    ahead: int = 0

    def __post_init__(self) -> None:
        if self.days < 1 or self.until % MINUTE or self.ahead < 0:
            raise ValueError(f"a window has one day at least and ends at a full minute: {self}")

    @property
    def end(self) -> int:
        """The instant at which the simulation ends."""
        return self.until + self.ahead * DAY

    @property
    def around_now(self) -> Interval | None:
        """When nothing long happens by chance, so that what is planted around now can be seen."""
        return Interval(self.until - 75 * MINUTE, self.until + 60 * MINUTE) if self.ahead else None

    def first_day(self, zone: str) -> date:
        """The first production day at a site."""
        return local_day(zone, self.until) - timedelta(days=self.days)

    def span(self, zone: str, day_start: int) -> Interval:
        """The simulated span of a site.

        Units: `day_start` in local minutes after midnight.
        """
        return Interval(resolve(zone, self.first_day(zone), day_start), self.end)

    def part(self, share: float, zone: str, day_start: int, hour: float | None = None) -> int:
        """The start of the production day after a share of the window, and so many hours on.

        What happens at an hour happens on a working day: a weekend gives way to the Friday before.
        """
        day = self.first_day(zone) + timedelta(days=int(self.days * share))
        if hour is not None:
            day -= timedelta(days=max(day.weekday() - 4, 0))
        return min(resolve(zone, day, day_start) + round((hour or 0) * 3600) * SECOND, self.until)

    def months_before(self) -> str:
        """A date a year before everything, for facts that have always held."""
        return local_day("UTC", self.until - (self.days + 400) * DAY).isoformat()
