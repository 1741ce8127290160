"""The catalogue a plant uses, in one place: shipped and own KPIs, and what is wrong with either."""

from __future__ import annotations

from plantstack.errors import Problem
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.own import catalog_with, check_own
from plantstack.kpis.targets.check import check_aims
from plantstack.plant.plant import Plant
from plantstack.stack.targets.adopting import check_adopted


def catalog_of(plant: Plant) -> Catalog:
    """Return the catalogue of a plant, as its files stood at the offset it was read at.

    Raises:
        ConfigError: with every problem of its own KPIs.
    """
    return catalog_with(plant.own_kpis)


def check_use(plant: Plant) -> list[Problem]:
    """Every problem of own KPIs, of adopted ones, and of targets that say nothing for their KPI."""
    problems = check_own(plant.own_kpis)
    if problems:
        return problems
    catalog = catalog_of(plant)
    return [*check_adopted(catalog, plant), *check_aims(catalog, plant)]


def silent_targets(plant: Plant) -> list[Problem]:
    """The targets of the plant files that say nothing for their KPI; nobody should wait for them in vain."""
    return check_aims(catalog_of(plant), plant)
