"""Which sums a set of KPIs asks of an engine: their own, those of their doubts, those of their range."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from plantstack.kpis.formulas.expand import expand
from plantstack.kpis.formulas.grammar import names_of
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.models.priced_models import FIGURES, OF_COST
from plantstack.measures.catalog import MEASURES

# What the range of any KPI looks at, and what forbids it a fine grain.
_ALWAYS = ("time_unknown", "time_unknown_counted", "time_micro_at_unknown", "time_placed")


# Any sum of money: beside it a cell says its currency, which the prices of a model are in too.
_IN_CURRENCY = "cost_material"


@lru_cache(maxsize=1024)
def measures_needed(catalog: Catalog, kpi_ids: tuple[str, ...], profile: str) -> tuple[str, ...]:
    """Return every measure that values, ranges and grades of these KPIs stand on, in a fixed order."""
    found: set[str] = set(_ALWAYS)
    for kpi_id in kpi_ids:
        expansion = expand(catalog, kpi_id, profile)
        found.update(expansion.measures)
        if catalog.kpis[kpi_id].model in (*FIGURES, *OF_COST):
            found.add(_IN_CURRENCY)
        for measure in MEASURES.values():
            evidence = measure.evidence
            if evidence is not None and expansion.touched.intersection(evidence.touches):
                found.add(measure.name)
                found.update(_behind(catalog, [evidence.base], profile))
    if any(catalog.kpis[kpi_id].is_ranged for kpi_id in kpi_ids):
        for changes in catalog.unknown_read_as.values():
            touched = {name for name in changes if name in found}
            found.update(*(names_of(changes[name].node) for name in touched))
    return tuple(name for name in MEASURES if name in found)


def _behind(catalog: Catalog, names: Iterable[str], profile: str) -> set[str]:
    """The measures behind measures and named sums."""
    out: set[str] = set()
    for name in names:
        formula = catalog.formula_behind(name, profile)
        out |= {name} if formula is None else _behind(catalog, names_of(formula.node), profile)
    return out
