"""What every KPI means, as rows: definition, decision, formula, who acts and who stands on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plantstack.errors import Problem, QueryError, did_you_mean
from plantstack.kpis.describing import in_words, stands_on, symbols, terms
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.plant.plant import Plant
from plantstack.stack.answers.using import catalog_of


def definitions(plant: Plant, ids: Sequence[str] = ()) -> list[Mapping[str, Any]]:
    """KPIs as the plant counts them, by layer.

    Args:
        plant: with its profile and its own KPIs.
        ids: which; none: all of them.

    Raises:
        QueryError: for one that there is not.
    """
    catalog = catalog_of(plant)
    for one in ids:
        if one not in catalog.kpis:
            fix = did_you_mean(one, list(catalog.kpis))
            raise QueryError(Problem("kpi-unknown", one, "there is no such KPI", fix))
    wanted = [catalog.kpi(one) for one in ids] or list(catalog.kpis.values())
    return [_row(catalog, kpi, plant) for kpi in wanted]


def _row(catalog: Catalog, kpi: Kpi, plant: Plant) -> dict[str, Any]:
    formula = catalog.kpi_formula(kpi, plant.profile.name)
    return {
        "kpi": kpi.id,
        "name": kpi.name,
        "version": kpi.version,
        "layer": kpi.layer,
        "unit": kpi.unit,
        "better": kpi.better,
        "is_core": kpi.is_core,
        "is_adopted": kpi.id in plant.profile.kpis,
        "decision": kpi.decision,
        "owner": kpi.owner,
        "cadence": kpi.cadence,
        "playbook": kpi.playbook,
        "profile": plant.profile.name,
        "formula": symbols(formula.node) if formula else "",
        "in_words": in_words(catalog, formula.node) if formula else "",
        "model": kpi.model,
        "terms": [
            {"name": one.name, "kind": one.kind, "meaning": one.meaning, "unit": one.unit}
            for one in terms(catalog, kpi, plant.profile.name)
        ],
        "needs": list(kpi.needs),
        "by": list(kpi.by),
        "used_by": sorted(one.id for one in stands_on(catalog, kpi.id)),
    }
