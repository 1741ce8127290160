"""A KPI and the sums of a cell -> its value, its range and how far it can be trusted.

Sums are added before they come here; this divides, last. Arithmetic is exact, and a float is made
once, of the finished value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plantstack.kpis.cell import Cell, CellValues, Exact
from plantstack.kpis.formulas.expand import expand, scale_of
from plantstack.kpis.formulas.formula import Formula, Undefined, value_of
from plantstack.kpis.formulas.grammar import names_of
from plantstack.kpis.kpi import Catalog, Kpi, alternatives
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.models.modelled import Estimate, exactly
from plantstack.kpis.models.models import MODELS
from plantstack.kpis.ranges import Range, range_of
from plantstack.kpis.trusting.trust import Doubt, Doubts, Trust, judge
from plantstack.kpis.wording import in_words


@dataclass(frozen=True, slots=True)
class KpiValue:
    """One KPI of one cell.

    Attributes:
        exact: the value as a fraction, for identities; `value` is the same as a float.
        why_none: why there is no value, empty when there is one; for programs: `needs count`.
        low: least value over everything unknown time may have been; `high` the greatest.
        if_typical: the value with unknown time taken out.
        inputs: measure -> sum, all the formula stands on.
        basis: set when the KPI's second formula was used, quoting it.
        is_doubtful: above what is credible; the value stands as it is.
    """

    kpi: Kpi
    profile: str
    exact: Fraction | None
    why_none: str
    low: float | None
    high: float | None
    if_typical: float | None
    inputs: Mapping[str, Exact | None]
    trust: Trust
    basis: str = ""
    is_doubtful: bool = False

    @property
    def value(self) -> float | None:
        """The value in the base unit of the KPI."""
        return _float(self.exact)

    @property
    def why_plain(self) -> str:
        """Why there is no value in the plant's words, and what to record; empty when there is one."""
        return in_words(self.why_none, shipped_catalog())

    def as_row(self) -> dict[str, Any]:
        """The KPI's own part of a row of the command contract."""
        return {
            "kpi": self.kpi.id,
            "version": self.kpi.version,
            "layer": self.kpi.layer,
            "profile": self.profile,
            "unit": self.kpi.unit,
            "value": self.value,
            "why_none": self.why_none,
            "why_plain": self.why_plain,
            "low": self.low,
            "high": self.high,
            "if_typical": self.if_typical,
            "inputs": {name: _plain(number) for name, number in self.inputs.items()},
            "basis": self.basis,
            "doubtful": self.is_doubtful,
            "trust": self.trust.as_row(),
        }


def evaluate(
    kpi_id: str, cell: Cell, *, profile: str | None = None, catalog: Catalog | None = None
) -> KpiValue:
    """Work out one KPI of one cell.

    Raises:
        QueryError: for an unknown KPI or profile.

    >>> cell = Cell({"qty_good": 19, "qty_total": 20})
    >>> evaluate("first_time_yield", cell).value
    0.95
    >>> evaluate("first_time_yield", Cell({"qty_good": 0, "qty_total": 0})).why_none
    'no denominator: qty_total is 0'
    """
    return evaluate_all((kpi_id,), cell, profile=profile, catalog=catalog)[0]


def evaluate_all(
    kpi_ids: Iterable[str], cell: Cell, *, profile: str | None = None, catalog: Catalog | None = None
) -> list[KpiValue]:
    """Work out several KPIs of one cell, which share what they have in common.

    Raises:
        QueryError: for an unknown KPI or profile.
    """
    catalog = catalog or shipped_catalog()
    name = profile or catalog.default_profile
    catalog.chain(name)
    values = CellValues(catalog, name, cell)
    doubts = Doubts(values)
    return [_evaluate(catalog.kpi(kpi_id), values, doubts) for kpi_id in kpi_ids]


def _evaluate(kpi: Kpi, values: CellValues, about: Doubts) -> KpiValue:
    catalog, profile = values.catalog, values.profile
    expansion = expand(catalog, kpi.id, profile)
    doubts = about.of(expansion)
    inputs = {measure: values.cell.sums.get(measure) for measure in expansion.measures}
    trust = judge(doubts)
    if kpi.model or kpi.of:
        return _of_parts(kpi, values, inputs, doubts, trust)
    try:
        formula, raw = _first_defined(kpi, values, doubts)
    except Undefined as reason:
        return KpiValue(kpi, profile, None, str(reason), None, None, None, inputs, trust)
    span = range_of(formula, raw, values) if kpi.is_ranged else Range(raw, raw, raw)
    is_other = formula is kpi.otherwise
    factor = scale_of(catalog, kpi.id, profile, otherwise=is_other)
    return KpiValue(
        kpi=kpi,
        profile=profile,
        exact=raw * factor,
        why_none="",
        low=_float(_times(span.low, factor)),
        high=_float(_times(span.high, factor)),
        if_typical=_float(_times(span.if_typical, factor)),
        inputs=inputs,
        trust=trust,
        basis=formula.text if is_other else "",
        is_doubtful=kpi.ceiling is not None and raw * factor > kpi.ceiling,
    )


