"""Between which values a KPI may really lie, given the time nobody saw."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from plantstack.kpis.cell import CellValues
from plantstack.kpis.formula import Formula, Undefined, value_of


@dataclass(frozen=True, slots=True)
class Range:
    """Least and greatest value over all readings of unknown time, and the value without it."""

    low: Fraction
    high: Fraction
    if_typical: Fraction | None


def range_of(formula: Formula, value: Fraction, values: CellValues) -> Range:
    """Work the formula out once for every reading of unknown time the catalogue declares."""
    if not values.readings:
        return Range(value, value, value)
    read = [_attempt(formula, reading) for reading in values.readings]
    found = [value, *(one for one in read if one is not None)]
    return Range(min(found), max(found), _attempt(formula, values.typical))


def _attempt(formula: Formula, values: CellValues) -> Fraction | None:
    try:
        return value_of(formula.node, values)
    except Undefined:
        return None
