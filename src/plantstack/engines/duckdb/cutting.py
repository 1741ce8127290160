"""Cells of an hour that a question cuts: the pages are derived with the cut, not guessed by share."""

from __future__ import annotations

from collections.abc import Iterable

from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.deriving import derive
from plantstack.engines.duckdb.owing import begin_anew, pay
from plantstack.intervals import HOUR, Interval
from plantstack.plant.localtime import offset_at

_FAR = 2**60  # beyond it a span is open


def cut_at(books: Books, span: Interval | None, machines: Iterable[str]) -> None:
    """Make the hourly sums of machines begin and end where a span does.

    Cells cut for an earlier question are put together again first.
    """
    wanted = _inner_cuts(books, span)
    if wanted != books.cuts:
        if books.cuts:
            begin_anew(books)
            pay(books, machines)
        books.cuts, books.are_cut = wanted, set()
    missing = {one for one in machines if books.reach(one)} - books.are_cut
    if wanted and missing:
        derive(books, {one: [Interval(at, at) for at in wanted] for one in missing}, cuts=wanted)
        books.are_cut |= missing


def _inner_cuts(books: Books, span: Interval | None) -> tuple[int, ...]:
    """The instants of a span at which no local hour of any site begins."""
    if span is None:
        return ()
    zones = {site.zone for site in books.plant.sites.values()}
    return tuple(
        at
        for at in sorted({span.start, span.end})
        if abs(at) < _FAR and any((at + offset_at(zone, at)) % HOUR for zone in zones)
    )
