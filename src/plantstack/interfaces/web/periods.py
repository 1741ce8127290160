"""The period a page is about, as its address names it: a name first, days when somebody wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from plantstack.errors import Problem, QueryError
from plantstack.interfaces.times import YEARS
from plantstack.interfaces.web.page import N_, Reading
from plantstack.plant.plant import Plant
from plantstack.stack.targets.targeting import production_day

NAMES = {
    "today": N_("Today"),
    "day": N_("Last day"),
    "week": N_("Last 7 days"),
    "4w": N_("Last 4 weeks"),
    "13w": N_("Last 13 weeks"),
}
_DAYS = {"today": 1, "day": 1, "week": 7, "4w": 28, "13w": 91}


@dataclass(frozen=True, slots=True)
class Period:
    """Production days of each site, the last one included.

    Attributes:
        name: of `NAMES`; '' for days that somebody chose.
        first: ISO date.
        last: ISO date.
    """

    name: str
    first: str
    last: str

    @property
    def days(self) -> int:
        """How many production days it has."""
        return (date.fromisoformat(self.last) - date.fromisoformat(self.first)).days + 1

    @property
    def before(self) -> Period:
        """The days of the same number before it."""
        first = date.fromisoformat(self.first)
        start = first - timedelta(days=self.days)
        return Period("", start.isoformat(), (first - timedelta(days=1)).isoformat())

    @property
    def query(self) -> dict[str, str]:
        """What names it in an address."""
        return {"period": self.name} if self.name else {"from": self.first, "to": self.last}


def period_of(visit: Reading, usual: str = "4w") -> Period:
    """Read the period of an address: `period=4w`, or `from=2026-11-02&to=2026-11-08`.

    Args:
        visit: the look at the page.
        usual: which one, where the address names none.

    Raises:
        QueryError: for a name or a day that is none.
    """
    query: Mapping[str, str] = visit.query
    if query.get("from") or query.get("to"):
        first, last = one_day(query.get("from") or query["to"]), one_day(query.get("to") or query["from"])
        if first > last:
            raise _wrong(f"{first} .. {last}", "the period ends before it starts", "Swap the two days.")
        return Period("", first.isoformat(), last.isoformat())
    return period_named(query.get("period", usual), today(visit))


def period_named(name: str, on: date) -> Period:
    """A period by its name, seen from a production day.

    Raises:
        QueryError: for a name that is none.
    """
    if name not in _DAYS:
        raise _wrong(name, f"there is no period '{name}'", f"Choose one of: {', '.join(_DAYS)}.")
    last = on - timedelta(days=0 if name == "today" else 1)
    return Period(name, (last - timedelta(days=_DAYS[name] - 1)).isoformat(), last.isoformat())


def today(visit: Reading) -> date:
    """The production day of now; of several sites the earliest, so that it is complete nowhere."""
    return day_at(visit.plant, visit.scope, visit.now)


def day_at(plant: Plant, scope: str, now: int) -> date:
    """The production day of a scope at an instant; of several sites the earliest."""
    sites = [plant.site_of(scope)] if scope else list(plant.sites.values())
    return min(production_day(site, now) for site in sites)


def as_day(text: str) -> date:
    """Read a day of a calendar that plants live by.

    Raises:
        ValueError: where it is none; what is compared with lies before it, and must be a day too.
    """
    found = date.fromisoformat(text)
    if found.year not in YEARS:
        raise ValueError(text)
    return found


def one_day(text: str) -> date:
    """Read a day of an address.

    Raises:
        QueryError: where it is none.
    """
    try:
        return as_day(text)
    except ValueError:
        raise _wrong(text, "there is no such day", "Write a date such as 2026-11-02.") from None


def _wrong(where: str, what: str, fix: str) -> QueryError:
    return QueryError(Problem("time-unreadable", where, what, fix))
