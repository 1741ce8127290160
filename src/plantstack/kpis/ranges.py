"""Between which values a KPI may really lie, given the time nobody saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from plantstack.kpis.cell import Cell, CellValues, Exact, Sums
from plantstack.kpis.formula import Formula, Undefined, value_of
from plantstack.kpis.grammar import names_of

_UNKNOWN = "time_unknown"
_GONE = {_UNKNOWN: 0, "time_unknown_counted": 0}


@dataclass(frozen=True, slots=True)
class Range:
    """Least and greatest value over all readings of unknown time, and the value without it."""

    low: Fraction
    high: Fraction
    if_typical: Fraction | None


def range_of(formula: Formula, value: Fraction, values: CellValues) -> Range:
    """Work the formula out once for every reading of unknown time the catalogue declares."""
    if not values.cell.sums.get(_UNKNOWN):
        return Range(value, value, value)
    found = [value]
    for changes in values.catalog.unknown_read_as.values():
        read = _attempt(formula, _read_as(changes, values))
        if read is not None:
            found.append(read)
    return Range(min(found), max(found), _attempt(formula, _read_as({}, values)))


def _attempt(formula: Formula, values: CellValues) -> Fraction | None:
    try:
        return value_of(formula.node, values)
    except Undefined:
        return None


def _read_as(changes: Mapping[str, Formula], values: CellValues) -> CellValues:
    cell = values.cell
    whole = None if cell.whole is None else _changed(cell.whole, changes, values)
    return replace(values, cell=replace(cell, sums=_changed(cell.sums, changes, values), whole=whole))


def _changed(sums: Sums, changes: Mapping[str, Formula], values: CellValues) -> Sums:
    written = {name for formula in changes.values() for name in names_of(formula.node)}
    # What an engine did not give cannot have changed sides.
    plain = Cell({name: sums.get(name) or 0 for name in written})
    changed: dict[str, Exact | None] = {**sums, **_GONE}
    for name, formula in changes.items():
        if sums.get(name) is not None:
            changed[name] = value_of(formula.node, replace(values, cell=plain))
    return changed
