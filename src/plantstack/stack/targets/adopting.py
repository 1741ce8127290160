"""Which KPIs a plant sees without asking by name: the core, what is shown beside it, and those it adopted."""

from __future__ import annotations

from plantstack.errors import Problem, did_you_mean
from plantstack.kpis.kpi import Catalog
from plantstack.plant.plant import Plant


def shown_of(catalog: Catalog, plant: Plant, layer: int | None) -> tuple[str, ...]:
    """The KPIs shown of a layer, of all layers for None, in the order of the catalogue."""
    return tuple(
        kpi.id
        for kpi in catalog.kpis.values()
        if layer in (None, kpi.layer) and (kpi.is_core or kpi.beside or kpi.id in plant.profile.kpis)
    )


def check_adopted(catalog: Catalog, plant: Plant) -> list[Problem]:
    """Name every adopted KPI that does not exist, and every one that needs no adoption."""
    problems = []
    for name in plant.profile.kpis:
        if name not in catalog.kpis:
            what = f"there is no KPI '{name}'"
            problems.append(Problem("kpi-unknown", "settings: kpis", what, did_you_mean(name, catalog.kpis)))
        elif catalog.kpis[name].is_core:
            what = f"'{name}' is of the core and shown anyway"
            problems.append(Problem("kpi-adopted", "settings: kpis", what, "Take it out of the list."))
    return problems