def _of_parts(
    kpi: Kpi, values: CellValues, inputs: Mapping[str, Exact | None], doubts: list[Doubt], trust: Trust
) -> KpiValue:
    """What a model found, or how a KPI changed: they bring their own bounds."""
    try:
        found = _modelled(kpi, values, doubts)
    except Undefined as reason:
        return KpiValue(kpi, values.profile, None, str(reason), None, None, None, inputs, trust)
    return KpiValue(
        kpi=kpi,
        profile=values.profile,
        exact=found.value,
        why_none=found.why,
        low=float(found.low),
        high=float(found.high),
        if_typical=_float(found.value),
        inputs=inputs,
        trust=trust,
        basis=found.basis,
        is_doubtful=kpi.ceiling is not None and found.value is not None and found.value > kpi.ceiling,
    )


def loss_tree(
    cell: Cell, *, profile: str | None = None, catalog: Catalog | None = None
) -> dict[str, Fraction]:
    """Lay the time between planned busy time and good pieces into leaves, in seconds.

    The leaves add up to PBT - time_ideal_good exactly. A sum that is not known counts as none.
    """
    catalog = catalog or shipped_catalog()
    known = {name: number or 0 for name, number in cell.sums.items()}
    leaves = {}
    for leaf, formula in catalog.losses.items():
        zeros = dict.fromkeys(names_of(formula.node), 0)
        values = CellValues(catalog, profile or catalog.default_profile, Cell({**zeros, **known}))
        leaves[leaf] = value_of(formula.node, values)
    return leaves


def _first_defined(kpi: Kpi, values: CellValues, doubts: list[Doubt]) -> tuple[Formula, Fraction]:
    """The formula that gives a value, and the value in the unit it works out to."""
    _check_needs(kpi, values)
    formula = values.catalog.kpi_formula(kpi, values.profile)
    if formula is None:
        raise Undefined("there is no formula")
    _check_doubts(doubts, values)
    try:
        return formula, Fraction(*formula.work(values, False))
    except Undefined as reason:
        if kpi.otherwise is None:
            raise
        try:
            return kpi.otherwise, Fraction(*kpi.otherwise.work(values, False))
        except Undefined:
            raise reason from None


def _check_needs(kpi: Kpi, values: CellValues) -> None:
    kinds = values.cell.kinds
    for need in kpi.needs:
        if kinds is not None and not kinds.intersection(alternatives(need)):
            raise Undefined(f"needs {need}")


def _modelled(kpi: Kpi, values: CellValues, doubts: list[Doubt]) -> Estimate:
    """What a model made of the parts of the cell, or how a KPI changed against its baseline."""
    _check_needs(kpi, values)
    _check_doubts(doubts, values)
    why = f"model {kpi.model}: needs the rows behind the sums" if kpi.model in MODELS else ""
    why = why or (f"{kpi.of} against a baseline: needs books of two periods" if kpi.of else "")
    told = values.cell.modelled.get(
        kpi.model or kpi.id, why or f"{kpi.model} is not computed by this version"
    )
    if isinstance(told, str):
        raise Undefined(told)
    return told if isinstance(told, Estimate) else exactly(told)


def _check_doubts(doubts: list[Doubt], values: CellValues) -> None:
    for doubt in doubts:
        if doubt.is_fatal:
            raise Undefined(_too_much(doubt, values))


def _too_much(doubt: Doubt, values: CellValues) -> str:
    limit = doubt.evidence.null_above or Fraction(0)
    named = values.cell.named.get(doubt.measure.name, ())
    behind = f": {', '.join(named)}" if named else ""
    of = "time" if doubt.measure.unit == "s" else "pieces"
    share = f"{float(doubt.share):.1%} of the {of}, limit {float(limit):.0%}"
    return f"{doubt.measure.meaning} ({share}){behind}"


def _times(number: Fraction | None, factor: Fraction) -> Fraction | None:
    return number if number is None or factor == 1 else number * factor


def _float(number: Fraction | None) -> float | None:
    return None if number is None else number.numerator / number.denominator


def _plain(number: Exact | None) -> int | float | None:
    """A sum as a JSON number: whole where it is whole."""
    if number is None or type(number) is int:
        return number
    over, under = number.as_integer_ratio()
    return over if under == 1 else over / under
