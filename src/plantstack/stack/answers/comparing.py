"""The losses of all sites beside each other, under one denominator, where they can be compared at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from plantstack.engines.contract import MeasureCell, MeasureQuery
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.kpis.cell import Cell, CellValues
from plantstack.kpis.evaluate import evaluate, loss_tree
from plantstack.kpis.formulas.grammar import names_of
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.models.gaps import LEAVES, gap_to_best
from plantstack.kpis.models.modelled import Modelled
from plantstack.kpis.needs import measures_needed
from plantstack.stack.answers.judging import Gather
from plantstack.stack.answers.using import catalog_of

_KPI = "oee_normalised"
_GOOD_ENOUGH = ("A", "B")


@dataclass(frozen=True)
class Comparing:
    """The sites of one question, period by period.

    Attributes:
        engine: of the books.
        gather: brings the cells of all sites.
        window: what was asked: its days or span, its grain.
    """

    engine: DuckEngine
    gather: Gather
    window: MeasureQuery

    def gap(self, site: str, cell: MeasureCell) -> Modelled:
        """How far a site is behind the best in the period of a cell."""
        mine = self._sites.get(cell.label, {})
        shares = {name: one for name, one in mine.items() if not isinstance(one, str)}
        return gap_to_best(site, shares, {name: one for name, one in mine.items() if isinstance(one, str)})

    @cached_property
    def _sites(self) -> dict[str, dict[str, Mapping[str, Fraction] | str]]:
        """Period -> site -> its losses as shares, or why it cannot be compared."""
        plant = self.engine.books.plant
        catalog, profile = catalog_of(plant), plant.profile.name
        leaves = [name for leaf in LEAVES for name in names_of(catalog.losses[leaf].node)]
        needed = (*measures_needed(catalog, (_KPI,), profile), *leaves)
        names = tuple(dict.fromkeys(needed))
        query = MeasureQuery(names, "", ("site",), self.window.grain, self.window.days, self.window.span)
        found: dict[str, dict[str, Mapping[str, Fraction] | str]] = {}
        for one, cell in self.gather(self.engine, query):
            found.setdefault(one.label, {})[one.keys["site"]] = _shares(catalog, profile, cell)
        return found


def _shares(catalog: Catalog, profile: str, cell: Cell) -> Mapping[str, Fraction] | str:
    """The losses of a site over its planned busy time, whatever its own profile takes for the denominator."""
    value = evaluate(_KPI, cell, profile=profile, catalog=catalog)
    if value.exact is None:
        return value.why_plain
    if value.trust.grade not in _GOOD_ENOUGH:
        limit = value.trust.limits[0] if value.trust.limits else None
        return f"its losses have trust {value.trust.grade}{f' ({limit.measure})' if limit else ''}"
    planned = CellValues(catalog, profile, cell).value("PBT", below=False)
    leaves = loss_tree(cell, profile=profile, catalog=catalog)
    return {leaf: leaves[leaf] / planned for leaf in LEAVES}
