"""Between which values a KPI may really lie, given the time nobody saw."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from plantstack.kpis.cell import CellValues
from plantstack.kpis.formulas.formula import Formula, Pair, Undefined, Values


@dataclass(frozen=True, slots=True)
class Range:
    """Least and greatest value over all readings of unknown time, and the value without it."""

    low: Fraction
    high: Fraction
    if_typical: Fraction | None


def range_of(formula: Formula, value: Fraction, values: CellValues) -> Range:
    """Work the formula out once for every reading of unknown time that touches a name in it."""
    if not values.readings:
        return Range(value, value, value)
    low = high = value.as_integer_ratio()
    for reading in values.readings:
        found = None if formula.names.isdisjoint(reading.touched) else _attempt(formula, reading)
        if found is not None:
            low = found if _is_below(found, low) else low
            high = found if _is_below(high, found) else high
    typical = _attempt(formula, values.typical)
    return Range(Fraction(*low), Fraction(*high), None if typical is None else Fraction(*typical))


def _attempt(formula: Formula, values: Values) -> Pair | None:
    try:
        return formula.work(values, False)
    except Undefined:
        return None


def _is_below(one: Pair, other: Pair) -> bool:
    return one[0] * other[1] < other[0] * one[1]
