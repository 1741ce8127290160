"""What cells need beside their sums: what is open at the end, levels there, names never told, currencies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from plantstack.engines.contract import Exact, MeasureQuery
from plantstack.engines.duckdb.books import Books
from plantstack.engines.duckdb.levels import BY_DAY, Ends, can_be_asked, level_ends
from plantstack.engines.duckdb.money import Rate, currency_of
from plantstack.engines.duckdb.named import Named, named_in
from plantstack.engines.duckdb.open_items import OpenItems, open_items, splits_of
from plantstack.engines.duckdb.periods import Period
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import Measure

Told: TypeAlias = dict[str, Exact | None]
Reasons: TypeAlias = dict[str, str]
Key: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class Settling:
    """Settles the cells of one answer.

    Attributes:
        books: whose facts beside the pages were made, where the query needs them.
        query: what was asked.
        level: of the scope.
        scope: id of the equipment.
        moves: whether any equipment has more than one home.
        rates: by number, where money is converted.
        unpriced: (cell, measure) -> which rate is missing.
    """

    books: Books
    query: MeasureQuery
    level: str
    scope: str
    moves: bool
    rates: Sequence[Rate] | None
    unpriced: Mapping[tuple[Key, str], str]
    _items: OpenItems = field(default_factory=lambda: OpenItems({}))
    _ends: Ends = field(default_factory=dict)
    _named: Named | None = None

    def prepare(self, ends: Iterable[int]) -> None:
        """Read what the cells share; `ends` are those of their periods."""
        asked = (self.books, self.query)
        instants, where = tuple(ends), (self.level, self.scope)
        measures = self._measures
        at_end = [one for one in measures if one.is_at_end]
        self._items = open_items(*asked, at_end, instants, *where, moves=self.moves)
        if not any(one.is_money or one.said for one in measures):
            return
        self._named = named_in(*asked, *where)
        levels = [one for one in measures if one.kind == "level"]
        if levels and can_be_asked(self.query):
            self._ends = level_ends(*asked, levels, instants, *where, moves=self.moves, rates=self.rates)

    @property
    def _measures(self) -> list[Measure]:
        return [MEASURES[name] for name in self.query.measures]

    def settle(self, told: Told, reasons: Reasons, key: Key, keys: Mapping[str, str], period: Period) -> str:
        """Put in what the sums of a cell do not say, and take out what is not known; return its currency."""
        end = period.span.end
        self._count_open(told, reasons, keys, end)
        if self._named is None:
            return ""
        sites = self._named.sites.get(self._named.place(keys), frozenset())
        currency, mixed = currency_of(self.books.plant, sites, self.query.currency)
        for measure in self._measures:
            if told[measure.name] is None:
                continue
            why = self._named.why_not(measure, keys, end - period.length, end)
            if measure.kind == "level" and not can_be_asked(self.query):
                why = BY_DAY
            if measure.is_money:
                why = why or mixed or self.unpriced.get((key, measure.name), "")
            names = [measure.name]
            if measure.kind == "level":
                place, names = tuple(keys[axis] for axis in self.query.by), [*names, f"end({measure.name})"]
                told[names[1]] = self._ends.get((place, end), {}).get(measure.name, 0)
            if why:
                told |= dict.fromkeys(names)
                reasons |= dict.fromkeys(names, why)
        return currency if any(one.is_money for one in self._measures) else ""

    def _count_open(self, told: Told, reasons: Reasons, keys: Mapping[str, str], end: int) -> None:
        place = tuple(keys[axis] for axis in splits_of(self.query))
        counts = self._items.counts.get((place, end), {})
        for measure in self._measures:
            if not measure.is_at_end or told[measure.name] is None:
                continue
            told[measure.name] = None if self._items.why else counts.get(measure.name, 0)
            if self._items.why:
                reasons[measure.name] = self._items.why
