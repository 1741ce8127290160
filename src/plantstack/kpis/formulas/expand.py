"""What a KPI stands on: the names its formula shows, and every measure behind them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from plantstack.kpis.check import unit_of_formula
from plantstack.kpis.formulas.formula import Formula
from plantstack.kpis.formulas.grammar import names_of
from plantstack.kpis.formulas.scale import conversion, parse_kpi_unit
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.measures.catalog import MEASURES


@dataclass(frozen=True, slots=True)
class Expansion:
    """The names behind a KPI.

    Attributes:
        shown: measures written in the formula or in that of a KPI it uses, and named sums.
        measures: all measures, also those inside named sums, in order of writing.
        kpis: itself, and the KPIs it uses.
    """

    shown: frozenset[str]
    measures: tuple[str, ...]
    kpis: frozenset[str]

    @property
    def touched(self) -> frozenset[str]:
        """What doubt may touch: all that is shown, and the KPIs as such."""
        return self.shown | self.kpis


@lru_cache(maxsize=4096)
def expand(catalog: Catalog, kpi_id: str, profile: str) -> Expansion:
    """Follow a formula down to its measures.

    Doubt touches what is shown: a measure inside PPT is there only as part of the whole, and how
    the whole is divided does not change it.
    """
    kpi = catalog.kpis[kpi_id]
    if kpi.of:
        return expand(catalog, kpi.of, profile)
    if kpi.model:
        return _of_uses(catalog, kpi, profile)
    shown: set[str] = set()
    kpis: set[str] = {kpi_id}
    measures: dict[str, None] = {}
    formula = catalog.kpi_formula(kpi, profile)
    for written in (formula, kpi.otherwise):
        if written is not None:
            _follow(catalog, written, profile, shown, measures, kpis)
    return Expansion(frozenset(shown), tuple(measures), frozenset(kpis))


@lru_cache(maxsize=4096)
def scale_of(catalog: Catalog, kpi_id: str, profile: str, *, otherwise: bool = False) -> Fraction:
    """What the worked-out value is multiplied by to be in the base unit of the KPI."""
    kpi = catalog.kpis[kpi_id]
    formula = kpi.otherwise if otherwise else catalog.kpi_formula(kpi, profile)
    if formula is None:
        return Fraction(1)
    unit = unit_of_formula(catalog, formula, profile, kpi_id)
    return conversion(unit, parse_kpi_unit(kpi.unit)) or Fraction(1)


def _of_uses(catalog: Catalog, kpi: Kpi, profile: str) -> Expansion:
    """A model has no formula: it stands on what it says it uses, and is trusted no more than that."""
    shown = {name for name in kpi.uses if name in MEASURES}
    measures = dict.fromkeys(name for name in kpi.uses if name in MEASURES)
    kpis = {kpi.id}
    for name in kpi.uses:
        if name in catalog.kpis:
            used = expand(catalog, name, profile)
            shown |= used.shown
            kpis |= used.kpis
            measures |= dict.fromkeys(used.measures)
    return Expansion(frozenset(shown), tuple(measures), frozenset(kpis))


def _follow(
    catalog: Catalog,
    formula: Formula,
    profile: str,
    shown: set[str],
    measures: dict[str, None],
    kpis: set[str],
    *,
    inside_sum: bool = False,
) -> None:
    for name in names_of(formula.node):
        behind = catalog.formula_behind(name, profile)
        is_sum = name in catalog.sums
        if is_sum or (name in MEASURES and not inside_sum):
            shown.add(name)
        if name in catalog.kpis:
            kpis.add(name)
        if behind is not None:
            _follow(catalog, behind, profile, shown, measures, kpis, inside_sum=inside_sum or is_sum)
        elif name in MEASURES:
            measures[name] = None
