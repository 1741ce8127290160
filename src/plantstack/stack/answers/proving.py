"""What is known of the signals behind each number: doubts of their meaning, and tests at the machine."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from plantstack.engines.contract import MeasureCell
from plantstack.engines.duckdb.books import Books
from plantstack.events import signals
from plantstack.kpis.evaluate import KpiValue
from plantstack.kpis.formulas.expand import expand
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.trusting.signals import limits_of, spans_of, with_signals
from plantstack.measures.catalog import MEASURES


class Proving:
    """Weakens what stands on signals in doubt, for one question."""

    def __init__(self, books: Books, catalog: Catalog, profile: str) -> None:
        self._plant = books.plant
        kept = books.log.connection
        self._spans = spans_of(signals.feeds(kept), signals.doubts(kept), signals.checks(kept))
        self._kinds = lru_cache(maxsize=None)(lambda kpi: _kinds(catalog, kpi, profile))
        self._limits = lru_cache(maxsize=None)(
            lambda kinds, scope, start, end: limits_of(self._plant, self._spans, kinds, scope, start, end)
        )

    def of(self, value: KpiValue, found: MeasureCell, scope: str) -> KpiValue:
        """The value with what its signals take from its trust."""
        if not self._spans or value.value is None:
            return value
        limits = self._limits(self._kinds(value.kpi.id), scope, found.span.start, found.span.end)
        return replace(value, trust=with_signals(value.trust, limits)) if limits else value


def _kinds(catalog: Catalog, kpi: str, profile: str) -> frozenset[str]:
    """The kinds of events a KPI is made of."""
    behind = expand(catalog, kpi, profile).measures
    return frozenset(feed.partition(":")[0] for name in behind for feed in MEASURES[name].feeds)
