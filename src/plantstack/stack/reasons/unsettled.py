"""Which losses of a place wait for their owner's word, over some days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.homes import check_scope
from plantstack.intervals import Interval
from plantstack.stack.project import Stack
from plantstack.stack.reasons.settling import OwnedStop, stops_to_settle
from plantstack.stack.targets.targeting import production_day

DAYS = 7
"""So many production days up to the end of the books, where nothing else is asked for."""


def owned_losses(
    stack: Stack,
    scope: str = "",
    days: tuple[str | None, str | None] = (None, None),
    span: Interval | None = None,
) -> list[OwnedStop]:
    """The ended stops of which an owner speaks: contested, then open, then accepted, the longest first.

    Args:
        stack: the opened project.
        scope: id or path of equipment; '' is everything.
        days: first and last production day, of each site its own; None: the last seven.
        span: exact instants instead.

    Raises:
        QueryError: for a scope that does not exist.
    """
    books = stack.engine(scope=None).books
    _, place = check_scope(books.plant, scope)
    by_site: dict[str, list[str]] = {}
    for machine in books.plant.machines:
        if any(place in ("", machine, one.line, one.area, one.site) for one in books.plant.spans[machine]):
            by_site.setdefault(books.plant.site_of(machine).id, []).append(machine)
    found: list[OwnedStop] = []
    for site, machines in by_site.items():
        inside = span or _span_of(books, site, days)
        found += stops_to_settle(stack, machines, inside) if inside else []
    return in_order(found)


def in_order(stops: Iterable[OwnedStop]) -> list[OwnedStop]:
    """Stops as they want an answer: contested, then open, then accepted, the longest first."""
    return sorted(stops, key=lambda one: (_rank(one), -one.us, one.machine, one.stop_at))


def _rank(stop: OwnedStop) -> int:
    return 2 if stop.is_settled else 1 if stop.verdict is None else 0


def _span_of(books: Books, site: str, days: tuple[str | None, str | None]) -> Interval | None:
    """From the beginning of the first day to the end of the last; None where the books know none of them."""
    first, last = days
    if first is None and last is None:
        end = production_day(books.plant.sites[site], books.as_of.get(site, 0))
        first = (end - timedelta(days=DAYS - 1)).isoformat()
    sql = "select min(from_at), max(until_at) from day where site = $1 and day >= $2 and day <= $3"
    ((start, end),) = books.con.execute(sql, [site, first or "", last or "9999-12-31"]).fetchall()
    return None if start is None else Interval(start, end)
